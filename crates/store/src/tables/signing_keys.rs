//! Signing keys: the public half in clear, the private half sealed.

use doorward_core::{id::KeyId, jwk::Algorithm};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};
use crate::SealedSigningKey;

statements! {
    ALL = "SELECT id, algorithm, public, sealed_private, created_at FROM signing_keys
        ORDER BY created_at DESC, id";
    ADD = "INSERT INTO signing_keys (id, algorithm, public, sealed_private, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
}

fn read(columns: &mut Columns<'_>) -> Result<SealedSigningKey, Unreadable> {
    Ok(SealedSigningKey {
        kid: KeyId::from_known(columns.text()?),
        algorithm: columns.parsed(algorithm_from)?,
        public: columns.parsed(|text| serde_json::from_str(text).ok())?,
        sealed_private: columns.take()?,
        created_at: columns.time()?,
    })
}

fn algorithm_from(text: &str) -> Option<Algorithm> {
    [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256]
        .into_iter()
        .find(|algorithm| algorithm_text(*algorithm) == text)
}

fn algorithm_text(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => "ES256",
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Rs256 => "RS256",
    }
}

pub(crate) fn all() -> Query<SealedSigningKey> {
    query(ALL, params![], read)
}

pub(crate) fn add(key: &SealedSigningKey) -> Change {
    // Plain structures of strings: writing them cannot fail, and NULL is refused by the table.
    let public = serde_json::to_string(&key.public).ok();
    let row = params![
        key.kid.as_str(),
        algorithm_text(key.algorithm),
        public,
        key.sealed_private,
        key.created_at,
    ];
    change(ADD, row)
}
