//! Servers that say more than their client reads: they are slowed down, whatever is in between,
//! and who reads nothing at all loses the stream (GW-25).

use std::time::Duration;

use axum::body::Body;
use doorward_core::{id::ClientId, scope::ScopeSet};
use doorward_gateway::{AggregateConfig, Sharing};
use http_body_util::BodyExt;

use crate::{
    floods::{Flood, PIECE},
    programs::shared_by,
    sse_clients::SseClient,
    upstream::Upstream,
    world::{Ask, World, config, get, modern, pass, post, server},
};

/// What the kernel keeps of a connection on loopback, and what the gateway holds besides.
const OVER_TCP: usize = 16 << 20;
/// What a pipe keeps, and what the gateway holds besides.
const OVER_A_PIPE: usize = 2 << 20;

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    /// 2026-07-28.
    Stateless,
    /// 2025-11-25.
    Session,
    /// 2024-11-05.
    Sse,
    /// 2026-07-28, at all servers as one.
    Whole,
}

fn body(id: u32, meta: &str, tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{}},"_meta":{{"progressToken":"t"{meta}}}}}}}"#
    )
}

fn stateless(tool: &str) -> Ask {
    let meta = r#","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#;
    post(body(5, meta, tool))
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", "tools/call")
        .with("mcp-name", tool)
}

async fn session(world: &World) -> Ask {
    let session = world.session().await;
    post(body(5, "", "flood"))
        .with("mcp-session-id", &session)
        .with("mcp-protocol-version", "2025-11-25")
}

/// A world in front of this server, and the stream on which the client is flooded.
async fn flooded(flood: &Flood, client: Client, unread: Duration) -> (World, Body) {
    let mut config = config(vec![server("files", flood.config.clone())]);
    config.limits.unread = unread;
    config.aggregate = Some(AggregateConfig::default());
    let world = World::of(config);
    world
        .tokens
        .grant_whole("alice", "all", &ScopeSet::baseline());
    let response = match client {
        Client::Stateless => world.open(stateless("flood")).await,
        Client::Whole => {
            let ask = stateless("files_flood").to("/mcp").token("all");
            world.open(ask).await
        }
        Client::Session => world.open(session(&world).await).await,
        Client::Sse => {
            let client = SseClient::initialized(&world, "{}").await;
            let call = client.post(&body(5, "", "flood"));
            assert_eq!(world.send(call).await.status, 202);
            return (world, client.into_body());
        }
    };
    assert_eq!(response.status(), 200);
    (world, response.into_body())
}

async fn read(body: &mut Body) -> usize {
    let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await;
    let frame = frame.expect("in time").expect("open").expect("whole");
    frame.into_data().expect("data").len()
}

/// What was said when nothing more is, or too much.
async fn settled(flood: &Flood, most: usize) -> usize {
    let (mut said, mut same) = (0, 0);
    while same < 30 && said <= most {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = flood.said();
        same = if now == said { same + 1 } else { 0 };
        said = now;
    }
    said
}

async fn every_link() -> Vec<(&'static str, Flood, Client, usize)> {
    vec![
        (
            "passed on",
            Flood::stateless().await,
            Client::Stateless,
            OVER_TCP,
        ),
        (
            "passed on in a session",
            Flood::streamable().await,
            Client::Session,
            OVER_TCP,
        ),
        (
            "bridged",
            Flood::streamable().await,
            Client::Stateless,
            OVER_TCP,
        ),
        (
            "hosted",
            Flood::stateless().await,
            Client::Session,
            OVER_TCP,
        ),
        (
            "HTTP+SSE, bridged",
            Flood::http_sse().await,
            Client::Stateless,
            OVER_TCP,
        ),
        (
            "HTTP+SSE, hosted",
            Flood::http_sse().await,
            Client::Session,
            OVER_TCP,
        ),
        (
            "HTTP+SSE on both sides",
            Flood::http_sse().await,
            Client::Sse,
            OVER_TCP,
        ),
        (
            "to HTTP+SSE",
            Flood::stateless().await,
            Client::Sse,
            OVER_TCP,
        ),
        (
            "all servers",
            Flood::stateless().await,
            Client::Whole,
            OVER_TCP,
        ),
        (
            "a program",
            Flood::stateless_program(),
            Client::Stateless,
            OVER_A_PIPE,
        ),
        (
            "a program's session",
            Flood::session_program(),
            Client::Session,
            OVER_A_PIPE,
        ),
        (
            "a program, bridged",
            Flood::session_program(),
            Client::Stateless,
            OVER_A_PIPE,
        ),
        (
            "a program, hosted",
            Flood::stateless_program(),
            Client::Session,
            OVER_A_PIPE,
        ),
    ]
}

