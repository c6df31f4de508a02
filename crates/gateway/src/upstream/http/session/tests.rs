use std::sync::Arc;

use doorward_mcp::era::Revision;
use futures_util::StreamExt;

use super::HttpSession;
use crate::upstream::{
    Fault,
    http::testing::{Scripted, answer, permit},
    link::SessionLink,
    opening,
};

const LIST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#;
const DONE: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
const PROGRESS: &str = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#;

async fn opened(server: &Scripted) -> Arc<HttpSession> {
    server.then_session("s1", "2025-06-18");
    let session = HttpSession::open(&server.upstream(), &opening::own()).await;
    session.expect("a session")
}

async fn ask(session: &HttpSession, request: &'static str) -> Result<Vec<String>, Fault> {
    let mut incoming = session.ask(permit(), request.into()).await?;
    let mut all = Vec::new();
    while let Some(message) = incoming.next().await {
        all.push(String::from_utf8_lossy(&message?).into_owned());
    }
    Ok(all)
}

#[tokio::test]
async fn a_session_has_its_id_and_its_revision_in_every_request_and_is_ended() {
    // C-032, P-046
    let server = Scripted::start().await;
    let session = opened(&server).await;
    assert_eq!(session.revision(), Revision::V2025_06_18);
    assert!(
        session
            .opened()
            .windows(15)
            .any(|part| part == b"protocolVersion")
    );
    server.then_json(DONE).then_status(202);
    assert_eq!(ask(&session, LIST).await, Ok(vec![DONE.to_owned()]));
    let cancelled =
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}"#;
    assert_eq!(session.tell(cancelled.into()).await, Ok(()));
    session.end();
    assert!(session.is_over());
    server.until(5).await;
    assert_eq!(
        server.whats(),
        [
            "initialize",
            "notifications/initialized",
            "tools/list",
            "notifications/cancelled",
            "DELETE"
        ]
    );
    let heard = server.heard();
    assert_eq!(heard[0].header("mcp-session-id"), "");
    for one in &heard[1..] {
        assert_eq!(one.header("mcp-session-id"), "s1");
        assert_eq!(one.header("mcp-protocol-version"), "2025-06-18");
    }
    assert_eq!(ask(&session, LIST).await, Err(Fault::NoSession));
}

#[tokio::test]
async fn what_comes_before_the_answer_comes_in_order_and_pings_are_answered_here() {
    // P-028, P-019, GW-20
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let elicit = r#"{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{}}"#;
    let ping = r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#;
    let foreign = r#"{"jsonrpc":"2.0","id":2,"result":{"of":"another"}}"#;
    server
        .then_events(&format!(
            ": hi\n\ndata: {PROGRESS}\n\ndata: {ping}\n\ndata: {elicit}\n\ndata: {foreign}\n\ndata: {DONE}\n\n"
        ))
        .then_status(202);
    let all = ask(&session, CALL).await.expect("an answer");
    assert_eq!(all, [PROGRESS, elicit, DONE]);
    assert_eq!(
        &*server.last().body,
        br#"{"jsonrpc":"2.0","id":"p","result":{}}"#
    );
}

