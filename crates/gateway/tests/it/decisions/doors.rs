//! What is not a tool call is judged all the same, and what is in no table does not exist.

use doorward_core::audit::{
    AuditKind::{Completion, McpRefused, PromptGet, ResourceRead, Subscription},
    Outcome::Denied,
};

use super::{RESULT, limited};
use crate::{
    upstream::Upstream,
    world::{World, modern, post},
};

#[tokio::test]
async fn side_doors_are_judged_by_the_same_list() {
    // GW-14
    let (upstream, world) = limited(&["read_*"]).await;
    #[rustfmt::skip]
    let refused = [
        ("prompts/get", r#""name":"other""#, "Unknown prompt: other", (PromptGet, "other")),
        ("resources/read", r#""uri":"file:///no?k=secret""#, "Resource not found", (ResourceRead, "file:///no?…")),
        ("resources/subscribe", r#""uri":"file:///no""#, "Resource not found", (Subscription, "file:///no")),
        ("resources/unsubscribe", r#""uri":"file:///no""#, "Resource not found", (McpRefused, "resources/unsubscribe")),
        ("completion/complete", r#""ref":{"type":"ref/prompt","name":"other"},"argument":{"name":"a","value":""}"#, "Unknown prompt: other", (Completion, "other")),
        ("completion/complete", r#""ref":{"type":"ref/resource","uri":"file:///{x}"},"argument":{"name":"a","value":""}"#, "Resource not found", (Completion, "file:///{x}")),
    ];
    for (method, params, message, (kind, about)) in refused {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{{params}}}}}"#);
        let answer = world.send(post(body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (200, -32602),
            "{method}"
        );
        assert_eq!(answer.json()["error"]["message"], message);
        let last = world.store.events().pop().expect("recorded");
        assert_eq!(last, (kind, Denied, about.to_owned())); // AD-06
    }
    let listen = modern(
        "subscriptions/listen",
        None,
        r#""notifications":{"resourceSubscriptions":["file:///ok/1","file:///no"]}"#,
    );
    assert_eq!(world.send(listen).await.code(), -32602);
    let events = world.store.events();
    let both = ["file:///ok/1", "file:///no"].map(|uri| (Subscription, Denied, uri.to_owned()));
    assert!(events.ends_with(&both), "{events:?}");
    assert!(upstream.heard().is_empty());
    upstream.then_json(RESULT);
    let listen = modern(
        "subscriptions/listen",
        None,
        r#""notifications":{"resourceSubscriptions":["file:///ok/1"]}"#,
    );
    assert_eq!(world.send(listen).await.status, 200);
}

#[tokio::test]
async fn what_is_not_in_the_method_table_does_not_exist() {
    // GW-14, R-038, X-025
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for method in [
        "tools/execute",
        "TOOLS/CALL",
        "rpc.discover",
        "server/discover",
        "tasks/get",
        "tasks/list",
        "roots/list",
        "subscriptions/listen",
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{"taskId":"t"}}}}"#);
        let answer = world.send(post(body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (200, -32601),
            "{method}"
        );
        assert_eq!(
            world.store.events().pop(),
            Some((McpRefused, Denied, method.to_owned()))
        );
    }
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "tasks/result",
        "tasks/get",
        "x",
    ] {
        let answer = world
            .send(modern(method, None, r#""uri":"u","taskId":"t""#))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, -32601),
            "{method}"
        );
        assert_eq!(answer.json()["id"], "m-1");
    }
    assert!(upstream.heard().is_empty());
}
