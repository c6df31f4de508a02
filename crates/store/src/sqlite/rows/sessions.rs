//! People's signed-in sessions.

use doorward_core::{id::UserId, secret::Digest, session::Session};
use rusqlite::{Connection, Result, params};

use super::{Columns, change, find, statements};

statements! {
    BY_DIGEST = "SELECT digest, user_id, authenticated_at, expires_at FROM sessions
        WHERE digest = ?1";
    // Only for a user who may still sign in when this is written.
    ADD = "INSERT INTO sessions (digest, user_id, authenticated_at, expires_at)
        SELECT ?1, ?2, ?3, ?4
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?2 AND disabled_at IS NULL)";
    END = "DELETE FROM sessions WHERE digest = ?1";
    END_OF_USER = "DELETE FROM sessions WHERE user_id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<Session> {
    Ok(Session {
        digest: columns.digest()?,
        user: UserId::from_known(columns.text()?),
        authenticated_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

pub(in crate::sqlite) fn by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<Session>> {
    find(connection, BY_DIGEST, [digest.as_bytes()], read)
}

pub(in crate::sqlite) fn add(connection: &Connection, session: &Session) -> Result<usize> {
    let row = params![
        session.digest.as_bytes(),
        session.user.as_str(),
        session.authenticated_at.millis(),
        session.expires_at.millis(),
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn end(connection: &Connection, digest: &Digest) -> Result<usize> {
    change(connection, END, [digest.as_bytes()])
}

pub(in crate::sqlite) fn end_of_user(connection: &Connection, user: &UserId) -> Result<usize> {
    change(connection, END_OF_USER, [user.as_str()])
}
