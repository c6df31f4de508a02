//! How clients name the resource, and that a wrong name costs nothing.

use doorward_testkit::{
    client::{Client, Tokens},
    http::ask,
    world::World,
};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn resources_are_understood_in_every_spelling_that_clients_use() {
    let world = World::new().await;
    let base = Client::register(&world.router, "notes").await;
    for spelling in [
        "http://127.0.0.1:8080/mcp/notes/",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "",
    ] {
        let client = Client {
            resource: spelling.to_owned(),
            ..base.clone()
        };
        let code = client.code(&world.router, &mut world.alice(), &[]).await; // interop 28, 29, 30
        let plain = Client {
            resource: base.resource.clone(),
            ..base.clone()
        };
        let tokens = Tokens::of(&plain.redeem(&code).send(&world.router).await);
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let answer = plain
            .message(&tokens.access, &list)
            .send(&world.router)
            .await;
        assert_eq!(
            answer.status, 200,
            "{spelling:?}: the token says the canonical form"
        );
    }
}

#[tokio::test]
async fn clients_of_http_and_sse_get_tokens_for_the_addresses_that_they_know() {
    // R-075, GW-02
    let mut world = World::new().await;
    world.whole = true;
    world.restart().await;
    let base = Client::register(&world.router, "notes").await;
    for (resource, own, other) in [
        ("http://127.0.0.1:8080/sse", "/sse", "/sse/notes"),
        ("http://127.0.0.1:8080/sse/notes", "/sse/notes", "/sse"),
    ] {
        let client = Client {
            resource: resource.to_owned(),
            ..base.clone()
        };
        let tokens = client.login(&world.router, &mut world.alice()).await;
        let bearer = format!("Bearer {}", tokens.access);
        for (path, status) in [
            (own, 405), // whose token is good there
            (own.replace("/sse", "/mcp").as_str(), 405),
            (other, 401),
        ] {
            let ask = ask(Method::PUT, path).header("authorization", &bearer);
            let answer = ask.send(&world.router).await;
            assert_eq!(answer.status, status, "{resource} {path}");
        }
    }
}

#[tokio::test]
async fn a_bad_resource_at_the_token_endpoint_costs_nothing() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let code = client.code(&world.router, &mut world.alice(), &[]).await;
    let wrong = Client {
        resource: "http://127.0.0.1:8080/mcp/other".to_owned(),
        ..client.clone()
    };
    let refused = wrong.redeem(&code).send(&world.router).await;
    assert_eq!(refused.json()["error"], "invalid_target"); // interop 31, TK-05
    Tokens::of(&client.redeem(&code).send(&world.router).await);
}
