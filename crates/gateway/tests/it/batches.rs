//! Batches of 2025-03-26.

use doorward_core::audit::{
    AuditKind::ToolCall,
    Outcome::{Allowed, Denied},
};

use crate::{
    upstream::{Upstream, typed},
    world::{World, call_body, list, only, post},
};

fn batch(messages: &[&str]) -> String {
    format!("[{}]", messages.join(" , "))
}

#[tokio::test]
async fn a_batch_passes_whole_when_every_message_may() {
    // R-067
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let body = batch(&[
        &call_body("a"),
        &call_body("b").replace(":5", ":6"),
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    ]);
    let reply = r#"[{"jsonrpc":"2.0","id":5,"result":{}},{"jsonrpc":"2.0","id":6,"result":{}}]"#;
    for version in [None, Some("2025-03-26")] {
        upstream.then_json(reply);
        let ask = post(body.clone());
        let ask = match version {
            Some(version) => ask.with("mcp-protocol-version", version),
            None => ask,
        };
        let answer = world.send(ask).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, reply));
        assert_eq!(upstream.last().body, body);
    }
    let events = world.store.events();
    assert_eq!(
        events[..2],
        [
            (ToolCall, Allowed, "a".to_owned()),
            (ToolCall, Allowed, "b".to_owned())
        ]
    );
    upstream.then(typed(202, "", ""));
    let quiet = batch(&[r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#]);
    assert_eq!(world.send(post(quiet)).await.status, 202);
}

#[tokio::test]
async fn nothing_of_a_batch_is_done_when_one_message_may_not() {
    // R-067
    let upstream = Upstream::start().await;
    upstream.has_tools(&[("a", "")]);
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = only(&["a"], &[], &[])
    });
    let body = batch(&[&call_body("a"), &call_body("b").replace(":5", ":6")]);
    let answer = world.send(post(body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()[0]["id"], 5);
    assert_eq!(answer.json()[0]["error"]["code"], -32600);
    assert_eq!(answer.json()[1]["id"], 6);
    assert_eq!(answer.json()[1]["error"]["message"], "Unknown tool: b");
    let denied = ["b", "a"].map(|tool| (ToolCall, Denied, tool.to_owned()));
    assert_eq!(
        world.store.events(),
        denied,
        "what was not done was not allowed"
    );
    assert!(upstream.heard().is_empty());
    let answer = world.send(post(batch(&[&list("tools/list")]))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, -32600),
        "lists are cut one by one"
    );
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn other_revisions_have_no_batches() {
    // R-068, GW-10
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for version in [
        "2024-11-05",
        "2025-06-18",
        "2025-11-25",
        "2026-07-28",
        "other",
    ] {
        let answer = world
            .send(post(batch(&[&call_body("a")])).with("mcp-protocol-version", version))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, -32600),
            "{version}"
        );
    }
    for body in [
        "[]",
        "[1]",
        "[[]]",
        " [",
        &batch(&[crate::world::INITIALIZE]),
    ] {
        let answer = world.send(post(body.to_owned())).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    assert!(upstream.heard().is_empty());
}
