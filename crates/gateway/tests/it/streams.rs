//! How streams end, and what happens when the caller leaves.

use std::time::Duration;

use axum::body::Body;
use doorward_gateway::{Speaking, Transport};
use doorward_mcp::era::Revision;
use http_body_util::BodyExt;

use crate::{
    upstream::Upstream,
    world::{INITIALIZE, World, call, get, modern, pass, post},
};

const SECOND: Duration = Duration::from_secs(1);

async fn next(body: &mut Body) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(20), body.frame())
        .await
        .expect("in time")?;
    let data = frame.expect("whole").into_data().expect("data");
    Some(String::from_utf8(data.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn a_stream_ends_within_a_second_or_so_of_the_tokens_end() {
    // R-026, TK-18
    for ends in [
        |world: &World| world.tokens.revoke("short"),
        |world: &World| world.clock.advance(700),
    ] {
        let upstream = Upstream::start().await;
        let world = World::new(upstream.config());
        world.tokens.grant(
            "alice",
            "short",
            "files",
            &doorward_core::scope::ScopeSet::baseline(),
        );
        let stream = upstream.then_stream();
        let mut body = world
            .open(get("/mcp/files").token("short"))
            .await
            .into_body();
        stream.event("1");
        assert_eq!(next(&mut body).await.as_deref(), Some("data: 1\n\n"));
        assert_eq!(world.gateway.load().streams, 1);
        ends(&world);
        pass(SECOND).await;
        assert_eq!(next(&mut body).await, None);
        drop(body);
        assert_eq!(world.gateway.load().streams, 0);
        world
            .until("the upstream is let go", || !stream.event("2"))
            .await;
    }
}

#[tokio::test]
async fn who_waits_for_a_first_word_is_let_go_with_their_token() {
    // R-026, TK-18
    for (json_only, ends) in [
        (
            false,
            (|world: &World| world.tokens.revoke("short")) as fn(&World),
        ),
        (false, |world: &World| world.clock.advance(700)),
        (true, |world: &World| world.tokens.revoke("short")),
    ] {
        let upstream = Upstream::start().await;
        let world = World::new(upstream.config());
        let baseline = doorward_core::scope::ScopeSet::baseline();
        world.tokens.grant("alice", "short", "files", &baseline);
        let stream = json_only.then(|| upstream.then_stream());
        if !json_only {
            upstream.then_silence();
        }
        let mut ask = modern("subscriptions/listen", None, r#""notifications":{}"#).token("short");
        if json_only {
            ask = ask.with("accept", "application/json");
        }
        let ending = async {
            world
                .until("the upstream was asked", || upstream.open() == 1)
                .await;
            ends(&world);
            for _ in 0..4 {
                pass(SECOND).await;
                tokio::task::yield_now().await;
            }
        };
        let (answer, ()) = tokio::join!(world.send(ask), ending);
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert_eq!(world.gateway.load().streams, 0);
        world
            .until("the upstream is let go", || {
                stream.as_ref().is_none_or(|stream| !stream.event("{}"))
            })
            .await;
    }
}

#[tokio::test]
async fn who_waits_long_with_a_good_token_is_answered() {
    // R-026
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let stream = upstream.then_stream();
    let answering = async {
        world
            .until("the upstream was asked", || upstream.open() == 1)
            .await;
        for _ in 0..4 {
            pass(SECOND).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(world.gateway.load().streams, 0, "who waits is no stream");
        stream.event(r#"{"jsonrpc":"2.0","id":6,"result":{}}"#);
        stream.event(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
    };
    let ask = call("read").with("accept", "application/json");
    let (answer, ()) = tokio::join!(world.send(ask), answering);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json()["id"],
        5,
        "and not with somebody else's answer"
    );
}

#[tokio::test]
async fn the_rest_of_a_slow_document_is_not_for_a_token_that_was_revoked() {
    // R-026
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let stream = upstream.then_slow_json();
    let begun = format!(r#"{{"jsonrpc":"2.0","pad":"{}"#, "x".repeat(70_000));
    stream.write(&begun);
    let mut body = world.open(call("read")).await.into_body();
    assert_eq!(next(&mut body).await, Some(begun));
    world.tokens.revoke(crate::world::CANARY);
    let ending = async {
        for _ in 0..4 {
            pass(SECOND).await;
            tokio::task::yield_now().await;
        }
    };
    let (frame, ()) = tokio::join!(body.frame(), ending);
    assert!(frame.expect("a frame").is_err(), "it is cut, not complete");
}

#[tokio::test]
async fn what_was_said_first_is_not_for_a_token_that_was_revoked_meanwhile() {
    // R-026: the upstream revokes, as it were, while it answers
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let _stream = upstream.then_stream();
    let answer = {
        let asked = world.open(get("/mcp/files"));
        let mut asked = std::pin::pin!(asked);
        assert!(futures_util::poll!(asked.as_mut()).is_pending());
        world.tokens.revoke(crate::world::CANARY);
        asked.await
    };
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_doubt_ends_a_stream_only_when_it_stays() {
    // TK-18: nobody can say whether the token was revoked
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.keep_alive = SECOND
    });
    let baseline = doorward_core::scope::ScopeSet::baseline();
    let good = || world.tokens.grant("alice", "short", "files", &baseline);
    good();
    let _stream = upstream.then_stream();
    let mut body = world
        .open(get("/mcp/files").token("short"))
        .await
        .into_body();
    for doubtful in [true, false, true, false, true] {
        match doubtful {
            true => world.tokens.doubt("short"),
            false => good(),
        }
        pass(SECOND).await;
        assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));
    }
    pass(SECOND).await;
    assert_eq!(next(&mut body).await, None, "it was not settled");
}

#[tokio::test]
async fn a_subscription_that_is_ended_here_is_told_so() {
    // R-054
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.tokens.grant(
        "alice",
        "short",
        "files",
        &doorward_core::scope::ScopeSet::baseline(),
    );
    let _stream = upstream.then_stream();
    let mut body = world
        .open(modern("subscriptions/listen", None, r#""notifications":{}"#).token("short"))
        .await
        .into_body();
    world.tokens.revoke("short");
    pass(SECOND).await;
    let last = next(&mut body).await.expect("a last word");
    let last: serde_json::Value =
        serde_json::from_str(last.trim().trim_start_matches("data: ")).expect("JSON");
    assert_eq!(last["id"], "m-1");
    assert_eq!(last["result"]["resultType"], "complete");
    assert_eq!(
        last["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        "m-1"
    );
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_quiet_stream_shows_signs_of_life_between_events_only() {
    // R-032
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.keep_alive = SECOND
    });
    let stream = upstream.then_stream();
    let mut body = world.open(get("/mcp/files")).await.into_body();
    pass(SECOND).await;
    assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));
    stream.write("data: short");
    pass(SECOND).await;
    assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));
    stream.write("\n\n");
    let whole = next(&mut body).await;
    assert_eq!(whole.as_deref(), Some("data: short\n\n"));
    let half = format!("data: {}", "x".repeat(70_000));
    stream.write(&half);
    let mut begun = String::new();
    while begun.len() < half.len() {
        begun += &next(&mut body).await.expect("half of a long one");
    }
    assert_eq!(begun, half);
    for _ in 0..3 {
        pass(SECOND).await;
    }
    let quiet = tokio::time::timeout(Duration::from_millis(50), body.frame()).await;
    assert!(quiet.is_err(), "nothing is put into an event");
    stream.write("\n\n");
    assert_eq!(next(&mut body).await.as_deref(), Some("\n\n"));
    pass(SECOND).await;
    assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));
}

