//! The token endpoint as a whole: its form, its methods, its answers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;

use crate::world::{FILES, ISSUER, VERIFIER, World, claims, form, request};

#[tokio::test]
async fn a_response_has_everything_and_is_not_stored() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let answer = world.redeem(&client, &code).await;
    let json = answer.json();
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 600);
    assert_eq!(json["scope"], "mcp:read mcp:write");
    assert!(
        json["refresh_token"]
            .as_str()
            .expect("text")
            .starts_with("dwr_")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn an_access_token_says_who_may_do_what_where() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let claims = claims(&tokens.access);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], FILES);
    assert_eq!(claims["client_id"], client.as_str());
    assert_eq!(claims["preferred_username"], "alice");
    assert_eq!(claims["scope"], "mcp:read mcp:write");
    assert_eq!(
        claims["exp"].as_i64(),
        claims["iat"].as_i64().map(|at| at + 600)
    );
    for text in ["sub", "jti", "grant"] {
        assert!(!claims[text].as_str().expect("text").is_empty());
    }
    assert_ne!(claims["sub"], "alice", "an identity and no name");
    let header = tokens.access.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: serde_json::Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&"at+jwt".into(), &"ES256".into())
    );
}

#[tokio::test]
async fn only_a_clean_form_is_read() {
    let world = World::new().await;
    let client = world.client().await;
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", "x"),
    ]);
    let url_encoded = "application/x-www-form-urlencoded";
    #[rustfmt::skip]
    let cases = [
        ("two media types, TK-15", "application/json, application/x-www-form-urlencoded", body.clone(), "/token"),
        ("JSON, TK-15",            "application/json", "{\"grant_type\":\"x\"}".to_owned(), "/token"),
        ("multipart, TK-15",       "multipart/form-data; boundary=x", body.clone(), "/token"),
        ("no type, interop 45",    "", body.clone(), "/token"),
        ("broken type, interop 45", ";;=", body.clone(), "/token"),
        ("bad encoding, TK-15",    url_encoded, "grant_type=%zz".to_owned(), "/token"),
        ("bad UTF-8, TK-15",       url_encoded, "grant_type=%ff".to_owned(), "/token"),
        ("repeated, AZ-11",        url_encoded, format!("{body}&client_id=evil"), "/token"),
        ("unknown repeated",       url_encoded, format!("{body}&x=1&x=2"), "/token"),
        ("in the query, TK-15",    url_encoded, body.clone(), "/token?client_secret=x"),
        ("code in the query",      url_encoded, body.clone(), "/token?code=x"),
        ("no grant type",          url_encoded, format!("client_id={client}"), "/token"),
        ("empty",                  url_encoded, String::new(), "/token"),
    ];
    for (name, kind, body, path) in cases {
        let headers: &[(&str, &str)] = if kind.is_empty() {
            &[]
        } else {
            &[("content-type", kind)]
        };
        let answer = world.send(request(Method::POST, path, headers, body)).await;
        println!("{name}");
        answer.refuses(400, "invalid_request");
    }
    let kind = [("content-type", url_encoded)];
    let long = request(
        Method::POST,
        "/token",
        &kind,
        format!("x={}", "a".repeat(70_000)),
    );
    world.send(long).await.refuses(413, "invalid_request");
}

#[tokio::test]
async fn other_methods_are_refused_in_json() {
    let world = World::new().await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        for path in ["/token", "/revoke", "/register"] {
            let answer = world
                .send(request(method.clone(), path, &[], String::new()))
                .await;
            answer.refuses(405, "invalid_request"); // A-041, TK-15
            assert_eq!(answer.header("allow"), "POST, OPTIONS");
        }
    }
}

#[tokio::test]
async fn grants_that_are_not_offered_are_refused() {
    let world = World::new().await;
    let client = world.client().await;
    #[rustfmt::skip]
    let cases = [ // A-019, TK-16
        ("password",           "unsupported_grant_type"),
        ("implicit",           "unsupported_grant_type"),
        ("client_credentials", "unauthorized_client"),
        ("urn:ietf:params:oauth:grant-type:device_code",    "unauthorized_client"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "unauthorized_client"),
    ];
    for (grant, error) in cases {
        let pairs = [("grant_type", grant), ("client_id", client.as_str())];
        world.post("/token", &pairs).await.refuses(400, error);
    }
}

#[tokio::test]
async fn a_client_without_the_refresh_grant_gets_and_uses_no_refresh_token() {
    let world = World::new().await;
    let document = serde_json::json!({
        "redirect_uris": [crate::world::CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"],
    });
    let client = world.register(&document).await.json()["client_id"]
        .as_str()
        .expect("text")
        .to_owned();
    let tokens = world.tokens(&client).await;
    assert_eq!(tokens.refresh, "");
    world
        .refresh(&client, "dwr_x")
        .await
        .refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn a_stale_client_is_told_to_register_again() {
    let world = World::new().await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", "dyn_gone"),
        ("code", "x"),
        ("code_verifier", VERIFIER),
    ];
    let answer = world.post("/token", &pairs).await;
    answer.refuses(401, "invalid_client"); // interop 18
    assert_eq!(answer.header("www-authenticate"), "");
}
