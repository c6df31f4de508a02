//! The certificates of a client's own, which nobody else vouches for
//! (`self_signed_tls_client_auth`, RFC 8705 section 2.2).
//!
//! They are registered in its key set, each in the `x5c` of a key, and compared as a whole:
//! the same key in another certificate is not the one that was registered. The other members
//! of a key are kept to be shown again and say nothing here.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{KeySetError, keys::public_keys};
use crate::certificate::{Certificate, CertificateThumbprint};

/// The most certificates that come with one key, and how long each may be.
const MAXIMUM_CHAIN: usize = 4;
const MAXIMUM_ENCODED: usize = 8 * 1024;

/// Where the certificates of a client are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnCertificates {
    /// `jwks`: registered with the client.
    Inline(CertificateSet),
    /// `jwks_uri`: fetched when needed.
    At(String),
}

/// The keys of a key set that have a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSet {
    keys: Vec<CertifiedKey>,
}

/// A key and its certificate (RFC 7517 section 4.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct CertifiedKey {
    kty: String,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    x5c: Vec<String>,
}

impl CertificateSet {
    /// Reads a key set of a client. Keys without a certificate are passed over; a private key
    /// and a certificate that cannot be read never are.
    pub fn read(set: &Value) -> Result<Self, KeySetError> {
        let certified = |key: &&Value| key.get("x5c").is_some();
        let keys = public_keys(set)?
            .iter()
            .filter(certified)
            .map(certified_key);
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        match keys.is_empty() {
            true => Err(KeySetError::NoCertificate),
            false => Ok(Self { keys }),
        }
    }

    /// Reads what is behind the `jwks_uri` of a client. A certificate that cannot be read does
    /// not keep the others from being exchanged, and without any the set is empty: that is how
    /// all are withdrawn.
    pub fn delivered(set: &Value) -> Result<Self, KeySetError> {
        let keys = public_keys(set)?.iter();
        let keys = keys.filter_map(|key| certified_key(key).ok()).collect();
        Ok(Self { keys })
    }

    /// One certificate in DER, as an administrator registers it. The key in it is its own.
    pub fn one(der: &[u8]) -> Result<Self, KeySetError> {
        Certificate::read(der).map_err(|_| KeySetError::Certificate)?;
        let key = CertifiedKey {
            x5c: vec![STANDARD.encode(der)],
            ..CertifiedKey::default()
        };
        Ok(Self { keys: vec![key] })
    }

    /// Whether one of them is the certificate of this thumbprint.
    pub fn contains(&self, thumbprint: &CertificateThumbprint) -> bool {
        self.thumbprints().any(|one| one == *thumbprint)
    }

    /// The thumbprints of them all.
    pub fn thumbprints(&self) -> impl Iterator<Item = CertificateThumbprint> {
        let certificates = self.keys.iter().filter_map(CertifiedKey::certificate);
        certificates.map(|der| CertificateThumbprint::of(&der))
    }
}

impl CertifiedKey {
    /// Its certificate: the first one, which those after it may certify.
    fn certificate(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.x5c.first()?).ok()
    }
}

fn certified_key(key: &Value) -> Result<CertifiedKey, KeySetError> {
    let key: CertifiedKey =
        serde_json::from_value(key.clone()).map_err(|_| KeySetError::Certificate)?;
    let short = key
        .x5c
        .iter()
        .all(|encoded| encoded.len() <= MAXIMUM_ENCODED);
    let readable = key
        .certificate()
        .is_some_and(|der| Certificate::read(&der).is_ok());
    match short && key.x5c.len() <= MAXIMUM_CHAIN && readable {
        true => Ok(key),
        false => Err(KeySetError::Certificate),
    }
}
