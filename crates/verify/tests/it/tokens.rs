//! One good token, and every way to spoil it (appendix "Access-token mutations").

use doorward_core::{
    id::{ClientId, GrantId, TokenId, UserId},
    resource::Resource,
    scope::ScopeSet,
    subject::Subject,
    time::UnixTime,
};
use doorward_verify::{Refusal, VerifyToken};
use serde_json::{Value, json};

use crate::{
    signer::{Signer, encode, sign_hmac},
    world::{ISSUER, NOW, RESOURCE, World, claims, claims_with, claims_without},
};

async fn refused(world: &World, name: &str, token: &str) {
    let verdict = world.verify(token).await;
    assert!(
        matches!(verdict, Err(Refusal::Invalid(_))),
        "{name}: {verdict:?}"
    );
    assert_eq!(world.cached(token), None, "{name}: nothing is remembered");
}

#[tokio::test]
async fn a_good_token_says_who_is_calling() {
    let world = World::new();
    let principal = world.verify(&world.token()).await.expect("good");
    let user = Subject::User(UserId::from_known("user-1"));
    assert_eq!(principal.subject, user);
    assert_eq!(principal.username.as_deref(), Some("alice"));
    assert_eq!(principal.client, ClientId::from_known("client-1"));
    assert_eq!(principal.grant, GrantId::from_known("grant-1"));
    assert_eq!(principal.token, TokenId::from_known("token-1"));
    assert_eq!(principal.resource, Resource::from_known(RESOURCE));
    assert_eq!(principal.scopes, ScopeSet::baseline());
    assert_eq!(principal.issued_at, UnixTime::from_seconds(NOW));
    assert_eq!(principal.expires_at, UnixTime::from_seconds(NOW + 600));
    let authenticated_at = Some(UnixTime::from_seconds(NOW - 100));
    assert_eq!(principal.authenticated_at, authenticated_at);
}

#[tokio::test]
async fn a_token_of_a_client_that_acts_for_itself_speaks_of_no_user() {
    let world = World::new();
    let mut own = claims_with("sub", json!("client:client-1"));
    let claims = own.as_object_mut().unwrap();
    claims.remove("preferred_username");
    claims.remove("auth_time");
    let principal = world.verify(&world.signer.token(&own)).await.expect("good");
    let client = ClientId::from_known("client-1");
    assert_eq!(principal.subject, Subject::Client(client)); // A-058
    assert_eq!(principal.username, None);
    assert_eq!(principal.authenticated_at, None);

    own["preferred_username"] = json!("alice");
    refused(
        &world,
        "a client with a user's name",
        &world.signer.token(&own),
    )
    .await;
    let nobody = claims_with("sub", json!("client:"));
    refused(&world, "nobody", &world.signer.token(&nobody)).await;
}

#[tokio::test]
async fn every_algorithm_verifies_its_own_signatures_and_no_others() {
    let signers = [Signer::es256("k"), Signer::eddsa("k"), Signer::rs256("k")];
    for publisher in &signers {
        let world = World::new();
        world.keys.set(Some(vec![publisher.public()]));
        let name = publisher.public().alg;
        let good = publisher.token(&claims());
        world
            .verify(&good)
            .await
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));

        for claimed in ["ES256", "EdDSA", "RS256"] {
            for signer in &signers {
                let honest =
                    signer.public() == publisher.public() && publisher.header()["alg"] == claimed;
                let header = json!({ "alg": claimed, "typ": "at+jwt", "kid": "k" });
                let token = signer.token_with(&header, &claims_with("jti", json!("other")));
                if !honest {
                    refused(&world, claimed, &token).await; // TK-08
                }
            }
        }
    }
}

#[tokio::test]
async fn no_signature_and_no_shared_secret_stands_in_for_the_key() {
    let world = World::new();
    let public = serde_json::to_vec(&world.signer.public()).unwrap();
    for alg in [
        "none", "None", "NONE", "", "HS256", "HS512", "es256", "PS256", "ES384", "dir",
    ] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": "key-1" });
        let message = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims().to_string())
        );
        // TK-08: unsigned, with the public key as HMAC key, and properly signed
        refused(&world, alg, &format!("{message}.")).await;
        let hmac = encode(sign_hmac(&public, message.as_bytes()));
        refused(&world, alg, &format!("{message}.{hmac}")).await;
        refused(&world, alg, &world.signer.token_with(&header, &claims())).await;
    }
}

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

