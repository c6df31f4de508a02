//! Access tokens revoked one by one, and everything revoked since a point in time.

use doorward_core::{
    id::{ClientId, GrantId, TokenId, UserId},
    revocation::Revocation,
    time::UnixTime,
};
use rusqlite::{Connection, Error, Result, params, types::Type};

use super::{Columns, change, list, statements, unreadable};
use crate::RevokedTokens;

statements! {
    REVOKE_TOKEN = "INSERT INTO revoked_access_tokens (id, revoked_at) VALUES (?1, ?2)
        ON CONFLICT (id) DO NOTHING";
    SINCE = "SELECT 'grant', id, revoked_at FROM grants WHERE revoked_at >= ?1
        UNION ALL
        SELECT 'token', id, revoked_at FROM revoked_access_tokens WHERE revoked_at >= ?1
        UNION ALL
        SELECT 'user', id, disabled_at FROM users WHERE disabled_at >= ?1
        UNION ALL
        SELECT 'client', id, revoked_at FROM clients WHERE revoked_at >= ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<RevokedTokens> {
    Ok(RevokedTokens {
        what: revocation(&columns.text()?, columns.text()?)?,
        at: columns.time()?,
    })
}

fn revocation(kind: &str, id: String) -> Result<Revocation, Error> {
    match kind {
        "grant" => Ok(Revocation::Grant(GrantId::from_known(id))),
        "token" => Ok(Revocation::Token(TokenId::from_known(id))),
        "user" => Ok(Revocation::User(UserId::from_known(id))),
        "client" => Ok(Revocation::Client(ClientId::from_known(id))),
        _ => Err(unreadable(0, Type::Text)),
    }
}

pub(in crate::sqlite) fn revoke_token(
    connection: &Connection,
    token: &TokenId,
    at: UnixTime,
) -> Result<usize> {
    let row = params![token.as_str(), at.millis()];
    change(connection, REVOKE_TOKEN, row)
}

pub(in crate::sqlite) fn since(
    connection: &Connection,
    since: UnixTime,
) -> Result<Vec<RevokedTokens>> {
    list(connection, SINCE, [since.millis()], read)
}
