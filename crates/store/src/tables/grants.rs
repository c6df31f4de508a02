//! Grants: what every token hangs off.

use doorward_core::{
    access::Confirmation,
    grant::{Grant, RevocationReason, Revoked},
    id::{ClientId, GrantId, UserId},
    resource::Resources,
    scope::ScopeSet,
    session::Methods,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, client_id, resource, scopes, details, authenticated_at, methods,
                created_at, key_thumbprint, bound_at, last_used_at, expires_at, revoked_at, revocation_reason
            FROM grants ",
            $rest
        )
    };
}

pub(super) use select;

statements! {
    BY_ID = select!("WHERE id = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    OF_USER = select!("WHERE user_id = ?1 ORDER BY created_at DESC, id");
    OF_CLIENT = select!("WHERE client_id = ?1 ORDER BY created_at DESC, id");
    OF_BOTH = select!("WHERE user_id = ?1 AND client_id = ?2 ORDER BY created_at DESC, id");
    LATEST = select!("WHERE user_id = ?1 AND client_id = ?2 ORDER BY created_at DESC, id LIMIT ?3");
    // Only for a user, if any, and a client that may still act when this is written: a grant cannot
    // slip in behind a revocation that did not see it yet.
    ADD = "INSERT INTO grants (id, user_id, client_id, resource, scopes, details, authenticated_at,
            methods, created_at, key_thumbprint, last_used_at, expires_at, revoked_at, revocation_reason)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
        WHERE (EXISTS (SELECT 1 FROM users WHERE id = ?2 AND disabled_at IS NULL) OR ?2 IS NULL)
            AND EXISTS (SELECT 1 FROM clients WHERE id = ?3 AND revoked_at IS NULL)";
    MARK_USED = "UPDATE grants SET last_used_at = CASE WHEN last_used_at > ?2 THEN last_used_at ELSE ?2 END
        WHERE id = ?1 AND revoked_at IS NULL";
    BIND = "UPDATE grants SET key_thumbprint = ?2, bound_at = ?3
        WHERE id = ?1 AND revoked_at IS NULL AND key_thumbprint IS NULL";
    REVOKE = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_OF_USER = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE user_id = ?1 AND revoked_at IS NULL";
    REVOKE_ASSERTED_OF_USER = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE user_id = ?1 AND authenticated_at IS NULL AND revoked_at IS NULL";
    REVOKE_OF_CLIENT = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE client_id = ?1 AND revoked_at IS NULL";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<Grant, Unreadable> {
    Ok(Grant {
        id: GrantId::from_known(columns.text()?),
        user: columns.take::<Option<String>>()?.map(UserId::from_known),
        client: ClientId::from_known(columns.text()?),
        resources: columns.parsed(Resources::from_stored)?,
        scopes: ScopeSet::from_stored(&columns.text()?),
        details: columns.details()?,
        authenticated_at: columns.optional_time()?,
        methods: columns.parsed(Methods::from_stored)?,
        created_at: columns.time()?,
        key: columns
            .take::<Option<String>>()?
            .as_deref()
            .map(Confirmation::from_stored),
        bound_at: columns.optional_time()?,
        last_used_at: columns.time()?,
        expires_at: columns.time()?,
        revoked: revoked_from(columns)?,
    })
}

fn revoked_from(columns: &mut Columns<'_>) -> Result<Option<Revoked>, Unreadable> {
    let (at, reason) = (columns.optional_time()?, columns.take::<Option<String>>()?);
    match (at, reason) {
        (None, None) => Ok(None),
        (Some(at), Some(reason)) => RevocationReason::from_stored(&reason)
            .map(|reason| Some(Revoked { at, reason }))
            .ok_or_else(|| columns.unreadable()),
        _ => Err(columns.unreadable()),
    }
}

pub(crate) fn by_id(id: &GrantId) -> Query<Grant> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn of(user: Option<&UserId>, client: Option<&ClientId>) -> Query<Grant> {
    match (user, client) {
        (None, None) => query(ALL, params![], read),
        (Some(user), None) => query(OF_USER, params![user.as_str()], read),
        (None, Some(client)) => query(OF_CLIENT, params![client.as_str()], read),
        (Some(user), Some(client)) => query(OF_BOTH, params![user.as_str(), client.as_str()], read),
    }
}

pub(crate) fn latest(user: &UserId, client: &ClientId, most: u32) -> Query<Grant> {
    let of_both = params![user.as_str(), client.as_str(), i64::from(most)];
    query(LATEST, of_both, read)
}

pub(crate) fn add(grant: &Grant) -> Change {
    let row = params![
        grant.id.as_str(),
        grant.user.as_ref().map(UserId::as_str),
        grant.client.as_str(),
        grant.resources.to_string(),
        grant.scopes.to_string(),
        grant.details.to_stored(),
        grant.authenticated_at,
        grant.methods.stored(),
        grant.created_at,
        grant.key.as_ref().map(Confirmation::to_stored),
        grant.last_used_at,
        grant.expires_at,
        grant.revoked.map(|revoked| revoked.at),
        grant.revoked.map(|revoked| revoked.reason.as_str()),
    ];
    change(ADD, row)
}

pub(crate) fn mark_used(id: &GrantId, at: UnixTime) -> Change {
    change(MARK_USED, params![id.as_str(), at])
}

pub(crate) fn bind(id: &GrantId, key: &Confirmation, at: UnixTime) -> Change {
    change(BIND, params![id.as_str(), key.to_stored(), at])
}

pub(crate) fn revoke(id: &GrantId, revoked: Revoked) -> Change {
    revoke_where(REVOKE, id.as_str(), revoked)
}

pub(crate) fn revoke_of_user(user: &UserId, revoked: Revoked) -> Change {
    revoke_where(REVOKE_OF_USER, user.as_str(), revoked)
}

pub(crate) fn revoke_asserted_of_user(user: &UserId, revoked: Revoked) -> Change {
    revoke_where(REVOKE_ASSERTED_OF_USER, user.as_str(), revoked)
}

pub(crate) fn revoke_of_client(client: &ClientId, revoked: Revoked) -> Change {
    revoke_where(REVOKE_OF_CLIENT, client.as_str(), revoked)
}

fn revoke_where(sql: &'static str, whose: &str, revoked: Revoked) -> Change {
    let row = params![whose, revoked.at, revoked.reason.as_str()];
    change(sql, row)
}
