//! One server is called by another name, and nothing else changes.

use doorward_core::audit::Outcome;
use serde_json::{Value, json};

use super::{BOB, Member, Reply, ask, call, limited, offers, two, world};
use crate::world::server;

#[tokio::test]
async fn a_call_goes_to_its_server_under_the_name_that_it_has_there() {
    // P-005, P-006, GW-01, AD-06
    let (world, files, mail) = two().await;
    let answer = world.send(call("files_read_file")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["id"], "m-1");
    assert_eq!(
        answer.json()["result"]["content"][0]["text"],
        r#"files "read_file""#
    );
    let heard = files.heard("tools/call");
    let (headers, body) = heard.first().expect("one call");
    assert_eq!(headers["mcp-name"], "read_file");
    assert_eq!(body["params"]["name"], "read_file");
    assert_eq!(body["params"]["arguments"], json!({"a": 1.0}));
    assert_ne!(body["id"], "m-1");
    assert!(!headers.contains_key("authorization"));
    assert!(mail.heard("tools/call").is_empty());
    let told = world.store.told();
    let expected = ("files".to_owned(), "read_file".to_owned(), Outcome::Allowed);
    assert_eq!(told, [expected]);
}

#[tokio::test]
async fn what_is_nobodys_or_not_the_callers_is_unknown_in_the_same_words() {
    // GW-12, GW-13, design 6.7
    let files = Member::start(offers("files", &["read_file", "drop"])).await;
    let files_config = limited(server("files", files.config()), &["read_*"], &[]);
    let world = world(vec![files_config]);
    for name in [
        "files_drop",
        "files_none",
        "none_drop",
        "read_file",
        "FILES_read_file",
    ] {
        let answer = world.send(call(name)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (200, -32602),
            "{name}"
        );
        let message = answer.json()["error"]["message"].clone();
        let known = name.strip_prefix("files_").unwrap_or(name);
        assert_eq!(message, format!("Unknown tool: {known}"));
    }
    assert!(files.heard("tools/call").is_empty());
    let told = world.store.told();
    assert!(
        told.iter()
            .all(|(_, _, outcome)| *outcome == Outcome::Denied)
    );
    let servers: Vec<&str> = told.iter().map(|(server, _, _)| server.as_str()).collect();
    assert_eq!(servers, ["files", "files", "*", "*", "*"]);
}

#[tokio::test]
async fn headers_are_held_against_the_body_that_the_client_sent() {
    // GW-08, P-005, S-015
    let (world, files, _mail) = two().await;
    for name in ["read_file", "mail_send", "files_write_file"] {
        let params = r#""name":"files_read_file""#;
        let answer = world.send(ask("tools/call", Some(name), params)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, -32020),
            "{name}"
        );
    }
    assert!(files.heard("tools/call").is_empty());
}

#[tokio::test]
async fn resources_are_read_where_they_are() {
    let (world, files, mail) = two().await;
    let read = |uri: &str| ask("resources/read", Some(uri), &format!(r#""uri":"{uri}""#));
    let answer = world.send(read("files:1")).await.json();
    assert_eq!(
        answer["result"]["contents"][0],
        json!({"uri": "files:1", "text": "files"})
    );
    let long = "mcp+mail+shared:1";
    let answer = world.send(read(long)).await.json();
    assert_eq!(
        answer["result"]["contents"][0],
        json!({"uri": long, "text": "mail"})
    );
    assert_eq!(mail.heard("resources/read")[0].0["mcp-name"], "shared:1");
    let answer = world.send(read("shared:1")).await;
    let told = answer.json()["error"]["message"]
        .as_str()
        .expect("text")
        .to_owned();
    assert!(
        told.contains("mcp+files+shared:1, mcp+mail+shared:1"),
        "{told}"
    );
    assert_eq!(world.send(read("other:1")).await.code(), -32602);
    assert_eq!(files.heard("resources/read").len(), 1);
}

#[tokio::test]
async fn progress_comes_on_the_stream_of_its_call_with_the_clients_token() {
    // P-006
    let files = Member::start(|method, body| match method {
        "tools/call" => {
            let token = &body["params"]["_meta"]["progressToken"];
            let progress = json!({"jsonrpc": "2.0", "method": "notifications/progress",
                "params": {"progressToken": token, "progress": 1}});
            Reply::Told(
                vec![progress],
                json!({"resultType": "complete", "content": []}),
            )
        }
        _ => offers("files", &["read_file"])(method, body),
    })
    .await;
    let world = world(vec![server("files", files.config())]);
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"files_read_file","_meta":{"progressToken":"mine","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    let ask = crate::world::post(body)
        .to("/mcp")
        .token(super::ALICE)
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", "tools/call")
        .with("mcp-name", "files_read_file");
    let events = world.send(ask).await.events();
    assert_eq!(events[0]["params"]["progressToken"], "mine");
    assert_eq!(events[1]["id"], 7);
    let sent = &files.heard("tools/call")[0].1["params"]["_meta"]["progressToken"];
    assert_ne!(*sent, "mine");
}

#[tokio::test]
async fn a_call_that_wants_input_goes_on_at_the_same_server_for_the_same_caller() {
    // P-045, P-051, GW-20
    let files = Member::start(|method, body| match method {
        "tools/call" => match body["params"]["requestState"].as_str() {
            None => Reply::Result(json!({"resultType": "input_required", "requestState": "its own",
                "inputRequests": {"a": {"method": "elicitation/create",
                    "params": {"mode": "form", "message": "?", "requestedSchema": {}}}}})),
            Some("its own") => Reply::Result(json!({"resultType": "complete",
                "content": [{"type": "text", "text": body["params"]["inputResponses"].to_string()}]})),
            Some(_) => Reply::Error(-32602),
        },
        _ => offers("files", &["read_file", "write_file"])(method, body),
    })
    .await;
    let mail = Member::start(offers("mail", &["send"])).await;
    let world = world(vec![
        server("files", files.config()),
        server("mail", mail.config()),
    ]);
    let first = world.send(call("files_read_file")).await.json();
    assert_eq!(first["result"]["resultType"], "input_required");
    let state = first["result"]["requestState"]
        .as_str()
        .expect("a state")
        .to_owned();
    assert_ne!(state, "its own");
    let retry = |tool: &str, state: &str| {
        let params = format!(
            r#""name":"{tool}","requestState":"{state}","inputResponses":{{"a":{{"action":"accept"}}}}"#
        );
        ask("tools/call", Some(tool), &params)
    };
    for (name, ask) in [
        ("bob's", retry("files_read_file", &state).token(BOB)),
        ("another server's", retry("mail_send", &state)),
        ("another tool's", retry("files_write_file", &state)),
        ("the server's own", retry("files_read_file", "its own")),
    ] {
        assert_eq!(world.send(ask).await.code(), -32602, "{name}");
    }
    assert_eq!(files.heard("tools/call").len(), 1);
    assert!(mail.heard("tools/call").is_empty());
    let second = world.send(retry("files_read_file", &state)).await.json();
    let text = second["result"]["content"][0]["text"]
        .as_str()
        .expect("text")
        .to_owned();
    let given: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(given["a"]["action"], "accept");
}

#[tokio::test]
async fn tasks_and_what_is_not_known_are_no_methods_here() {
    // GW-14, R-038
    let (world, files, _mail) = two().await;
    for (method, params) in [
        ("tasks/get", r#""taskId":"t""#),
        ("ping", ""),
        ("other", ""),
    ] {
        let answer = world.send(ask(method, None, params)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, -32601),
            "{method}"
        );
    }
    assert!(files.heard("tasks/get").is_empty());
}
