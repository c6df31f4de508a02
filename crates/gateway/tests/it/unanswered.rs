//! Event streams that pass, and end without the answer.

use std::time::Duration;

use axum::body::Body;
use doorward_core::permit::AllowList;
use doorward_gateway::Patience;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::{
    upstream::{Stream, Upstream, typed, with},
    world::{Ask, INITIALIZE, World, call, get, list, modern, only, pass, post},
};

const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}\n\n";
const NUMBERED: &str = "id: s/1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}\n\n";
const ANSWER: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"content\":[]}}\n\n";
const MODERN_ANSWER: &str =
    "data: {\"jsonrpc\":\"2.0\",\"id\":\"m-1\",\"result\":{\"content\":[]}}\n\n";
const HALF: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":5,";
const QUESTION: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}\n\n";
const SECOND: Duration = Duration::from_secs(1);
const LATE: &str = "the MCP server did not answer in time";
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

type Asking = fn() -> Ask;

/// What is asked, what is said whole, what is begun, how it ends, and what is seen of that.
type Case<'a> = (Asking, &'a str, &'a str, End, Seen);

use End::{Broken, Properly};
use Seen::{Cut, Ended, Told};

fn session_call() -> Ask {
    call("read")
}

/// In a session, which `seen` opens.
fn kept_call() -> Ask {
    call("read").with("mcp-session-id", "opened")
}

fn modern_call() -> Ask {
    modern(
        "tools/call",
        Some("read"),
        r#""name":"read","arguments":{}"#,
    )
}

fn session_list() -> Ask {
    post(list("tools/list"))
}

fn session_prompt() -> Ask {
    post(r#"{"jsonrpc":"2.0","id":5,"method":"prompts/get","params":{"name":"ask"}}"#)
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
    let cases: [Case<'_>; 20] = [
        (session_call,   NOTE,          "",    Properly, Told),
        (session_call,   NOTE,          "",    Broken,   Told),
        (session_call,   NOTE,          HALF,  Properly, Told),
        (session_call,   NOTE,          HALF,  Broken,   Told),
        (session_call,   NUMBERED,      HALF,  Broken,   Told), // nobody comes back without one
        (kept_call,      NUMBERED,      HALF,  Broken,   Cut),
        (kept_call,      NUMBERED,      "",    Properly, Ended),
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
            Some((_, reason)) => is_told(rest, (BROKE_OFF, reason)),
            // What is no event is nothing to a reader.
            None if end == Properly => assert_eq!(rest, half, "{name}"),
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
        (kept_call,      NUMBERED, HALF,  Broken,   Cut),
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
            let rest = text.strip_prefix(whole).expect("the event passes");
            is_told(rest, (BROKE_OFF, reason));
        }
    }
}

#[tokio::test]
async fn a_server_may_take_only_so_long_for_the_answer_on_a_stream() {
    // GW-27
    #[rustfmt::skip]
    let cases: [(Asking, &str, bool); 9] = [
        (session_call,   NOTE,     true),
        (session_call,   NUMBERED, true),
        (session_call,   QUESTION, false), // people take their time
        (session_prompt, QUESTION, false),
        (session_call,   ANSWER,   false),
        (modern_call,    NOTE,     true),
        (session_list,   NOTE,     true),
        (listen,         NOTE,     false),
        (session_stream, NOTE,     false),
    ];
    for allow in [AllowList::default(), only(&["read"], &["ask"], &[])] {
        for (ask, said, is_late) in cases {
            let (upstream, world) = impatient(&allow, Duration::from_secs(3600)).await;
            let stream = upstream.then_stream();
            let mut body = world.open(ask()).await.into_body();
            stream.write(said);
            assert_eq!(next(&mut body).await.flatten().as_deref(), Some(said));
            let mut word = next(&mut body).now_or_never();
            for _ in 0..6 {
                pass(SECOND).await;
                word = word.or_else(|| next(&mut body).now_or_never());
            }
            if !is_late {
                stream.write(NOTE);
            }
            let word = match word {
                Some(word) => word,
                None => next(&mut body).await,
            };
            let word = word.flatten().expect("a word");
            match world.store.failures().first() {
                Some((_, reason)) => is_told(&word, (LATE, reason)),
                None => assert_eq!(word, NOTE),
            }
            assert_eq!(word != NOTE, is_late, "{said}");
        }
    }
}

