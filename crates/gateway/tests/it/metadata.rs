//! Protected resource metadata (RFC 9728).

use axum::body::Body;
use http::Method;

use crate::{
    upstream::Upstream,
    world::{PUBLIC, World, config, request, server},
};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

async fn two_servers() -> World {
    let upstream = Upstream::start().await;
    World::of(config(vec![
        server("files", upstream.config()),
        server("mail", upstream.config()),
    ]))
}

#[tokio::test]
async fn each_server_has_its_own_document_and_nobody_needs_a_token_for_it() {
    // MD-01, MD-02
    let world = two_servers().await;
    for name in ["files", "mail"] {
        let path = format!("{WELL_KNOWN}/mcp/{name}");
        let ask = request(Method::GET, &path, Body::empty())
            .with("host", "evil.example")
            .with("x-forwarded-host", "evil.example")
            .with("origin", "https://anywhere.example");
        let answer = world.send(ask).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.json()["resource"], format!("{PUBLIC}/mcp/{name}"));
        assert_eq!(answer.json()["authorization_servers"][0], PUBLIC);
    }
}

#[tokio::test]
async fn no_document_is_served_under_a_path_that_is_not_its_own() {
    // R-002, MD-02
    let world = two_servers().await;
    for path in [
        "",
        "/mcp/other",
        "/mcp/files/x",
        "/files",
        "/mcp",
        "/mcp/FILES",
    ] {
        let ask = request(Method::GET, &format!("{WELL_KNOWN}{path}"), Body::empty());
        assert_eq!(world.send(ask).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_root_document_is_that_of_the_only_server() {
    //
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let answer = world
        .send(request(Method::GET, WELL_KNOWN, Body::empty()))
        .await;
    assert_eq!(answer.json()["resource"], format!("{PUBLIC}/mcp/files"));
}

#[tokio::test]
async fn a_public_url_with_a_path_moves_endpoint_and_document() {
    //
    let upstream = Upstream::start().await;
    let mut config = config(vec![server("files", upstream.config())]);
    config.public_url = "https://h.example/door".to_owned();
    let world = World::of(config);
    let path = format!("{WELL_KNOWN}/door/mcp/files");
    let answer = world.send(request(Method::GET, &path, Body::empty())).await;
    assert_eq!(
        answer.json()["resource"],
        "https://h.example/door/mcp/files"
    );
    let answer = world
        .send(request(Method::POST, "/door/mcp/files", "{}"))
        .await;
    assert_eq!(answer.status, 401);
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(
        challenge.contains(&format!("resource_metadata=\"https://h.example{path}\"")),
        "{challenge}"
    );
}

#[tokio::test]
async fn any_page_may_ask_whether_it_may_read_the_document() {
    // R-029, interop 41
    let world = two_servers().await;
    let path = format!("{WELL_KNOWN}/mcp/files");
    let ask = request(Method::OPTIONS, &path, Body::empty())
        .with("origin", "https://inspector.example")
        .with("access-control-request-headers", "mcp-protocol-version");
    let answer = world.send(ask).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("mcp-protocol-version")
    );
}
