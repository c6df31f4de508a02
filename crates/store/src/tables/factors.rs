//! Second factors. A code works once because the row says so when it is written, never because
//! of a lookup before.

use doorward_core::{
    factor::{Factors, Passkey, Totp},
    id::{PasskeyId, UserId},
    secret::Digest,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select_passkeys {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, credential, public_key, sign_count, synced, name, created_at,
                used_at
            FROM passkeys ",
            $rest
        )
    };
}

statements! {
    COUNTS = "SELECT (SELECT COUNT(*) FROM totp WHERE user_id = ?1),
            (SELECT COUNT(*) FROM passkeys WHERE user_id = ?1),
            (SELECT COUNT(*) FROM recovery_codes WHERE user_id = ?1)";
    TOTP = "SELECT user_id, sealed, last_step, created_at, used_at FROM totp WHERE user_id = ?1";
    // A second one does not replace the first.
    ADD_TOTP = "INSERT INTO totp (user_id, sealed, last_step, created_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    USE_TOTP = "UPDATE totp SET last_step = ?2, used_at = ?3
        WHERE user_id = ?1 AND last_step < ?2";
    REMOVE_TOTP = "DELETE FROM totp WHERE user_id = ?1";

    ADD_CODE = "INSERT INTO recovery_codes (user_id, digest) VALUES (?1, ?2)";
    USE_CODE = "DELETE FROM recovery_codes WHERE user_id = ?1 AND digest = ?2";
    FORGET_CODES = "DELETE FROM recovery_codes WHERE user_id = ?1";

    PASSKEYS_OF_USER = select_passkeys!("WHERE user_id = ?1 ORDER BY created_at, id");
    PASSKEY_BY_CREDENTIAL = select_passkeys!("WHERE credential = ?1");
    ADD_PASSKEY = "INSERT INTO passkeys (id, user_id, credential, public_key, sign_count, synced,
            name, created_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    USE_PASSKEY = "UPDATE passkeys SET sign_count = ?3, used_at = ?4
        WHERE id = ?1 AND sign_count = ?2";
    RENAME_PASSKEY = "UPDATE passkeys SET name = ?3 WHERE id = ?1 AND user_id = ?2";
    REMOVE_PASSKEY = "DELETE FROM passkeys WHERE id = ?1 AND user_id = ?2";
    REMOVE_PASSKEYS = "DELETE FROM passkeys WHERE user_id = ?1";
}

fn read_counts(columns: &mut Columns<'_>) -> Result<Factors, Unreadable> {
    Ok(Factors {
        totp: columns.take::<bool>()?,
        passkeys: columns.take()?,
        recovery_codes: columns.take()?,
    })
}

fn read_totp(columns: &mut Columns<'_>) -> Result<Totp, Unreadable> {
    Ok(Totp {
        user: UserId::from_known(columns.text()?),
        sealed: columns.take()?,
        last_step: columns.take()?,
        created_at: columns.time()?,
        used_at: columns.optional_time()?,
    })
}

fn read_passkey(columns: &mut Columns<'_>) -> Result<Passkey, Unreadable> {
    Ok(Passkey {
        id: PasskeyId::from_known(columns.text()?),
        user: UserId::from_known(columns.text()?),
        credential: columns.take()?,
        key: columns.take()?,
        count: columns.take()?,
        synced: columns.take()?,
        name: columns.text()?,
        created_at: columns.time()?,
        used_at: columns.optional_time()?,
    })
}

pub(crate) fn counts(user: &UserId) -> Query<Factors> {
    query(COUNTS, params![user.as_str()], read_counts)
}

pub(crate) fn totp(user: &UserId) -> Query<Totp> {
    query(TOTP, params![user.as_str()], read_totp)
}

pub(crate) fn add_totp(totp: &Totp) -> Change {
    let row = params![
        totp.user.as_str(),
        totp.sealed,
        totp.last_step,
        totp.created_at,
        totp.used_at,
    ];
    change(ADD_TOTP, row)
}

pub(crate) fn use_totp(user: &UserId, step: i64, at: UnixTime) -> Change {
    change(USE_TOTP, params![user.as_str(), step, at])
}

pub(crate) fn remove_totp(user: &UserId) -> Change {
    change(REMOVE_TOTP, params![user.as_str()])
}

pub(crate) fn add_code(user: &UserId, digest: &Digest) -> Change {
    change(ADD_CODE, params![user.as_str(), digest])
}

pub(crate) fn use_code(user: &UserId, digest: &Digest) -> Change {
    change(USE_CODE, params![user.as_str(), digest])
}

pub(crate) fn forget_codes(user: &UserId) -> Change {
    change(FORGET_CODES, params![user.as_str()])
}

pub(crate) fn passkeys_of(user: &UserId) -> Query<Passkey> {
    query(PASSKEYS_OF_USER, params![user.as_str()], read_passkey)
}

pub(crate) fn passkey_by_credential(credential: &[u8]) -> Query<Passkey> {
    query(PASSKEY_BY_CREDENTIAL, params![credential], read_passkey)
}

pub(crate) fn add_passkey(passkey: &Passkey) -> Change {
    let row = params![
        passkey.id.as_str(),
        passkey.user.as_str(),
        passkey.credential,
        passkey.key,
        passkey.count,
        passkey.synced,
        passkey.name,
        passkey.created_at,
        passkey.used_at,
    ];
    change(ADD_PASSKEY, row)
}

pub(crate) fn use_passkey(id: &PasskeyId, (before, now): (u32, u32), at: UnixTime) -> Change {
    change(USE_PASSKEY, params![id.as_str(), before, now, at])
}

pub(crate) fn rename_passkey(id: &PasskeyId, user: &UserId, name: &str) -> Change {
    change(RENAME_PASSKEY, params![id.as_str(), user.as_str(), name])
}

pub(crate) fn remove_passkey(id: &PasskeyId, user: &UserId) -> Change {
    change(REMOVE_PASSKEY, params![id.as_str(), user.as_str()])
}

pub(crate) fn remove_passkeys(user: &UserId) -> Change {
    change(REMOVE_PASSKEYS, params![user.as_str()])
}
