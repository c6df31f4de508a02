//! One issuer, spelt the same everywhere (MD-01), found wherever clients look (A-001..A-010).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::permit::AllowList;
use doorward_testkit::{client::Client, http::get, person::ORIGIN, world::World};
use serde_json::Value;

#[tokio::test]
async fn the_issuer_is_the_same_bytes_in_every_document_answer_and_token() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let mut alice = world.alice();
    let metadata = get("/.well-known/oauth-authorization-server")
        .send(&world.router)
        .await
        .json();
    let resource = client.discover(&world.router).await;
    let allowed = alice
        .decide(&world.router, &client.authorize(&[]), "Allow")
        .await;
    let denied = alice
        .decide(&world.router, &client.authorize(&[]), "Deny")
        .await;
    let code = allowed.parameter("code").expect("a code");
    let token = client.redeem(&code).send(&world.router).await.json();
    let token = token["access_token"].as_str().expect("a token");
    let claims = token
        .split('.')
        .nth(1)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value = serde_json::from_slice(&claims.expect("a JWT")).expect("claims");
    assert_eq!(metadata["issuer"], ORIGIN); // MD-01
    assert_eq!(resource["authorization_servers"][0], ORIGIN);
    assert_eq!(allowed.parameter("iss").as_deref(), Some(ORIGIN));
    assert_eq!(denied.parameter("iss").as_deref(), Some(ORIGIN)); // AZ-13
    assert_eq!(denied.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(claims["iss"], ORIGIN);
    assert_eq!(claims["aud"], client.resource);
}

#[tokio::test]
async fn every_form_of_the_metadata_location_serves_the_same_bytes() {
    let world = World::new().await;
    let first = get("/.well-known/oauth-authorization-server")
        .send(&world.router)
        .await;
    let others = [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/mcp/notes", // interop 23
        "/.well-known/openid-configuration/mcp/notes",
        "/mcp/notes/.well-known/openid-configuration",
    ];
    for path in others {
        let answer = get(path)
            .header("mcp-protocol-version", "2025-03-26")
            .send(&world.router)
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body),
            (200, &first.body),
            "{path}"
        ); // A-003, interop 6
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    }
    for path in [
        "/.well-known/oauth-authorization-server/mcp/unknown",
        "/.well-known/oauth-authorization-server/x",
    ] {
        assert_eq!(get(path).send(&world.router).await.status, 404, "{path}"); // A-013, MD-02
    }
}

#[tokio::test]
async fn resource_metadata_is_per_server_and_at_the_root_only_when_there_is_one() {
    let one = World::new().await;
    let root = get("/.well-known/oauth-protected-resource")
        .send(&one.router)
        .await;
    assert_eq!(root.json()["resource"], format!("{ORIGIN}/mcp/notes"));
    let two = World::with(
        &[
            ("notes", AllowList::default()),
            ("mail", AllowList::default()),
        ],
        &[],
    )
    .await;
    assert_eq!(
        get("/.well-known/oauth-protected-resource")
            .send(&two.router)
            .await
            .status,
        404
    );
    for name in ["notes", "mail"] {
        let path = format!("/.well-known/oauth-protected-resource/mcp/{name}");
        let document = get(&path).send(&two.router).await.json();
        assert_eq!(document["resource"], format!("{ORIGIN}/mcp/{name}"));
        let scopes = document["scopes_supported"].as_array().expect("scopes");
        assert!(!scopes.iter().any(|scope| scope == "offline_access"));
    }
    assert_eq!(
        get("/.well-known/oauth-protected-resource/mcp/unknown")
            .send(&two.router)
            .await
            .status,
        404
    );
}