#[tokio::test]
async fn a_server_that_says_more_than_is_read_is_slowed_down_and_not_buffered() {
    // GW-25
    let links = every_link().await.into_iter();
    let all = links.map(|(name, flood, client, most)| async move {
        let (world, mut body) = flooded(&flood, client, Duration::from_secs(3600)).await;
        let mut taken = 0;
        while taken < 4 * PIECE {
            taken += read(&mut body).await;
        }
        let said = settled(&flood, most).await;
        assert!(
            said <= most,
            "{name}: {said} bytes were said and {taken} read"
        );
        while flood.said() <= said {
            read(&mut body).await; // whoever reads on hears more
        }
        assert_eq!(world.gateway.load().overfull, 0, "{name}");
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn who_reads_nothing_loses_the_stream_and_the_server_is_let_go() {
    // GW-25
    for (name, flood, client, _) in every_link().await {
        let (world, mut body) = flooded(&flood, client, Duration::from_secs(2)).await;
        let mut taken = 0;
        while taken < 4 * PIECE {
            taken += read(&mut body).await;
        }
        assert_eq!(world.gateway.load().streams, 1, "{name}");
        for _ in 0..100 {
            pass(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
            if world.gateway.load().stalled > 0 {
                break;
            }
        }
        let load = world.gateway.load();
        assert_eq!((load.stalled, load.streams), (1, 0), "{name}");
        let last = loop {
            match body.frame().await {
                Some(Ok(_)) => {}
                other => break other,
            }
        };
        assert!(matches!(last, Some(Err(_))), "{name}: it is not complete");
    }
}

#[tokio::test]
async fn who_has_read_everything_may_be_quiet_for_ever() {
    // R-032
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.unread = Duration::from_secs(2);
        config.limits.keep_alive = Duration::from_secs(3600);
    });
    let (stream, _other) = (upstream.then_stream(), upstream.then_stream());
    let mut listening = world.open(get("/mcp/files")).await.into_body();
    let listen = modern("subscriptions/listen", None, r#""notifications":{}"#);
    let mut idle = world.open(listen).await.into_body();
    stream.event("1");
    read(&mut listening).await;
    for body in [&mut listening, &mut idle] {
        assert!(futures_util::poll!(std::pin::pin!(body.frame())).is_pending());
    }
    for _ in 0..10 {
        pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    let load = world.gateway.load();
    assert_eq!((load.stalled, load.streams), (0, 2));
    stream.event("2");
    read(&mut listening).await;
}

#[tokio::test]
async fn who_reads_nothing_holds_up_no_other_client_of_a_process_that_they_share() {
    // GW-25, ST-07
    for sharing in [Sharing::PerUser, Sharing::Shared] {
        let flood = Flood::stateless_program();
        let world = World::new(shared_by(sharing, flood.config.clone()));
        let scopes = ScopeSet::baseline();
        world.tokens.grant("alice", "other", "files", &scopes);
        world.tokens.change("other", |principal| {
            principal.client = ClientId::from_known("another");
        });
        let slow = world.open(stateless("burst")).await;
        let quick = world.send(stateless("quick").token("other")).await;
        assert_eq!(quick.status, 200, "{sharing:?}");
        let whole = slow.into_body().collect().await.expect("whole").to_bytes();
        let whole = String::from_utf8(whole.to_vec()).expect("UTF-8");
        assert!(whole.contains(r#""id":5,"result""#), "{sharing:?}");
        assert_eq!(world.gateway.load().overfull, 0, "{sharing:?}");
    }
}

#[tokio::test]
async fn who_has_too_much_unread_at_a_shared_process_is_told_so() {
    // GW-25
    let flood = Flood::stateless_program();
    let world = World::new(shared_by(Sharing::Shared, flood.config.clone()));
    let slow = world.open(stateless("much")).await;
    let quick = world.send(stateless("quick")).await;
    assert_eq!(quick.status, 200, "it is answered after all of that");
    let whole = slow.into_body().collect().await.expect("it ends well");
    let whole = String::from_utf8(whole.to_bytes().to_vec()).expect("UTF-8");
    let mut told = whole.lines().filter_map(|line| line.strip_prefix("data: "));
    let last = told.next_back().expect("a last word");
    let last: serde_json::Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(
        (&last["id"], &last["error"]["code"]),
        (&5.into(), &429.into())
    );
    assert_eq!(world.gateway.load().overfull, 1);
}

#[tokio::test]
async fn a_long_answer_over_a_connection_that_others_share_keeps_its_place_and_is_dropped() {
    // GW-25, DS-04
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.unread = Duration::from_secs(2);
        config.limits.streams = 1;
    });
    let text = "x".repeat(1 << 20);
    let long = format!(r#"{{"jsonrpc":"2.0","id":5,"result":{{"text":"{text}"}}}}"#);
    let short = r#"{"jsonrpc":"2.0","id":5,"result":{}}"#;
    let ask = || post(body(5, "", "read")).over_http_2();
    upstream.then_json(&long);
    let mut unread = world.open(ask()).await.into_body();
    read(&mut unread).await;
    assert_eq!(world.send(ask()).await.status, 429, "its place is taken");
    let load = world.gateway.load();
    assert_eq!((load.streams, load.answering), (0, 1), "it is no stream");
    for _ in 0..100 {
        pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
        if world.gateway.load().stalled > 0 {
            break;
        }
    }
    assert_eq!(world.gateway.load().stalled, 1);
    upstream.then_json(short);
    let next = world.open(ask()).await;
    assert_eq!(next.status(), 200, "its place is free");
    upstream.then_json(short);
    assert_eq!(
        world.open(ask()).await.status(),
        200,
        "short ones keep none"
    );
    upstream.then_json(&long);
    assert_eq!(world.send(ask()).await.body.len(), long.len());
}
