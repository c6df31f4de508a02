//! Grants: what every token hangs off.

use doorward_core::{
    grant::{Grant, RevocationReason, Revoked},
    id::{ClientId, GrantId, UserId},
    resource::Resource,
    scope::ScopeSet,
    time::UnixTime,
};
use rusqlite::{Connection, Result, params, types::Type};

use super::{Columns, change, find, list, statements, unreadable};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, client_id, resource, scopes, authenticated_at, created_at,
                last_used_at, expires_at, revoked_at, revocation_reason FROM grants ",
            $rest
        )
    };
}

statements! {
    BY_ID = select!("WHERE id = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    OF_USER = select!("WHERE user_id = ?1 ORDER BY created_at DESC, id");
    OF_CLIENT = select!("WHERE client_id = ?1 ORDER BY created_at DESC, id");
    OF_BOTH = select!("WHERE user_id = ?1 AND client_id = ?2 ORDER BY created_at DESC, id");
    // Only for a user and a client that may still act when this is written: a grant cannot
    // slip in behind a revocation that did not see it yet.
    ADD = "INSERT INTO grants (id, user_id, client_id, resource, scopes, authenticated_at,
            created_at, last_used_at, expires_at, revoked_at, revocation_reason)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?2 AND disabled_at IS NULL)
            AND EXISTS (SELECT 1 FROM clients WHERE id = ?3 AND revoked_at IS NULL)";
    MARK_USED = "UPDATE grants SET last_used_at = max(last_used_at, ?2)
        WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_OF_USER = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE user_id = ?1 AND revoked_at IS NULL";
    REVOKE_OF_CLIENT = "UPDATE grants SET revoked_at = ?2, revocation_reason = ?3
        WHERE client_id = ?1 AND revoked_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<Grant> {
    Ok(Grant {
        id: GrantId::from_known(columns.text()?),
        user: UserId::from_known(columns.text()?),
        client: ClientId::from_known(columns.text()?),
        resource: Resource::from_known(columns.text()?),
        scopes: ScopeSet::from_stored(&columns.text()?),
        authenticated_at: columns.time()?,
        created_at: columns.time()?,
        last_used_at: columns.time()?,
        expires_at: columns.time()?,
        revoked: revoked_from(columns.optional_time()?, columns.take()?)?,
    })
}

fn revoked_from(at: Option<UnixTime>, reason: Option<String>) -> Result<Option<Revoked>> {
    match (at, reason) {
        (None, None) => Ok(None),
        (Some(at), Some(reason)) => RevocationReason::from_stored(&reason)
            .map(|reason| Some(Revoked { at, reason }))
            .ok_or_else(|| unreadable(10, Type::Text)),
        _ => Err(unreadable(9, Type::Integer)),
    }
}

pub(in crate::sqlite) fn by_id(connection: &Connection, id: &GrantId) -> Result<Option<Grant>> {
    find(connection, BY_ID, [id.as_str()], read)
}

pub(in crate::sqlite) fn of(
    connection: &Connection,
    user: Option<&UserId>,
    client: Option<&ClientId>,
) -> Result<Vec<Grant>> {
    match (user, client) {
        (None, None) => list(connection, ALL, [], read),
        (Some(user), None) => list(connection, OF_USER, [user.as_str()], read),
        (None, Some(client)) => list(connection, OF_CLIENT, [client.as_str()], read),
        (Some(user), Some(client)) => {
            list(connection, OF_BOTH, [user.as_str(), client.as_str()], read)
        }
    }
}

pub(in crate::sqlite) fn add(connection: &Connection, grant: &Grant) -> Result<usize> {
    let row = params![
        grant.id.as_str(),
        grant.user.as_str(),
        grant.client.as_str(),
        grant.resource.as_str(),
        grant.scopes.to_string(),
        grant.authenticated_at.millis(),
        grant.created_at.millis(),
        grant.last_used_at.millis(),
        grant.expires_at.millis(),
        grant.revoked.map(|revoked| revoked.at.millis()),
        grant.revoked.map(|revoked| revoked.reason.as_str()),
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn mark_used(
    connection: &Connection,
    id: &GrantId,
    at: UnixTime,
) -> Result<usize> {
    change(connection, MARK_USED, params![id.as_str(), at.millis()])
}

pub(in crate::sqlite) fn revoke(
    connection: &Connection,
    id: &GrantId,
    revoked: Revoked,
) -> Result<usize> {
    revoke_where(connection, REVOKE, id.as_str(), revoked)
}

pub(in crate::sqlite) fn revoke_of_user(
    connection: &Connection,
    user: &UserId,
    revoked: Revoked,
) -> Result<usize> {
    revoke_where(connection, REVOKE_OF_USER, user.as_str(), revoked)
}

pub(in crate::sqlite) fn revoke_of_client(
    connection: &Connection,
    client: &ClientId,
    revoked: Revoked,
) -> Result<usize> {
    revoke_where(connection, REVOKE_OF_CLIENT, client.as_str(), revoked)
}

fn revoke_where(
    connection: &Connection,
    sql: &str,
    whose: &str,
    revoked: Revoked,
) -> Result<usize> {
    let row = params![whose, revoked.at.millis(), revoked.reason.as_str()];
    change(connection, sql, row)
}
