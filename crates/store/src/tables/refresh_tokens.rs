//! Refresh tokens: exactly one use spends one. What it returned is kept beside them for a while.

use doorward_core::{
    id::GrantId,
    refresh::{RefreshState, RefreshToken, Spent},
    secret::Digest,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, grant_id, expires_at, spent_at, successor,
                CASE WHEN spent_at IS NOT NULL THEN (SELECT sealed FROM refresh_responses
                    WHERE refresh_responses.digest = refresh_tokens.digest) END AS sealed_response
            FROM refresh_tokens ",
            $rest
        )
    };
}
pub(super) use select;

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    // Of a grant that exists. It is kept until the hour in which that ends is over: few ends, so
    // that tokens of one moment lie together in the index, too.
    ADD = "INSERT INTO refresh_tokens (digest, grant_id, expires_at, kept_until)
        SELECT ?1, id, ?3, (expires_at / 3600000 + 1) * 3600000 FROM grants WHERE id = ?2";
    SPEND = "UPDATE refresh_tokens SET spent_at = ?2, successor = ?3
        WHERE digest = ?1 AND spent_at IS NULL";
    KEEP_RESPONSE = "INSERT INTO refresh_responses (digest, spent_at, sealed) VALUES (?1, ?2, ?3)";
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

/// Adds a token as it was before it was spent, if it is.
pub(crate) fn add(token: &RefreshToken) -> Change {
    let row = params![token.digest, token.grant.as_str(), token.expires_at];
    change(ADD, row)
}

/// Spends a token and keeps what it returned.
pub(crate) fn spend(digest: &Digest, spent: &Spent) -> [Change; 2] {
    [
        change(SPEND, params![digest, spent.at, spent.successor]),
        change(
            KEEP_RESPONSE,
            params![digest, spent.at, spent.sealed_response],
        ),
    ]
}
