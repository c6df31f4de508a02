//! Links to set a new password: the newest of each user.

use doorward_core::{id::UserId, invitation::PasswordReset, secret::Digest};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

statements! {
    BY_DIGEST = "SELECT user_id, digest, created_at, expires_at FROM password_resets
        WHERE digest = ?1";
    // Only for a user who may sign in when this is written.
    REPLACE = "INSERT INTO password_resets (user_id, digest, created_at, expires_at)
        SELECT ?1, ?2, ?3, ?4
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1 AND disabled_at IS NULL)
        ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest,
            created_at = excluded.created_at, expires_at = excluded.expires_at";
    USE = "DELETE FROM password_resets WHERE digest = ?1";
    REMOVE_OF_USER = "DELETE FROM password_resets WHERE user_id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<PasswordReset, Unreadable> {
    Ok(PasswordReset {
        user: UserId::from_known(columns.text()?),
        digest: columns.digest()?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<PasswordReset> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn replace(reset: &PasswordReset) -> Change {
    let row = params![
        reset.user.as_str(),
        reset.digest,
        reset.created_at,
        reset.expires_at,
    ];
    change(REPLACE, row)
}

pub(crate) fn use_up(digest: &Digest) -> Change {
    change(USE, params![digest])
}

pub(crate) fn remove_of_user(user: &UserId) -> Change {
    change(REMOVE_OF_USER, params![user.as_str()])
}
