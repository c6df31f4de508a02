//! The demo server through the door, in both eras: notes, progress, questions.

use serde_json::{Value, json};

use crate::{
    browser::{Tokens, log_in},
    http::{Response, request},
    mcp::{Session, call, call_with},
    process::{Place, Running},
};

const PASSWORD: &str = "correct horse battery";

fn demo(place: &Place) -> (Running, Tokens) {
    place.add_user("alice", PASSWORD);
    let running = place.up(&["--demo"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    (running, tokens)
}

fn text(response: &Response) -> String {
    let message = response.json();
    message["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{message}"))
        .to_owned()
}

#[test]
fn every_part_of_the_demo_answers_in_the_stateless_era() {
    let place = Place::new();
    let (running, tokens) = demo(&place);
    let ask = |method: &str, params: Value| call(&running, &tokens, method, params);
    let tool = |name: &str, arguments: Value| {
        ask(
            "tools/call",
            json!({ "name": name, "arguments": arguments }),
        )
    };

    let discovered = ask("server/discover", json!({})).json();
    assert_eq!(discovered["result"]["supportedVersions"][0], "2026-07-28");
    let added = text(&tool("add_note", json!({ "title": "T", "text": "words" })));
    let id: u64 = added
        .rsplit(' ')
        .next()
        .and_then(|id| id.parse().ok())
        .expect("a number");
    assert!(text(&tool("read_note", json!({ "id": id }))).contains("words"));
    let read = ask("resources/read", json!({ "uri": format!("note://{id}") })).json();
    assert_eq!(read["result"]["contents"][0]["text"], "words");
    assert!(text(&tool("delete_note", json!({ "id": id }))).contains("Deleted"));
    assert!(text(&tool("current_time", json!({}))).ends_with('Z'));
    let prompts = ask("prompts/get", json!({ "name": "summarize_notes" })).json();
    assert_eq!(prompts["result"]["messages"][0]["role"], "user");
    let unknown = tool("no_such_tool", json!({})).json();
    assert_eq!(unknown["error"]["code"], -32602);
}

#[test]
fn progress_flows_as_it_comes_and_ends_in_the_answer() {
    let place = Place::new();
    let (running, tokens) = demo(&place);
    let params = json!({
        "name": "count_slowly",
        "arguments": { "to": 3, "milliseconds": 20 },
        "_meta": { "progressToken": "p" },
    });
    let counted = call(&running, &tokens, "tools/call", params.clone());
    let progress = |events: &[Value]| {
        let of = |event: &Value| event["params"]["progress"].as_u64();
        events.iter().filter_map(of).collect::<Vec<_>>()
    };
    let events: Vec<Value> = counted
        .events()
        .iter()
        .map(|data| serde_json::from_str(data).expect("JSON"))
        .collect();
    assert_eq!(progress(&events), [1, 2, 3], "{counted:?}");
    assert_eq!(text(&counted), "Counted to 3");

    let session = Session::open(&running, &tokens);
    let events: Vec<Value> = session.stream(&params).collect();
    assert_eq!(progress(&events), [1, 2, 3]);
    assert_eq!(events[3]["result"]["content"][0]["text"], "Counted to 3");
}

#[test]
fn a_question_reaches_the_user_and_comes_back_in_both_eras() {
    let place = Place::new();
    let (running, tokens) = demo(&place);
    let answer = json!({ "action": "accept", "content": { "colour": "green" } });

    let session = Session::open(&running, &tokens);
    let mut events = session.stream(&json!({ "name": "ask_colour", "arguments": {} }));
    let question = events.next().expect("a question");
    assert_eq!(question["method"], "elicitation/create");
    session.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer }));
    let result = events.next().expect("the answer");
    assert_eq!(
        result["result"]["content"][0]["text"],
        "The favourite colour is green"
    );

    let ask = json!({ "name": "ask_colour", "arguments": {} });
    let asked = call(&running, &tokens, "tools/call", ask.clone()).json();
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    assert_eq!(
        asked["result"]["inputRequests"]["colour"]["method"],
        "elicitation/create"
    );
    let mut retry = ask.clone();
    retry["requestState"] = asked["result"]["requestState"].clone();
    retry["inputResponses"] = json!({ "colour": answer });
    assert_eq!(
        text(&call(&running, &tokens, "tools/call", retry)),
        "The favourite colour is green"
    );

    let mute = call_with(&running, &tokens, "tools/call", ask, json!({}));
    assert_eq!(
        (mute.status, &mute.json()["error"]["code"]),
        (400, &json!(-32021))
    ); // R-043
}

#[test]
fn a_process_that_is_asked_to_end_ends_open_streams_too() {
    let place = Place::new();
    let (mut running, tokens) = demo(&place);
    let session = Session::open(&running, &tokens);
    let counting = json!({
        "name": "count_slowly",
        "arguments": { "to": 50, "milliseconds": 2000 },
        "_meta": { "progressToken": "p" },
    });
    let mut stream = session.stream(&counting);
    assert!(stream.next().is_some());
    let (status, took) = running.terminate();
    assert_eq!(status, Some(0));
    assert!(took < std::time::Duration::from_secs(10), "{took:?}"); // CR-07
}

#[test]
fn an_answer_on_an_event_stream_is_finished_before_the_process_ends() {
    // CR-07
    let place = Place::new();
    let (mut running, tokens) = demo(&place);
    let session = Session::open(&running, &tokens);
    let counting = json!({
        "name": "count_slowly",
        "arguments": { "to": 3, "milliseconds": 200 },
        "_meta": { "progressToken": "p" },
    });
    let mut stream = session.stream(&counting);
    assert!(stream.next().is_some());
    let reading = std::thread::spawn(move || stream.last());
    let (status, _) = running.terminate();
    assert_eq!(status, Some(0));
    let last = reading.join().expect("read").expect("an answer");
    assert_eq!(
        last["result"]["content"][0]["text"], "Counted to 3",
        "{last}"
    );
}

#[test]
fn nobody_on_this_machine_walks_around_the_door() {
    let place = Place::new();
    let (running, _tokens) = demo(&place);
    let mut checked = 0;
    for port in running.listening_ports() {
        let authority = format!("127.0.0.1:{port}");
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        for headers in [vec![], vec![("Authorization", "Bearer guess")]] {
            let response = request(&authority, "POST", "/mcp", &headers, body).expect("answer");
            assert!(
                matches!(response.status, 401 | 404 | 405),
                "{port}: {response:?}"
            );
            checked += usize::from(response.status == 401);
        }
    }
    assert_eq!(
        checked, 4,
        "the demo server itself was asked, and all servers as one"
    );
}
