//! The public keys of a client, inline or behind a URL (RFC 7591 section 2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jwk::{ForeignKeys, PublicKeySet};

/// The most keys of one client.
const MAXIMUM_KEYS: usize = 20;
/// Members of a private or symmetric key (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Where the public keys of a client are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    /// `jwks`: registered with the client.
    Inline(PublicKeySet),
    /// `jwks_uri`: fetched when needed.
    At(String),
}

/// The longest address of a key set.
const MAXIMUM_ADDRESS: usize = 512;

impl ClientKeys {
    /// The keys behind this `jwks_uri`, which must be https, without user information or
    /// fragment.
    pub fn at(uri: &str) -> Option<Self> {
        let url = url::Url::parse(uri).ok()?;
        let plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        (plain && uri.len() <= MAXIMUM_ADDRESS).then(|| Self::At(url.into()))
    }
}

/// Why a key set of a client is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// There is no array `keys`.
    #[error("the key set has no array of keys")]
    Shape,
    /// Somebody published a private or symmetric key.
    #[error("the key set contains a private or symmetric key")]
    Private,
    /// No key can check a signature here.
    #[error("the key set has no signing key of a supported type")]
    NoUsableKey,
    /// Too many keys.
    #[error("the key set has more than 20 keys")]
    TooMany,
    /// No key has a certificate.
    #[error("the key set has no key with a certificate (x5c)")]
    NoCertificate,
    /// A certificate is none.
    #[error("the key set has a certificate (x5c) that cannot be read")]
    Certificate,
}

/// Reads a key set of a client. Keys that are not for signatures, or of types unknown
/// here, are passed over (RFC 7517 section 5); a private key is never passed over, since
/// whoever read it can act as the client.
pub fn read_key_set(set: &Value) -> Result<PublicKeySet, KeySetError> {
    let read = delivered_keys(set)?;
    if read.keys.is_empty() {
        return Err(KeySetError::NoUsableKey);
    }
    Ok(read)
}

/// The same for a set that is behind a `jwks_uri`. It may have no usable key: that is how all
/// keys are withdrawn.
pub fn delivered_keys(set: &Value) -> Result<PublicKeySet, KeySetError> {
    public_keys(set)?;
    let read = ForeignKeys::read(set.to_string().as_bytes()).ok_or(KeySetError::Shape)?;
    Ok(PublicKeySet { keys: read.keys })
}

/// The keys of a set, when there are not too many and none is private.
pub(super) fn public_keys(set: &Value) -> Result<&[Value], KeySetError> {
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or(KeySetError::Shape)?;
    if keys.len() > MAXIMUM_KEYS {
        return Err(KeySetError::TooMany);
    }
    let exposed = |key: &Value| PRIVATE.iter().any(|member| key.get(member).is_some());
    match keys.iter().any(exposed) {
        true => Err(KeySetError::Private),
        false => Ok(keys),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ec() -> Value {
        json!({ "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" })
    }

    fn with(changes: Value) -> Value {
        let mut key = ec();
        for (member, value) in changes.as_object().expect("an object") {
            key[member] = value.clone();
        }
        key
    }

    #[test]
    fn only_public_signing_keys_of_supported_types_are_taken() {
        let encryption = with(json!({ "use": "enc" }));
        #[rustfmt::skip]
        let cases = [
            ("no kid, no alg",     json!({ "keys": [ec()] }),                                Ok(1)),
            ("beside unknown",     json!({ "keys": [ec(), { "kty": "XX" }, encryption] }),   Ok(1)),
            ("no array",           json!({ "keys": {} }),                                    Err(KeySetError::Shape)),
            ("no object",          json!([ec()]),                                            Err(KeySetError::Shape)),
            ("nothing usable",     json!({ "keys": [with(json!({ "alg": "ES384" }))] }),     Err(KeySetError::NoUsableKey)),
            ("alg of other type",  json!({ "keys": [with(json!({ "alg": "RS256" }))] }),     Err(KeySetError::NoUsableKey)), // TK-08
            ("wrong curve",        json!({ "keys": [with(json!({ "crv": "P-384" }))] }),     Err(KeySetError::NoUsableKey)),
            ("private, MD-04",     json!({ "keys": [ec(), with(json!({ "d": "x" }))] }),     Err(KeySetError::Private)),
            ("symmetric, MD-04",   json!({ "keys": [{ "kty": "oct", "k": "x" }] }),          Err(KeySetError::Private)),
            ("too many",           json!({ "keys": vec![ec(); 21] }),                        Err(KeySetError::TooMany)),
        ];
        for (name, set, expected) in cases {
            let read = read_key_set(&set).map(|set| set.keys.len());
            assert_eq!(read, expected, "{name}");
            let delivered = delivered_keys(&set).map(|set| set.keys.len());
            let expected = match expected {
                Err(KeySetError::NoUsableKey) => Ok(0), // withdrawn
                expected => expected,
            };
            assert_eq!(delivered, expected, "{name}");
        }
    }
}
