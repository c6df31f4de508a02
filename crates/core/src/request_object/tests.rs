use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::{
    id::KeyId,
    jwk::{Algorithm, KeyMaterial},
};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://mcp.example";
const HEADER: &str = r#"{"alg":"EdDSA","typ":"oauth-authz-req+jwt","kid":"k"}"#;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    fn public(&self) -> PublicKey {
        PublicKey {
            kid: KeyId::from_known("k"),
            purpose: "sig".to_owned(),
            alg: Algorithm::EdDsa,
            material: KeyMaterial::OctetKeyPair {
                crv: "Ed25519".to_owned(),
                x: encode(self.0.public_key()),
            },
        }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        format!("{signed}.{}", encode(self.0.sign(signed.as_bytes())))
    }
}

fn claims(changes: &[(&str, Value)]) -> String {
    let mut claims = json!({
        "iss": "c", "client_id": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1",
        "response_type": "code", "redirect_uri": "https://c.example/cb",
    });
    for (name, value) in changes {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(*name)),
            value => claims[*name] = value.clone(),
        }
    }
    claims.to_string()
}

fn judge(signer: &Signer, text: &str) -> Result<RequestObject, RequestObjectFault> {
    let client = ClientId::from_known("c");
    let expected = Expected {
        client: &client,
        issuer: ISSUER,
        now: UnixTime::from_seconds(NOW),
    };
    read(text, &[signer.public()], expected)
}

