//! OAuth clients.
//!
//! A redirect URI that today's rules no longer accept is left out when a client
//! is read: it stops working, and the rest of the registration keeps working.

use std::time::Duration;

use doorward_core::{
    client::{
        Client, ClientAuthentication, ClientOrigin, DocumentState, Environments, GrantTypes,
        OwnAccess, OwnServers, PrivateKey, RequestRules, SecretPlacement, SeenKeys, Software,
        TokenRules,
    },
    id::ClientId,
    redirect::RegisteredRedirect,
    scope::ScopeSet,
    secret::Digest,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, Value, change, params, query, statements};

/// The most unused clients that go at once, so that nobody waits long for it.
const AT_ONCE: i64 = 500;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, software, redirects, authentication, secret_digest,
                secret_placement, authentication_facts, grants, environments, access_ttl,
                dpop_bound, certificate_bound, management_digest, document_digest, document_etag,
                document_confirmed_at, document_fresh_until, pushed_only, signed_only, request_keys,
                origin, created_at, used_at, revoked_at, own_scopes, own_servers,
                seen_keys
            FROM clients ",
            $rest
        )
    };
}

statements! {
    BY_ID = select!("WHERE id = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    COUNT_UNUSED = "SELECT count(*) FROM clients
        WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL
            AND origin = ?1";
    KEEP_UNUSED = "DELETE FROM clients WHERE id IN (
        SELECT id FROM clients
        WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL
            AND origin = ?1 AND created_at < ?3
            AND NOT EXISTS (SELECT 1 FROM authorization_codes WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM device_authorizations WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM grants WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM consents WHERE client_id = clients.id)
        ORDER BY created_at, id
        LIMIT (SELECT CASE WHEN count(*) - ?2 > ?4 THEN ?4
                WHEN count(*) > ?2 THEN count(*) - ?2 ELSE 0 END
            FROM clients
            WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL
                AND origin = ?1))";
    ADD = "INSERT INTO clients (id, name, software, redirects, authentication, secret_digest,
            secret_placement, authentication_facts, grants, environments, access_ttl,
            dpop_bound, certificate_bound, management_digest, document_digest, document_etag,
            document_confirmed_at, document_fresh_until, pushed_only, signed_only, request_keys,
            origin, created_at, used_at, revoked_at, own_scopes, own_servers)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
            ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)
        ON CONFLICT (id) DO NOTHING";
    REPLACE = "UPDATE clients SET name = ?2, software = ?3, redirects = ?4, authentication = ?5,
            secret_digest = ?6, secret_placement = ?7, authentication_facts = ?8, grants = ?9,
            environments = ?10, access_ttl = ?11, dpop_bound = ?12, certificate_bound = ?13,
            management_digest = ?14, document_digest = ?15, document_etag = ?16,
            document_confirmed_at = ?17, document_fresh_until = ?18, pushed_only = ?19,
            signed_only = ?20, request_keys = ?21,
            seen_keys = CASE WHEN authentication_facts IS NOT DISTINCT FROM ?8
                AND request_keys IS NOT DISTINCT FROM ?21 THEN seen_keys ELSE '' END
        WHERE id = ?1 AND revoked_at IS NULL AND management_digest IS NOT DISTINCT FROM ?22
            AND document_digest IS NOT DISTINCT FROM ?23";
    MARK_USED = "UPDATE clients SET used_at = CASE WHEN used_at > ?2 THEN used_at ELSE ?2 END WHERE id = ?1";
    SEE_KEYS = "UPDATE clients SET seen_keys = ?3
        WHERE id = ?1 AND seen_keys = ?2 AND revoked_at IS NULL";
    REVOKE = "UPDATE clients SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<Client, Unreadable> {
    Ok(Client {
        id: ClientId::from_known(columns.text()?),
        name: columns.text()?,
        software: columns.parsed(|text| serde_json::from_str(text).ok())?,
        redirects: columns.parsed(redirects_from)?,
        authentication: authentication(columns)?,
        grants: columns.parsed(GrantTypes::from_stored)?,
        environments: columns.parsed(Environments::from_stored)?,
        tokens: TokenRules {
            access_ttl: columns
                .take::<Option<i64>>()?
                .map(|millis| Duration::from_millis(millis.unsigned_abs())),
            dpop_bound: columns.take()?,
            certificate_bound: columns.take()?,
        },
        management: columns.optional_digest()?,
        document: document(columns)?,
        requests: RequestRules {
            pushed: columns.take()?,
            signed: columns.take()?,
        },
        request_keys: request_keys(columns)?,
        origin: columns.parsed(ClientOrigin::from_stored)?,
        created_at: columns.time()?,
        used_at: columns.optional_time()?,
        revoked_at: columns.optional_time()?,
        own: OwnAccess {
            scopes: ScopeSet::from_stored(&columns.text()?),
            servers: columns.parsed(OwnServers::from_stored)?,
        },
        seen_keys: columns.parsed(SeenKeys::from_stored)?,
    })
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

fn software_text(software: &Software) -> String {
    serde_json::to_value(software)
        .unwrap_or_default()
        .to_string()
}

