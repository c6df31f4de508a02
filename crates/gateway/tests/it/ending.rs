//! How streams of each era end when the process does, and what lives through a new configuration.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;

use crate::{
    era_servers::EraServer,
    programs::{session_era, stateless_era},
    sse_clients::SseClient,
    upstream::Upstream,
    world::{Ask, World, call, config, get, modern, pass, post, server},
};

const LISTEN: &str = r#""notifications":{"toolsListChanged":true}"#;

/// All that a stream still says.
async fn rest(body: Body) -> String {
    let whole = tokio::time::timeout(Duration::from_secs(10), body.collect());
    let whole = whole.await.expect("nothing hangs").expect("it ends well");
    String::from_utf8(whole.to_bytes().to_vec()).expect("UTF-8")
}

/// Opens a hosted session of this revision; its id.
async fn hosted(world: &World, revision: &str) -> String {
    let opening = format!(
        r#"{{"jsonrpc":"2.0","id":"i","method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{}},"clientInfo":{{"name":"c","version":"1"}}}}}}"#
    );
    let answer = world.send(post(opening)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let session = answer.header("mcp-session-id").to_owned();
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let noted = world.send(in_session(post(note), &session, revision)).await;
    assert_eq!(noted.status, 202);
    session
}

fn in_session(ask: Ask, session: &str, revision: &str) -> Ask {
    ask.with("mcp-session-id", session)
        .with("mcp-protocol-version", revision)
}

#[tokio::test]
async fn a_subscription_is_complete_when_the_process_ends() {
    // R-054: in front of a server that passes, one that is bridged, and a program
    let upstream = Upstream::start().await;
    let (stateless, sessions) = (
        EraServer::stateless().await,
        EraServer::streamable("2025-11-25").await,
    );
    for (name, behind) in [
        ("scripted", upstream.config()),
        ("stateless", stateless.config()),
        ("bridged", sessions.config()),
        ("program", stateless_era()),
        ("bridged program", session_era()),
    ] {
        let world = World::new(behind);
        let _stream = upstream.then_stream();
        let ask = modern("subscriptions/listen", None, LISTEN);
        let response = world.open(ask).await;
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(world.gateway.load().streams, 1, "{name}");
        assert_eq!(
            world.gateway.load().answering,
            0,
            "{name}: no answer is lost"
        );
        world.gateway.shutdown().await;
        let said = rest(response.into_body()).await;
        let mut last = said.lines().filter_map(|line| line.strip_prefix("data: "));
        let last = last.next_back().unwrap_or_else(|| panic!("{name}: {said}"));
        let last: serde_json::Value = serde_json::from_str(last).expect("JSON");
        assert_eq!(last["id"], "m-1", "{name}");
        assert_eq!(last["result"]["resultType"], "complete", "{name}");
    }
}

#[tokio::test]
async fn a_stream_of_a_session_says_when_to_come_back_where_its_revision_has_that() {
    // R-065: passed on, filtered, from a program, and hosted here
    let (upstream, stateless) = (Upstream::start().await, EraServer::stateless().await);
    for (revision, told) in [
        ("2025-03-26", false),
        ("2025-06-18", false),
        ("2025-11-25", true),
    ] {
        for filtered in [false, true] {
            let world = World::with(upstream.config(), |config| {
                if filtered {
                    config.servers[0].allow = crate::world::only(&["read"], &[], &[]);
                }
            });
            let _stream = upstream.then_stream();
            let ask = get("/mcp/files").with("mcp-protocol-version", revision);
            let response = world.open(ask).await;
            world.gateway.shutdown().await;
            let said = rest(response.into_body()).await;
            assert_eq!(said == "retry: 1000\n\n", told, "{revision}: {said}");
        }
        let world = World::new(session_era());
        let session = world.session().await;
        let ask = in_session(get("/mcp/files"), &session, revision);
        let response = world.open(ask).await;
        world.gateway.shutdown().await;
        let said = rest(response.into_body()).await;
        assert_eq!(
            said.ends_with("retry: 1000\n\n"),
            told,
            "{revision}: {said}"
        );

        let world = World::new(stateless.config());
        let session = hosted(&world, revision).await;
        let ask = in_session(get("/mcp/files"), &session, revision);
        let response = world.open(ask).await;
        world.gateway.shutdown().await;
        let said = rest(response.into_body()).await;
        assert_eq!(said.contains("retry: 1000\n"), told, "{revision}: {said}");
    }
}

#[tokio::test]
async fn answers_that_are_on_their_way_are_counted_and_news_is_not() {
    // CR-07: the end waits for the one and not for the other
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let (stream, _news) = (upstream.then_stream(), upstream.then_stream());
    let response = world.open(call("slow")).await;
    let news = world.open(get("/mcp/files")).await;
    let load = world.gateway.load();
    assert_eq!((load.streams, load.answering), (2, 1));
    stream.event(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
    drop(stream);
    assert!(rest(response.into_body()).await.contains(r#""id":5"#));
    let load = world.gateway.load();
    assert_eq!((load.streams, load.answering), (1, 0));
    drop(news);
    assert_eq!(world.gateway.load().streams, 0);
}

#[tokio::test]
async fn a_call_of_an_http_sse_client_is_an_answer_on_its_way_until_it_came() {
    // CR-07, R-072
    let world = World::new(session_era());
    let mut client = SseClient::initialized(&world, "{}").await;
    assert_eq!(world.gateway.load().answering, 0);
    let late = r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"later","_meta":{"progressToken":"l"}}}"#;
    world.send(client.post(late)).await;
    assert_eq!(world.gateway.load().answering, 1);
    world.gateway.shutdown().await;
    world
        .until("nothing hangs", || world.gateway.load().answering == 0)
        .await;
    while client.next().await.is_some() {}
}

#[tokio::test]
async fn what_an_http_sse_client_was_answered_is_told_before_its_stream_ends() {
    // CR-07, R-072: its stream is one that brings news, and the answers as well
    let world = World::new(session_era());
    let mut client = SseClient::initialized(&world, "{}").await;
    let changed = client.next().await.expect("said unasked");
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    let list = r#"{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{}}"#;
    world.send(client.post(list)).await;
    world
        .until("it is answered", || world.gateway.load().answering == 0)
        .await;
    world.gateway.shutdown().await;
    let answer = client.next().await.expect("nobody read it before");
    assert_eq!(answer["id"], 4, "{answer}");
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn a_token_that_is_no_longer_good_is_told_nothing_more_whatever_is_there() {
    // R-026
    let world = World::new(session_era());
    let mut client = SseClient::initialized(&world, "{}").await;
    client.next().await.expect("said unasked");
    let list = r#"{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{}}"#;
    world.send(client.post(list)).await;
    world
        .until("it is answered", || world.gateway.load().answering == 0)
        .await;
    world.tokens.revoke(crate::world::CANARY);
    pass(Duration::from_secs(1)).await;
    tokio::task::yield_now().await;
    world.gateway.shutdown().await;
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn a_hosted_session_lives_through_a_configuration_that_leaves_its_server_alone() {
    // design 5, R-060
    let (one, other) = (EraServer::stateless().await, EraServer::stateless().await);
    let world = World::new(one.config());
    let session = hosted(&world, "2025-11-25").await;
    let list = || {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;
        in_session(post(body), &session, "2025-11-25")
    };
    let stream = in_session(get("/mcp/files"), &session, "2025-11-25");
    let mut stream = world.open(stream).await.into_body();
    assert!(stream.frame().await.expect("open").is_ok(), "it is primed");
    let mut next = config(vec![
        server("files", one.config()),
        server("more", other.config()),
    ]);
    world.gateway.reconfigure(next.clone()).expect("valid");
    for _ in 0..3 {
        pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(world.send(list()).await.status, 200);
    let open = futures_util::poll!(std::pin::pin!(stream.frame()));
    assert!(open.is_pending(), "its stream lives on as well");

    next.servers[0].allow = crate::world::only(&["progress"], &[], &[]);
    world.gateway.reconfigure(next.clone()).expect("valid");
    let listed = world.send(list()).await;
    assert!(!listed.text().contains("slow"), "rights change at once");

    next.servers[0].upstream = other.config();
    world.gateway.reconfigure(next).expect("valid");
    for _ in 0..3 {
        pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(world.send(list()).await.status, 404, "it was with another");
}

#[tokio::test]
async fn sessions_over_http_sse_and_their_processes_live_through_a_reload() {
    // design 5, R-072
    let other = EraServer::stateless().await;
    let upstream = session_era();
    let world = World::new(upstream.clone());
    let mut client = SseClient::initialized(&world, "{}").await;
    client.next().await.expect("said unasked");
    let list =
        |id: u32| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{{}}}}"#);
    assert_eq!(client.ask(&world, &list(1)).await["id"], 1);
    let one = || world.gateway.load().processes == 1;
    world.until("only its own process is left", one).await;
    let next = config(vec![
        server("files", upstream),
        server("more", other.config()),
    ]);
    world.gateway.reconfigure(next).expect("valid");
    for _ in 0..3 {
        pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.ask(&world, &list(2)).await["id"], 2);
    assert!(one(), "it is the same process");
}
