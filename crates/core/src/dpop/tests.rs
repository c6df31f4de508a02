use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::{secret::Digest, time::UnixTime};

const URL: &str = "https://mcp.example/mcp/files";
const TOKEN: &str = "token";
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

struct Holder(EcdsaKeyPair);

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Holder {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) })
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    fn sign(&self, header: &Value, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", encode(signature.expect("signed")))
    }

    fn proof(&self, claims: &Value) -> String {
        self.sign(&self.header(), &claims.to_string())
    }
}

fn claims() -> Value {
    json!({
        "jti": "one",
        "htm": "POST",
        "htu": URL,
        "iat": NOW.seconds(),
        "ath": encode(Digest::of(TOKEN).as_bytes()),
    })
}

fn with(mut value: Value, name: &str, other: Value) -> Value {
    value[name] = other;
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().expect("object").shift_remove(name);
    value
}

fn occasion() -> Occasion<'static> {
    Occasion {
        method: "POST",
        targets: &[URL],
        access_token: Some(TOKEN),
        nonces: None,
        now: NOW,
    }
}

fn judge(text: &str, occasion: &Occasion<'_>) -> Result<Proof, ProofFault> {
    UnverifiedProof::parse(text)?.judge(occasion)
}

#[test]
fn a_proof_is_exactly_one_header() {
    let lines = |lines: &[&'static [u8]]| the_one(lines.iter().copied());
    assert_eq!(lines(&[]), Ok(None));
    assert_eq!(lines(&[b" a.b.c "]), Ok(Some("a.b.c")));
    assert_eq!(lines(&[b"a", b"a"]), Err(ProofFault::Repeated)); // X-019
    assert_eq!(lines(&[b"\xff"]), Err(ProofFault::Malformed));
    let holder = Holder::new();
    let proof = holder.proof(&claims());
    let joined = format!("{proof}, {proof}"); // two headers that a proxy joined
    assert_eq!(judge(&joined, &occasion()), Err(ProofFault::Malformed));
}

#[test]
fn a_good_proof_names_its_key_and_its_one_use() {
    let holder = Holder::new();
    let proof = judge(&holder.proof(&claims()), &occasion()).expect("good");
    assert_eq!(proof.key.as_str().len(), 43);
    assert_eq!(proof.content, None);
    assert!(
        proof.expires_at > NOW + WINDOW,
        "remembered for as long as it is good"
    );
    let again = judge(&holder.proof(&claims()), &occasion()).expect("good");
    assert_eq!(
        proof.once, again.once,
        "TK-12: the same jti of the same key"
    );
    let other = judge(&Holder::new().proof(&claims()), &occasion()).expect("good");
    assert_ne!(proof.once, other.once, "another key chooses its own names");
}

#[test]
fn what_the_header_must_be() {
    use ProofFault::{Key, Malformed, Signature, Type};
    let (holder, other) = (Holder::new(), Holder::new());
    let header = || holder.header();
    let jwk = || holder.jwk();
    // X-019, TK-08, TK-10, TK-12
    #[rustfmt::skip]
    let cases = [
        ("an access token",      with(header(), "typ", json!("at+jwt")),                     Type),
        ("no type",              without(header(), "typ"),                                   Type),
        ("none",                 with(header(), "alg", json!("none")),                       Malformed),
        ("symmetric",            with(header(), "alg", json!("HS256")),                      Malformed),
        ("another algorithm",    with(header(), "alg", json!("EdDSA")),                      Key),
        ("critical",             with(header(), "crit", json!(["b64"])),                     Malformed),
        ("no key",               without(header(), "jwk"),                                   Key),
        ("a key by name",        with(without(header(), "jwk"), "kid", json!("k")),          Key),
        ("a private member",     with(header(), "jwk", with(jwk(), "d", json!("AAAA"))),     Key),
        ("a symmetric key",      with(header(), "jwk", json!({ "kty": "oct", "k": "AAAA" })), Key),
        ("a key for encryption", with(header(), "jwk", with(jwk(), "use", json!("enc"))),    Key),
        ("a point off the curve", with(header(), "jwk", with(jwk(), "y", jwk()["x"].clone())), Key),
        ("somebody else's key",  with(header(), "jwk", other.jwk()),                         Signature),
    ];
    for (name, header, expected) in cases {
        let text = holder.sign(&header, &claims().to_string());
        assert_eq!(judge(&text, &occasion()), Err(expected), "{name}");
    }
    let long = with(claims(), "jti", json!("x".repeat(9_000)));
    assert_eq!(
        judge(&holder.proof(&long), &occasion()),
        Err(Malformed),
        "TK-09"
    );
    let media = with(header(), "typ", json!("application/DPoP+JWT"));
    let text = holder.sign(&media, &claims().to_string());
    assert!(judge(&text, &occasion()).is_ok(), "media types ignore case");
}

#[test]
fn what_the_claims_must_say() {
    use ProofFault::{Claims, Content, Method, Target, Time, Token};
    let holder = Holder::new();
    let at = |seconds: i64| json!(NOW.seconds() + seconds);
    // X-019, X-020, TK-12, TK-13
    #[rustfmt::skip]
    let cases = [
        ("as it should be",      claims(),                                                       None),
        ("no jti",               without(claims(), "jti"),                                       Some(Claims)),
        ("empty jti",            with(claims(), "jti", json!("")),                               Some(Claims)),
        ("a number as jti",      with(claims(), "jti", json!(1)),                                Some(Claims)),
        ("a very long jti",      with(claims(), "jti", json!("x".repeat(513))),                  Some(Claims)),
        ("no method",            without(claims(), "htm"),                                       Some(Claims)),
        ("another method",       with(claims(), "htm", json!("GET")),                            Some(Method)),
        ("method in lower case", with(claims(), "htm", json!("post")),                           Some(Method)),
        ("no URL",               without(claims(), "htu"),                                       Some(Claims)),
        ("another path",         with(claims(), "htu", json!("https://mcp.example/mcp/mail")),   Some(Target)),
        ("another host",         with(claims(), "htu", json!("https://evil.example/mcp/files")), Some(Target)),
        ("another scheme",       with(claims(), "htu", json!("http://mcp.example/mcp/files")),   Some(Target)),
        ("another port",         with(claims(), "htu", json!("https://mcp.example:8443/mcp/files")), Some(Target)),
        ("a user in the URL",    with(claims(), "htu", json!("https://a@mcp.example/mcp/files")), Some(Target)),
        ("a relative URL",       with(claims(), "htu", json!("/mcp/files")),                     Some(Target)),
        ("with query",           with(claims(), "htu", json!("https://mcp.example/mcp/files?a=b")), None),
        ("with fragment",        with(claims(), "htu", json!("https://mcp.example/mcp/files#a")), None),
        ("case and port",        with(claims(), "htu", json!("HTTPS://MCP.example:443/mcp/files")), None),
        ("no time",              without(claims(), "iat"),                                       Some(Claims)),
        ("time as text",         with(claims(), "iat", json!("1800000000")),                     Some(Claims)),
        ("a fraction of time",   with(claims(), "iat", json!(1_800_000_000.5)),                  None),
        ("oldest",               with(claims(), "iat", at(-300)),                                None),
        ("stale",                with(claims(), "iat", at(-301)),                                Some(Time)),
        ("furthest ahead",       with(claims(), "iat", at(300)),                                 None),
        ("too far ahead",        with(claims(), "iat", at(301)),                                 Some(Time)),
        ("for ever",             with(claims(), "iat", json!(i64::MAX)),                         Some(Time)),
        ("no token",             without(claims(), "ath"),                                       Some(Token)),
        ("another token",        with(claims(), "ath", json!(encode(Digest::of("other").as_bytes()))), Some(Token)),
        ("the token itself",     with(claims(), "ath", json!(TOKEN)),                            Some(Token)),
        ("an unreadable digest", with(claims(), "content_digest", json!("md5=:AAAA:")),          Some(Content)),
        ("claims as a list",     json!(["jti"]),                                                 Some(Claims)),
    ];
    for (name, claims, expected) in cases {
        let verdict = judge(&holder.proof(&claims), &occasion());
        assert_eq!(verdict.err(), expected, "{name}");
    }
    let twice = claims().to_string().replacen('{', r#"{"htm":"POST","#, 1);
    let text = holder.sign(&holder.header(), &twice);
    assert_eq!(judge(&text, &occasion()), Err(Claims), "a repeated claim");
}

#[test]
fn at_the_token_endpoint_no_token_is_named_and_more_than_one_url_may_lead_there() {
    let holder = Holder::new();
    let occasion = Occasion {
        targets: &[
            "https://mcp.example/base/token",
            "https://mcp.example/token",
        ],
        access_token: None,
        ..occasion()
    };
    let claims = without(claims(), "ath");
    for (url, good) in [
        ("https://mcp.example/base/token", true),
        ("https://mcp.example/token", true),
        ("https://mcp.example/par", false),
    ] {
        let text = holder.proof(&with(claims.clone(), "htu", json!(url)));
        assert_eq!(judge(&text, &occasion).is_ok(), good, "{url}");
    }
}

#[test]
fn where_nonces_are_demanded_they_tell_the_time() {
    use ProofFault::{Nonce, Signature};
    let nonces = Nonces::new(&[7; 32]);
    let demanding = Occasion {
        nonces: Some(&nonces),
        ..occasion()
    };
    let holder = Holder::new();
    let current = || json!(nonces.current(NOW));
    let stale = json!(nonces.current(NOW - Duration::from_secs(3_600)));
    // TK-12
    #[rustfmt::skip]
    let cases = [
        ("none",                     claims(),                                                        Some(Nonce)),
        ("stale",                    with(claims(), "nonce", stale),                                  Some(Nonce)),
        ("made up",                  with(claims(), "nonce", json!("AAAAAAAAAAAAAAAAAAAAAA")),        Some(Nonce)),
        ("current",                  with(claims(), "nonce", current()),                              None),
        ("current, clock far off",   with(with(claims(), "nonce", current()), "iat", json!(1)),       None),
        ("another fault comes first", with(claims(), "htm", json!("GET")),                            Some(ProofFault::Method)),
    ];
    for (name, claims, expected) in cases {
        let verdict = judge(&holder.proof(&claims), &demanding);
        assert_eq!(verdict.err(), expected, "{name}");
    }
    let forged = with(holder.header(), "jwk", Holder::new().jwk());
    let text = holder.sign(&forged, &claims().to_string());
    assert_eq!(
        judge(&text, &demanding),
        Err(Signature),
        "no nonce for a forgery"
    );
    assert_eq!(Nonce.code(), "use_dpop_nonce");
    let foreign = with(claims(), "nonce", json!("of another server"));
    assert!(
        judge(&holder.proof(&foreign), &occasion()).is_ok(),
        "not asked for, not looked at"
    );
}

#[test]
fn a_proof_is_remembered_for_as_long_as_it_would_be_good() {
    let holder = Holder::new();
    let ahead = with(claims(), "iat", json!(NOW.seconds() + 300));
    let text = holder.proof(&ahead);
    let proof = judge(&text, &occasion()).expect("good");
    let later = |now| Occasion { now, ..occasion() };
    let last = proof.expires_at - Duration::from_secs(1);
    assert!(judge(&text, &later(last)).is_ok());
    assert_eq!(
        judge(&text, &later(proof.expires_at)),
        Err(ProofFault::Time)
    );
}

#[test]
fn a_key_of_the_edwards_curve_proves_itself_under_either_name_of_its_algorithm() {
    use aws_lc_rs::signature::Ed25519KeyPair;
    let pair = Ed25519KeyPair::generate().expect("a key");
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key()) });
    for (algorithm, expected) in [
        ("EdDSA", None),
        ("Ed25519", None), // RFC 9864
        ("Ed448", Some(ProofFault::Malformed)),
        ("ed25519", Some(ProofFault::Malformed)),
    ] {
        let header = json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": jwk });
        let signed = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims().to_string())
        );
        let text = format!("{signed}.{}", encode(pair.sign(signed.as_bytes())));
        assert_eq!(judge(&text, &occasion()).err(), expected, "{algorithm}");
        assert!(expected.is_some() || ALGORITHMS.contains(&algorithm)); // X-018
    }
}
