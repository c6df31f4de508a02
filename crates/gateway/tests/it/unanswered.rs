//! Event streams that pass, and end without the answer.

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::{
    upstream::{Stream, Upstream},
    world::{Ask, World, call, get, modern, only},
};

const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}\n\n";
const NUMBERED: &str = "id: s/1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}\n\n";
const ANSWER: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"content\":[]}}\n\n";
const MODERN_ANSWER: &str =
    "data: {\"jsonrpc\":\"2.0\",\"id\":\"m-1\",\"result\":{\"content\":[]}}\n\n";
const HALF: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":5,";
const BROKE_OFF: &str = "the MCP server broke off before it answered";

/// How the upstream ends its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Properly,
    Broken,
}

/// What is left of it at the client's.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// It ends as it should.
    Ended,
    /// Its last event is an error.
    Told,
    /// The connection broke.
    Cut,
}

/// What is asked, what is said whole, what is begun, how it ends, and what is seen of that.
type Case<'a> = (fn() -> Ask, &'a str, &'a str, End, Seen);

use End::{Broken, Properly};
use Seen::{Cut, Ended, Told};

fn session_call() -> Ask {
    call("read")
}

fn modern_call() -> Ask {
    modern(
        "tools/call",
        Some("read"),
        r#""name":"read","arguments":{}"#,
    )
}

fn listen() -> Ask {
    modern("subscriptions/listen", None, r#""notifications":{}"#)
}

fn session_stream() -> Ask {
    get("/mcp/files")
}

#[tokio::test]
async fn a_stream_that_ends_without_the_answer_ends_with_one_error_unless_it_is_come_back_for() {
    // GW-27, R-054, R-062, R-064, R-065
    let long = format!("data: {}", "x".repeat(100_000));
    #[rustfmt::skip]
    let cases: [Case<'_>; 19] = [
        (session_call,   NOTE,          "",    Properly, Told),
        (session_call,   NOTE,          "",    Broken,   Told),
        (session_call,   NOTE,          HALF,  Properly, Told),
        (session_call,   NOTE,          HALF,  Broken,   Told),
        (session_call,   NUMBERED,      HALF,  Broken,   Cut),
        (session_call,   NUMBERED,      "",    Properly, Ended),
        (session_call,   ANSWER,        HALF,  Properly, Ended),
        (session_call,   ANSWER,        HALF,  Broken,   Cut),
        (modern_call,    NOTE,          "",    Properly, Told),
        (modern_call,    NOTE,          HALF,  Broken,   Told),
        (modern_call,    NUMBERED,      "",    Properly, Told),
        (modern_call,    NUMBERED,      HALF,  Broken,   Told),
        (modern_call,    MODERN_ANSWER, "",    Properly, Ended),
        (modern_call,    NOTE,          &long, Properly, Cut),
        (modern_call,    NOTE,          &long, Broken,   Cut),
        (listen,         NOTE,          "",    Properly, Ended),
        (listen,         NOTE,          HALF,  Broken,   Cut),
        (session_stream, NOTE,          "",    Properly, Ended),
        (session_stream, NOTE,          HALF,  Broken,   Cut),
    ];
    for (ask, whole, half, end, expected) in cases {
        let upstream = Upstream::start().await;
        let world = World::new(upstream.config());
        let flows = if half.len() > HALF.len() {
            half.len()
        } else {
            0
        };
        let script = (whole, half, end, flows);
        let (text, seen) = seen(&world, &upstream, ask(), script).await;
        let name = format!("{whole} {} {end:?}", half.get(..20).unwrap_or(half));
        assert_eq!(seen, expected, "{name}: {text}");
        let rest = text.strip_prefix(whole).expect("the event passes");
        let failures = world.store.failures();
        if half.len() > HALF.len() {
            assert_eq!(rest, half, "{name}");
            assert_eq!(failures.len(), 1, "{name}: the operator learns it");
            continue;
        }
        assert_eq!(failures.len(), usize::from(expected == Told), "{name}");
        match failures.first() {
            Some((_, reason)) => is_told(rest, reason),
            None => assert_eq!(rest, "", "{name}"),
        }
    }
}

#[tokio::test]
async fn who_may_not_see_everything_is_told_the_same() {
    // GW-14, GW-27, R-064
    let long = format!("data: {}", "x".repeat(100_000));
    #[rustfmt::skip]
    let cases: [Case<'_>; 7] = [
        (session_call,   NOTE,     "",    Properly, Told),
        (session_call,   NOTE,     HALF,  Broken,   Told),
        (session_call,   NUMBERED, HALF,  Broken,   Cut),
        (session_call,   ANSWER,   "",    Properly, Ended),
        (modern_call,    NUMBERED, HALF,  Broken,   Told),
        (modern_call,    NOTE,     &long, Broken,   Told),
        (listen,         NOTE,     HALF,  Broken,   Cut),
    ];
    for (ask, whole, half, end, expected) in cases {
        let upstream = Upstream::start().await;
        let world = World::with(upstream.config(), |config| {
            config.servers[0].allow = only(&["read"], &[], &[]);
        });
        let script = (whole, half, end, 0);
        let (text, seen) = seen(&world, &upstream, ask(), script).await;
        assert_eq!(seen, expected, "{whole} {end:?}: {text}");
        let failures = world.store.failures();
        assert_eq!(failures.len(), usize::from(expected == Told), "{text}");
        if let Some((_, reason)) = failures.first() {
            is_told(text.strip_prefix(whole).expect("the event passes"), reason);
        }
    }
}

/// Lets the upstream say something whole, begin something, of which so much flows, and end so.
async fn seen(
    world: &World,
    upstream: &Upstream,
    ask: Ask,
    (whole, half, end, flows): (&str, &str, End, usize),
) -> (String, Seen) {
    let stream = upstream.then_stream();
    let response = world.open(ask).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    stream.write(whole);
    let mut text = String::new();
    while text.len() < whole.len() {
        text += &next(&mut body).await.expect("open").expect("whole");
    }
    stream.write(half);
    while text.len() < whole.len() + flows {
        text += &next(&mut body).await.expect("open").expect("whole");
    }
    ended(stream, end);
    let mut seen = Ended;
    while let Some(frame) = next(&mut body).await {
        match frame {
            Some(more) => text += &more,
            None => {
                seen = Cut;
                break;
            }
        }
    }
    match text.contains("\"error\"") {
        true => (text, Told),
        false => (text, seen),
    }
}

fn ended(stream: Stream, end: End) {
    match end {
        Properly => drop(stream),
        Broken => stream.break_off(),
    }
}

/// What comes next, unless it has ended; nothing, where the connection broke.
async fn next(body: &mut Body) -> Option<Option<String>> {
    let frame = body.frame().await?;
    let data = frame.ok().map(|frame| frame.into_data().expect("data"));
    Some(data.map(|data| String::from_utf8(data.to_vec()).expect("UTF-8")))
}

/// One error under the id of the call, with the reference that the record has.
fn is_told(event: &str, reason: &str) {
    let json = event.strip_prefix("data: ").expect("an event").trim_end();
    let told: Value = serde_json::from_str(json).expect("JSON");
    assert!(told["id"] == 5 || told["id"] == "m-1", "{told}");
    assert_eq!(told["error"]["message"], BROKE_OFF);
    assert_eq!(told["error"]["code"], -32603);
    let reference = told["error"]["data"]["reference"].as_str();
    assert!(reason.contains(reference.expect("a reference")), "{reason}");
}
