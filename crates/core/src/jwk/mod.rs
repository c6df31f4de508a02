//! Public keys as they are published (RFC 7517): never a private member (MD-04).
//!
//! Ours always carry `kid`, `use` and `alg`. Keys of others are read by
//! [`PublicKey::foreign`] and [`ForeignKeys`], which fill in what follows from the
//! key itself and leave out what could verify nothing.

mod foreign;
mod thumbprint;

pub use foreign::ForeignKeys;
pub use thumbprint::Thumbprint;

use serde::{Deserialize, Serialize};

use crate::id::KeyId;

/// A public signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key's name; tokens carry it in their header.
    pub kid: KeyId,
    /// Always `sig`.
    #[serde(rename = "use", default = "signing")]
    pub purpose: String,
    /// The one algorithm that this key is for (TK-08).
    pub alg: Algorithm,
    /// The key itself.
    #[serde(flatten)]
    pub material: KeyMaterial,
}

fn signing() -> String {
    "sig".to_owned()
}

/// Asymmetric signature algorithms (RFC 7518, RFC 8037). No `none`, no HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Edwards curve signatures with Ed25519. Others may call it by the curve (RFC 9864).
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// Its name (RFC 7518 section 3.1).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

/// The parameters of a public key, in base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum KeyMaterial {
    /// An elliptic curve point.
    #[serde(rename = "EC")]
    EllipticCurve {
        /// The curve, `P-256`.
        crv: String,
        /// The x coordinate.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// An Edwards curve point.
    #[serde(rename = "OKP")]
    OctetKeyPair {
        /// The curve, `Ed25519`.
        crv: String,
        /// The public key.
        x: String,
    },
    /// An RSA public key.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
}

/// A set of public keys (RFC 7517 section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeySet {
    /// The keys, each with its own `kid`.
    pub keys: Vec<PublicKey>,
}