#[test]
fn only_what_a_key_of_the_client_signed_as_a_request_is_read() {
    use RequestObjectFault::{Malformed, Signature};
    let (signer, stranger) = (Signer::new(), Signer::new());
    let good = claims(&[]);
    let unsigned = |header: &str| format!("{}.{}.", encode(header), encode(&good));
    let short = format!("{}{}", unsigned(HEADER), encode([0; 63]));
    #[rustfmt::skip]
    let cases = [ // A-081, AZ-16
        ("signed",              signer.sign(HEADER, &good),                                              None),
        ("no kid",              signer.sign(r#"{"alg":"EdDSA","typ":"oauth-authz-req+jwt"}"#, &good),    None),
        ("alg none",            unsigned(r#"{"alg":"none","typ":"oauth-authz-req+jwt"}"#),               Some(Malformed)),
        ("alg None",            unsigned(r#"{"alg":"None","typ":"oauth-authz-req+jwt"}"#),               Some(Malformed)),
        ("signature left out",  unsigned(HEADER),                                                        Some(Signature)),
        ("signature too short", short,                                                                    Some(Signature)),
        ("of a stranger",       stranger.sign(HEADER, &good),                                            Some(Signature)),
        ("HMAC with the key",   signer.sign(r#"{"alg":"HS256","typ":"oauth-authz-req+jwt"}"#, &good),    Some(Malformed)),
        ("another algorithm",   signer.sign(r#"{"alg":"ES256","typ":"oauth-authz-req+jwt"}"#, &good),    Some(Signature)),
        ("another key's name",  signer.sign(r#"{"alg":"EdDSA","typ":"oauth-authz-req+jwt","kid":"x"}"#, &good), Some(Signature)),
        ("no typ",              signer.sign(r#"{"alg":"EdDSA"}"#, &good),                                Some(Malformed)),
        ("typ of an assertion", signer.sign(r#"{"alg":"EdDSA","typ":"JWT"}"#, &good),                    Some(Malformed)),
        ("encrypted",           "a.b.c.d.e".to_owned(),                                                  Some(Malformed)),
        ("nothing",             String::new(),                                                           Some(Malformed)),
    ];
    for (name, text, expected) in cases {
        assert_eq!(judge(&signer, &text).err(), expected, "{name}");
    }
    let client = ClientId::from_known("c");
    let (issuer, now) = (ISSUER, UnixTime::from_seconds(NOW));
    let expected = Expected {
        client: &client,
        issuer,
        now,
    };
    let keyless = read(&signer.sign(HEADER, &good), &[], expected);
    assert_eq!(
        keyless,
        Err(Signature),
        "a client without keys signs nothing"
    );
}

#[test]
fn the_claims_are_from_this_client_for_this_issuer_and_now() {
    use RequestObjectFault::{Audience, Claims, Client, Time};
    let signer = Signer::new();
    type Changes = &'static [(&'static str, fn() -> Value)];
    #[rustfmt::skip]
    let cases: [(&str, Changes, Option<RequestObjectFault>); 19] = [
        ("several audiences",    &[("aud", || json!(["x", ISSUER]))],              None),
        ("no jti",               &[("jti", || Value::Null)],                       None),
        ("last second",          &[("exp", || json!(NOW + 1))],                    None),
        ("an hour",              &[("exp", || json!(NOW + 3600))],                 None),
        ("clock ahead",          &[("nbf", || json!(NOW + 30)), ("iat", || json!(NOW + 30))], None),
        ("expired",              &[("exp", || json!(NOW))],                        Some(Time)),
        ("for a day",            &[("exp", || json!(NOW + 86_400))],               Some(Time)),
        ("not yet",              &[("nbf", || json!(NOW + 31))],                   Some(Time)),
        ("issued later",         &[("iat", || json!(NOW + 31))],                   Some(Time)),
        ("no exp",               &[("exp", || Value::Null)],                       Some(Claims)),
        ("no audience",          &[("aud", || Value::Null)],                       Some(Claims)),
        ("another issuer",       &[("aud", || json!("https://mcp.example/"))],     Some(Audience)),
        ("client as audience",   &[("aud", || json!("c"))],                        Some(Audience)),
        ("another iss",          &[("iss", || json!("d"))],                        Some(Client)),
        ("another client_id",    &[("client_id", || json!("d"))],                  Some(Client)),
        ("no client_id",         &[("client_id", || Value::Null)],                 Some(Claims)),
        ("request inside",       &[("request", || json!("x"))],                    Some(Claims)),
        ("request_uri inside",   &[("request_uri", || json!("https://x"))],        Some(Claims)),
        ("resource of no texts", &[("resource", || json!([1]))],                   Some(Claims)),
    ];
    for (name, changes, expected) in cases {
        let changes: Vec<_> = changes.iter().map(|(key, value)| (*key, value())).collect();
        let judged = judge(&signer, &signer.sign(HEADER, &claims(&changes)));
        assert_eq!(judged.err(), expected, "{name}"); // A-081
    }
    let doubled = claims(&[]).replacen('{', r#"{"scope":"a","scope":"b","#, 1);
    let judged = judge(&signer, &signer.sign(HEADER, &doubled));
    assert_eq!(judged, Err(Claims), "AZ-11");
}

#[test]
fn claims_become_the_parameters_that_they_stand_for() {
    let signer = Signer::new();
    let text = signer.sign(
        HEADER,
        &claims(&[
            ("max_age", json!(300)),
            ("resource", json!(["https://a", "https://b"])),
            ("authorization_details", json!([{"type": "mcp_tool"}])),
        ]),
    );
    let read = judge(&signer, &text).expect("good");
    let one = |name| read.parameters.one(name).expect("once");
    assert_eq!(one("client_id"), Some("c"));
    assert_eq!(one("max_age"), Some("300"));
    assert_eq!(
        one("authorization_details"),
        Some(r#"[{"type":"mcp_tool"}]"#)
    );
    assert_eq!(one("exp"), None, "claims of the JWT are no parameters");
    let resources: Vec<_> = read.parameters.all("resource").collect();
    assert_eq!(resources, ["https://a", "https://b"]);
}

#[test]
fn the_same_object_is_used_as_the_same_whether_it_has_a_name_or_not() {
    let signer = Signer::new();
    let used = |changes: &[(&str, Value)]| {
        let text = signer.sign(HEADER, &claims(changes));
        judge(&signer, &text).expect("good").once
    };
    assert_eq!(
        used(&[]),
        used(&[("scope", json!("x"))]),
        "one jti, one use"
    );
    assert_ne!(used(&[]), used(&[("jti", json!("2"))]));
    assert_eq!(used(&[("jti", Value::Null)]), used(&[("jti", Value::Null)]));
}
