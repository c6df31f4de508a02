//! A client's life: discover, register, log in, call, refresh, be revoked.

use std::time::Duration;

use doorward_testkit::{
    client::{Client, Tokens},
    http::post_json,
    world::World,
};
use serde_json::json;

fn call(name: &str) -> serde_json::Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": name, "arguments": {"a": 1}}})
}

#[tokio::test]
async fn a_client_finds_the_door_logs_in_and_calls_a_tool() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let resource = client.discover(&world.router).await;
    assert_eq!(resource["resource"], client.resource);
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let answer = client
        .message(&tokens.access, &call("add_note"))
        .send(&world.router)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json()["result"]["content"][0]["text"],
        "called add_note"
    );
    assert_eq!(answer.json()["id"], 7);
}

#[tokio::test]
async fn a_modern_client_needs_no_session() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let message = json!({"jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": {
        "name": "add_note", "arguments": {},
        "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}},
    }});
    let ask = || {
        client
            .message(&tokens.access, &message)
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
    };
    let good = ask()
        .header("mcp-name", "add_note")
        .send(&world.router)
        .await;
    assert_eq!(
        (good.status.as_u16(), &good.json()["result"]["resultType"]),
        (200, &json!("complete")),
        "{}",
        good.text()
    );
    let calls = world.upstream.count("tools/call");
    let lying = ask()
        .header("mcp-name", "read_note")
        .send(&world.router)
        .await;
    assert_eq!(
        (lying.status.as_u16(), &lying.json()["error"]["code"]),
        (400, &json!(-32020))
    ); // GW-08, R-035
    assert_eq!(lying.json()["id"], "x");
    assert_eq!(
        world.upstream.count("tools/call"),
        calls,
        "nothing reached the upstream"
    );
}

#[tokio::test]
async fn tokens_live_through_a_restart_and_refresh_after_it() {
    let mut world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    world.restart().await;
    let answer = client
        .message(&tokens.access, &call("add_note"))
        .send(&world.router)
        .await;
    assert_eq!(answer.status, 200, "the key is the same");
    world.clock.advance(Duration::from_secs(11 * 60));
    let expired = client
        .message(&tokens.access, &call("add_note"))
        .send(&world.router)
        .await;
    assert_eq!(expired.status, 401);
    assert!(
        expired
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
    let next = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    let answer = client
        .message(&next.access, &call("add_note"))
        .send(&world.router)
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_revoked_grant_ends_cached_tokens_and_refreshes_at_once_and_after_a_restart() {
    let mut world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let (mine, other) = (
        client.login(&world.router, &mut world.alice()).await,
        client.login(&world.router, &mut world.alice()).await,
    );
    for tokens in [&mine, &other] {
        let answer = client
            .message(&tokens.access, &call("add_note"))
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 200, "now cached");
    }
    let revoked = doorward_testkit::http::post_form(
        "/revoke",
        &[("token", &mine.refresh), ("client_id", &client.id)],
    );
    assert_eq!(revoked.send(&world.router).await.status, 200);
    for attempt in ["at once", "after a restart"] {
        let answer = client
            .message(&mine.access, &call("add_note"))
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 401, "{attempt}"); // TK-18
        let refreshed = client.refresh(&mine.refresh).send(&world.router).await;
        assert_eq!(refreshed.json()["error"], "invalid_grant", "{attempt}");
        let answer = client
            .message(&other.access, &call("add_note"))
            .send(&world.router)
            .await;
        assert_eq!(
            answer.status, 200,
            "{attempt}: another installation stays signed in, interop 20"
        );
        world.restart().await;
    }
}

#[tokio::test]
async fn a_session_belongs_to_whoever_opened_it() {
    let world = World::new().await;
    let mut bob = world.add_user("bob").await;
    let client = Client::register(&world.router, "notes").await;
    let alice = client.login(&world.router, &mut world.alice()).await;
    let bob = client.login(&world.router, &mut bob).await;
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"},
    }});
    let opened = client
        .message(&alice.access, &initialize)
        .send(&world.router)
        .await;
    let session = opened.header("mcp-session-id").to_owned();
    assert!(
        !session.is_empty() && session != "upstream-session",
        "mapped, P-046"
    );
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let with = |token: &str, session: &str| {
        client
            .message(token, &list)
            .header("mcp-session-id", session)
    };
    assert_eq!(
        with(&alice.access, &session)
            .send(&world.router)
            .await
            .status,
        200
    );
    let stolen = with(&bob.access, &session).send(&world.router).await;
    let unknown = with(&bob.access, "no-such-session")
        .send(&world.router)
        .await;
    assert_eq!((stolen.status.as_u16(), &stolen.body), (404, &unknown.body)); // GW-15, R-060
    let unauthenticated = post_json(client.endpoint(), &list).header("mcp-session-id", &session);
    assert_eq!(unauthenticated.send(&world.router).await.status, 401);
}
