//! The header, and the key that it names.

use serde_json::{Value, json};

use super::refused;
use crate::{
    signer::{Signer, encode},
    world::{World, claims},
};

#[tokio::test]
async fn only_the_type_of_access_tokens_is_taken() {
    struct Case(&'static str, Value, bool);
    // TK-10, R-022
    #[rustfmt::skip]
    let cases = [
        Case("at+jwt",             json!("at+jwt"),                   true),
        Case("with application/",  json!("application/at+jwt"),       true),
        Case("in upper case",      json!("AT+JWT"),                   true),
        Case("an id token",        json!("JWT"),                      false),
        Case("an id-jag",          json!("oauth-id-jag+jwt"),         false),
        Case("a logout token",     json!("logout+jwt"),               false),
        Case("a dpop proof",       json!("dpop+jwt"),                 false),
        Case("a client assertion", json!("client-authentication+jwt"), false),
        Case("text/at+jwt",        json!("text/at+jwt"),              false),
        Case("twice application/", json!("application/application/at+jwt"), false),
        Case("empty",              json!(""),                         false),
        Case("only the prefix",    json!("application/"),             false),
        Case("a letter of more bytes", json!("applicationé/at+jwt"),  false),
        Case("a list",             json!(["at+jwt"]),                 false),
        Case("null",               Value::Null,                       false),
    ];
    for Case(name, typ, accepted) in cases {
        let world = World::new();
        let mut header = world.signer.header();
        header["typ"] = typ;
        let token = world.signer.token_with(&header, &claims());
        if accepted {
            world
                .verify(&token)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        } else {
            refused(&world, name, &token).await;
        }
    }
}

#[tokio::test]
async fn a_header_lacks_nothing_repeats_nothing_and_demands_nothing() {
    // TK-09, R-022
    #[rustfmt::skip]
    let cases = [
        ("no alg",            r#"{"typ":"at+jwt","kid":"key-1"}"#),
        ("no typ",            r#"{"alg":"ES256","kid":"key-1"}"#),
        ("no kid",            r#"{"alg":"ES256","typ":"at+jwt"}"#),
        ("kid of a number",   r#"{"alg":"ES256","typ":"at+jwt","kid":1}"#),
        ("alg twice",         r#"{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"key-1"}"#),
        ("kid twice",         r#"{"alg":"ES256","typ":"at+jwt","kid":"x","kid":"key-1"}"#),
        ("kid twice, escaped", r#"{"alg":"ES256","typ":"at+jwt","k\u0069d":"x","kid":"key-1"}"#),
        ("an unknown twice",  r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","x":1,"x":2}"#),
        ("crit",              r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":["b64"],"b64":false}"#),
        ("crit unknown",      r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":["x"],"x":1}"#),
        ("crit empty",        r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":[]}"#),
        ("crit null",         r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":null}"#),
        ("an array",          r#"["ES256","at+jwt","key-1"]"#),
        ("not JSON",          "alg=ES256"),
        ("two objects",       r#"{"alg":"ES256","typ":"at+jwt","kid":"key-1"}{}"#),
        ("a byte order mark", "\u{feff}{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"key-1\"}"),
        ("empty",             ""),
    ];
    let world = World::new();
    for (name, header) in cases {
        let token = world.signer.token_of(header, &claims().to_string());
        refused(&world, name, &token).await;
    }
    let spaced = r#" { "alg": "ES256", "typ": "at+jwt", "kid": "key-1", "x5t": "unused" }"#;
    let token = world.signer.token_of(spaced, &claims().to_string());
    assert!(
        world.verify(&token).await.is_ok(),
        "the cases differ by their fault alone"
    );
}

#[tokio::test]
async fn a_key_is_named_exactly_and_never_brought_along() {
    let world = World::new();
    let stranger = Signer::es256("key-1");
    let public = serde_json::to_value(stranger.public()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = stranger.header();
        header[name] = value;
        stranger.token_with(&header, &claims())
    };
    // TK-09, R-024: the same name, signed by somebody else
    refused(&world, "same kid", &stranger.token(&claims())).await;
    refused(&world, "jwk", &with("jwk", public)).await;
    refused(
        &world,
        "jku",
        &with("jku", json!("https://evil.example/jwks")),
    )
    .await;
    refused(
        &world,
        "x5u",
        &with("x5u", json!("https://evil.example/cert")),
    )
    .await;
    refused(&world, "x5c", &with("x5c", json!(["MIIB"]))).await;

    for kid in [
        "../../etc/passwd",
        "key-1' OR '1'='1",
        "",
        "KEY-1",
        "key-1 ",
        "key-1\0",
        "key",
    ] {
        let mut header = world.signer.header();
        header["kid"] = json!(kid);
        let token = world.signer.token_with(&header, &claims());
        refused(&world, kid, &token).await; // TK-09
    }
}

#[tokio::test]
async fn a_retired_key_and_another_issuers_key_open_nothing() {
    let world = World::new();
    let token = world.signer.token(&claims());
    world.keys.set(Some(vec![Signer::es256("key-2").public()]));
    refused(&world, "retired", &token).await;
    world.keys.set(Some(vec![Signer::es256("key-1").public()]));
    refused(&world, "replaced under the same name", &token).await; // GW-02
    world.keys.set(Some(vec![world.signer.public()]));
    assert!(world.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_key_for_something_else_verifies_nothing() {
    let world = World::new();
    let token = world.token();
    let good = world.signer.public();
    let mut encryption = good.clone();
    encryption.purpose = "enc".to_owned();
    let mut mislabelled = good.clone();
    mislabelled.alg = doorward_core::jwk::Algorithm::Rs256;
    let mut curve = serde_json::to_value(&good).unwrap();
    curve["crv"] = json!("P-384");
    let mut off = serde_json::to_value(&good).unwrap();
    off["y"] = json!(encode([1; 32]));
    let mut short = serde_json::to_value(&good).unwrap();
    short["x"] = json!(encode([1; 31]));
    let read = |value: Value| serde_json::from_value(value).unwrap();
    // TK-08, MD-04
    for key in [encryption, mislabelled, read(curve), read(off), read(short)] {
        world.keys.set(Some(vec![key]));
        refused(&world, "unusable key", &token).await;
    }
}
