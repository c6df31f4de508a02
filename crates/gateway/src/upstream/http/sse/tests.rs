use std::sync::Arc;

use doorward_mcp::era::Revision;
use futures_util::StreamExt;

use super::SseSession;
use crate::upstream::{
    Fault,
    http::testing::{Scripted, Writer, answer, permit},
    link::{Incoming, SessionLink},
    opening,
};

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"progressToken":5}}}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
const PROGRESS: &str = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":1}}"#;
const OPENED: &str = r#"{"jsonrpc":"2.0","id":"doorward-initialize","result":{"protocolVersion":"2024-11-05","capabilities":{}}}"#;

async fn opened(server: &Scripted) -> (Arc<SseSession>, Writer) {
    let stream = server.then_stream();
    stream.write("event: endpoint\ndata: /messages?session=7\n\n");
    stream.event(OPENED);
    server.then_status(202).then_status(202);
    let session = SseSession::open(&server.upstream(), &opening::own()).await;
    (session.expect("a session"), stream)
}

async fn all(incoming: Incoming) -> Vec<String> {
    let texts = incoming.map(|message| {
        let message = message.expect("a message");
        String::from_utf8_lossy(&message).into_owned()
    });
    texts.collect().await
}

#[tokio::test]
async fn messages_go_where_the_server_says_and_answers_come_as_events() {
    // P-031
    let server = Scripted::start().await;
    let (session, stream) = opened(&server).await;
    assert_eq!(session.revision(), Revision::V2024_11_05);
    server.then_status(202).then_status(202);
    let call = session.ask(permit(), CALL.into()).await.expect("taken");
    let list = session.ask(permit(), LIST.into()).await.expect("taken");
    let listed = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#;
    let done = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    for message in [PROGRESS, listed, done] {
        stream.event(message);
    }
    assert_eq!(all(call).await, [PROGRESS, done]);
    assert_eq!(all(list).await, [listed]);
    let heard = server.heard();
    assert_eq!(heard[0].what(), "GET");
    for one in &heard[1..] {
        assert_eq!(one.path, "/messages?session=7");
        assert_eq!(one.header("mcp-session-id"), "");
    }
}

#[tokio::test]
async fn the_end_of_the_stream_fails_all_that_waits_and_ends_the_session() {
    // P-031, GW-26
    let server = Scripted::start().await;
    let (session, stream) = opened(&server).await;
    server.then_status(202);
    let mut call = session.ask(permit(), CALL.into()).await.expect("taken");
    let unasked = session.unasked().await.expect("a stream");
    drop(stream);
    assert_eq!(call.next().await, Some(Err(Fault::Broken)));
    assert_eq!(call.next().await, None);
    assert!(all(unasked).await.is_empty());
    assert!(session.is_over());
    assert_eq!(
        session.ask(permit(), LIST.into()).await.err(),
        Some(Fault::NoSession)
    );
}

#[tokio::test]
async fn pings_are_answered_and_what_is_said_unasked_waits_for_its_reader() {
    // P-028, R-063
    let server = Scripted::start().await;
    let (session, stream) = opened(&server).await;
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}"#;
    server.then_status(202);
    stream.event(r#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#);
    stream.event(changed);
    let mut unasked = session.unasked().await.expect("a stream");
    assert_eq!(unasked.next().await, Some(Ok(changed.into())));
    server.until(4).await;
    assert_eq!(
        &*server.last().body,
        br#"{"jsonrpc":"2.0","id":8,"result":{}}"#
    );
}

#[tokio::test]
async fn a_session_that_nobody_has_any_more_closes_its_stream() {
    // GW-26
    let server = Scripted::start().await;
    let (session, stream) = opened(&server).await;
    drop(session);
    stream.left().await;
}

#[tokio::test]
async fn a_refused_message_is_a_fault_and_waits_for_nothing() {
    // GW-27
    let server = Scripted::start().await;
    let (session, _stream) = opened(&server).await;
    server.then_status(500).then_status(202);
    let refused = session.ask(permit(), CALL.into()).await;
    assert_eq!(refused.err(), Some(Fault::Status(500)));
    assert!(
        session.ask(permit(), CALL.into()).await.is_ok(),
        "its id is free"
    );
    server.then_status(404);
    let refused = session.ask(permit(), LIST.into()).await;
    assert_eq!(refused.err(), Some(Fault::NoSession));
    assert!(session.is_over());
}

#[tokio::test]
async fn what_does_not_begin_with_an_endpoint_of_its_own_is_not_such_a_server() {
    // P-031, C-027
    for (response, expected) in [
        (answer(405, "", ""), Fault::Refused(405)),
        (answer(200, "text/html", "<html>"), Fault::NotMcp),
        (
            answer(200, "text/event-stream", "data: {}\n\n"),
            Fault::NotMcp,
        ),
        (
            answer(
                200,
                "text/event-stream",
                "event: endpoint\ndata: https://evil.example/\n\n",
            ),
            Fault::NotMcp,
        ),
        (answer(200, "text/event-stream", ""), Fault::Broken),
    ] {
        let server = Scripted::start().await;
        server.then(response);
        let session = SseSession::open(&server.upstream(), &opening::own()).await;
        assert_eq!(session.err(), Some(expected));
    }
}