#[tokio::test]
async fn who_is_told_something_all_the_time_does_not_wait_for_ever() {
    // GW-27, GW-28
    for allow in [AllowList::default(), only(&["read"], &[], &[])] {
        for ask in [session_call, modern_call] {
            let (upstream, world) = impatient(&allow, 8 * SECOND).await;
            let stream = upstream.then_stream();
            let mut body = world.open(ask()).await.into_body();
            let mut last = NOTE.to_owned();
            let mut notes = 0;
            while last == NOTE {
                notes += 1;
                stream.write(NOTE);
                last = next(&mut body).await.flatten().expect("a word");
                // One that comes in time to be the last is sent on, and the end follows at once.
                if let Some(word) = next(&mut body).now_or_never() {
                    last = word.flatten().unwrap_or(last);
                } else {
                    pass(SECOND).await;
                }
            }
            assert!((8..11).contains(&notes), "{notes}");
            is_told(&last, (LATE, &world.store.failures()[0].1));
            assert!(next(&mut body).await.is_none());
        }
    }
}

#[tokio::test]
async fn time_that_the_client_takes_is_not_the_servers() {
    // GW-25, GW-27
    let (upstream, world) = impatient(&AllowList::default(), 8 * SECOND).await;
    let stream = upstream.then_stream();
    let mut body = world.open(session_call()).await.into_body();
    stream.write(NOTE);
    assert_eq!(next(&mut body).await.flatten().as_deref(), Some(NOTE));
    for _ in 0..10 {
        pass(SECOND).await; // what was sent is not taken yet
    }
    let long = format!("data: {}", "x".repeat(800_000));
    stream.write(&long);
    let mut left = long.len();
    while left > 0 {
        left -= next(&mut body).await.flatten().expect("more").len();
        pass(SECOND).await; // a client that is slow
    }
    stream.write("\n\n");
    assert_eq!(next(&mut body).await.flatten().as_deref(), Some("\n\n"));
    drop(stream);
    assert!(next(&mut body).await.is_none());
    assert!(world.store.failures().is_empty());
}

#[tokio::test]
async fn a_long_event_that_comes_drop_by_drop_holds_no_call_for_ever() {
    // GW-27, GW-28
    let (upstream, world) = impatient(&AllowList::default(), 8 * SECOND).await;
    let stream = upstream.then_stream();
    let mut body = world.open(session_call()).await.into_body();
    let long = format!("data: {}", "x".repeat(70_000));
    stream.write(&long);
    let mut left = long.len();
    while left > 0 {
        left -= next(&mut body).await.flatten().expect("more").len();
    }
    let mut drops = 0;
    loop {
        pass(SECOND).await;
        stream.write("x");
        match next(&mut body).await.expect("no proper end") {
            Some(text) => assert_eq!(text, "x"),
            None => break, // within an event there is no other end
        }
        drops += 1;
        match next(&mut body).now_or_never() {
            None => {} // nothing was said and no time passed
            Some(word) => {
                // what comes in time to be the last is sent on, and the end follows at once
                assert_eq!(word, Some(None));
                break;
            }
        }
    }
    assert!((6..10).contains(&drops), "{drops}");
    assert_eq!(world.store.failures().len(), 1);
}

#[tokio::test]
async fn half_an_answer_that_looks_whole_is_none() {
    // GW-27: its last byte ends something within it
    let half = "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"content\":[{\"type\":\"text\"}";
    for allow in [AllowList::default(), only(&["read"], &[], &[])] {
        let (upstream, world) = impatient(&allow, 8 * SECOND).await;
        let stream = upstream.then_stream();
        let mut body = world.open(session_call()).await.into_body();
        stream.write(half);
        drop(stream);
        let last = next(&mut body).await.flatten().expect("an error");
        is_told(&last, (BROKE_OFF, &world.store.failures()[0].1));
        assert!(next(&mut body).await.is_none());
    }
}

