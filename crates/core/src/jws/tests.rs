use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::jwk::KeyMaterial;

const LIMIT: usize = 4096;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().unwrap())
    }

    fn public(&self) -> PublicKey {
        let material = KeyMaterial::OctetKeyPair {
            crv: "Ed25519".to_owned(),
            x: encode(self.0.public_key()),
        };
        PublicKey {
            kid: KeyId::from_known("k"),
            purpose: "sig".to_owned(),
            alg: Algorithm::EdDsa,
            material,
        }
    }

    fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

fn fault(text: &str) -> JwsFault {
    UnverifiedJws::parse(text, LIMIT).expect_err("refused")
}

#[test]
fn the_payload_comes_out_only_with_the_signature_of_the_key() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let text = signer.sign(r#"{"alg":"EdDSA"}"#, "hello");
    let jws = UnverifiedJws::parse(&text, LIMIT).expect("parsed");
    let key = |signer: &Signer| VerifyingKey::parse(&signer.public()).expect("a key");
    assert_eq!(jws.verified_by(&key(&signer)), Some(b"hello".as_slice()));
    assert_eq!(jws.verified_by(&key(&stranger)), None);
    let by_curve = signer.sign(r#"{"alg":"Ed25519"}"#, "hello"); // RFC 9864
    let by_curve = UnverifiedJws::parse(&by_curve, LIMIT).expect("parsed");
    assert!(by_curve.verified_by(&key(&signer)).is_some());
    let mut relabelled = signer.public();
    relabelled.alg = Algorithm::Es256;
    assert!(VerifyingKey::parse(&relabelled).is_none(), "TK-08");
}

#[test]
fn another_algorithm_than_the_keys_is_refused_although_the_signature_is_good() {
    let signer = Signer::new();
    let text = signer.sign(r#"{"alg":"ES256"}"#, "hello"); // TK-08
    let jws = UnverifiedJws::parse(&text, LIMIT).expect("parsed");
    let key = VerifyingKey::parse(&signer.public()).expect("a key");
    assert_eq!(jws.verified_by(&key), None);
}

#[test]
fn header_facts_are_optional_but_for_the_algorithm() {
    let signer = Signer::new();
    let bare = signer.sign(r#"{"alg":"EdDSA"}"#, "");
    let bare = UnverifiedJws::parse(&bare, LIMIT).expect("parsed");
    assert_eq!((bare.kid(), bare.has_type()), (None, false));
    assert!(!bare.is_type("jwt") && bare.embedded_key().is_none());
    let full = signer.sign(
        r#"{"alg":"EdDSA","kid":"k","typ":"application/DPoP+jwt"}"#,
        "",
    );
    let full = UnverifiedJws::parse(&full, LIMIT).expect("parsed");
    assert_eq!(full.kid().map(KeyId::as_str), Some("k"));
    assert!(full.has_type() && full.is_type("dpop+jwt") && !full.is_type("jwt"));
}

#[test]
fn what_is_no_compact_jws_is_refused_with_its_reason() {
    let signer = Signer::new();
    let good = signer.sign(r#"{"alg":"EdDSA"}"#, "hello");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let header = |header: &str| signer.sign(header, "hello");
    // TK-08, TK-09
    #[rustfmt::skip]
    let cases = [
        ("one part",        "abc".to_owned(),                                   JwsFault::NotCompact),
        ("two parts",       signed.to_owned(),                                  JwsFault::NotCompact),
        ("four parts",      format!("{good}.{signature}"),                      JwsFault::NotBase64),
        ("padded",          format!("{good}="),                                 JwsFault::NotBase64),
        ("a line break",    format!("{good}\n"),                                JwsFault::NotBase64),
        ("no algorithm",    header(r#"{"typ":"JWT"}"#),                         JwsFault::BadHeader),
        ("none",            header(r#"{"alg":"none"}"#),                        JwsFault::BadHeader),
        ("symmetric",       header(r#"{"alg":"HS256"}"#),                       JwsFault::BadHeader),
        ("repeated",        header(r#"{"alg":"EdDSA","x":1,"x":2}"#),           JwsFault::BadHeader),
        ("half a character", header(r#"{"alg":"EdDSA","x":"\ud800"}"#),         JwsFault::BadHeader),
        ("no number",       header(r#"{"alg":"EdDSA","x":1e999}"#),             JwsFault::BadHeader),
        ("an array",        header(r#"["EdDSA"]"#),                             JwsFault::BadHeader),
        ("critical",        header(r#"{"alg":"EdDSA","crit":["b64"]}"#),        JwsFault::Critical),
        ("critical, empty", header(r#"{"alg":"EdDSA","crit":[]}"#),             JwsFault::Critical),
        ("critical, null",  header(r#"{"alg":"EdDSA","crit":null}"#),           JwsFault::Critical),
        ("too long",        signer.sign(r#"{"alg":"EdDSA"}"#, &"x".repeat(LIMIT)), JwsFault::TooLong),
    ];
    for (name, text, expected) in cases {
        assert_eq!(fault(&text), expected, "{name}");
    }
}

#[test]
fn an_embedded_key_is_read_on_demand_public_and_of_the_stated_algorithm() {
    let signer = Signer::new();
    let public = serde_json::to_value(signer.public()).unwrap();
    let with = |change: &[(&str, Value)], alg: &str| {
        let mut key = public.clone();
        for (name, value) in change {
            key[name] = value.clone();
        }
        let text = signer.sign(&json!({ "alg": alg, "jwk": key }).to_string(), "x");
        let jws = UnverifiedJws::parse(&text, LIMIT).expect("parsed");
        jws.embedded_key()
    };
    assert_eq!(with(&[], "EdDSA"), Some(signer.public()));
    assert_eq!(with(&[("d", json!("AAAA"))], "EdDSA"), None); // X-019
    assert_eq!(with(&[("kty", json!("oct"))], "EdDSA"), None);
    assert_eq!(with(&[], "ES256"), None);
    let doubled = format!(
        r#"{{"alg":"EdDSA","jwk":{{"kty":"OKP","crv":"Ed25519","x":"AAAA","x":{}}}}}"#,
        public["x"]
    );
    let text = signer.sign(&doubled, "x");
    let jws = UnverifiedJws::parse(&text, LIMIT).expect("parsed");
    assert_eq!(jws.embedded_key(), None);
}

#[test]
fn an_object_is_text_also_where_nobody_reads_it() {
    // what another parser would refuse is not taken by this one
    let read = |json: &[u8]| {
        object::<std::collections::HashMap<String, serde::de::IgnoredAny>>(json).is_some()
    };
    assert!(read(br#"{"a":"x","b":{"c":[1.5]}}"#));
    assert!(!read(b"{\"a\":\"\xff\"}"));
    assert!(!read(b"{\"a\":{\"b\":\"\xff\"}}"));
    assert!(!read(br#"["a"]"#));
}
