//! The one-time link that makes the first account.

use doorward_core::{secret::Digest, session::SetupLink, time::UnixTime};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

statements! {
    BY_DIGEST = "SELECT digest, expires_at, used_at FROM setup_links WHERE digest = ?1";
    REMOVE_ALL = "DELETE FROM setup_links";
    ADD = "INSERT INTO setup_links (digest, expires_at, used_at) VALUES (?1, ?2, ?3)";
    USE = "UPDATE setup_links SET used_at = ?2 WHERE digest = ?1 AND used_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<SetupLink, Unreadable> {
    Ok(SetupLink {
        digest: columns.digest()?,
        expires_at: columns.time()?,
        used_at: columns.optional_time()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<SetupLink> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn remove_all() -> Change {
    change(REMOVE_ALL, params![])
}

pub(crate) fn add(link: &SetupLink) -> Change {
    let row = params![link.digest, link.expires_at, link.used_at,];
    change(ADD, row)
}

pub(crate) fn mark_used(digest: &Digest, at: UnixTime) -> Change {
    change(USE, params![digest, at])
}
