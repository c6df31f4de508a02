//! Authorization codes: single use is a condition of the update, never a prior read.

use doorward_core::{
    code::{AuthorizationCode, CodeState},
    id::{ClientId, GrantId, UserId},
    pkce::Challenge,
    resource::Resource,
    scope::ScopeSet,
    secret::Digest,
};
use rusqlite::{Connection, Result, params, types::Type};

use super::{Columns, change, find, statements, unreadable};

statements! {
    BY_DIGEST = "SELECT digest, client_id, redirect_uri, challenge, user_id, resource, scopes,
            authenticated_at, expires_at, state, grant_id
        FROM authorization_codes WHERE digest = ?1";
    // Only for a user and a client that may still act when this is written.
    ADD = "INSERT INTO authorization_codes (digest, client_id, redirect_uri, challenge, user_id,
            resource, scopes, authenticated_at, expires_at, state, grant_id)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?5 AND disabled_at IS NULL)
            AND EXISTS (SELECT 1 FROM clients WHERE id = ?2 AND revoked_at IS NULL)";
    REDEEM = "UPDATE authorization_codes SET state = 'redeemed', grant_id = ?2
        WHERE digest = ?1 AND state = 'fresh'";
    BURN = "UPDATE authorization_codes SET state = 'burnt' WHERE digest = ?1 AND state = 'fresh'";
    BURN_OF_USER = "UPDATE authorization_codes SET state = 'burnt'
        WHERE user_id = ?1 AND state = 'fresh'";
    BURN_OF_CLIENT = "UPDATE authorization_codes SET state = 'burnt'
        WHERE client_id = ?1 AND state = 'fresh'";
}

fn read(columns: &mut Columns<'_>) -> Result<AuthorizationCode> {
    Ok(AuthorizationCode {
        digest: columns.digest()?,
        client: ClientId::from_known(columns.text()?),
        redirect_uri: columns.text()?,
        challenge: Challenge::from_stored(columns.text()?),
        user: UserId::from_known(columns.text()?),
        resource: Resource::from_known(columns.text()?),
        scopes: ScopeSet::from_stored(&columns.text()?),
        authenticated_at: columns.time()?,
        expires_at: columns.time()?,
        state: state_from(&columns.text()?, columns.take()?)?,
    })
}

fn state_from(state: &str, grant: Option<String>) -> Result<CodeState> {
    match (state, grant) {
        ("fresh", None) => Ok(CodeState::Fresh),
        ("burnt", None) => Ok(CodeState::Burnt),
        ("redeemed", Some(grant)) => Ok(CodeState::Redeemed {
            grant: GrantId::from_known(grant),
        }),
        _ => Err(unreadable(9, Type::Text)),
    }
}

pub(in crate::sqlite) fn by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<AuthorizationCode>> {
    find(connection, BY_DIGEST, [digest.as_bytes()], read)
}

pub(in crate::sqlite) fn add(connection: &Connection, code: &AuthorizationCode) -> Result<usize> {
    let (state, grant) = match &code.state {
        CodeState::Fresh => ("fresh", None),
        CodeState::Burnt => ("burnt", None),
        CodeState::Redeemed { grant } => ("redeemed", Some(grant.as_str())),
    };
    let row = params![
        code.digest.as_bytes(),
        code.client.as_str(),
        code.redirect_uri,
        code.challenge.as_str(),
        code.user.as_str(),
        code.resource.as_str(),
        code.scopes.to_string(),
        code.authenticated_at.millis(),
        code.expires_at.millis(),
        state,
        grant,
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn redeem(
    connection: &Connection,
    digest: &Digest,
    grant: &GrantId,
) -> Result<usize> {
    let row = params![digest.as_bytes(), grant.as_str()];
    change(connection, REDEEM, row)
}

pub(in crate::sqlite) fn burn(connection: &Connection, digest: &Digest) -> Result<usize> {
    change(connection, BURN, [digest.as_bytes()])
}

pub(in crate::sqlite) fn burn_of_user(connection: &Connection, user: &UserId) -> Result<usize> {
    change(connection, BURN_OF_USER, [user.as_str()])
}

pub(in crate::sqlite) fn burn_of_client(
    connection: &Connection,
    client: &ClientId,
) -> Result<usize> {
    change(connection, BURN_OF_CLIENT, [client.as_str()])
}
