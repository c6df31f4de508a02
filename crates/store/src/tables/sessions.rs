//! People's signed-in sessions.

use doorward_core::{
    id::{SessionId, UserId},
    secret::Digest,
    session::{Methods, Session},
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, id, user_id, methods, created_at, authenticated_at, seen_at, expires_at,
                agent, address
            FROM sessions ",
            $rest
        )
    };
}

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    OF_USER = select!("WHERE user_id = ?1 ORDER BY seen_at DESC, id");
    // Only for a user who may still sign in when this is written.
    ADD = "INSERT INTO sessions (digest, id, user_id, methods, created_at, authenticated_at, seen_at,
            expires_at, agent, address)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?3 AND disabled_at IS NULL)";
    SEE = "UPDATE sessions SET seen_at = CASE WHEN seen_at > ?2 THEN seen_at ELSE ?2 END
        WHERE digest = ?1";
    END = "DELETE FROM sessions WHERE digest = ?1";
    END_OF_USER = "DELETE FROM sessions WHERE user_id = ?1";
    END_OTHERS_OF_USER = "DELETE FROM sessions WHERE user_id = ?1 AND digest <> ?2";
}

fn read(columns: &mut Columns<'_>) -> Result<Session, Unreadable> {
    Ok(Session {
        digest: columns.digest()?,
        id: SessionId::from_known(columns.text()?),
        user: UserId::from_known(columns.text()?),
        methods: columns.parsed(Methods::from_stored)?,
        created_at: columns.time()?,
        authenticated_at: columns.time()?,
        seen_at: columns.time()?,
        expires_at: columns.time()?,
        agent: columns.take()?,
        address: columns.address()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<Session> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn of_user(user: &UserId) -> Query<Session> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn add(session: &Session) -> Change {
    let row = params![
        session.digest,
        session.id.as_str(),
        session.user.as_str(),
        session.methods.stored(),
        session.created_at,
        session.authenticated_at,
        session.seen_at,
        session.expires_at,
        session.agent,
        session.address.map(|address| address.to_string()),
    ];
    change(ADD, row)
}

pub(crate) fn see(digest: &Digest, at: UnixTime) -> Change {
    change(SEE, params![digest, at])
}

pub(crate) fn end(digest: &Digest) -> Change {
    change(END, params![digest])
}

pub(crate) fn end_of_user(user: &UserId) -> Change {
    change(END_OF_USER, params![user.as_str()])
}

pub(crate) fn end_others_of_user(user: &UserId, kept: &Digest) -> Change {
    change(END_OTHERS_OF_USER, params![user.as_str(), kept])
}
