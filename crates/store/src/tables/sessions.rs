//! People's signed-in sessions.

use doorward_core::{id::UserId, secret::Digest, session::Session};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

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

fn read(columns: &mut Columns<'_>) -> Result<Session, Unreadable> {
    Ok(Session {
        digest: columns.digest()?,
        user: UserId::from_known(columns.text()?),
        authenticated_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<Session> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn add(session: &Session) -> Change {
    let row = params![
        session.digest,
        session.user.as_str(),
        session.authenticated_at,
        session.expires_at,
    ];
    change(ADD, row)
}

pub(crate) fn end(digest: &Digest) -> Change {
    change(END, params![digest])
}

pub(crate) fn end_of_user(user: &UserId) -> Change {
    change(END_OF_USER, params![user.as_str()])
}
