//! The claims, one by one.

use serde_json::{Value, json};

use super::refused;
use crate::world::{ISSUER, RESOURCE, World, claims, claims_with, claims_without};

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
