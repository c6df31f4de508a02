//! JSON-RPC envelopes: what is read here is what any other parser reads (GW-09 to GW-12).

use doorward_mcp::{
    envelope::{IdValue, Message, Outcome, is_batch, parse_batch},
    error::Code,
    json::Raw,
    list::{List, ListKind, Sharing},
    splice::{Edit, splice},
};
use serde_json::Value;

use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "envelope",
    run,
    words: &[
        "\"jsonrpc\":\"2.0\"",
        "\"id\":",
        "\"method\":\"tools/call\"",
        "\"params\":{",
        "\"_meta\":{",
        "\"progressToken\":",
        "\"name\":",
        "\"arguments\":{}",
        "\"result\":{",
        "\"error\":{\"code\":-1,\"message\":\"\"}",
        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"",
        "null",
        "1e999",
        "-0",
        "1.0",
        "18446744073709551616",
        "\\u0000",
        "\\ud800",
        "\\ud83d\\ude00",
        "\u{feff}",
        "[[[[[[[[",
        "{\"a\":",
        "\"Method\":",
        "\"\\u006dethod\":",
        "notifications/progress",
        "completion/complete",
        "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"a\"}",
    ],
};

fn run(body: &[u8]) {
    raw(body);
    lists(body);
    match Message::parse(body) {
        Ok(message) => {
            assert!(!is_batch(body));
            agrees(&message, body);
            replaced(&message, body);
        }
        Err(error) => {
            let codes = [Code::ParseError, Code::InvalidRequest, Code::InvalidParams];
            assert!(codes.contains(&error.code()));
            if let Some(id) = error.id() {
                let id = Raw::parse(id.as_bytes()).expect("an id is JSON");
                assert!(!id.is_object() && !id.is_array());
            }
        }
    }
    if let Ok(messages) = parse_batch(body) {
        let other: Vec<Value> = serde_json::from_slice(body).expect("strictly well formed");
        assert_eq!(messages.len(), other.len());
        for message in &messages {
            let alone = message.raw().as_str().as_bytes();
            assert!(Message::parse(alone).is_ok(), "stands for itself");
        }
    }
}

/// A strict document is one to another parser, too, and every part knows its place.
fn raw(body: &[u8]) {
    let Ok(raw) = Raw::parse(body) else {
        return;
    };
    let other: Value = serde_json::from_slice(body).expect("strictly well formed");
    assert_eq!(raw.as_str().as_bytes(), body.trim_ascii());
    assert_eq!(raw.text().as_deref(), other.as_str());
    for member in raw.placed_members() {
        let placed = body.get(member.span.range()).expect("inside");
        assert!(placed.starts_with(b"\"") && placed.ends_with(member.value.as_str().as_bytes()));
        assert!(other.get(&member.key).is_some(), "{:?}", member.key);
    }
    let elements = raw.elements();
    assert_eq!(elements.len(), other.as_array().map_or(0, Vec::len));
}

fn agrees(message: &Message<'_>, body: &[u8]) {
    let other: Value = serde_json::from_slice(body).expect("strictly well formed");
    assert_eq!(
        message.method(),
        other.get("method").and_then(Value::as_str)
    );
    match message.id().map(|id| id.value()) {
        Some(IdValue::Text(id)) => assert_eq!(other.get("id").and_then(Value::as_str), Some(&*id)),
        Some(IdValue::Integer(id)) => {
            let read = other.get("id").map(ToString::to_string);
            assert_eq!(read.and_then(|id| id.parse().ok()), Some(id));
        }
        None => assert!(other.get("id").is_none_or(Value::is_null)),
    }
    if let Some(subject) = message.params().and_then(|params| params.subject.as_ref()) {
        assert_eq!(subject.raw.text().as_deref(), Some(&*subject.name));
    }
    if let Message::Response(response) = message {
        let has_result = matches!(response.outcome, Outcome::Result(_));
        assert_eq!(has_result, other.get("result").is_some());
    }
}

/// Ids and tokens are replaced and put back without a trace.
fn replaced(message: &Message<'_>, body: &[u8]) {
    let token = message.params().and_then(|params| params.progress_token);
    let ids: Vec<_> = message.id().copied().into_iter().chain(token).collect();
    let edits = |text: &'static str| {
        let edits = ids.iter().map(|id| Edit::new(id.span(), text));
        splice(body, &edits.collect::<Vec<_>>()).expect("disjoint")
    };
    let there = edits("\"gateway-1\"");
    let read = Message::parse(&there).expect("still a message");
    assert_eq!(read.method(), message.method());
    let same: Vec<_> = ids
        .iter()
        .map(|id| Edit::new(id.span(), id.as_json()))
        .collect();
    assert_eq!(splice(body, &same).expect("disjoint"), body);
}

/// A list from which nothing is taken keeps its bytes; one from which all is taken is a list.
fn lists(body: &[u8]) {
    for kind in [
        ListKind::Tools,
        ListKind::Prompts,
        ListKind::Resources,
        ListKind::ResourceTemplates,
    ] {
        let Ok(list) = List::parse(body, kind) else {
            continue;
        };
        assert_eq!(list.retain(Sharing::Upstream, |_| true), body);
        let none = list.retain(Sharing::Private, |_| false);
        let none = List::parse(&none, kind).expect("still a list");
        assert!(none.items().is_empty());
    }
}
