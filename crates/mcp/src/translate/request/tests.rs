use super::*;
use crate::{
    envelope::{LogLevel, Message},
    translate::{Client, ClientCapabilities},
};

fn request(body: &str) -> Request<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Request(request) => request,
        other => panic!("a request: {other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

fn client() -> Client {
    let capabilities = Raw::parse(br#"{"roots":{}}"#).expect("well formed");
    Client {
        capabilities: ClientCapabilities::new(capabilities).expect("an object"),
        info: Some(r#"{"name":"c","version":"1"}"#.into()),
    }
}

const HOP: Hop<'static> = Hop {
    id: "7",
    token: Some("\"t7\""),
};

#[test]
fn the_reserved_members_stay_behind_and_all_else_keeps_its_bytes() {
    // P-006, P-016: ids and tokens are of the hop, unknown members are untouched
    for (stateless, session) in [
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{"n":1.0e2, "b":[ ]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","traceparent":"00-1","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{},"io.modelcontextprotocol/logLevel":"info","progressToken":1}},"x":1}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":{"n":1.0e2, "b":[ ]},"_meta":{"traceparent":"00-1","progressToken":"t7"}},"x":1}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"cursor":"","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":""}}"#,
        ),
    ] {
        assert_eq!(text(request_to_session(&request(stateless), HOP)), session);
    }
}

#[test]
fn what_only_a_retry_or_a_task_carries_never_reaches_a_session_server() {
    // X-027, P-023
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","task":{"ttl":1},"inputResponses":{"a":{}},"requestState":"s"}}"#;
    assert_eq!(
        text(request_to_session(&request(body), HOP)),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}"#
    );
}

#[test]
fn a_session_speaks_for_its_client_in_every_request() {
    // P-032, P-039, P-043
    let client = client();
    let level = Some(LogLevel::Warning);
    let speaker = |log_level| Speaker {
        client: &client,
        log_level,
    };
    let meta = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"roots":{}}"#;
    for (session, log_level, stateless) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            None,
            format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{{"_meta":{{{meta}}}}}}}"#
            ),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
            level,
            format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{{"_meta":{{{meta},"io.modelcontextprotocol/logLevel":"warning"}}}}}}"#
            ),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","task":{},"_meta":{"progressToken":5,"a":1}}}"#,
            None,
            format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"x","_meta":{{"progressToken":"t7","a":1,{meta}}}}}}}"#
            ),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":null,"name":"x"}}"#,
            None,
            format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"_meta":{{{meta}}},"name":"x"}}}}"#
            ),
        ),
    ] {
        let translated = request_to_stateless(&request(session), HOP, speaker(log_level));
        assert_eq!(text(translated), stateless);
    }
}

#[test]
fn a_session_client_cannot_speak_for_itself_where_its_session_does() {
    // P-032: what it smuggles into `_meta` is replaced or removed
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","requestState":"s","inputResponses":{},"_meta":{"io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/logLevel":"debug"}}}"#;
    let client = client();
    let speaker = Speaker {
        client: &client,
        log_level: None,
    };
    let translated = text(request_to_stateless(&request(body), HOP, speaker));
    assert_eq!(
        translated,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":{}},"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}}}"#
    );
}

#[test]
fn within_an_era_only_the_id_and_the_token_change() {
    // P-006, P-044
    let body = r#"{"params" : {"_meta":{"progressToken":"\u0041","x":1},"task":{}}, "id":1.0e0,"jsonrpc":"2.0","method":"tools/list" }"#
        .replace("1.0e0", "1");
    let expected = body
        .replace(r#""\u0041""#, r#""t7""#)
        .replace(r#""id":1"#, r#""id":7"#);
    assert_eq!(text(request_renamed(&request(&body), HOP)), expected);
    let keeping = Hop { token: None, ..HOP };
    let expected = body.replace(r#""id":1"#, r#""id":7"#);
    assert_eq!(text(request_renamed(&request(&body), keeping)), expected);
}

#[test]
fn a_retry_is_the_original_with_answers_and_the_exact_state() {
    // P-034
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","inputResponses":{"old":{}},"requestState":"old"}}"#;
    let answers = [("k\"".to_owned(), r#"{"action":"accept"}"#.to_owned())];
    let retried = |answers: &[_], state| text(retry(&request(body), HOP, answers, state));
    assert_eq!(
        retried(&answers, Some("\"\\u0041\"")),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","inputResponses":{"k\"":{"action":"accept"}},"requestState":"\u0041"}}"#
    );
    // A client must not send a state that it was not given.
    assert_eq!(
        retried(&[], None),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}"#
    );
}

#[test]
fn a_retry_is_about_the_same_thing_as_its_original_and_nothing_else_is() {
    // P-022
    let first = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":1},"_meta":{"progressToken":1}}}"#;
    let second = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"requestState":"s","arguments":{ "\u0061" : 1},"name":"\u0078","inputResponses":{}}}"#;
    let other = first.replace(r#""a":1"#, r#""a":2"#);
    let method = first.replace("tools/call", "prompts/get");
    let about = |body: &str| salient(&request(body));
    assert_eq!(about(first), about(second));
    assert_ne!(about(first), about(&other));
    assert_ne!(about(first), about(&method));
    assert_eq!(
        about(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#),
        br#"["tools/list",{}]"#
    );
}
