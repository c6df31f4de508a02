//! Every use and every refusal is written down, once and without contents.

use std::sync::atomic::Ordering;

use doorward_core::audit::{
    AuditKind::{Completion, McpRefused, PromptGet, ResourceRead, Subscription, ToolCall},
    Outcome::{Allowed, Denied},
};

use super::{RESULT, limited};
use crate::{
    upstream::{Upstream, typed},
    world::{World, call, list, modern, post},
};

#[tokio::test]
async fn every_allowed_use_is_written_down_once_without_contents() {
    // AD-06, AD-07, S-019
    let (upstream, world) = limited(&["read_*"]).await;
    #[rustfmt::skip]
    let allowed = [
        ("tools/call", r#""name":"read_a","arguments":{"a":"secret"}"#, (ToolCall, "read_a")),
        ("prompts/get", r#""name":"greet","arguments":{"a":"secret"}"#, (PromptGet, "greet")),
        ("resources/read", r#""uri":"file:///ok/1?k=secret""#, (ResourceRead, "file:///ok/1?…")),
        ("resources/subscribe", r#""uri":"file:///ok/1""#, (Subscription, "file:///ok/1")),
        ("completion/complete", r#""ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"secret"}"#, (Completion, "greet")),
    ];
    for (number, (method, params, (kind, about))) in allowed.into_iter().enumerate() {
        upstream.then_json(RESULT);
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{{params}}}}}"#);
        assert_eq!(world.send(post(body)).await.status, 200, "{method}");
        let events = world.store.events();
        assert_eq!(events.len(), number + 1);
        assert_eq!(events[number], (kind, Allowed, about.to_owned()));
    }
    world.store.full.store(true, Ordering::Relaxed);
    let heard = upstream.heard().len();
    let read =
        r#"{"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"file:///ok/1"}}"#;
    assert_eq!(world.send(post(read)).await.status, 503);
    assert_eq!(upstream.heard().len(), heard, "unrecorded is undone");
}

#[tokio::test]
async fn who_is_refused_at_the_door_is_written_down_with_their_address() {
    // AD-06, GW-04
    let (_upstream, world) = limited(&["read_*"]).await;
    world.tokens.grant_bound("alice", "bound", "files");
    let peer = std::net::IpAddr::from([192, 0, 2, 1]);
    let answer = world.send(call("read_a").token("bound").from(peer)).await;
    assert_eq!(answer.status, 401);
    assert_eq!(world.store.last_peer(), Some(peer));
}

#[tokio::test]
async fn every_resource_of_a_subscription_is_written_down() {
    // AD-06
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let filler = format!("note:{}", "x".repeat(300));
    let _stream = upstream.then_stream();
    let uris = format!(r#""notifications":{{"resourceSubscriptions":["{filler}","note:2"]}}"#);
    world
        .open(modern("subscriptions/listen", None, &uris))
        .await;
    let cut = format!("note:{}…", "x".repeat(248));
    let expected = [cut, "note:2".to_owned()].map(|about| (Subscription, Allowed, about));
    assert_eq!(world.store.events(), expected);
}

#[tokio::test]
async fn what_cannot_be_written_down_does_not_happen() {
    // AD-06
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.store.full.store(true, Ordering::Relaxed);
    for ask in [call("read"), post("{")] {
        let answer = world.send(ask).await;
        assert_eq!(answer.status, 503);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn every_refused_message_is_written_down_once() {
    // AD-06
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for (number, ask) in [
        post("{"),
        post("[]"),
        post(r#"{"jsonrpc":"2.0","id":1,"method":"x"}"#),
        post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#), // GW-09
        post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"a"}}"#),
        call("a").with("content-type", "text/plain"),
        call("a").with("mcp-session-id", "x"),
        call("a").with("mcp-protocol-version", "1999-01-01"),
        modern("tools/call", Some("other"), r#""name":"a""#),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = world.send(ask).await;
        assert!(answer.status.is_client_error() || answer.code() == -32601);
        let events = world.store.events();
        assert_eq!(events.len(), number + 1);
        assert_eq!((events[number].0, events[number].1), (McpRefused, Denied));
        assert!(!world.store.last_reason().is_empty());
    }
    assert!(upstream.heard().is_empty());
    upstream.then(typed(202, "", ""));
    world
        .send(post(
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        ))
        .await;
    upstream.then_json("{}");
    world.send(post(list("tools/list"))).await;
    assert_eq!(
        world.store.events().len(),
        9,
        "what is allowed and calls nothing is not written down"
    );
}
