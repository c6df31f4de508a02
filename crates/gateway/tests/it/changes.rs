//! What a caller is told of lists and of changes: what the token of now may know of, and nothing
//! else.

use axum::body::Body;
use doorward_core::permit::{AllowRule, Pattern};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::{
    era_servers::EraServer,
    programs::{event, program, session_era},
    sse_clients::SseClient,
    upstream::{Stream, Upstream},
    world::{CANARY, World, call, get, list, modern, only},
};

fn updated(uri: &str) -> String {
    let params = json!({ "uri": uri });
    json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": params })
        .to_string()
}

fn may_read_notes(upstream: doorward_gateway::UpstreamConfig) -> World {
    World::with(upstream, |config| {
        config.servers[0].allow = only(&["*"], &["*"], &["note:*"]);
    })
}

#[tokio::test]
async fn a_stream_that_passes_tells_no_changes_of_what_may_not_be_read() {
    // GW-14, GW-20
    let upstream = Upstream::start().await;
    let world = may_read_notes(upstream.config());
    let stream = upstream.then_stream();
    let mut body = world.open(get("/mcp/files")).await.into_body();
    stream.event(&updated("secret:1"));
    stream.event(&updated("note:1"));
    assert_eq!(event(&mut body).await["params"]["uri"], "note:1");
    stream.write(&format!("id: 7\ndata: {}\n\n", updated("secret:1")));
    let frame = body.frame().await.expect("an event").expect("whole");
    let text = String::from_utf8(frame.into_data().expect("data").to_vec()).expect("UTF-8");
    assert!(
        text.starts_with("id: 7\n") && !text.contains("secret"),
        "where its reader is, and nothing more: {text}"
    );
}

#[tokio::test]
async fn no_stream_of_an_answer_tells_changes_of_what_may_not_be_read() {
    // GW-14, GW-20
    let upstream = Upstream::start().await;
    let listen = r#""notifications":{"resourceSubscriptions":["note:1"]}"#;
    let asks = || {
        [
            modern("subscriptions/listen", None, listen),
            modern("tools/call", Some("read"), r#""name":"read""#),
            call("read"),
        ]
    };
    for (world, expected) in [
        (World::new(upstream.config()), "secret:1"),
        (may_read_notes(upstream.config()), "note:1"),
    ] {
        for ask in asks() {
            let stream = upstream.then_stream();
            let mut body = world.open(ask).await.into_body();
            stream.event(&updated("secret:1"));
            assert_next(&world, &mut body, &stream, expected).await;
        }
    }
}

/// What is told of `secret:1` and `note:1`, and that no list is looked for where none is due.
async fn assert_next(world: &World, body: &mut Body, stream: &Stream, expected: &str) {
    stream.event(&updated("note:1"));
    let told = event(body).await;
    assert_eq!(told["params"]["uri"], expected);
    if expected == "secret:1" {
        assert_eq!(event(body).await["params"]["uri"], "note:1");
    }
    stream.event(r#"{"jsonrpc":"2.0","id":5,"result":{"tools":"updated"}}"#);
    assert_eq!(event(body).await["result"]["tools"], "updated");
    assert_eq!(world.gateway.load().streams, 1);
}

#[tokio::test]
async fn a_program_tells_no_changes_of_what_may_not_be_read() {
    // GW-14, GW-20
    let script = r#"
    while next; do
      case $method in
        '"initialize"')
          reply '{"protocolVersion":"2025-11-25","capabilities":{"resources":{"subscribe":true}},"serverInfo":{"name":"p","version":"1"}}' ;;
        '"notifications/initialized"')
          tell notifications/resources/updated '"uri":"secret:1"'
          tell notifications/resources/updated '"uri":"note:1"' ;;
        '"server/discover"') fail -32601 ;;
      esac
    done"#;
    let world = may_read_notes(program(script));
    let session = world.session().await;
    let stream = get("/mcp/files").with("mcp-session-id", &session);
    let mut body = world.open(stream).await.into_body();
    assert_eq!(event(&mut body).await["params"]["uri"], "note:1");
}

#[tokio::test]
async fn a_program_tells_none_of_them_to_who_listens_to_others() {
    // GW-14, GW-20
    let script = r#"
    while next; do
      case $method in
        '"server/discover"') DISCOVERED ;;
        '"subscriptions/listen"')
          meta="\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":$id}"
          tell notifications/subscriptions/acknowledged "$meta,\"notifications\":{}"
          tell notifications/resources/updated "$meta,\"uri\":\"secret:1\""
          tell notifications/resources/updated "$meta,\"uri\":\"note:1\"" ;;
      esac
    done"#;
    let listen = r#""notifications":{"resourceSubscriptions":["note:1"]}"#;
    let discovered = r#"reply '{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"resources":{"subscribe":true}},"ttlMs":0,"cacheScope":"private"}'"#;
    let stateless = may_read_notes(program(&script.replace("DISCOVERED", discovered)));
    let listening = stateless.open(modern("subscriptions/listen", None, listen));
    let mut body = listening.await.into_body();
    let acknowledged = "notifications/subscriptions/acknowledged";
    assert_eq!(event(&mut body).await["method"], acknowledged);
    assert_eq!(event(&mut body).await["params"]["uri"], "note:1");
}

#[tokio::test]
async fn a_server_that_tells_everybody_of_all_changes_tells_nobody_what_they_may_not_read() {
    // GW-14, GW-20
    let server = EraServer::http_sse().await;
    let subscribe =
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"note:shared"}}"#;
    for (world, expected) in [
        (World::new(server.config()), "secret:1"),
        (may_read_notes(server.config()), "note:shared"),
    ] {
        let mut client = SseClient::initialized(&world, "{}").await;
        let subscribed = client.ask(&world, subscribe).await;
        assert_eq!(subscribed["result"], json!({}));
        let told = client.next().await.expect("a change");
        assert_eq!(told["params"]["uri"], expected);
    }
}

#[tokio::test]
async fn lists_on_the_stream_of_http_sse_are_those_of_the_newest_token() {
    // P-051, GW-13
    let world = World::with(session_era(), |config| {
        let rule = |groups: &[&str], tools: &str| AllowRule {
            groups: groups.iter().copied().map(str::to_owned).collect(),
            tools: vec![Pattern::new(tools)],
            ..AllowRule::default()
        };
        config.servers[0].allow.rules = vec![rule(&[], "pid"), rule(&["admin"], "*")];
    });
    world
        .tokens
        .grant_in_groups("alice", CANARY, "files", &["admin"]);
    let mut client = SseClient::initialized(&world, "{}").await;
    client.next().await.expect("said unasked");
    let names = |answer: &Value| -> Vec<String> {
        let tools = answer["result"]["tools"].as_array().expect("tools");
        let names = tools.iter().map(|tool| tool["name"].as_str());
        names.map(|name| name.expect("text").to_owned()).collect()
    };
    let all = client.ask(&world, &list("tools/list")).await;
    assert_eq!(names(&all), ["pid", "crash"]);
    // The same grant with a token that was issued after the group was lost.
    world.tokens.grant_in_groups("alice", "later", "files", &[]);
    let asked = client.post(&list("tools/list")).token("later");
    assert_eq!(world.send(asked).await.status, 202);
    let fewer = client.next().await.expect("an answer");
    assert_eq!(names(&fewer), ["pid"]);
}
