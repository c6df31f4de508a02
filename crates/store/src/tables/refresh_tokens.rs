//! Refresh tokens: exactly one use spends one.

use doorward_core::{
    id::GrantId,
    refresh::{RefreshState, RefreshToken, Spent},
    secret::Digest,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, grant_id, expires_at, spent_at, successor, sealed_response
            FROM refresh_tokens ",
            $rest
        )
    };
}
pub(super) use select;

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    ADD = "INSERT INTO refresh_tokens (digest, grant_id, expires_at, spent_at, successor,
            sealed_response)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SPEND = "UPDATE refresh_tokens SET spent_at = ?2, successor = ?3, sealed_response = ?4
        WHERE digest = ?1 AND spent_at IS NULL";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<RefreshToken, Unreadable> {
    Ok(RefreshToken {
        digest: columns.digest()?,
        grant: GrantId::from_known(columns.text()?),
        expires_at: columns.time()?,
        state: state_from(columns)?,
    })
}

fn state_from(columns: &mut Columns<'_>) -> Result<RefreshState, Unreadable> {
    let (at, successor) = (columns.optional_time()?, columns.optional_digest()?);
    let sealed_response: Option<Vec<u8>> = columns.take()?;
    match (at, successor) {
        (None, None) => Ok(RefreshState::Active),
        (Some(at), Some(successor)) => Ok(RefreshState::Spent(Spent {
            at,
            successor,
            sealed_response: sealed_response.unwrap_or_default(),
        })),
        _ => Err(columns.unreadable()),
    }
}

pub(crate) fn by_digest(digest: &Digest) -> Query<RefreshToken> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn add(token: &RefreshToken) -> Change {
    let spent = match &token.state {
        RefreshState::Active => None,
        RefreshState::Spent(spent) => Some(spent),
    };
    let row = params![
        token.digest,
        token.grant.as_str(),
        token.expires_at,
        spent.map(|spent| spent.at),
        spent.map(|spent| spent.successor),
        spent.map(|spent| spent.sealed_response.as_slice()),
    ];
    change(ADD, row)
}

pub(crate) fn spend(digest: &Digest, spent: &Spent) -> Change {
    let row = params![digest, spent.at, spent.successor, spent.sealed_response,];
    change(SPEND, row)
}
