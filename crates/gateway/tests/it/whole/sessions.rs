//! Clients of the session era in front of all servers.

use std::time::Duration;

use doorward_core::{audit::Outcome, scope::ScopeSet};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{ALICE, BOB, Member, Reply, config_of_all, names, offers, two, world};
use crate::world::{Answer, Ask, World, get, pass, post, server};

struct Client {
    session: String,
    revision: &'static str,
    token: &'static str,
}

impl Client {
    async fn open(world: &World, revision: &'static str) -> Self {
        let opening = json!({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": {
            "protocolVersion": revision, "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "c", "version": "1"}}});
        let answer = world
            .send(post(opening.to_string()).to("/mcp").token(ALICE))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["result"]["protocolVersion"], revision);
        let client = Self {
            session: answer.header("mcp-session-id").to_owned(),
            revision,
            token: ALICE,
        };
        let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(world.send(client.post(&note)).await.status, 202);
        client
    }

    fn post(&self, message: &Value) -> Ask {
        self.with(post(message.to_string()).to("/mcp"))
    }

    fn with(&self, ask: Ask) -> Ask {
        let ask = ask.token(self.token).with("mcp-session-id", &self.session);
        match self.revision {
            "2025-03-26" => ask,
            revision => ask.with("mcp-protocol-version", revision),
        }
    }

    async fn ask(&self, world: &World, method: &str, params: Value) -> Answer {
        let request = json!({"jsonrpc": "2.0", "id": 5, "method": method, "params": params});
        world.send(self.post(&request)).await
    }

    async fn call(&self, world: &World, tool: &str) -> Answer {
        self.ask(world, "tools/call", json!({"name": tool, "arguments": {}}))
            .await
    }
}

#[tokio::test]
async fn clients_of_every_session_revision_use_all_servers_in_one_session() {
    // P-032, R-057, AD-06
    let (world, files, _mail) = two().await;
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let client = Client::open(&world, revision).await;
        let list = client.ask(&world, "tools/list", json!({})).await.json();
        let all = [
            "files_read_file",
            "files_write_file",
            "mail_read_mail",
            "mail_send",
        ];
        assert_eq!(names(&list, "tools", "name"), all, "{revision}");
        assert!(list["result"].get("ttlMs").is_none(), "P-042");
        let called = client.call(&world, "files_read_file").await.json();
        assert_eq!(called["id"], 5);
        assert_eq!(
            called["result"]["content"][0]["text"],
            r#"files "read_file""#
        );
        let read = client
            .ask(&world, "resources/read", json!({"uri": "mail:1"}))
            .await
            .json();
        assert_eq!(read["result"]["contents"][0]["text"], "mail");
    }
    assert_eq!(files.heard("tools/call").len(), 3);
    let told = world.store.told();
    let call = ("files".to_owned(), "read_file".to_owned(), Outcome::Allowed);
    assert_eq!(told.iter().filter(|event| **event == call).count(), 3);
    assert!(told.iter().all(|(server, ..)| server != "*"), "{told:?}");
}

#[tokio::test]
async fn a_session_lasts_until_its_servers_are_others() {
    // design 5
    let (world, files, mail) = two().await;
    let client = Client::open(&world, "2025-11-25").await;
    let reaches = async || client.call(&world, "files_read_file").await.status.as_u16();
    let seconds_later = async || {
        for _ in 0..3 {
            pass(Duration::from_secs(1)).await;
            world.send(get("/mcp").token(ALICE)).await; // whatever: others get their turn
        }
    };
    seconds_later().await;
    assert_eq!(reaches().await, 200);
    let servers = || {
        vec![
            server("mail", mail.config()),
            server("files", files.config()),
        ]
    };
    world
        .gateway
        .reconfigure(config_of_all(servers()))
        .expect("valid");
    seconds_later().await;
    assert_eq!(reaches().await, 200, "nothing that it leads to has changed");
    let fewer = config_of_all(servers().split_off(1));
    world.gateway.reconfigure(fewer).expect("valid");
    seconds_later().await;
    assert_eq!(reaches().await, 404);
}