fn authentication(columns: &mut Columns<'_>) -> Result<ClientAuthentication, Unreadable> {
    let method = columns.text()?;
    let digest = columns.optional_digest()?;
    let placement = columns.take::<Option<String>>()?;
    let facts = columns.take::<Option<String>>()?.unwrap_or_default();
    let secret = |digest| {
        let placement = SecretPlacement::from_stored(placement.as_deref()?)?;
        Some(ClientAuthentication::Secret { digest, placement })
    };
    match method.as_str() {
        "none" => Some(ClientAuthentication::None),
        "secret" => digest.and_then(secret),
        "private_key" => serde_json::from_str(&facts)
            .ok()
            .map(ClientAuthentication::PrivateKey),
        "certificate" => serde_json::from_str(&facts)
            .ok()
            .map(ClientAuthentication::Certificate),
        "own_certificate" => serde_json::from_str(&facts)
            .ok()
            .map(ClientAuthentication::OwnCertificate),
        _ => None,
    }
    .ok_or_else(|| columns.unreadable())
}

fn request_keys(columns: &mut Columns<'_>) -> Result<Option<PrivateKey>, Unreadable> {
    let text = columns.take::<Option<String>>()?;
    let read = text.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|_| columns.unreadable())
}

fn document(columns: &mut Columns<'_>) -> Result<Option<DocumentState>, Unreadable> {
    let digest = columns.optional_digest()?;
    let etag = columns.take()?;
    let times = (columns.optional_time()?, columns.optional_time()?);
    let state = |((digest, confirmed_at), fresh_until)| DocumentState {
        digest,
        etag,
        confirmed_at,
        fresh_until,
    };
    Ok(digest.zip(times.0).zip(times.1).map(state))
}

pub(crate) fn by_id(id: &ClientId) -> Query<Client> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn all() -> Query<Client> {
    query(ALL, params![], read)
}

pub(crate) fn count_unused(origin: ClientOrigin) -> Query<u64> {
    query(COUNT_UNUSED, params![origin.as_str()], |columns| {
        Ok(columns.take::<i64>()?.unsigned_abs())
    })
}

/// Removes those made before `made_before` until `most` are left, or as many as go at once.
pub(crate) fn keep_unused(origin: ClientOrigin, most: u64, made_before: UnixTime) -> Change {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let row = params![origin.as_str(), most, made_before, AT_ONCE];
    change(KEEP_UNUSED, row)
}

pub(crate) fn add(client: &Client) -> Change {
    let mut row = registered(client);
    row.extend(params![
        client.origin.as_str(),
        client.created_at,
        client.used_at,
        client.revoked_at,
        client.own.scopes.to_string(),
        client.own.servers.to_string(),
    ]);
    change(ADD, row)
}

/// Replaces `before` by `after`, as far as a registration can change.
pub(crate) fn replace(before: &Client, after: &Client) -> Change {
    let mut row = registered(after);
    row.extend(params![
        before.management,
        before.document.as_ref().map(|state| state.digest),
    ]);
    change(REPLACE, row)
}

/// Everything that a registration can change, after the identifier.
fn registered(client: &Client) -> Vec<Value> {
    let document = client.document.as_ref();
    let access_ttl = client.tokens.access_ttl.map(|ttl| ttl.as_millis());
    let mut row = params![
        client.id.as_str(),
        client.name,
        software_text(&client.software),
        redirects_text(&client.redirects),
    ];
    row.extend(method(&client.authentication));
    row.extend(params![
        client.grants.to_string(),
        client.environments.to_string(),
        access_ttl.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX)),
        client.tokens.dpop_bound,
        client.tokens.certificate_bound,
        client.management,
        document.map(|state| state.digest),
        document.and_then(|state| state.etag.clone()),
        document.map(|state| state.confirmed_at),
        document.map(|state| state.fresh_until),
        client.requests.pushed,
        client.requests.signed,
        client.request_keys.as_ref().map(key_text),
    ]);
    row
}

/// How a client authenticates: its method, a secret with its placement, other facts.
fn method(authentication: &ClientAuthentication) -> Vec<Value> {
    let none: Option<Digest> = None;
    let facts =
        |facts: serde_json::Result<serde_json::Value>| facts.unwrap_or_default().to_string();
    match authentication {
        ClientAuthentication::None => params!["none", none, none, none],
        ClientAuthentication::Secret { digest, placement } => {
            params!["secret", digest, placement.as_str(), none]
        }
        ClientAuthentication::PrivateKey(key) => {
            params!["private_key", none, none, key_text(key)]
        }
        ClientAuthentication::Certificate(named) => {
            let named = facts(serde_json::to_value(named));
            params!["certificate", none, none, named]
        }
        ClientAuthentication::OwnCertificate(own) => {
            params![
                "own_certificate",
                none,
                none,
                facts(serde_json::to_value(own))
            ]
        }
    }
}

fn key_text(key: &PrivateKey) -> String {
    serde_json::to_value(key).unwrap_or_default().to_string()
}

pub(crate) fn mark_used(id: &ClientId, at: UnixTime) -> Change {
    change(MARK_USED, params![id.as_str(), at])
}

/// Notes keys that follow those that were seen `before`.
pub(crate) fn see_keys(id: &ClientId, before: &SeenKeys, now: &SeenKeys) -> Change {
    let row = params![id.as_str(), before.to_stored(), now.to_stored()];
    change(SEE_KEYS, row)
}

pub(crate) fn revoke(id: &ClientId, at: UnixTime) -> Change {
    change(REVOKE, params![id.as_str(), at])
}
