//! Signing keys: the public half in clear, the private half sealed, and what is planned for them.

use doorward_core::{id::KeyId, jwk::Algorithm, rotation::Retirement, time::UnixTime};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};
use crate::SealedSigningKey;

statements! {
    ALL = "SELECT id, algorithm, public, sealed_private, created_at, active_from, retired_at, removed_at
        FROM signing_keys ORDER BY active_from DESC, id DESC";
    ADD = "INSERT INTO signing_keys
        (id, algorithm, public, sealed_private, created_at, active_from, retired_at, removed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    BRING_FORWARD = "UPDATE signing_keys SET active_from = ?2
        WHERE id = ?1 AND active_from > ?2 AND retired_at IS NULL";
    RETIRE = "UPDATE signing_keys SET retired_at = CASE WHEN retired_at <= ?2 THEN retired_at ELSE ?2 END,
            removed_at = ?3
        WHERE id = ?1 AND (removed_at IS NULL OR removed_at > ?3)";
    FORGET = "DELETE FROM signing_keys WHERE id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<SealedSigningKey, Unreadable> {
    Ok(SealedSigningKey {
        kid: KeyId::from_known(columns.text()?),
        algorithm: columns.parsed(algorithm_from)?,
        public: columns.parsed(|text| serde_json::from_str(text).ok())?,
        sealed_private: columns.take()?,
        created_at: columns.time()?,
        active_from: columns.time()?,
        retirement: match (columns.optional_time()?, columns.optional_time()?) {
            (Some(at), Some(removed_at)) => Some(Retirement { at, removed_at }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(columns.unreadable()),
        },
    })
}

fn algorithm_from(text: &str) -> Option<Algorithm> {
    [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256]
        .into_iter()
        .find(|algorithm| algorithm.as_str() == text)
}

pub(crate) fn all() -> Query<SealedSigningKey> {
    query(ALL, params![], read)
}

pub(crate) fn add(key: &SealedSigningKey) -> Change {
    // Plain structures of strings: writing them cannot fail, and NULL is refused by the table.
    let public = serde_json::to_string(&key.public).ok();
    let row = params![
        key.kid.as_str(),
        key.algorithm.as_str(),
        public,
        key.sealed_private,
        key.created_at,
        key.active_from,
        key.retirement.map(|retirement| retirement.at),
        key.retirement.map(|retirement| retirement.removed_at),
    ];
    change(ADD, row)
}

pub(crate) fn bring_forward(id: &KeyId, active_from: UnixTime) -> Change {
    change(BRING_FORWARD, params![id.as_str(), active_from])
}

pub(crate) fn retire(id: &KeyId, retirement: Retirement) -> Change {
    let Retirement { at, removed_at } = retirement;
    change(RETIRE, params![id.as_str(), at, removed_at])
}

pub(crate) fn forget(id: &KeyId) -> Change {
    change(FORGET, params![id.as_str()])
}