#[tokio::test]
async fn a_token_without_any_one_of_its_claims_is_refused() {
    let world = World::new();
    let claims = claims();
    // Not every grant knows when somebody signed in.
    let needed = claims
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "auth_time");
    for name in needed {
        let token = world.signer.token(&claims_without(name));
        refused(&world, name, &token).await; // TK-10, GW-02
    }
}

#[tokio::test]
async fn a_claim_of_another_type_is_refused() {
    let world = World::new();
    for (name, value) in claims().as_object().unwrap() {
        let wrong = [
            Value::Null,
            json!(true),
            json!([]),
            json!({}),
            json!([[value]]),
            json!({ "0": value }),
            if value.is_string() {
                json!(1)
            } else {
                json!(value.to_string())
            },
            if value.is_string() {
                json!(["a", "b"])
            } else {
                json!(1_800_000_000.5)
            },
        ];
        for wrong in wrong {
            let token = world.signer.token(&claims_with(name, wrong.clone()));
            refused(&world, &format!("{name}: {wrong}"), &token).await;
        }
    }
    for wrong in [Value::Null, json!("1800000000"), json!(1.5)] {
        let token = world.signer.token(&claims_with("nbf", wrong.clone()));
        refused(&world, &format!("nbf: {wrong}"), &token).await;
    }
}

#[tokio::test]
async fn a_claim_that_says_nothing_or_nonsense_is_refused() {
    let world = World::new();
    for name in ["sub", "client_id", "jti", "grant", "preferred_username"] {
        let token = world.signer.token(&claims_with(name, json!("")));
        refused(&world, name, &token).await;
    }
    for scope in ["mcp:read \"x\"", "mcp:read\u{1}", "é"] {
        let token = world.signer.token(&claims_with("scope", json!(scope)));
        refused(&world, scope, &token).await;
    }
}