#[tokio::test]
async fn a_session_is_its_owners_and_every_message_is_judged_for_its_server() {
    // GW-13, GW-15, R-012, R-060, P-051
    let (world, files, _mail) = two().await;
    let mut client = Client::open(&world, "2025-11-25").await;
    assert_eq!(client.call(&world, "none").await.code(), -32602);
    let theirs = client.post(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}));
    assert_eq!(world.send(theirs.token(BOB)).await.status, 404);
    let nobody = post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    assert_eq!(world.send(nobody.to("/mcp").token(ALICE)).await.status, 400); // R-059
    world.tokens.revoke(ALICE);
    assert_eq!(client.call(&world, "files_read_file").await.status, 401);
    client.token = "alice-again";
    world
        .tokens
        .grant_whole("alice", client.token, &ScopeSet::read_only());
    assert_eq!(
        client.call(&world, "files_read_file").await.status,
        200,
        "the token of now"
    );
    let refused = client.call(&world, "files_write_file").await;
    assert_eq!(refused.status, 403);
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("oauth-protected-resource/mcp\""),
        "{challenge}"
    );
    let called: Vec<Value> = files
        .heard("tools/call")
        .into_iter()
        .map(|heard| heard.1)
        .collect();
    assert!(
        called
            .iter()
            .all(|call| call["params"]["name"] != "write_file")
    );
}

#[tokio::test]
async fn what_changes_anywhere_is_told_on_the_one_stream_of_the_session() {
    // P-038, GW-20
    let (world, files, mail) = two().await;
    let client = Client::open(&world, "2025-11-25").await;
    let stream = world.open(client.with(get("/mcp"))).await;
    assert_eq!(stream.status(), 200);
    let mut body = stream.into_body();
    world
        .until("each is listened to", || {
            files.open() == 1 && mail.open() == 1
        })
        .await;
    mail.say("notifications/tools/list_changed", json!({}));
    told(&mut body, "notifications/tools/list_changed").await;
    drop(body);
    let end = client.with(get("/mcp")).verb(http::Method::DELETE);
    assert!(world.send(end).await.status.is_success());
    assert_eq!(client.call(&world, "files_read_file").await.status, 404);
    world
        .until("all is let go", || {
            files.say("notifications/tools/list_changed", json!({}));
            mail.say("notifications/tools/list_changed", json!({}));
            files.open() == 0 && mail.open() == 0
        })
        .await;
}

/// The next message of an event stream that names `method`.
async fn told(body: &mut axum::body::Body, method: &str) {
    loop {
        let frame = body.frame().await.expect("more").expect("whole");
        let data = frame.into_data().expect("data");
        if String::from_utf8_lossy(&data).contains(method) {
            return;
        }
    }
}

