//! Access tokens revoked one by one, and everything revoked since a point in time.

use doorward_core::{
    id::{ClientId, GrantId, TokenId, UserId},
    revocation::Revocation,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};
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
        SELECT 'cut', user_id, cut_at FROM token_cuts WHERE cut_at >= ?1
        UNION ALL
        SELECT 'client', id, revoked_at FROM clients WHERE revoked_at >= ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<RevokedTokens, Unreadable> {
    Ok(RevokedTokens {
        what: revocation(columns)?,
        at: columns.time()?,
    })
}

fn revocation(columns: &mut Columns<'_>) -> Result<Revocation, Unreadable> {
    let (kind, id) = (columns.text()?, columns.text()?);
    match kind.as_str() {
        "grant" => Ok(Revocation::Grant(GrantId::from_known(id))),
        "token" => Ok(Revocation::Token(TokenId::from_known(id))),
        "user" => Ok(Revocation::User(UserId::from_known(id))),
        "cut" => Ok(Revocation::TokensOfUser(UserId::from_known(id))),
        "client" => Ok(Revocation::Client(ClientId::from_known(id))),
        _ => Err(columns.unreadable()),
    }
}

pub(crate) fn revoke_token(token: &TokenId, at: UnixTime) -> Change {
    let row = params![token.as_str(), at];
    change(REVOKE_TOKEN, row)
}

pub(crate) fn since(since: UnixTime) -> Query<RevokedTokens> {
    query(SINCE, params![since], read)
}