#[tokio::test]
async fn a_caller_has_only_so_many_streams_and_others_are_not_affected() {
    // S-013, GW-25
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| config.limits.streams = 2);
    world.tokens.grant(
        "bob",
        "bobs",
        "files",
        &doorward_core::scope::ScopeSet::baseline(),
    );
    let streams: Vec<_> = (0..4).map(|_| upstream.then_stream()).collect();
    let first = world.open(get("/mcp/files")).await;
    let _second = world.open(call("slow")).await;
    assert_eq!(world.open(get("/mcp/files")).await.status(), 429);
    assert_eq!(
        world.open(get("/mcp/files").token("bobs")).await.status(),
        200
    );
    drop(first);
    let _again = upstream.then_stream();
    assert_eq!(world.open(get("/mcp/files")).await.status(), 200);
    drop(streams);
}

#[tokio::test]
async fn in_2026_a_caller_who_leaves_cancels() {
    // R-049, GW-26
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for round in 0..20 {
        if round % 2 == 0 {
            let stream = upstream.then_stream();
            let response = world
                .open(modern("tools/call", Some("slow"), r#""name":"slow""#))
                .await;
            assert!(stream.event("1"));
            drop(response);
        } else {
            upstream.then_silence();
            let heard = upstream.heard().len();
            let waiting = world.open(modern("tools/call", Some("slow"), r#""name":"slow""#));
            tokio::select! {
                _ = waiting => panic!("it was not answered"),
                () = world.until("it arrived", || upstream.heard().len() > heard) => {}
            }
        }
    }
    world
        .until("every exchange has ended upstream", || upstream.open() == 0)
        .await;
    assert_eq!(world.gateway.load().streams, 0);
}

#[tokio::test]
async fn in_a_session_a_caller_who_leaves_cancels_nothing() {
    // R-066
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let stream = upstream.then_stream();
    let response = world.open(call("slow")).await;
    stream.event("1");
    drop(response);
    upstream.then_silence();
    tokio::select! {
        _ = world.open(call("slow")) => panic!("it was answered"),
        () = world.until("it has arrived", || upstream.open() == 2) => {}
    }
    // Whatever was cancelled would have been by now.
    for _ in 0..10 {
        upstream.then_json(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
        assert_eq!(world.send(call("quick")).await.status, 200);
    }
    assert!(stream.event("2"), "the upstream still has a reader");
    assert_eq!(upstream.open(), 2, "for what was not answered yet as well");
    // A reader of nothing does not read without bounds.
    let flood = "x".repeat(1 << 20);
    world
        .until("the reader has had enough", || !stream.event(&flood))
        .await;
}

#[tokio::test]
async fn the_gateways_end_ends_streams() {
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let _stream = upstream.then_stream();
    let mut body = world
        .open(post(crate::world::call_body("slow")))
        .await
        .into_body();
    world.gateway.shutdown().await;
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn who_initializes_waits_for_the_answer_and_not_for_the_end_of_its_stream() {
    // GW-27, R-057
    for (agreed, is_stream) in [("2025-11-25", true), ("2025-06-18", false)] {
        let upstream = Upstream::start().await;
        let world = World::with(upstream.config(), |config| {
            config.servers[0].speaking = Speaking {
                transport: Transport::StreamableHttp,
                revision: Some(Revision::V2025_11_25),
                ..Speaking::default()
            };
        });
        let stream = upstream.then_stream();
        stream.event(&format!(
            r#"{{"jsonrpc":"2.0","id":0,"result":{{"protocolVersion":"{agreed}","capabilities":{{}},"serverInfo":{{"name":"s","version":"1"}}}}}}"#
        ));
        let opening = tokio::time::timeout(10 * SECOND, world.open(post(INITIALIZE)));
        let mut body = opening.await.expect("in time").into_body();
        let said = next(&mut body).await.expect("an answer");
        assert!(said.contains(r#""protocolVersion":"2025-11-25""#), "{said}");
        if is_stream {
            stream.event("2");
            assert_eq!(next(&mut body).await.as_deref(), Some("data: 2\n\n"));
        }
    }
}