#[tokio::test]
async fn an_answer_that_only_lacks_its_blank_line_is_one() {
    let everybody = AllowList::default();
    let allowed = [everybody, only(&["read"], &[], &[])];
    for (allow, lacks) in allowed.iter().flat_map(|allow| [(allow, 1), (allow, 2)]) {
        let (upstream, world) = impatient(allow, 8 * SECOND).await;
        let stream = upstream.then_stream();
        let mut body = world.open(session_call()).await.into_body();
        stream.write(ANSWER.get(..ANSWER.len() - lacks).expect("most of it"));
        drop(stream);
        let text = next(&mut body).await.flatten().expect("the answer");
        assert_eq!(text.trim_end(), ANSWER.trim_end());
        assert!(text.ends_with("\n\n"));
        assert!(next(&mut body).await.is_none());
        assert!(world.store.failures().is_empty());
    }
}

#[tokio::test]
async fn what_precedes_something_too_large_passes() {
    // GW-28
    for allow in [AllowList::default(), only(&["read"], &[], &[])] {
        let upstream = Upstream::start().await;
        let world = World::with(upstream.config(), |config| {
            config.servers[0].allow = allow;
            config.limits.message_bytes = 1000;
        });
        let stream = upstream.then_stream();
        let mut body = world.open(session_call()).await.into_body();
        stream.write(&format!("{NOTE}data: {}", "x".repeat(2000)));
        assert_eq!(next(&mut body).await.flatten().as_deref(), Some(NOTE));
        let told = next(&mut body).await.flatten().expect("an error");
        let reason = &world.store.failures()[0].1;
        is_told(&told, ("the MCP server's answer is too large", reason));
        assert!(next(&mut body).await.is_none());
    }
}

#[tokio::test]
async fn an_answer_that_does_not_pass_is_none() {
    // GW-14, GW-27
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = only(&["read"], &[], &[]);
    });
    let stream = upstream.then_stream();
    let mut body = world.open(session_list()).await.into_body();
    let (open, close) = ("[".repeat(100), "]".repeat(100));
    stream.event(&format!(
        r#"{{"jsonrpc":"2.0","id":6,"result":{{"tools":{open}{close}}}}}"#
    ));
    let unreadable = next(&mut body).await.flatten().expect("an error");
    assert!(unreadable.contains("\"id\":null"), "{unreadable}");
    drop(stream);
    let told = next(&mut body).await.flatten().expect("an error");
    is_told(&told, (BROKE_OFF, &world.store.failures()[0].1));
}

/// A server that may be silent for three seconds.
async fn impatient(allow: &AllowList, call_total: Duration) -> (Upstream, World) {
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = allow.clone();
        config.servers[0].speaking.patience = Patience {
            answer: 3 * SECOND,
            call: 3 * SECOND,
            call_total,
        };
    });
    (upstream, world)
}

/// Lets the upstream say something whole, begin something, of which so much flows, and end so.
async fn seen(
    world: &World,
    upstream: &Upstream,
    ask: Ask,
    (whole, half, end, flows): (&str, &str, End, usize),
) -> (String, Seen) {
    let ask = in_session(world, upstream, ask).await;
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

/// The same in a session, if it is to be in one.
async fn in_session(world: &World, upstream: &Upstream, ask: Ask) -> Ask {
    if !ask.0.headers().contains_key("mcp-session-id") {
        return ask;
    }
    let opened = typed(200, "application/json", "{}");
    upstream.then(with(opened, "mcp-session-id", "s1"));
    let opened = world.send(post(INITIALIZE)).await;
    ask.with("mcp-session-id", opened.header("mcp-session-id"))
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
fn is_told(event: &str, (message, reason): (&str, &str)) {
    let json = event.strip_prefix("data: ").expect("an event").trim_end();
    let told: Value = serde_json::from_str(json).expect("JSON");
    let id = &told["id"];
    assert!(*id == 5 || *id == 6 || *id == "m-1", "{told}");
    assert_eq!(told["error"]["message"], message);
    assert_eq!(told["error"]["code"], -32603);
    let reference = told["error"]["data"]["reference"].as_str();
    assert!(reason.contains(reference.expect("a reference")), "{reason}");
}
