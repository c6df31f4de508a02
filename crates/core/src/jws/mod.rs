//! Compact JWS (RFC 7515 section 3.1) as everything here reads it: access tokens,
//! client assertions, DPoP proofs, request objects, statements of other issuers.
//!
//! ```text
//! text -> UnverifiedJws::parse   three parts, header facts; nothing is believed
//!      -> VerifyingKey           a key that the caller found by its own rules
//!      -> verified_by            the payload, and only with a good signature
//! ```
//!
//! Refused while parsing: what is longer than the caller's limit (before anything is
//! decoded, TK-09), padded or sloppy base64url, an algorithm that is not asymmetric
//! and on our list (TK-08), repeated member names, and `crit`, because no extension
//! is understood. Keys that a header brings along or points to (`x5c`, `jku`, `x5u`)
//! have no name here, so nothing can use them; an embedded `jwk` is read only by who
//! asks for it by name, as DPoP must.

mod object;
mod verifying_key;

pub use object::object;
pub use verifying_key::VerifyingKey;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    id::KeyId,
    jwk::{Algorithm, PublicKey},
};

/// A signed text taken apart; nothing in it is believed yet.
#[derive(Debug)]
pub struct UnverifiedJws<'a> {
    header: Header,
    encoded_header: &'a str,
    signed: &'a str,
    signature: Vec<u8>,
    payload: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: Algorithm,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<KeyId>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Why a text is no compact JWS that could be verified here. Repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// The limit of the caller is exceeded.
    #[error("longer than allowed")]
    TooLong,
    /// Not three parts with dots in between.
    #[error("not three parts")]
    NotCompact,
    /// A part is not base64url without padding.
    #[error("not base64url without padding")]
    NotBase64,
    /// The header is no object of unique names, or names no algorithm of ours.
    #[error("header is malformed or names an algorithm that is not accepted")]
    BadHeader,
    /// The header demands extensions (`crit`), whatever they are.
    #[error("demands extensions")]
    Critical,
}

impl<'a> UnverifiedJws<'a> {
    /// Takes `text` apart, unless it is longer than `maximum_bytes`.
    pub fn parse(text: &'a str, maximum_bytes: usize) -> Result<Self, JwsFault> {
        if text.len() > maximum_bytes {
            return Err(JwsFault::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsFault::NotCompact)?;
        let (encoded_header, payload) = signed.split_once('.').ok_or(JwsFault::NotCompact)?;
        let header: Header = object(&decode(encoded_header)?).ok_or(JwsFault::BadHeader)?;
        if header.crit {
            return Err(JwsFault::Critical);
        }
        Ok(Self {
            header,
            encoded_header,
            signed,
            signature: decode(signature)?,
            payload: decode(payload)?,
        })
    }

    /// The algorithm that is said to have been used.
    pub fn algorithm(&self) -> Algorithm {
        self.header.alg
    }

    /// The key that is said to have signed.
    pub fn kid(&self) -> Option<&KeyId> {
        self.header.kid.as_ref()
    }

    /// Whether a type is stated at all (RFC 7515 section 4.1.9).
    pub fn has_type(&self) -> bool {
        self.header.typ.is_some()
    }

    /// Whether the stated type is `expected`, like `at+jwt` (TK-10). Media types ignore
    /// case, and `application/` may be left out (RFC 7515 section 4.1.9).
    pub fn is_type(&self, expected: &str) -> bool {
        let typ = self.header.typ.as_deref().unwrap_or_default();
        let bare = match typ.split_at_checked(APPLICATION.len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(APPLICATION) => rest,
            _ => typ,
        };
        bare.eq_ignore_ascii_case(expected)
    }

    /// The public key that the header brings along (`jwk`, RFC 7515 section 4.1.3).
    ///
    /// It proves possession of that key and nothing else: DPoP asks for it (RFC 9449
    /// section 4.2), nothing else may. `None` when there is none that could verify the
    /// stated algorithm, or when it shows a private member.
    pub fn embedded_key(&self) -> Option<PublicKey> {
        let header: Embedded = serde_json::from_slice(&decode(self.encoded_header).ok()?).ok()?;
        let key = PublicKey::foreign(header.jwk?.get().as_bytes())?;
        (key.alg == self.header.alg).then_some(key)
    }

    /// The payload, believed by nobody yet: only good for finding out whose key it takes.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, when `key` made the signature with the algorithm that it is for.
    #[must_use]
    pub fn verified_by(&self, key: &VerifyingKey) -> Option<&[u8]> {
        let message = self.signed.as_bytes();
        key.accepts(self.header.alg, message, &self.signature)
            .then_some(&self.payload)
    }
}

#[derive(Deserialize)]
struct Embedded {
    #[serde(default)]
    jwk: Option<Box<RawValue>>,
}

fn decode(part: &str) -> Result<Vec<u8>, JwsFault> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| JwsFault::NotBase64)
}

/// True when the member is there, whatever its value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

const APPLICATION: &str = "application/";

#[cfg(test)]
mod tests;
