//! Initial access tokens: how often one was used is counted in the very update that checks it.

use doorward_core::{
    id::InitialTokenId, registration::InitialAccessToken, secret::Digest, time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, digest, note, created_at, expires_at, uses, most_uses
            FROM initial_access_tokens ",
            $rest
        )
    };
}

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    ADD = "INSERT INTO initial_access_tokens
        (id, digest, note, created_at, expires_at, uses, most_uses)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    USE = "UPDATE initial_access_tokens SET uses = uses + 1
        WHERE digest = ?1 AND expires_at > ?2 AND (most_uses IS NULL OR uses < most_uses)";
    REMOVE = "DELETE FROM initial_access_tokens WHERE id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<InitialAccessToken, Unreadable> {
    Ok(InitialAccessToken {
        id: InitialTokenId::from_known(columns.text()?),
        digest: columns.digest()?,
        note: columns.text()?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
        uses: columns.take()?,
        most_uses: columns.take()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<InitialAccessToken> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn all() -> Query<InitialAccessToken> {
    query(ALL, params![], read)
}

pub(crate) fn add(token: &InitialAccessToken) -> Change {
    let row = params![
        token.id.as_str(),
        token.digest,
        token.note,
        token.created_at,
        token.expires_at,
        token.uses,
        token.most_uses,
    ];
    change(ADD, row)
}

pub(crate) fn use_once_more(digest: &Digest, at: UnixTime) -> Change {
    change(USE, params![digest, at])
}

pub(crate) fn remove(id: &InitialTokenId) -> Change {
    change(REMOVE, params![id.as_str()])
}
