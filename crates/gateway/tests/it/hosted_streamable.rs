//! Streamable HTTP clients in front of servers that are spoken to otherwise.

use std::time::Duration;

use axum::body::Body;
use doorward_core::scope::ScopeSet;
use http::Method;
use serde_json::{Value, json};

use crate::{
    era_servers::EraServer,
    world::{Ask, World, get, modern, only, pass, post},
};

/// A client with a session.
struct Client {
    session: String,
    revision: &'static str,
}

impl Client {
    async fn new(world: &World, revision: &'static str) -> Self {
        let (opened, client) = Self::opened(world, revision).await;
        assert_eq!(opened["result"]["protocolVersion"], revision, "{opened}");
        let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        assert_eq!(world.send(client.post(note)).await.status, 202);
        client
    }

    async fn opened(world: &World, revision: &'static str) -> (Value, Self) {
        let opening = format!(
            r#"{{"jsonrpc":"2.0","id":"i","method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{"roots":{{}},"sampling":{{}},"elicitation":{{}}}},"clientInfo":{{"name":"c","version":"1"}}}}}}"#
        );
        let answer = world.send(post(opening)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let session = answer.header("mcp-session-id").to_owned();
        assert!(session.len() > 30, "{answer:?}");
        (answer.json(), Self { session, revision })
    }

    fn post(&self, body: &str) -> Ask {
        self.with(post(body.to_owned()))
    }

    fn get(&self) -> Ask {
        self.with(get("/mcp/files"))
    }

    fn with(&self, ask: Ask) -> Ask {
        let ask = ask.with("mcp-session-id", &self.session);
        match self.revision {
            "2025-03-26" => ask,
            revision => ask.with("mcp-protocol-version", revision),
        }
    }

    async fn ask(&self, world: &World, method: &str, params: &str) -> Value {
        let answer = world.send(self.post(&request(5, method, params))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json");
        let json = answer.json();
        assert_eq!(json["id"], 5);
        json
    }
}

fn request(id: u32, method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
}

/// One event: its id and its message.
async fn event(body: &mut Body) -> Option<(String, Option<Value>)> {
    use http_body_util::BodyExt;
    let frame = tokio::time::timeout(std::time::Duration::from_secs(10), body.frame())
        .await
        .expect("in time")?;
    let data = frame.expect("whole").into_data().expect("data");
    let text = std::str::from_utf8(&data).expect("UTF-8");
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let message = line("data:").map(str::trim).filter(|data| !data.is_empty());
    let message = message.map(|data| serde_json::from_str(data).expect("JSON"));
    Some((line("id: ").unwrap_or_default().to_owned(), message))
}

async fn message(body: &mut Body) -> Value {
    loop {
        if let Some(message) = event(body).await.expect("open").1 {
            return message;
        }
    }
}

#[tokio::test]
async fn a_stateless_server_is_listed_read_and_called_in_the_words_of_each_session_revision() {
    // P-032, P-041, P-042, R-057, R-069, P-008
    let server = EraServer::stateless().await;
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let world = World::new(server.config());
        let client = Client::new(&world, revision).await;
        let first = client.ask(&world, "tools/list", "{}").await;
        assert_eq!(first["result"]["nextCursor"], "page 2");
        assert!(first["result"].get("ttlMs").is_none());
        let second = client
            .ask(&world, "tools/list", r#"{"cursor":"page 2"}"#)
            .await;
        assert_eq!(second["result"]["tools"][0]["name"], "progress");
        let read = client
            .ask(&world, "resources/read", r#"{"uri":"note:1"}"#)
            .await;
        assert_eq!(read["result"]["contents"][0]["text"], "one");
        let missing = client
            .ask(&world, "resources/read", r#"{"uri":"note:2"}"#)
            .await;
        assert_eq!(missing["error"]["code"], -32002);
        let unknown = client
            .ask(&world, "tools/call", r#"{"name":"unknown"}"#)
            .await;
        assert_eq!(unknown["error"]["code"], -32602);
        assert_eq!(client.ask(&world, "ping", "{}").await["result"], json!({}));
        assert_eq!(
            client
                .ask(&world, "logging/setLevel", r#"{"level":"info"}"#)
                .await["result"],
            json!({})
        );
        let level = &server.heard("tools/call");
        assert!(level.iter().all(
            |call| call["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"]
                == "2026-07-28"
        ));
    }
}

#[tokio::test]
async fn before_it_is_initialized_a_session_only_answers_pings() {
    // R-069, R-059, R-058
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let (_, client) = Client::opened(&world, "2025-11-25").await;
    assert_eq!(client.ask(&world, "ping", "{}").await["result"], json!({}));
    let early = world
        .send(client.post(&request(1, "tools/list", "{}")))
        .await;
    assert_eq!((early.status.as_u16(), early.code()), (400, -32600));
    assert!(server.heard("tools/list").is_empty());
    let without = world.send(post(request(1, "tools/list", "{}"))).await;
    assert_eq!((without.status.as_u16(), without.code()), (400, -32600));
    let version = client
        .post(&request(1, "ping", "{}"))
        .with("mcp-protocol-version", "2020-01-01");
    assert_eq!(world.send(version).await.status, 400);
}

#[tokio::test]
async fn questions_of_the_server_come_on_the_stream_of_the_call() {
    // P-034, P-035, R-063
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-11-25").await;
    let call = r#"{"name":"ask","arguments":{"form":true,"model":true,"roots":true}}"#;
    let mut body = world
        .open(client.post(&request(5, "tools/call", call)))
        .await
        .into_body();
    for _ in 0..3 {
        let asked = message(&mut body).await;
        let said = match asked["method"].as_str().expect("a question") {
            "elicitation/create" => r#"{"action":"accept","content":{"n":7}}"#,
            "sampling/createMessage" => {
                r#"{"role":"assistant","model":"m","content":{"type":"text","text":"hi"}}"#
            }
            "roots/list" => r#"{"roots":[{"uri":"file:///r"}]}"#,
            other => panic!("{other}"),
        };
        let response = format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{said}}}"#,
            asked["id"]
        );
        assert_eq!(world.send(client.post(&response)).await.status, 202);
    }
    let answer = message(&mut body).await;
    assert_eq!(answer["id"], 5);
    let text = answer["result"]["content"][0]["text"]
        .as_str()
        .expect("text");
    for part in ["\"n\":7", "hi", "file:///r"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(event(&mut body).await.is_none());
    let stray = r#"{"jsonrpc":"2.0","id":99,"result":{}}"#;
    assert_eq!(world.send(client.post(stray)).await.status, 400);
}

#[tokio::test]
async fn a_call_outlives_its_connection_until_it_is_cancelled() {
    // P-037, R-064, R-065, R-066, S-022
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-11-25").await;
    let slow = request(
        5,
        "tools/call",
        r#"{"name":"slow","_meta":{"progressToken":"t"}}"#,
    );
    let mut body = world.open(client.post(&slow)).await.into_body();
    let (primed, nothing) = event(&mut body).await.expect("open");
    assert_eq!(nothing, None, "an id before there is anything to say");
    let (at, progress) = event(&mut body).await.expect("open");
    assert_eq!(progress.expect("progress")["params"]["progressToken"], "t");
    drop(body);
    assert_eq!(server.slow(), 1, "nobody cancelled");
    let again = client.get().with("last-event-id", &primed);
    let mut body = world.open(again).await.into_body();
    assert_eq!(
        message(&mut body).await["params"]["progress"],
        0,
        "once more"
    );
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#;
    assert_eq!(world.send(client.post(cancel)).await.status, 202);
    world
        .until("the server is let go", || server.slow() == 0)
        .await;
    assert_eq!(message(&mut body).await["id"], 5);
    assert!(event(&mut body).await.is_none());
    let rest = client.get().with("last-event-id", &at);
    assert_eq!(
        message(&mut world.open(rest).await.into_body()).await["id"],
        5
    );
    for unknown in ["99-1", "x", "1-1-1", "1"] {
        let unknown = world
            .send(client.get().with("last-event-id", unknown))
            .await;
        assert_eq!(unknown.status, 400);
    }
}

#[tokio::test]
async fn progress_and_answer_come_as_events_or_as_one_document() {
    // P-006, R-031
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-06-18").await;
    let call = request(
        5,
        "tools/call",
        r#"{"name":"progress","_meta":{"progressToken":"mine"}}"#,
    );
    let answer = world.send(client.post(&call)).await;
    let events = answer.events();
    assert_eq!(events.len(), 3);
    assert!(
        events[..2]
            .iter()
            .all(|event| event["params"]["progressToken"] == "mine")
    );
    assert_eq!(events[2]["id"], 5);
    let answer = world
        .send(client.post(&call).with("accept", "application/json"))
        .await;
    assert_eq!(answer.json()["result"]["content"][0]["text"], "done");
}

#[tokio::test]
async fn subscriptions_are_one_stream_behind_the_stream_of_a_get() {
    // P-038, R-062, R-063
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-11-25").await;
    let mut body = world.open(client.get()).await.into_body();
    let subscribed = client
        .ask(&world, "resources/subscribe", r#"{"uri":"note:1"}"#)
        .await;
    assert_eq!(subscribed["result"], json!({}));
    world
        .until("one stream is left", || server.listeners() == 1)
        .await;
    server.updated("note:1");
    let told = message(&mut body).await;
    assert_eq!(told["params"], json!({"uri": "note:1"}));
    let ended = world.send(client.with(post("")).verb(Method::DELETE)).await;
    assert_eq!(ended.status, 204);
    world
        .until("the stream is closed", || server.listeners() == 0)
        .await;
    assert_eq!(
        world
            .send(client.post(&request(1, "ping", "{}")))
            .await
            .status,
        404,
        "R-061"
    );
}

#[tokio::test]
async fn batches_are_judged_and_answered_message_by_message() {
    // R-067, R-068, GW-10
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-03-26").await;
    let (one, two) = (
        request(1, "ping", "{}"),
        request(2, "resources/read", r#"{"uri":"note:1"}"#),
    );
    let note = r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#;
    let batch = format!("[{one},{note},{two}]");
    let array = client.post(&batch).with("accept", "application/json");
    let mut ids: Vec<_> = world
        .send(array)
        .await
        .json()
        .as_array()
        .expect("array")
        .iter()
        .map(|answer| answer["id"].as_u64().expect("id"))
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    assert_eq!(world.send(client.post(&batch)).await.events().len(), 2);
    assert_eq!(
        world.send(client.post(&format!("[{note}]"))).await.status,
        202
    );
    let refused = world
        .send(client.post(&format!("[{one},{}]", request(3, "tasks/list", "{}"))))
        .await;
    assert!(
        refused
            .json()
            .as_array()
            .expect("array")
            .iter()
            .all(|answer| answer["error"].is_object())
    );
    let newer = Client::new(&world, "2025-06-18").await;
    let batch = newer.post(&batch).without("mcp-protocol-version");
    assert_eq!(world.send(batch).await.status, 400);
}

#[tokio::test]
async fn a_session_is_its_owners_alone_and_ends_with_a_revoked_token() {
    // R-060, GW-15, GW-16, TK-18
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let client = Client::new(&world, "2025-11-25").await;
    let ping = request(1, "ping", "{}");
    let unknown = world
        .send(client.post(&ping).with("mcp-session-id", "guessed"))
        .await;
    let foreign = world.send(client.post(&ping).token("bobs")).await;
    assert_eq!(
        (foreign.status.as_u16(), &foreign.body),
        (404, &unknown.body)
    );
    assert_eq!(world.send(client.get().token("bobs")).await.status, 404);
    let theirs = client.with(post("")).verb(Method::DELETE).token("bobs");
    assert_eq!(world.send(theirs).await.status, 404);
    world
        .tokens
        .grant("alice", "next", "files", &ScopeSet::baseline());
    assert_eq!(
        world.send(client.post(&ping).token("next")).await.status,
        200
    );
    let subscribe = request(2, "resources/subscribe", r#"{"uri":"note:1"}"#);
    assert_eq!(
        world
            .send(client.post(&subscribe).token("next"))
            .await
            .status,
        200
    );
    assert!(server.listeners() > 0);
    world.tokens.revoke("next");
    crate::world::pass(std::time::Duration::from_secs(2)).await;
    world
        .until("nothing listens for it", || server.listeners() == 0)
        .await;
    assert_eq!(world.send(client.post(&ping)).await.status, 404);
}

#[tokio::test]
async fn what_a_caller_may_not_know_of_is_neither_listed_nor_called() {
    // GW-13
    let server = EraServer::stateless().await;
    let world = World::with(server.config(), |config| {
        config.servers[0].allow = only(&["slow"], &[], &[]);
    });
    let client = Client::new(&world, "2025-11-25").await;
    let list = client.ask(&world, "tools/list", "{}").await;
    let names: Vec<_> = list["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert_eq!(names, ["slow"]);
    let call = client.ask(&world, "tools/call", r#"{"name":"ask"}"#).await;
    assert_eq!(call["error"]["code"], -32602);
    assert!(server.heard("tools/call").is_empty());
}

#[tokio::test]
async fn a_server_over_http_sse_is_reached_over_streamable_http() {
    // P-031, P-006, R-057
    let server = EraServer::http_sse().await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-11-25").await;
    let list = client.ask(&world, "tools/list", "{}").await;
    assert_eq!(list["result"]["tools"][0]["name"], "ask");
    let mut body = world
        .open(client.post(&request(5, "tools/call", r#"{"name":"ask"}"#)))
        .await
        .into_body();
    let asked = message(&mut body).await;
    assert_eq!(asked["method"], "roots/list");
    let response = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"roots":[]}}}}"#,
        asked["id"]
    );
    assert_eq!(world.send(client.post(&response)).await.status, 202);
    assert_eq!(
        message(&mut body).await["result"]["content"][0]["text"],
        r#"{"roots":[]}"#
    );
    let mut stream = world.open(client.get()).await.into_body();
    client
        .ask(&world, "resources/subscribe", r#"{"uri":"note:1"}"#)
        .await;
    let told = message(&mut stream).await;
    assert_eq!(told["params"]["uri"], "note:1");
}

#[tokio::test]
async fn a_newer_client_is_told_its_own_revision_and_the_server_hears_of_its_own() {
    // R-057, P-046
    let server = EraServer::streamable("2025-06-18").await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-11-25").await;
    let answer = client
        .ask(&world, "tools/call", r#"{"name":"linked"}"#)
        .await;
    assert_eq!(answer["result"]["content"][0]["type"], "resource_link");
    let heard = server.heard("tools/call").pop().expect("called");
    assert_eq!(
        (&heard["id"], &heard["version header"]),
        (&json!(5), &json!("2025-06-18")),
        "the client's own id: its bytes pass"
    );
    let oldest = EraServer::streamable("2025-03-26").await;
    let world = World::new(oldest.config());
    let client = Client::new(&world, "2025-11-25").await;
    client
        .ask(&world, "tools/call", r#"{"name":"linked"}"#)
        .await;
    let heard = oldest.heard("tools/call").pop().expect("called");
    assert_eq!(heard.get("version header"), None, "it knows no such header");
}

#[tokio::test]
async fn an_older_client_gets_what_its_revision_can_hold_and_may_send_batches() {
    // R-057, R-067, P-046
    let server = EraServer::streamable("2025-11-25").await;
    let world = World::new(server.config());
    let client = Client::new(&world, "2025-03-26").await;
    let answer = client
        .ask(&world, "tools/call", r#"{"name":"linked"}"#)
        .await;
    assert_eq!(answer["result"]["content"][0]["type"], "text");
    let heard = server.heard("tools/call").pop().expect("called");
    assert_eq!(heard["version header"], "2025-11-25");
    let (one, two) = (request(1, "ping", "{}"), request(2, "tools/list", "{}"));
    let batch = client.post(&format!("[{one},{two}]"));
    assert_eq!(world.send(batch).await.events().len(), 2);
    let program = World::new(crate::programs::session_era());
    let client = Client::new(&program, "2025-06-18").await;
    let list = client.ask(&program, "tools/list", "{}").await;
    assert_eq!(list["result"]["tools"][0]["name"], "pid");
    program
        .until("one process is left", || {
            program.gateway.load().processes == 1
        })
        .await;
}

#[tokio::test]
async fn a_server_of_both_eras_has_the_sessions_of_its_clients_itself() {
    // R-076, C-027
    let server = EraServer::both().await;
    let world = World::new(server.config());
    let malformed = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#;
    let refused = world.send(crate::world::post(malformed)).await;
    assert_eq!(
        refused.code(),
        -32602,
        "which says nothing of others (C-029)"
    );
    for _ in 0..2 {
        let client = Client::new(&world, "2025-11-25").await;
        client
            .ask(&world, "tools/call", r#"{"name":"linked"}"#)
            .await;
        let heard = server.heard("tools/call").pop().expect("called");
        assert_eq!(heard["id"], 5, "its bytes passed");
    }
    let stateless = EraServer::stateless().await;
    let world = World::new(stateless.config());
    for _ in 0..2 {
        Client::new(&world, "2025-11-25").await;
    }
    let refused = stateless.heard("initialize");
    assert_eq!(
        refused.len(),
        2,
        "tried once, and once by the gateway itself: {refused:?}"
    );
}

#[tokio::test]
async fn a_server_without_sessions_that_has_been_known_for_long_is_tried_just_the_same() {
    // R-076, C-027
    let stateless = EraServer::stateless().await;
    let world = World::new(stateless.config());
    let asked = modern("tools/list", None, "");
    assert_eq!(world.send(asked).await.status, 200);
    pass(Duration::from_secs(60)).await;
    Client::new(&world, "2025-11-25").await;
    assert_eq!(stateless.heard("initialize").len(), 2);
}
