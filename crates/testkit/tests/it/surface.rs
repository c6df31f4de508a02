//! Every endpoint with every method and without credentials: nothing open that should not be, no 500.

use doorward_testkit::{
    client::Client,
    http::{ask, post_form, post_json},
    world::World,
};
use http::Method;
use serde_json::json;

const PATHS: [&str; 27] = [
    "/",
    "/authorize",
    "/token",
    "/par",
    "/register",
    "/revoke",
    "/userinfo",
    "/jwks",
    "/login",
    "/logout",
    "/consent",
    "/setup",
    "/assets/doorward.css",
    "/assets/reply.js",
    "/mcp/notes",
    "/mcp/unknown",
    "/mcp",
    "/mcp/notes/x",
    "/sse/notes",
    "/sse/notes/messages",
    "/sse",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp/notes",
    "/.well-known/oauth-protected-resource/sse",
    "/console",
];

#[tokio::test]
async fn nothing_answers_with_a_server_error_and_nothing_without_credentials_opens() {
    let world = World::new().await;
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
        Method::OPTIONS,
    ];
    for path in PATHS {
        for method in methods.clone() {
            let answer = ask(method.clone(), path).send(&world.router).await;
            assert!(
                !answer.status.is_server_error(),
                "No-500: {method} {path}: {}",
                answer.status
            );
            let open =
                path == "/mcp/notes" && answer.status.is_success() && method != Method::OPTIONS;
            assert!(!open, "R-008: {method} {path}");
        }
    }
    assert!(world.upstream.count("tools/call") == 0);
}

#[tokio::test]
async fn the_endpoint_challenges_every_method_before_it_reads_anything() {
    let world = World::new().await;
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let answer = ask(method.clone(), "/mcp/notes")
            .bytes("{broken")
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 401, "{method}");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("resource_metadata="),
            "R-009: {challenge}"
        );
        assert!(!challenge.contains("error="), "R-011: {challenge}");
    }
}

#[tokio::test]
async fn preflights_are_answered_without_credentials_wherever_a_browser_client_calls() {
    let world = World::new().await;
    for path in [
        "/mcp/notes",
        "/token",
        "/par",
        "/register",
        "/revoke",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/mcp/notes",
    ] {
        let answer = ask(Method::OPTIONS, path)
            .header("origin", "http://localhost:6274")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,mcp-protocol-version,mcp-session-id,mcp-method,mcp-name")
            .send(&world.router)
            .await;
        assert!(answer.status.is_success(), "{path}: {}", answer.status); // interop 41
        assert!(
            !answer.header("access-control-allow-origin").is_empty(),
            "{path}"
        );
        assert!(
            answer.header("access-control-allow-credentials").is_empty(),
            "GW-22: {path}"
        );
    }
    let pages = ask(Method::OPTIONS, "/authorize")
        .header("origin", "https://evil.example")
        .send(&world.router)
        .await;
    assert!(
        pages.header("access-control-allow-origin").is_empty(),
        "A-012"
    );
}

#[tokio::test]
async fn a_foreign_origin_is_refused_even_with_a_token() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example:8080",
    ] {
        let answer = client
            .message(&tokens.access, &list)
            .header("origin", origin)
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 403, "GW-21: {origin}");
    }
    let own = client
        .message(&tokens.access, &list)
        .header("origin", "http://localhost:6274")
        .send(&world.router)
        .await;
    assert_eq!(own.status, 200, "a loopback page may call a loopback door");
}

#[tokio::test]
async fn a_token_anywhere_but_in_the_header_is_not_looked_at() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let path = format!("/mcp/notes?access_token={}", tokens.access);
    assert_eq!(
        post_json(&path, &json!({}))
            .send(&world.router)
            .await
            .status,
        401
    ); // GW-03, R-019
    let form = post_form("/mcp/notes", &[("access_token", &tokens.access)]);
    assert_eq!(form.send(&world.router).await.status, 401);
    let cookie = post_json("/mcp/notes", &json!({}))
        .header("cookie", &format!("access_token={}", tokens.access));
    assert_eq!(cookie.send(&world.router).await.status, 401);
}
