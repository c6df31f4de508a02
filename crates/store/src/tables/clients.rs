//! OAuth clients.
//!
//! A redirect URI that today's rules no longer accept is left out when a client
//! is read: it stops working, and the rest of the registration keeps working.

use doorward_core::{
    client::{Client, ClientAuthentication, ClientOrigin, SecretPlacement},
    id::ClientId,
    redirect::RegisteredRedirect,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, origin, name, redirects, secret_digest, secret_placement, refreshes,
                created_at, used_at, revoked_at FROM clients ",
            $rest
        )
    };
}

statements! {
    BY_ID = select!("WHERE id = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    COUNT_UNUSED = "SELECT count(*) FROM clients
        WHERE origin = 'dynamic' AND used_at IS NULL AND revoked_at IS NULL";
    ADD = "INSERT INTO clients (id, origin, name, redirects, secret_digest, secret_placement,
            refreshes, created_at, used_at, revoked_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
    MARK_USED = "UPDATE clients SET used_at = CASE WHEN used_at > ?2 THEN used_at ELSE ?2 END WHERE id = ?1";
    REVOKE = "UPDATE clients SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<Client, Unreadable> {
    Ok(Client {
        id: ClientId::from_known(columns.text()?),
        origin: columns.parsed(origin_from)?,
        name: columns.text()?,
        redirects: columns.parsed(redirects_from)?,
        authentication: authentication_from(columns)?,
        refreshes: columns.take()?,
        created_at: columns.time()?,
        used_at: columns.optional_time()?,
        revoked_at: columns.optional_time()?,
    })
}

fn origin_from(text: &str) -> Option<ClientOrigin> {
    [ClientOrigin::Preregistered, ClientOrigin::Dynamic]
        .into_iter()
        .find(|origin| origin_text(*origin) == text)
}

fn origin_text(origin: ClientOrigin) -> &'static str {
    match origin {
        ClientOrigin::Preregistered => "preregistered",
        ClientOrigin::Dynamic => "dynamic",
    }
}

fn redirects_from(text: &str) -> Option<Vec<RegisteredRedirect>> {
    let uris: Vec<String> = serde_json::from_str(text).ok()?;
    let acceptable = |uri: String| RegisteredRedirect::parse(&uri).ok();
    Some(uris.into_iter().filter_map(acceptable).collect())
}

fn redirects_text(redirects: &[RegisteredRedirect]) -> String {
    let uris: Vec<&str> = redirects.iter().map(RegisteredRedirect::as_str).collect();
    serde_json::Value::from(uris).to_string()
}

fn authentication_from(columns: &mut Columns<'_>) -> Result<ClientAuthentication, Unreadable> {
    use SecretPlacement::{Body, Either, Header};
    let (digest, placement) = (
        columns.optional_digest()?,
        columns.take::<Option<String>>()?,
    );
    let Some(digest) = digest else {
        return Ok(ClientAuthentication::None);
    };
    [Header, Body, Either]
        .into_iter()
        .find(|known| placement.as_deref() == Some(placement_text(*known)))
        .map(|placement| ClientAuthentication::Secret { digest, placement })
        .ok_or_else(|| columns.unreadable())
}

fn placement_text(placement: SecretPlacement) -> &'static str {
    match placement {
        SecretPlacement::Header => "header",
        SecretPlacement::Body => "body",
        SecretPlacement::Either => "either",
    }
}

pub(crate) fn by_id(id: &ClientId) -> Query<Client> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn all() -> Query<Client> {
    query(ALL, params![], read)
}

pub(crate) fn count_unused() -> Query<u64> {
    query(COUNT_UNUSED, params![], |columns| {
        Ok(columns.take::<i64>()?.unsigned_abs())
    })
}

pub(crate) fn add(client: &Client) -> Change {
    let (digest, placement) = match &client.authentication {
        ClientAuthentication::None => (None, None),
        ClientAuthentication::Secret { digest, placement } => {
            (Some(digest), Some(placement_text(*placement)))
        }
    };
    let row = params![
        client.id.as_str(),
        origin_text(client.origin),
        client.name,
        redirects_text(&client.redirects),
        digest,
        placement,
        client.refreshes,
        client.created_at,
        client.used_at,
        client.revoked_at,
    ];
    change(ADD, row)
}

pub(crate) fn mark_used(id: &ClientId, at: UnixTime) -> Change {
    change(MARK_USED, params![id.as_str(), at])
}

pub(crate) fn revoke(id: &ClientId, at: UnixTime) -> Change {
    change(REVOKE, params![id.as_str(), at])
}
