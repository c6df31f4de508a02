//! Refresh tokens: exactly one use spends one.

use doorward_core::{
    id::GrantId,
    refresh::{RefreshState, RefreshToken, Spent},
    secret::Digest,
    time::UnixTime,
};
use rusqlite::{Connection, Result, params, types::Type};

use super::{Columns, change, find, statements, unreadable};

statements! {
    BY_DIGEST = "SELECT digest, grant_id, expires_at, spent_at, successor, sealed_response
        FROM refresh_tokens WHERE digest = ?1";
    ADD = "INSERT INTO refresh_tokens (digest, grant_id, expires_at, spent_at, successor,
            sealed_response)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SPEND = "UPDATE refresh_tokens SET spent_at = ?2, successor = ?3, sealed_response = ?4
        WHERE digest = ?1 AND spent_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<RefreshToken> {
    Ok(RefreshToken {
        digest: columns.digest()?,
        grant: GrantId::from_known(columns.text()?),
        expires_at: columns.time()?,
        state: state_from(
            columns.optional_time()?,
            columns.optional_digest()?,
            columns.take()?,
        )?,
    })
}

fn state_from(
    at: Option<UnixTime>,
    successor: Option<Digest>,
    sealed_response: Option<Vec<u8>>,
) -> Result<RefreshState> {
    match (at, successor) {
        (None, None) => Ok(RefreshState::Active),
        (Some(at), Some(successor)) => Ok(RefreshState::Spent(Spent {
            at,
            successor,
            sealed_response: sealed_response.unwrap_or_default(),
        })),
        _ => Err(unreadable(3, Type::Integer)),
    }
}

pub(in crate::sqlite) fn by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<RefreshToken>> {
    find(connection, BY_DIGEST, [digest.as_bytes()], read)
}

pub(in crate::sqlite) fn add(connection: &Connection, token: &RefreshToken) -> Result<usize> {
    let spent = match &token.state {
        RefreshState::Active => None,
        RefreshState::Spent(spent) => Some(spent),
    };
    let row = params![
        token.digest.as_bytes(),
        token.grant.as_str(),
        token.expires_at.millis(),
        spent.map(|spent| spent.at.millis()),
        spent.map(|spent| spent.successor.as_bytes()),
        spent.map(|spent| spent.sealed_response.as_slice()),
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn spend(
    connection: &Connection,
    digest: &Digest,
    spent: &Spent,
) -> Result<usize> {
    let row = params![
        digest.as_bytes(),
        spent.at.millis(),
        spent.successor.as_bytes(),
        spent.sealed_response,
    ];
    change(connection, SPEND, row)
}