#[tokio::test]
async fn a_broken_stream_is_taken_up_after_the_last_event_as_often_as_it_brings_something_new() {
    // P-029, R-064, R-065
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server.then_events(&format!(
        "id: a\nretry: 1\ndata:\n\nid: b\ndata: {PROGRESS}\n\n"
    ));
    for number in 0..8 {
        server.then_events(&format!("id: c{number}\ndata:\n\n"));
    }
    server.then_events(&format!("id: d\ndata: {DONE}\n\n"));
    let all = ask(&session, CALL).await.expect("an answer");
    assert_eq!(all, [PROGRESS, DONE]);
    let heard = server.heard();
    let cursors: Vec<_> = heard[3..]
        .iter()
        .map(|one| one.header("last-event-id"))
        .collect();
    assert_eq!(
        cursors,
        ["b", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"]
    );
    assert!(heard[3..].iter().all(|one| one.what() == "GET"));
}

#[tokio::test]
async fn a_stream_that_cannot_be_taken_up_is_a_lost_request() {
    // P-016, P-029, GW-27
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server.then_events(&format!("data: {PROGRESS}\n\n"));
    assert_eq!(ask(&session, CALL).await, Err(Fault::Broken), "no id");
    server
        .then_events("id: a\nretry: 1\ndata:\n\n")
        .then_status(405);
    assert_eq!(ask(&session, CALL).await, Err(Fault::Broken), "no GET");
    server
        .then_events("id: a\nretry: 1\ndata:\n\n")
        .then_status(404);
    assert_eq!(ask(&session, CALL).await, Err(Fault::Broken), "forgotten");
    assert_eq!(server.heard().len(), 7, "nothing was called twice");
    let stream = server.then_stream();
    stream.write("data: {\"jsonrpc\"");
    stream.break_off();
    assert_eq!(ask(&session, CALL).await, Err(Fault::Broken), "mid-event");
}

#[tokio::test]
async fn a_session_that_was_forgotten_is_opened_anew_once_and_told_again_what_it_was_told() {
    // P-016
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server.then_json(DONE);
    let level = r#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}}"#;
    assert!(ask(&session, level).await.is_ok());
    server.then_status(404);
    server
        .then_session("s2", "2025-06-18")
        .then_json(DONE)
        .then_json(DONE);
    assert_eq!(
        ask(&session, CALL).await,
        Ok(vec![DONE.to_owned()]),
        "it was not looked at"
    );
    assert_eq!(
        server.whats()[3..],
        [
            "tools/call",
            "initialize",
            "notifications/initialized",
            "logging/setLevel",
            "tools/call"
        ]
    );
    assert_eq!(server.last().header("mcp-session-id"), "s2");
    server.then_status(404);
    server
        .then_session("s3", "2025-06-18")
        .then_json(DONE)
        .then_status(404);
    assert_eq!(ask(&session, CALL).await, Err(Fault::NoSession), "once");
    assert!(!session.is_over());
}

#[tokio::test]
async fn a_session_that_cannot_be_opened_as_it_was_is_over() {
    // P-016, P-018
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server.then_status(404).then_session("s2", "2025-03-26");
    assert_eq!(ask(&session, LIST).await, Err(Fault::NoSession));
    assert!(session.is_over());
}

#[tokio::test]
async fn an_old_error_about_nobodys_request_means_a_session_that_was_forgotten() {
    // P-016: servers that were made after an early example say 400 instead of 404
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let no = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request"}}"#;
    server
        .then(answer(400, "application/json", no))
        .then_status(200);
    server.then_session("s2", "2025-06-18").then_json(DONE);
    assert_eq!(ask(&session, LIST).await, Ok(vec![DONE.to_owned()]));
    assert_eq!(
        server.whats()[2..4],
        ["tools/list", "DELETE"],
        "the server may still have it"
    );
    let own = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#;
    server.then(answer(400, "application/json", own));
    assert_eq!(ask(&session, CALL).await, Ok(vec![own.to_owned()]));
}

#[tokio::test]
async fn a_call_that_may_have_been_looked_at_is_not_sent_again() {
    // P-016: the error may also be what became of it
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let no = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"failed"}}"#;
    server
        .then(answer(400, "application/json", no))
        .then_status(200);
    assert_eq!(ask(&session, CALL).await, Err(Fault::Broken));
    assert!(session.is_over());
    server.until(4).await;
    assert_eq!(server.whats()[2..], ["tools/call", "DELETE"]);
}

#[tokio::test]
async fn what_a_server_did_not_agree_to_is_not_said_again() {
    // P-016
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}"#;
    server.then_json(error);
    let watch = r#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"a:1"}}"#;
    assert_eq!(ask(&session, watch).await, Ok(vec![error.to_owned()]));
    server.then_status(404);
    server.then_session("s2", "2025-06-18").then_json(DONE);
    assert_eq!(ask(&session, LIST).await, Ok(vec![DONE.to_owned()]));
}

#[tokio::test]
async fn nobody_waits_for_an_answer_in_a_session_that_is_over() {
    // GW-26
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let stream = server.then_stream();
    stream.event(PROGRESS);
    let mut incoming = session.ask(permit(), CALL.into()).await.expect("taken");
    assert_eq!(incoming.next().await, Some(Ok(PROGRESS.into())));
    session.end();
    assert_eq!(incoming.next().await, Some(Err(Fault::NoSession)));
}

#[tokio::test]
async fn a_list_that_was_lost_with_its_session_is_asked_for_again() {
    // P-016
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server
        .then_events("id: a\nretry: 1\ndata:\n\n")
        .then_status(404);
    server.then_session("s2", "2025-06-18").then_json(DONE);
    assert_eq!(ask(&session, LIST).await, Ok(vec![DONE.to_owned()]));
}

#[tokio::test]
async fn what_is_said_unasked_comes_to_the_last_reader_through_whatever_breaks() {
    // P-029, R-062, P-028
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let first = server.then_stream();
    let mut one = session.unasked().await.expect("a stream");
    let second = server.then_stream();
    let mut two = session.unasked().await.expect("a stream");
    assert!(one.next().await.is_none(), "one reader at a time");
    drop((one, first));
    second.write(&format!("id: 7\nretry: 1\ndata: {PROGRESS}\n\n"));
    assert_eq!(two.next().await, Some(Ok(PROGRESS.into())));
    let ping = r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#;
    server
        .then_events(&format!(
            "data: {ping}\n\ndata: {DONE}\n\ndata: {PROGRESS}\n\n"
        ))
        .then_status(202);
    drop(second);
    assert_eq!(two.next().await, Some(Ok(PROGRESS.into())));
    let heard = server.heard();
    assert_eq!(heard[heard.len() - 2].header("last-event-id"), "7");
    assert_eq!(server.last().json()["id"], 3);
    session.end();
    assert!(two.next().await.is_none());
}

