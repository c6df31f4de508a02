//! Sessions that a server opened, and whose opening its client may never hear of.

use axum::response::Response;
use http::Method;

use crate::{
    upstream::{Upstream, typed, with},
    world::{INITIALIZE, World, call, post},
};

fn opening(media: &str, body: &str) -> Response {
    with(typed(200, media, body), "mcp-session-id", "inner")
}

fn world(upstream: &Upstream) -> World {
    World::with(upstream.config(), |config| {
        config.limits.response_bytes = 1000;
    })
}

#[tokio::test]
async fn a_session_whose_opening_fails_half_way_is_ended_at_the_server() {
    // GW-26, GW-27
    let long = format!("data: {}\n\n", "x".repeat(2000));
    for (media, body, accept) in [
        ("text/html", "<p>welcome</p>", BOTH),
        ("text/event-stream", long.as_str(), BOTH),
        ("text/event-stream", ": nothing\n\ndata: half", BOTH),
        ("text/event-stream", ": nothing\n\n", "application/json"),
    ] {
        let upstream = Upstream::start().await;
        let world = world(&upstream);
        upstream.then(opening(media, body));
        let answer = world.send(post(INITIALIZE).with("accept", accept)).await;
        assert_eq!(answer.status, 502, "{media}: {}", answer.text());
        assert!(!answer.headers.contains_key("mcp-session-id"));
        world
            .until("the session is ended", || {
                upstream.last().method == Method::DELETE
            })
            .await;
        assert_eq!(upstream.last().headers["mcp-session-id"], "inner");
        assert_eq!(upstream.heard().len(), 2);
    }
}

#[tokio::test]
async fn a_session_that_its_client_was_told_of_is_its_clients_to_end() {
    // R-061
    for revision in ["2025-11-25", "2025-06-18"] {
        let upstream = Upstream::start().await;
        let world = world(&upstream);
        let opened = format!(
            r#"{{"jsonrpc":"2.0","id":0,"result":{{"protocolVersion":"{revision}","capabilities":{{}}}}}}"#
        );
        upstream.then(opening("application/json", &opened));
        let answer = world.send(post(INITIALIZE)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        upstream.then_json(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
        let session = answer.header("mcp-session-id");
        let called = world.send(call("read").with("mcp-session-id", session));
        assert_eq!(called.await.status, 200);
        let heard = upstream.heard();
        let verbs: Vec<_> = heard.iter().map(|heard| &heard.method).collect();
        assert_eq!(verbs, [Method::POST, Method::POST], "{revision}");
    }
}

const BOTH: &str = "application/json, text/event-stream";
