//! The one-time link that makes the first account.

use doorward_core::{secret::Digest, session::SetupLink, time::UnixTime};
use rusqlite::{Connection, Result, params};

use super::{Columns, change, find, statements};

statements! {
    BY_DIGEST = "SELECT digest, expires_at, used_at FROM setup_links WHERE digest = ?1";
    REMOVE_ALL = "DELETE FROM setup_links";
    ADD = "INSERT INTO setup_links (digest, expires_at, used_at) VALUES (?1, ?2, ?3)";
    USE = "UPDATE setup_links SET used_at = ?2 WHERE digest = ?1 AND used_at IS NULL";
}

fn read(columns: &mut Columns<'_>) -> Result<SetupLink> {
    Ok(SetupLink {
        digest: columns.digest()?,
        expires_at: columns.time()?,
        used_at: columns.optional_time()?,
    })
}

pub(in crate::sqlite) fn by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<SetupLink>> {
    find(connection, BY_DIGEST, [digest.as_bytes()], read)
}

pub(in crate::sqlite) fn replace(connection: &Connection, link: &SetupLink) -> Result<usize> {
    change(connection, REMOVE_ALL, [])?;
    let row = params![
        link.digest.as_bytes(),
        link.expires_at.millis(),
        link.used_at.map(UnixTime::millis),
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn mark_used(
    connection: &Connection,
    digest: &Digest,
    at: UnixTime,
) -> Result<usize> {
    change(connection, USE, params![digest.as_bytes(), at.millis()])
}
