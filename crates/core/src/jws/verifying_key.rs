//! Public keys ready to verify with, and the check itself (RFC 7518, RFC 8037).
//!
//! A key is bound to its one algorithm when it is read (TK-08): a key whose
//! parameters do not fit that algorithm is no key. ECDSA signatures have the
//! fixed 64-byte form of JWS; DER is refused.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::jwk::{Algorithm, KeyMaterial, PublicKey};

/// A public key, parsed once and used for everything that names it.
#[derive(Debug)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// Reads a key; `None` when it is not one for signatures with its algorithm.
    pub fn parse(key: &PublicKey) -> Option<Self> {
        if key.purpose != "sig" {
            return None;
        }
        let parsed = match (key.alg, &key.material) {
            (Algorithm::Es256, KeyMaterial::EllipticCurve { crv, x, y }) if crv == "P-256" => {
                let point = [[4].as_slice(), &coordinate(x)?, &coordinate(y)?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?
            }
            (Algorithm::EdDsa, KeyMaterial::OctetKeyPair { crv, x }) if crv == "Ed25519" => {
                ParsedPublicKey::new(&ED25519, coordinate(x)?).ok()?
            }
            (Algorithm::Rs256, KeyMaterial::Rsa { n, e }) => {
                let (n, e) = (decode(n)?, decode(e)?);
                if !RSA_MODULUS_BYTES.contains(&n.len()) {
                    return None; // the library would say so only at the first signature
                }
                let components = RsaPublicKeyComponents { n, e };
                let parsed = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
                parsed.ok()?
            }
            (Algorithm::Es256 | Algorithm::EdDsa | Algorithm::Rs256, _) => return None,
        };
        Some(Self {
            algorithm: key.alg,
            key: parsed,
        })
    }

    /// Whether `signature` over `message` is this key's, made with the algorithm
    /// that the header claims.
    #[must_use]
    pub fn accepts(&self, claimed: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        claimed == self.algorithm && self.key.verify_sig(message, signature).is_ok()
    }
}

fn coordinate(text: &str) -> Option<[u8; 32]> {
    decode(text)?.try_into().ok()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// From 2048 bits (RFC 7518 section 3.3) to 8192.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;
