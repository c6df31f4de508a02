//! What one user may take up: sessions, requests and streams, memory.

use doorward_core::scope::ScopeSet;
use http::Method;

use crate::{
    era_servers::EraServer,
    programs::{call_in, session_era, stateless_era},
    sse_clients::SseClient,
    upstream::Upstream,
    world::{Ask, INITIALIZE, World, call, config, get, modern, post, server},
};

#[tokio::test]
async fn streams_are_counted_by_user_whatever_the_grant_and_the_server() {
    // GW-25
    let upstream = Upstream::start().await;
    let servers = ["files", "mail"].map(|name| server(name, upstream.config()));
    let mut two = config(servers.to_vec());
    two.limits.streams = 2;
    let world = World::of(two.clone());
    for (user, token, server) in [("alice", "of-mail", "mail"), ("bob", "bobs", "mail")] {
        world
            .tokens
            .grant(user, token, server, &ScopeSet::baseline());
    }
    let streams: Vec<_> = (0..4).map(|_| upstream.then_stream()).collect();
    let open = |ask: Ask| world.open(ask);
    let _first = open(get("/mcp/files")).await;
    let _second = open(get("/mcp/mail").token("of-mail")).await;
    assert_eq!(open(get("/mcp/files")).await.status(), 429);
    assert_eq!(
        open(call("a").to("/mcp/mail").token("of-mail"))
            .await
            .status(),
        429
    );
    world.gateway.reconfigure(two).expect("valid");
    assert_eq!(open(get("/mcp/files")).await.status(), 429, "still open");
    assert_eq!(open(get("/mcp/mail").token("bobs")).await.status(), 200);
    drop(streams);
}

#[tokio::test]
async fn long_messages_that_do_not_come_to_an_end_are_limited_for_each_user() {
    // GW-25
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.buffered_bytes = 1 << 20;
    });
    let piece = bytes::Bytes::from(vec![b' '; 256 * 1024]);
    let endless = || {
        let pieces = [(); 3].map(|()| Ok::<_, std::io::Error>(piece.clone()));
        let pieces = futures_util::stream::iter(pieces);
        let never = futures_util::stream::pending();
        axum::body::Body::from_stream(futures_util::StreamExt::chain(pieces, never))
    };
    let slow = world.open(post(endless()));
    let refused = world.send(post(endless()));
    let answer = tokio::select! {
        biased;
        _ = slow => panic!("the first one is taken as long as it comes"),
        answer = refused => answer,
    };
    assert_eq!(answer.status, 429);
    assert!(answer.headers.contains_key("retry-after"));
    upstream.then_json("{}");
    assert_eq!(
        world.send(call("short")).await.status,
        200,
        "short ones pass"
    );
}

#[tokio::test]
async fn messages_count_for_as_long_as_the_server_has_not_answered() {
    // GW-25
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.buffered_bytes = 1 << 20;
    });
    let argument = "x".repeat(700_000);
    let long = || {
        let params = format!(r#""name":"a","arguments":{{"a":"{argument}"}}"#);
        modern("tools/call", Some("a"), &params)
    };
    upstream.then_silence();
    let mut waiting = Box::pin(world.open(long()));
    tokio::select! {
        _ = &mut waiting => panic!("nobody answers"),
        () = world.until("the upstream was asked", || upstream.open() == 1) => {}
    }
    assert_eq!(world.send(long()).await.status, 429);
    drop(waiting);
    world
        .until("the upstream is let go", || upstream.open() == 0)
        .await;
    upstream.then_json("{}");
    assert_eq!(world.send(long()).await.status, 200, "it was given back");
}