#[tokio::test]
async fn claims_are_one_object_without_repeated_names() {
    let good = claims().to_string();
    let inside = good.trim_start_matches('{').trim_end_matches('}');
    let values: Vec<_> = claims().as_object().unwrap().values().cloned().collect();
    #[rustfmt::skip]
    let cases = [
        ("aud twice",         format!(r#"{{"aud":"https://other.example",{inside}}}"#)),
        ("sub twice, same",   format!(r#"{{{inside},"sub":"user-1"}}"#)),
        ("sub twice, escaped", format!(r#"{{{inside},"\u0073ub":"admin"}}"#)),
        ("an unknown twice",  format!(r#"{{{inside},"x":1,"x":2}}"#)),
        ("an array",          json!(values).to_string()),
        ("two objects",       format!("{good}{good}")),
        ("trailing text",     format!("{good}x")),
        ("nothing",           String::new()),
        ("null",              "null".to_owned()),
        ("lone surrogate",    good.replace("alice", r"\ud800")),
        ("10,000 levels",     format!(r#"{{{inside},"x":{}}}"#, "[".repeat(10_000))),
    ];
    let world = World::new();
    for (name, payload) in cases {
        let token = world
            .signer
            .token_of(&world.signer.header().to_string(), &payload);
        refused(&world, name, &token).await;
    }
    let extended = format!(r#"{{{inside},"x":{{"y":[1]}}}}"#);
    let token = world
        .signer
        .token_of(&world.signer.header().to_string(), &extended);
    assert!(
        world.verify(&token).await.is_ok(),
        "unknown claims are ignored"
    );
}

#[tokio::test]
async fn the_issuer_must_be_ours_byte_for_byte() {
    let world = World::new();
    for issuer in [
        "https://mcp.example/",
        "https://MCP.example",
        "https://mcp.example:443",
        "https://mcp.example/x",
        "http://mcp.example",
        "https://other.example",
        "",
    ] {
        let token = world.signer.token(&claims_with("iss", json!(issuer)));
        refused(&world, issuer, &token).await; // MD-01
    }
}

#[tokio::test]
async fn the_audience_must_be_this_resource_and_nothing_besides() {
    struct Case(&'static str, Value, bool);
    let many = Value::from(vec![""; 3000]);
    // R-021, GW-02, TK-09
    #[rustfmt::skip]
    let cases = [
        Case("the resource",         json!(RESOURCE),                                true),
        Case("as the only entry",    json!([RESOURCE]),                              true),
        Case("another server",       json!("https://mcp.example/mcp/other"),         false),
        Case("the root",             json!("https://mcp.example"),                   false),
        Case("a prefix",             json!("https://mcp.example/mcp"),               false),
        Case("longer",               json!("https://mcp.example/mcp/files/x"),       false),
        Case("trailing slash",       json!("https://mcp.example/mcp/files/"),        false),
        Case("another case",         json!("https://MCP.example/mcp/files"),         false),
        Case("default port",         json!("https://mcp.example:443/mcp/files"),     false),
        Case("the issuer",           json!(ISSUER),                                  false),
        Case("the client",           json!("client-1"),                              false),
        Case("both, ours first",     json!([RESOURCE, "https://mcp.example/mcp/other"]), false),
        Case("both, ours last",      json!(["https://mcp.example/mcp/other", RESOURCE]), false),
        Case("ours twice",           json!([RESOURCE, RESOURCE]),                    false),
        Case("no entry",             json!([]),                                      false),
        Case("thousands",            many,                                           false),
    ];
    let world = World::new();
    for Case(name, audience, accepted) in cases {
        let token = world.signer.token(&claims_with("aud", audience));
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
async fn clocks_may_differ_by_half_a_minute_and_no_more() {
    struct Case(&'static str, &'static [(&'static str, i64)], bool);
    // S-023, TK-13: seconds from now
    #[rustfmt::skip]
    let cases = [
        Case("just expired",             &[("iat", -600), ("exp", 0)],    true),
        Case("expired 29 s ago",         &[("iat", -600), ("exp", -29)],  true),
        Case("expired 30 s ago",         &[("iat", -600), ("exp", -30)],  false),
        Case("expired an hour ago",      &[("iat", -4200), ("exp", -3600)], false),
        Case("issued 30 s ahead",        &[("iat", 30)],                  true),
        Case("issued 31 s ahead",        &[("iat", 31)],                  false),
        Case("issued 10 min ahead",      &[("iat", 600), ("exp", 1200)],  false),
        Case("valid from before",        &[("nbf", -10)],                 true),
        Case("valid from 30 s ahead",    &[("nbf", 30)],                  true),
        Case("valid from 31 s ahead",    &[("nbf", 31)],                  false),
        Case("valid from 10 min ahead",  &[("nbf", 600)],                 false),
        Case("expires when issued",      &[("exp", 0)],                   false),
        Case("expires before issued",    &[("exp", -1)],                  false),
        Case("as long as any, TK-18",    &[("iat", -60), ("exp", 3540)],  true),
        Case("longer than any, TK-18",   &[("iat", -60), ("exp", 3541)],  false),
        Case("for a year, TK-18",        &[("exp", 365 * 24 * 3600)],     false),
    ];
    let world = World::new();
    for Case(name, times, accepted) in cases {
        let mut claims = claims();
        for (claim, seconds) in times {
            claims[claim] = json!(NOW + seconds);
        }
        let token = world.signer.token(&claims);
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
async fn times_at_the_ends_of_their_range_overflow_nothing() {
    let world = World::new();
    for (name, value) in [
        ("exp", i64::MIN),
        ("exp", -1),
        ("exp", i64::MAX),
        ("iat", i64::MIN),
        ("iat", i64::MAX),
        ("nbf", i64::MAX),
    ] {
        let token = world.signer.token(&claims_with(name, json!(value)));
        refused(&world, name, &token).await;
    }
    for (name, value) in [("exp", u64::MAX), ("iat", u64::MAX)] {
        let token = world.signer.token(&claims_with(name, json!(value)));
        refused(&world, name, &token).await;
    }
}

#[tokio::test]
async fn a_signature_covers_every_byte_in_one_form_alone() {
    let world = World::new();
    let token = world.token();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let edited = encode(claims_with("sub", json!("admin")).to_string());
    let der = encode(world.signer.sign_der(message.as_bytes()));
    let raw = world.signer.sign(message.as_bytes());
    let one_more = encode([raw.as_slice(), &[0]].concat());
    let one_less = encode(&raw[..63]);
    #[rustfmt::skip]
    let cases = [
        ("payload edited",      format!("{header}.{edited}.{signature}")),
        ("in DER",              format!("{message}.{der}")),
        ("all zero",            format!("{message}.{}", encode([0; 64]))),
        ("a byte too many",     format!("{message}.{one_more}")),
        ("a byte too few",      format!("{message}.{one_less}")),
        ("empty signature",     format!("{message}.")),
        ("padded",              format!("{token}==")),
        ("padded payload",      format!("{header}.{payload}=.{signature}")),
        ("line break",          format!("{header}.\n{payload}.{signature}")),
        ("line break at end",   format!("{token}\n")),
        ("nul at end",          format!("{token}\0")),
        ("space in front",      format!(" {token}")),
        ("standard alphabet",   format!("{header}.{payload}.{}", "+/".repeat(43))),
        ("a part missing",      format!("{header}.{payload}")),
        ("one part",            header.to_owned()),
        ("five parts",          format!("{token}.{payload}.{signature}")),
        ("empty parts",         "..".to_owned()),
        ("nothing",             String::new()),
        ("an opaque token",     "dwr_0123456789abcdef".to_owned()),
        ("not ASCII",           "é.é.é".to_owned()),
    ];
    for (name, token) in cases {
        refused(&world, name, &token).await;
    }
    assert!(world.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_token_with_any_one_letter_changed_added_or_lost_is_refused() {
    let world = World::new();
    let token = world.token().into_bytes();
    for at in 0..token.len() {
        for letter in *b"A_.=\n" {
            let mut changed = token.clone();
            changed[at] = letter;
            let mut added = token.clone();
            added.insert(at, letter);
            let mut lost = token.clone();
            lost.remove(at);
            for spoilt in [changed, added, lost].into_iter().filter(|it| *it != token) {
                let spoilt = String::from_utf8(spoilt).unwrap();
                refused(&world, "one letter", &spoilt).await;
            }
        }
    }
}

#[tokio::test]
async fn base64_with_stray_bits_is_another_text_and_refused() {
    let world = World::new();
    let token = world.token();
    let last = token.chars().next_back().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let index = alphabet.find(last).unwrap();
    let stray = alphabet.chars().nth(index + 1).unwrap(); // 64 bytes leave two bits unused
    let twin = format!("{}{stray}", token.strip_suffix(last).unwrap());
    refused(&world, "stray bits", &twin).await;
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_anything_is_decoded() {
    let world = World::new();
    let fitting = |bytes: usize| claims_with("x", json!("x".repeat(bytes)));
    let large = world.signer.token(&fitting(11_000));
    assert!(large.len() < 16 * 1024);
    assert!(world.verify(&large).await.is_ok());

    let asked = world.keys.asked();
    for bytes in [12_500, 5_000_000] {
        let token = world.signer.token(&fitting(bytes));
        assert!(token.len() > 16 * 1024);
        refused(&world, "too long", &token).await; // TK-09
    }
    assert_eq!(world.keys.asked(), asked, "nobody looked for its key");
}

#[tokio::test]
async fn without_keys_there_is_no_verdict() {
    let world = World::new();
    let token = world.token();
    world.keys.set(None);
    assert_eq!(world.verify(&token).await, Err(Refusal::Unavailable)); // R-023
    world.keys.set(Some(vec![world.signer.public()]));
    assert!(world.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_refusal_repeats_nothing_of_the_token() {
    let world = World::new();
    let token = world.signer.token(&claims_with("iss", json!("hunter2")));
    let error = world
        .verifier
        .verify(&token, &world.resource)
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
