//! The name of a certificate: `x5t#S256`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::secret::Digest;

/// The SHA-256 thumbprint of a certificate, in base64url (RFC 8705 section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificateThumbprint(String);

impl CertificateThumbprint {
    /// The thumbprint of the certificate with this DER encoding.
    pub fn of(der: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Digest::of_bytes(der).as_bytes()))
    }

    /// Takes back a thumbprint that was stored or claimed.
    pub fn from_known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The thumbprint as it appears on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