#[tokio::test]
async fn a_server_without_a_stream_of_its_own_is_silent() {
    // R-062
    let server = Scripted::start().await;
    let session = opened(&server).await;
    server.then_status(405);
    let mut unasked = session.unasked().await.expect("a stream");
    assert!(futures_util::poll!(unasked.next()).is_pending());
    session.end();
    assert!(unasked.next().await.is_none());
}

#[tokio::test]
async fn a_session_that_nobody_takes_over_is_ended_at_its_server() {
    // GW-26
    let server = Scripted::start().await;
    let (upstream, writer) = (server.upstream(), server.then_stream_of("s1"));
    let own = opening::own();
    let leaves = async {
        tokio::select! {
            _ = HttpSession::open(&upstream, &own) => panic!("nothing was answered"),
            () = server.until(1) => {}
        }
    };
    leaves.await;
    server.then_status(202).then_status(204);
    writer.event(
        r#"{"jsonrpc":"2.0","id":"doorward-initialize","result":{"protocolVersion":"2025-06-18"}}"#,
    );
    server.until(3).await;
    let whats = ["initialize", "notifications/initialized", "DELETE"];
    assert_eq!(server.whats(), whats);
    assert_eq!(server.last().header("mcp-session-id"), "s1");
    assert_eq!(server.last().header("mcp-protocol-version"), "2025-06-18");
    // One that cannot be spoken to.
    let server = Scripted::start().await;
    server.then_session("s2", "1999-01-01");
    let opened = HttpSession::open(&server.upstream(), &opening::own()).await;
    assert_eq!(opened.err(), Some(Fault::Revision));
    server.until(2).await;
    assert_eq!(server.whats(), ["initialize", "DELETE"]);
    assert_eq!(server.last().header("mcp-session-id"), "s2");
}

#[tokio::test]
async fn a_server_of_another_era_or_with_nothing_to_say_opens_no_session() {
    // C-027, GW-27
    let error = |code: i64| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"doorward-initialize","error":{{"code":{code},"message":"no"}}}}"#
        )
    };
    let html = answer(200, "text/html", "<html>");
    for (response, expected) in [
        (
            answer(400, "application/json", &error(-32022)),
            Fault::NoSessions,
        ),
        (
            answer(404, "application/json", &error(-32601)),
            Fault::NoSessions,
        ),
        (
            answer(200, "application/json", &error(-32602)),
            Fault::NotOpened,
        ),
        (answer(404, "", ""), Fault::Refused(404)),
        (answer(405, "text/plain", "no"), Fault::Refused(405)),
        (answer(401, "", ""), Fault::Credentials(401)),
        (answer(302, "", ""), Fault::Redirect),
        (answer(503, "", ""), Fault::Status(503)),
        (html, Fault::NotMcp),
    ] {
        let server = Scripted::start().await;
        server.then(response);
        let session = HttpSession::open(&server.upstream(), &opening::own()).await;
        assert_eq!(session.err(), Some(expected));
    }
}

#[tokio::test]
async fn batches_are_of_2025_03_26_alone() {
    // R-067, R-068
    for (revision, expected) in [
        ("2025-03-26", Ok(vec![PROGRESS.to_owned(), DONE.to_owned()])),
        ("2025-06-18", Err(Fault::NotMcp)),
    ] {
        let server = Scripted::start().await;
        server.then_session("s1", revision);
        let session = HttpSession::open(&server.upstream(), &opening::own()).await;
        server.then_json(&format!("[{PROGRESS},{DONE}]"));
        let session = session.expect("a session");
        assert_eq!(ask(&session, LIST).await, expected, "{revision}");
    }
}

#[tokio::test]
async fn who_leaves_does_not_cancel() {
    // R-066
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let stream = server.then_stream();
    stream.event(PROGRESS);
    let mut incoming = session.ask(permit(), CALL.into()).await.expect("taken");
    assert_eq!(incoming.next().await, Some(Ok(PROGRESS.into())));
    drop(incoming);
    assert!(stream.event(PROGRESS), "it is still read");
    assert!(stream.event(DONE));
}

#[tokio::test]
async fn whatever_is_too_long_or_no_message_ends_the_request_with_one_fault() {
    // GW-27, GW-28
    let server = Scripted::start().await;
    let session = opened(&server).await;
    let long = "x".repeat(70_000);
    let other = r#"{"jsonrpc":"2.0","id":2,"result":{}}"#;
    for (response, expected) in [
        (answer(200, "application/json", &long), Fault::TooLarge),
        (
            answer(200, "text/event-stream", &format!("data: {long}")),
            Fault::TooLarge,
        ),
        (
            answer(200, "text/event-stream", "data: hello\n\n"),
            Fault::NotMcp,
        ),
        (answer(200, "application/json", "<html>"), Fault::NotMcp),
        (answer(200, "application/json", other), Fault::NotMcp),
        (answer(200, "application/json", ""), Fault::Broken),
        (answer(200, "text/html", DONE), Fault::NotMcp),
        (answer(202, "", ""), Fault::Status(202)),
    ] {
        server.then(response);
        assert_eq!(ask(&session, CALL).await, Err(expected));
    }
}