#[tokio::test]
async fn an_opening_that_would_be_kept_is_short() {
    // DS-05
    let world = World::new(session_era());
    let long = INITIALIZE.replace("\"test\"", &format!("\"{}\"", "x".repeat(70_000)));
    let answer = world.send(post(long)).await;
    assert_eq!(answer.status, 413);
    assert_eq!(world.gateway.load().processes, 0);
    let long = format!(r#""name":"pid","x":"{}""#, "x".repeat(70_000));
    let upstream = Upstream::start().await;
    upstream.then_json("{}");
    let world = World::new(upstream.config());
    let call = modern("tools/call", Some("pid"), &long);
    assert_eq!(world.send(call).await.status, 200, "calls may be longer");
}

#[tokio::test]
async fn one_session_too_many_is_refused_and_others_still_get_theirs() {
    // DS-05, GW-25
    let world = World::with(session_era(), |config| config.limits.sessions_per_user = 1);
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let session = world.session().await;
    let refused = world.send(post(INITIALIZE)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, -32603));
    assert_eq!(refused.json()["id"], 0, "R-033");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(!refused.headers.contains_key("mcp-session-id"));
    world
        .until("nothing was started, and the probe is gone", || {
            world.gateway.load().processes == 1
        })
        .await;
    assert_eq!(world.send(post(INITIALIZE).token("bobs")).await.status, 200);
    assert_eq!(world.send(call_in(&session, "pid")).await.status, 200);
    let end = get("/mcp/files").verb(Method::DELETE);
    let ended = world.send(end.with("mcp-session-id", &session)).await;
    assert_eq!(ended.status, 204);
    assert_eq!(world.send(post(INITIALIZE)).await.status, 200);
}

#[tokio::test]
async fn at_every_front_a_user_has_so_many_streams_and_others_are_not_affected() {
    // GW-25, S-013
    let listen = || {
        modern(
            "subscriptions/listen",
            None,
            r#""notifications":{"toolsListChanged":true}"#,
        )
    };
    let stream = || get("/sse/files");
    let (stateless, sessions) = (
        EraServer::stateless().await,
        EraServer::streamable("2025-11-25").await,
    );
    for (name, upstream, ask) in [
        ("2026-07-28", stateless.config(), listen as fn() -> Ask),
        ("2026-07-28, bridged", sessions.config(), listen),
        ("2026-07-28, a program", stateless_era(), listen),
        ("2026-07-28, a program bridged", session_era(), listen),
        ("HTTP+SSE", stateless.config(), stream),
        ("HTTP+SSE, a program", session_era(), stream),
    ] {
        let world = World::with(upstream, |config| config.limits.streams = 2);
        let scopes = ScopeSet::baseline();
        world.tokens.grant("bob", "bobs", "files", &scopes);
        let (first, _second) = (world.open(ask()).await, world.open(ask()).await);
        assert_eq!(first.status(), 200, "{name}");
        let refused = world.send(ask()).await;
        assert_eq!(refused.status, 429, "{name}");
        assert!(refused.headers.contains_key("retry-after"), "{name}");
        assert!(refused.json()["error"].is_object(), "{name}");
        let bobs = world.open(ask().token("bobs")).await;
        assert_eq!(bobs.status(), 200, "{name}");
        drop(first);
        assert_eq!(world.open(ask()).await.status(), 200, "{name}");
    }
}

#[tokio::test]
async fn at_every_front_a_user_has_so_many_sessions_and_others_are_not_affected() {
    // GW-25, DS-05
    let stateless = EraServer::stateless().await;
    let one = |config: &mut doorward_gateway::GatewayConfig| config.limits.sessions_per_user = 1;
    for (name, upstream) in [("hosted", stateless.config()), ("a program", session_era())] {
        let world = World::with(upstream, one);
        let scopes = ScopeSet::baseline();
        world.tokens.grant("bob", "bobs", "files", &scopes);
        let session = world.session().await;
        let stream = get("/mcp/files").with("mcp-session-id", &session);
        let stream = world.open(stream).await;
        assert_eq!(stream.status(), 200, "{name}");
        let refused = world.send(post(INITIALIZE)).await;
        assert_eq!(refused.status, 429, "{name}: it is in use");
        assert!(refused.headers.contains_key("retry-after"), "{name}");
        let bobs = world.send(post(INITIALIZE).token("bobs")).await;
        assert_eq!(bobs.status, 200, "{name}");
    }
    let world = World::with(stateless.config(), one);
    let scopes = ScopeSet::baseline();
    world.tokens.grant("bob", "bobs", "files", &scopes);
    let first = SseClient::initialized(&world, "{}").await;
    let refused = world.send(get("/sse/files")).await;
    assert_eq!(refused.status, 429, "HTTP+SSE");
    assert!(refused.headers.contains_key("retry-after"));
    let bobs = world.open(get("/sse/files").token("bobs")).await;
    assert_eq!(bobs.status(), 200);
    drop(first);
    assert_eq!(world.open(get("/sse/files")).await.status(), 200);
}
