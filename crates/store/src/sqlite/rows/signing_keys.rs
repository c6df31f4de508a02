//! Signing keys: the public half in clear, the private half sealed.

use doorward_core::{id::KeyId, jwk::Algorithm};
use rusqlite::{Connection, Error, Result, params};

use super::{Columns, change, list, statements};
use crate::SealedSigningKey;

statements! {
    ALL = "SELECT id, algorithm, public, sealed_private, created_at FROM signing_keys
        ORDER BY created_at DESC, id";
    ADD = "INSERT INTO signing_keys (id, algorithm, public, sealed_private, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
}

fn read(columns: &mut Columns<'_>) -> Result<SealedSigningKey> {
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

pub(in crate::sqlite) fn all(connection: &Connection) -> Result<Vec<SealedSigningKey>> {
    list(connection, ALL, [], read)
}

pub(in crate::sqlite) fn add(connection: &Connection, key: &SealedSigningKey) -> Result<usize> {
    let public = serde_json::to_string(&key.public)
        .map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    let row = params![
        key.kid.as_str(),
        algorithm_text(key.algorithm),
        public,
        key.sealed_private,
        key.created_at.millis(),
    ];
    change(connection, ADD, row)
}