#[tokio::test]
async fn a_session_hears_every_server_for_as_long_as_newer_tokens_come() {
    // P-038, P-048, P-051, R-026
    const CHANGED: &str = "notifications/tools/list_changed";
    let (world, files, mail) = two().await;
    let mut client = Client::open(&world, "2025-11-25").await;
    let first = world.open(client.with(get("/mcp"))).await.into_body();
    let each = || files.open() == 1 && mail.open() == 1;
    world.until("each is listened to", each).await;
    let begun = files.heard("subscriptions/listen").len();
    world.clock.advance(700);
    client.token = "alice-later";
    world.tokens.grant_whole_until("alice", client.token, 3_000);
    let list = client.ask(&world, "tools/list", json!({})).await;
    assert_eq!(list.status, 200);
    drop(first);
    let again = || files.heard("subscriptions/listen").len() > begun && each();
    for _ in 0..10 {
        pass(Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    files.say("notifications/prompts/list_changed", json!({})); // whoever is gone is noticed
    mail.say("notifications/prompts/list_changed", json!({}));
    world.until("the newer token is listened with", again).await;
    files.hang_up();
    world.until("it broke off", || files.open() == 0).await;
    for _ in 0..5 {
        pass(Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world
        .until("it is listened to again", || files.open() == 1)
        .await;
    let mut body = world.open(client.with(get("/mcp"))).await.into_body();
    files.say(CHANGED, json!({}));
    told(&mut body, CHANGED).await;
}

#[tokio::test]
async fn what_goes_on_by_itself_is_judged_by_the_rules_of_now() {
    // P-051
    let (world, files, mail) = two().await;
    let client = Client::open(&world, "2025-11-25").await;
    let _stream = world.open(client.with(get("/mcp"))).await;
    let each = || files.open() == 1 && mail.open() == 1;
    world.until("each is listened to", each).await;
    let mut strict = server("mail", mail.config());
    strict.step_up.rules = vec![doorward_core::step_up::StepUpRule {
        tools: Vec::new(),
        wants: doorward_core::step_up::Wanted {
            max_age: None,
            acr: Some(doorward_core::step_up::Acr::Mfa),
        },
    }];
    let servers = vec![strict, server("files", files.config())];
    world
        .gateway
        .reconfigure(config_of_all(servers))
        .expect("valid");
    for _ in 0..10 {
        pass(Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let one_is_left = || {
        for member in [&files, &mail] {
            member.say("notifications/prompts/list_changed", json!({}));
        }
        files.open() == 1 && mail.open() == 0
    };
    world.until("only one is listened to", one_is_left).await;
    assert_eq!(client.call(&world, "files_read_file").await.status, 200);
}

#[tokio::test]
async fn a_question_of_one_server_comes_to_the_client_and_the_answer_back_to_it() {
    // P-034, P-045
    let files = Member::start(|method, body| match method {
        "tools/call" if body["params"].get("inputResponses").is_none() => Reply::Result(
            json!({"resultType": "input_required", "requestState": "its own",
                "inputRequests": {"a": {"method": "elicitation/create", "params": {
                    "mode": "form", "message": "Sure?",
                    "requestedSchema": {"type": "object", "properties": {}}}}}}),
        ),
        "tools/call" => {
            let state = &body["params"]["requestState"];
            let said = format!(
                "{state} {}",
                body["params"]["inputResponses"]["a"]["action"]
            );
            Reply::Result(json!({"resultType": "complete",
                "content": [{"type": "text", "text": said}]}))
        }
        _ => offers("files", &["read_file"])(method, body),
    })
    .await;
    let world = world(vec![server("files", files.config())]);
    let client = Client::open(&world, "2025-11-25").await;
    let call = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call",
        "params": {"name": "files_read_file", "arguments": {}}});
    let mut body = world.open(client.post(&call)).await.into_body();
    let mut next = async || loop {
        let frame = body.frame().await.expect("more").expect("whole");
        let data = frame.into_data().expect("data");
        let text = String::from_utf8_lossy(&data).into_owned();
        let data = text.lines().find_map(|line| line.strip_prefix("data:"));
        if let Some(message) = data.and_then(|data| serde_json::from_str::<Value>(data).ok()) {
            break message;
        }
    };
    let question = next().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    let answer = json!({"jsonrpc": "2.0", "id": question["id"],
        "result": {"action": "accept", "content": {}}});
    assert_eq!(world.send(client.post(&answer)).await.status, 202);
    let response = next().await;
    let text = &response["result"]["content"][0]["text"];
    assert_eq!(text, r#""its own" "accept""#, "{response}");
}

#[tokio::test]
async fn the_stream_of_a_session_with_all_ends_as_its_revision_has_it() {
    // R-065, CR-07
    for (revision, told) in [
        ("2025-03-26", false),
        ("2025-06-18", false),
        ("2025-11-25", true),
    ] {
        let (world, _files, _mail) = two().await;
        let client = Client::open(&world, revision).await;
        let stream = world.open(client.with(get("/mcp"))).await;
        assert_eq!(world.gateway.load().answering, 0, "nobody waits for it");
        world.gateway.shutdown().await;
        let rest = stream.into_body().collect().await.expect("it ends well");
        let rest = String::from_utf8(rest.to_bytes().to_vec()).expect("UTF-8");
        assert_eq!(rest.contains("retry: 1000\n"), told, "{revision}: {rest}");
    }
}
