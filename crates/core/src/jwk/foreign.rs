//! Keys that others publish: clients, issuers elsewhere, senders of proofs.
//!
//! Lenient about what follows from the key itself: without `alg` the type and curve
//! decide, without `use` it is for signatures, without `kid` its thumbprint is its
//! name. Strict about everything that could mean something else: a private member, a
//! repeated member, another purpose, an algorithm or curve that is not ours, a point
//! off the curve, and a name that two keys of a set share (MD-04, TK-08).

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Algorithm, KeyMaterial, PublicKey};
use crate::{
    id::KeyId,
    jws::{VerifyingKey, object},
};

#[derive(Deserialize)]
struct Foreign {
    #[serde(default)]
    kid: Option<KeyId>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<Algorithm>,
    #[serde(default)]
    key_ops: Option<Vec<String>>,
    #[serde(flatten)]
    material: KeyMaterial,
}

#[derive(Deserialize)]
struct Names(HashMap<String, serde::de::IgnoredAny>);

impl PublicKey {
    /// Reads one key of somebody else from its JSON; `None` when nothing could be
    /// verified with it here, or when it is not only public.
    pub fn foreign(json: &[u8]) -> Option<Self> {
        let Names(names) = object(json)?;
        if PRIVATE_MEMBERS.iter().any(|name| names.contains_key(*name)) {
            return None;
        }
        let read: Foreign = serde_json::from_slice(json).ok()?;
        let operations = read.key_ops.as_deref();
        if operations.is_some_and(|operations| !operations.iter().any(|it| it == "verify")) {
            return None;
        }
        let thumbprint = || KeyId::from_known(read.material.thumbprint().as_str());
        let key = Self {
            kid: read.kid.unwrap_or_else(thumbprint),
            purpose: read.purpose.unwrap_or_else(super::signing),
            alg: read.alg.unwrap_or_else(|| read.material.algorithm()),
            material: read.material,
        };
        VerifyingKey::parse(&key).map(|_| key)
    }
}

/// The keys of a set that somebody else publishes (RFC 7517 section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignKeys {
    /// Those that could verify something here, each with a name of its own.
    pub keys: Vec<PublicKey>,
    /// How many were left out.
    pub left_out: usize,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Named {
    kid: String,
}

impl ForeignKeys {
    /// Reads a key document; `None` when it is none. A key that is not understood does
    /// not spoil the others (RFC 7517 section 5).
    pub fn read(json: &[u8]) -> Option<Self> {
        let Published { keys: published } = object(json)?;
        let read: Vec<_> = published.iter().map(|value| named(value.get())).collect();
        let mut times: HashMap<&KeyId, usize> = HashMap::new();
        for (kid, _) in &read {
            *times.entry(kid).or_default() += 1;
        }
        let alone = |(kid, _): &&(KeyId, _)| times.get(kid) == Some(&1);
        let keys: Vec<_> = read
            .iter()
            .filter(alone)
            .filter_map(|(_, key)| key.clone())
            .collect();
        let left_out = read.len() - keys.len();
        Some(Self { keys, left_out })
    }

    /// The keys that `kid` and `algorithm` may mean: the one of that name, or, when the
    /// header names none, every key for that algorithm.
    pub fn matching<'a>(
        &'a self,
        kid: Option<&'a KeyId>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a PublicKey> {
        let named = move |key: &&PublicKey| kid.is_none_or(|kid| key.kid == *kid);
        self.keys
            .iter()
            .filter(move |key| key.alg == algorithm)
            .filter(named)
    }
}

/// A key, if it is one, under the name that it has in its set.
fn named(json: &str) -> (KeyId, Option<PublicKey>) {
    let key = PublicKey::foreign(json.as_bytes());
    let stated = || serde_json::from_str(json).map_or_else(|_| String::new(), |Named { kid }| kid);
    let kid = key.as_ref().map(|key| key.kid.clone());
    (kid.unwrap_or_else(|| KeyId::from_known(stated())), key)
}

impl KeyMaterial {
    /// The one algorithm that keys of this type are for here.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::EllipticCurve { .. } => Algorithm::Es256,
            Self::OctetKeyPair { .. } => Algorithm::EdDsa,
            Self::Rsa { .. } => Algorithm::Rs256,
        }
    }
}

/// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn edwards(change: &[(&str, Value)]) -> Value {
        let mut key = json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        for (name, value) in change {
            key[name] = value.clone();
        }
        key
    }

    fn read(key: &Value) -> Option<PublicKey> {
        PublicKey::foreign(key.to_string().as_bytes())
    }

    #[test]
    fn what_follows_from_the_key_may_be_left_out() {
        let bare = read(&edwards(&[])).expect("bare");
        assert_eq!(bare.alg, Algorithm::EdDsa);
        assert_eq!(bare.purpose, "sig");
        assert_eq!(
            bare.kid.as_str(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        let full = edwards(&[
            ("kid", json!("mine")),
            ("use", json!("sig")),
            ("alg", json!("EdDSA")),
            ("key_ops", json!(["verify"])),
            ("x5t", json!("unused")),
        ]);
        assert_eq!(read(&full).expect("full").kid.as_str(), "mine");
        let by_curve = read(&edwards(&[("alg", json!("Ed25519"))]));
        assert_eq!(by_curve.expect("RFC 9864").alg, Algorithm::EdDsa);
    }

    #[test]
    fn a_key_that_is_private_or_means_something_else_is_refused() {
        // MD-04, TK-08
        #[rustfmt::skip]
        let cases = [
            ("private",             edwards(&[("d", json!("AAAA"))])),
            ("private and null",    edwards(&[("d", Value::Null)])),
            ("symmetric member",    edwards(&[("k", json!("AAAA"))])),
            ("symmetric",           json!({ "kty": "oct", "k": "AAAA" })),
            ("for encryption",      edwards(&[("use", json!("enc"))])),
            ("cannot verify",       edwards(&[("key_ops", json!(["encrypt"]))])),
            ("another algorithm",   edwards(&[("alg", json!("ES256"))])),
            ("unknown algorithm",   edwards(&[("alg", json!("HS256"))])),
            ("no signature",        edwards(&[("alg", json!("none"))])),
            ("another curve",       edwards(&[("crv", json!("Ed448"))])),
            ("short",               edwards(&[("x", json!("AAAA"))])),
            ("padded",              edwards(&[("x", json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="))])),
            ("kid of a number",     edwards(&[("kid", json!(1))])),
            ("off the curve",       json!({ "kty": "EC", "crv": "P-256", "x": "AQ".repeat(22).get(..43), "y": "AQ".repeat(22).get(..43) })),
            ("small modulus",       json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })),
            ("a list",              json!([edwards(&[])])),
            ("a text",              json!("key")),
        ];
        for (name, key) in cases {
            assert_eq!(read(&key), None, "{name}");
        }
        let twice = br#"{"kty":"OKP","crv":"Ed25519","x":"AAAA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(PublicKey::foreign(twice), None, "a repeated member");
    }

    #[test]
    fn a_set_keeps_what_is_usable_and_drops_names_that_two_keys_share() {
        let other = json!("2-dPnTrP1qE8-AzDB4sfmOTBmkSZWkvbnXqk-eZLqyw");
        let set = json!({ "keys": [
            edwards(&[("kid", json!("good"))]),
            edwards(&[("kid", json!("twin"))]),
            json!({ "kid": "twin", "kty": "XYZ" }),
            edwards(&[("d", other)]),
            json!("no key"),
        ] });
        let read = ForeignKeys::read(set.to_string().as_bytes()).expect("a set");
        let names: Vec<_> = read.keys.iter().map(|key| key.kid.as_str()).collect();
        assert_eq!((names.as_slice(), read.left_out), (["good"].as_slice(), 4));
        for nothing in [
            "{}",
            "[]",
            "keys",
            r#"{"keys":{}}"#,
            r#"{"keys":[],"keys":[]}"#,
        ] {
            assert_eq!(ForeignKeys::read(nothing.as_bytes()), None, "{nothing}");
        }
    }

    #[test]
    fn a_name_means_one_key_and_no_name_every_key_of_the_algorithm() {
        let set = json!({ "keys": [
            edwards(&[("kid", json!("a"))]),
            edwards(&[("kid", json!("b"))]),
        ] });
        let read = ForeignKeys::read(set.to_string().as_bytes()).expect("a set");
        let (a, c) = (KeyId::from_known("a"), KeyId::from_known("c"));
        for (kid, algorithm, expected) in [
            (None, Algorithm::EdDsa, 2),
            (Some(&a), Algorithm::EdDsa, 1),
            (Some(&c), Algorithm::EdDsa, 0),
            (Some(&a), Algorithm::Es256, 0),
            (None, Algorithm::Rs256, 0),
        ] {
            assert_eq!(read.matching(kid, algorithm).count(), expected);
        }
    }
}
