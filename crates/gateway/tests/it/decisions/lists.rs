//! Lists are judged by the rule that judges calls.

use http_body_util::BodyExt;

use super::limited;
use crate::world::{World, get, list, modern, post};

#[tokio::test]
async fn lists_are_cut_to_what_may_be_used() {
    // GW-13, GW-14, GW-18, P-013
    let (upstream, world) = limited(&["read_*"]).await;
    let whole = r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"}, {"name":"read_a","x":1.0}],"nextCursor":"c","cacheScope":"public","ttlMs":5}}"#;
    upstream.then_json(whole);
    let answer = world.send(post(list("tools/list"))).await;
    assert_eq!(
        answer.text(),
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"read_a","x":1.0}],"nextCursor":"c","cacheScope":"private","ttlMs":5}}"#
    );
    for (method, inside, kept) in [
        (
            "prompts/list",
            r#""prompts":[{"name":"greet_all"},{"name":"other"}]"#,
            r#""prompts":[{"name":"greet_all"}]"#,
        ),
        (
            "resources/list",
            r#""resources":[{"uri":"file:///no"},{"uri":"file:///ok/1"}]"#,
            r#""resources":[{"uri":"file:///ok/1"}]"#,
        ),
        (
            "resources/templates/list",
            r#""resourceTemplates":[{"uriTemplate":"file:///{x}"}]"#,
            r#""resourceTemplates":[]"#,
        ),
    ] {
        upstream.then_json(&format!(
            r#"{{"jsonrpc":"2.0","id":6,"result":{{{inside}}}}}"#
        ));
        let answer = world.send(post(list(method))).await;
        assert_eq!(
            answer.text(),
            format!(r#"{{"jsonrpc":"2.0","id":6,"result":{{{kept}}}}}"#)
        );
    }
    upstream.then_json(r#"{"jsonrpc":"2.0","id":"m-1","result":{"tools":[{"name":"read_a"}]}}"#);
    let answer = world.send(modern("tools/list", None, "")).await;
    assert_eq!(
        answer.json()["result"]["cacheScope"],
        "private",
        "even if nothing was cut"
    );
    let open = World::new(upstream.config());
    upstream.then_json(whole);
    assert_eq!(
        open.send(post(list("tools/list"))).await.text(),
        whole,
        "untouched without an allow list"
    );
}

#[tokio::test]
async fn lists_in_streams_are_cut_too_resumed_ones_included() {
    // GW-13: the side door of Last-Event-ID
    let (upstream, world) = limited(&["read_*"]).await;
    let events = "id: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":6,\ndata: \"result\":{\"tools\":[{\"name\":\"drop_all\"},{\"name\":\"read_a\"}]}}\n\nid: 8\nretry: 5\ndata\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n";
    for ask in [
        post(list("tools/list")),
        get("/mcp/files").with("last-event-id", "6"),
    ] {
        let stream = upstream.then_stream();
        let body = world.open(ask).await.into_body();
        // Cut in the middle of an event.
        let (one, other) = events.split_at(30);
        stream.write(one);
        stream.write(other);
        drop(stream);
        let text = body.collect().await.expect("body").to_bytes();
        let text = std::str::from_utf8(&text).expect("UTF-8");
        assert!(
            !text.contains("drop_all") && text.contains("read_a"),
            "{text}"
        );
        assert!(
            text.contains("id: 7\n") && text.contains("id: 8\n") && text.contains("retry: 5\n"),
            "{text}"
        );
        assert!(text.contains("notifications/message"), "{text}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_not_passed_on() {
    let (upstream, world) = limited(&["read_*"]).await;
    for body in [
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"},7]}}"#,
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":{"drop_all":{}}}}"#,
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[],"tools":[{"name":"drop_all"}]}}"#,
        r#"[{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"}]}}]"#,
    ] {
        upstream.then_json(body);
        let answer = world.send(post(list("tools/list"))).await;
        assert!(!answer.text().contains("drop_all"), "{}", answer.text());
        assert_eq!(answer.code(), -32603);
    }
}
