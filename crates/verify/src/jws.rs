//! The outside of a token: JWS compact serialisation (RFC 7515 section 3.1).
//!
//! Exactly three parts of base64url without padding, a header of type `at+jwt`
//! (RFC 9068 section 2.1), an asymmetric algorithm and the name of a key. A
//! header that demands extensions (`crit`) is refused. Keys that a token brings
//! along or points to (`jwk`, `x5c`, `jku`, `x5u`) have no field here, so nothing
//! can use them (R-024, TK-09).

use std::{collections::HashSet, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, MAXIMUM_TOKEN_BYTES},
    id::KeyId,
    jwk::Algorithm,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, IgnoredAny, MapAccess, Visitor},
};

use crate::token::Refusal;

/// A token taken apart; nothing in it is believed yet.
pub(crate) struct UnverifiedToken<'a> {
    /// The key that is said to have signed it.
    pub(crate) kid: KeyId,
    /// The algorithm that is said to have been used.
    pub(crate) algorithm: Algorithm,
    /// What the signature is over.
    pub(crate) signed: &'a str,
    /// The signature.
    pub(crate) signature: Vec<u8>,
    /// The claims, as JSON.
    pub(crate) payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    typ: String,
    kid: KeyId,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

impl<'a> UnverifiedToken<'a> {
    /// Takes `token` apart.
    pub(crate) fn parse(token: &'a str) -> Result<Self, Refusal> {
        // Before anything is decoded (TK-09).
        if token.len() > MAXIMUM_TOKEN_BYTES {
            return Err(Refusal::Invalid("longer than any token"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(NOT_COMPACT)?;
        let (header, payload) = signed.split_once('.').ok_or(NOT_COMPACT)?;
        let header: Header = object(&decode(header)?).ok_or(BAD_HEADER)?;
        if !is_access_token(&header.typ) {
            return Err(Refusal::Invalid("not of the type at+jwt")); // TK-10
        }
        if header.crit {
            return Err(Refusal::Invalid("demands extensions"));
        }
        Ok(Self {
            kid: header.kid,
            algorithm: header.alg,
            signed,
            signature: decode(signature)?,
            payload: decode(payload)?,
        })
    }
}

const NOT_COMPACT: Refusal = Refusal::Invalid("not three parts");
const BAD_HEADER: Refusal =
    Refusal::Invalid("header is malformed or names an algorithm that is not accepted");

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Refusal::Invalid("not base64url without padding"))
}

/// Media types ignore case, and `application/` may be left out (RFC 7515 section 4.1.9).
fn is_access_token(typ: &str) -> bool {
    let prefix = typ.get(.."application/".len());
    let bare = match prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("application/")) {
        true => typ.get("application/".len()..).unwrap_or_default(),
        false => typ,
    };
    bare.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE)
}

/// Reads a JSON object in which no name appears twice (RFC 7519 section 4).
///
/// On its own, serde would take an array for a struct, and would not mind names
/// that repeat outside of it.
pub(crate) fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice::<UniqueNames>(json).ok()?;
    serde_json::from_slice(json).ok()
}

struct UniqueNames;

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for UniqueNames {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object without repeated names")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self, M::Error> {
        let mut names = HashSet::new();
        while let Some((name, IgnoredAny)) = map.next_entry::<String, _>()? {
            if !names.insert(name) {
                return Err(M::Error::custom("repeated name"));
            }
        }
        Ok(self)
    }
}

/// True when the member is there, whatever its value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
