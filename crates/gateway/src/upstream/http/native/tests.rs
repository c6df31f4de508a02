use doorward_core::{
    id::{ClientId, UserId},
    subject::Subject,
};
use futures_util::StreamExt;

use super::*;
use crate::upstream::http::testing::{Scripted, answer, permit};

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
const DONE: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#;

fn call(arguments: &str) -> Bytes {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"größe","arguments":{arguments},{META}}}}}"#
    )
    .into()
}

async fn ask(upstream: &HttpUpstream, request: Bytes) -> Result<Vec<String>, Fault> {
    let owner = Owner {
        subject: Subject::User(UserId::from_known("alice")),
        client: ClientId::from_known("c"),
    };
    let mut incoming = StatelessLink::ask(upstream, permit(), &owner, request).await?;
    let mut all = Vec::new();
    while let Some(message) = incoming.next().await {
        all.push(String::from_utf8_lossy(&message?).into_owned());
    }
    Ok(all)
}

#[tokio::test]
async fn headers_are_made_from_the_body() {
    // P-040, R-035, R-040
    let server = Scripted::start().await;
    server.then_json(DONE);
    let done = ask(&server.upstream(), call("{}")).await;
    assert_eq!(done, Ok(vec![DONE.to_owned()]));
    let heard = server.last();
    for (name, value) in [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "=?base64?Z3LDtsOfZQ==?="),
        ("mcp-session-id", ""),
    ] {
        assert_eq!(heard.header(name), value, "{name}");
    }
    assert_eq!(heard.body, call("{}"), "the body goes on as it is");
}

#[tokio::test]
async fn what_a_tool_wants_mirrored_is_read_when_the_server_misses_it_and_known_from_then_on() {
    // P-040, R-041
    let server = Scripted::start().await;
    let upstream = server.upstream();
    let missing = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch"}}"#;
    let page = |tools: &str, next: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{tools}]{next}}}}}"#)
    };
    let tool = r#"{"name":"größe","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}"#;
    server
        .then(answer(400, "application/json", missing))
        .then_json(&page(r#"{"name":"other"}"#, r#","nextCursor":"2""#));
    server
        .then_json(&page(tool, "").replace(r#""id":1"#, r#""id":2"#))
        .then_json(DONE)
        .then_json(DONE);
    let request = call(r#"{"region":"eu"}"#);
    assert!(ask(&upstream, request.clone()).await.is_ok());
    assert_eq!(
        server.whats(),
        ["tools/call", "tools/list", "tools/list", "tools/call"]
    );
    assert_eq!(server.last().header("mcp-param-region"), "eu");
    assert!(ask(&upstream, request.clone()).await.is_ok());
    assert_eq!(server.last().header("mcp-param-region"), "eu");
    assert_eq!(server.heard().len(), 5);
    server
        .then(answer(400, "application/json", missing))
        .then_json(&page("", ""))
        .then(answer(400, "application/json", missing));
    assert_eq!(
        ask(&upstream, request).await,
        Ok(vec![missing.to_owned()]),
        "once"
    );
}

#[tokio::test]
async fn messages_before_the_answer_pass_and_questions_of_the_server_do_not() {
    // R-048, GW-20
    let server = Scripted::start().await;
    let log =
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#;
    let question = r#"{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}"#;
    let foreign = r#"{"jsonrpc":"2.0","id":7,"result":{}}"#;
    server.then_events(&format!(
        "data: {log}\n\ndata: {question}\n\ndata: {foreign}\n\ndata: {DONE}\n\ndata: {log}\n\n"
    ));
    let all = ask(&server.upstream(), call("{}")).await;
    assert_eq!(all, Ok(vec![log.to_owned(), DONE.to_owned()]));
}

#[tokio::test]
async fn who_leaves_cancels() {
    // R-049, P-017
    let server = Scripted::start().await;
    let stream = server.then_stream();
    let incoming = server.upstream().ask_stateless(call("{}")).await;
    drop(incoming.expect("taken"));
    stream.left().await;
}

#[tokio::test]
async fn refusals_in_the_words_of_the_protocol_are_answers() {
    // R-033, R-038
    let server = Scripted::start().await;
    let upstream = server.upstream();
    let error = |id: &str, code: i64| {
        format!(r#"{{"jsonrpc":"2.0"{id},"error":{{"code":{code},"message":"no"}}}}"#)
    };
    for (status, body, expected) in [
        (
            400,
            error(r#","id":1"#, -32602),
            error(r#","id":1"#, -32602),
        ),
        (
            404,
            error(r#","id":1"#, -32601),
            error(r#","id":1"#, -32601),
        ),
        (
            404,
            error(r#","id":null"#, -32601),
            error(r#","id":1"#, -32601),
        ),
        (
            400,
            error(r#","id":null"#, -32021),
            error(r#","id":1"#, -32021),
        ),
    ] {
        server.then(answer(status, "application/json", &body));
        let all = ask(&upstream, call("{}")).await;
        assert_eq!(all, Ok(vec![expected]), "{status} {body}");
    }
    let unaddressed = error("", -32021);
    server.then(answer(400, "application/json", &unaddressed));
    let all = ask(&upstream, call("{}")).await.expect("an answer");
    let json: serde_json::Value = serde_json::from_str(&all[0]).expect("JSON");
    assert_eq!(json["id"], 1);
}

#[tokio::test]
async fn refusals_that_are_not_of_this_era_say_that_the_server_is_of_another() {
    // C-029, R-080
    let error = |id: &str, code: i64| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"no"}}}}"#)
    };
    for (response, expected) in [
        (
            answer(400, "application/json", &error("null", -32000)),
            Fault::OtherEra,
        ),
        (
            answer(400, "application/json", &error("1", -32022)),
            Fault::OtherEra,
        ),
        (answer(404, "text/plain", "no"), Fault::Refused(404)),
        (answer(405, "", ""), Fault::Refused(405)),
    ] {
        let server = Scripted::start().await;
        server
            .known
            .note(crate::upstream::manner::Manner::stateless());
        server.known.forget_when();
        server.then(response);
        assert_eq!(ask(&server.upstream(), call("{}")).await, Err(expected));
        assert_eq!(server.known.glance(), None, "it is asked again");
    }
}

#[tokio::test]
async fn an_upstream_that_misbehaves_is_one_fault() {
    // GW-27, GW-28, P-050
    let server = Scripted::start().await;
    let upstream = server.upstream();
    let long = "x".repeat(70_000);
    for (response, expected) in [
        (answer(500, "text/plain", "stack"), Fault::Status(500)),
        (answer(302, "", ""), Fault::Redirect),
        (answer(401, "", ""), Fault::Credentials(401)),
        (answer(200, "text/html", DONE), Fault::NotMcp),
        (answer(200, "application/json", "[]"), Fault::NotMcp),
        (
            answer(200, "application/json", &format!("[{DONE}]")),
            Fault::NotMcp,
        ),
        (answer(200, "application/json", &long), Fault::TooLarge),
        (
            answer(200, "text/event-stream", &format!("data: {long}\n\n")),
            Fault::TooLarge,
        ),
        (
            answer(200, "text/event-stream", ": nothing\n\n"),
            Fault::Broken,
        ),
        (
            answer(200, "text/event-stream", &format!("data: {DONE}")),
            Fault::Broken,
        ),
    ] {
        server.then(response);
        assert_eq!(ask(&upstream, call("{}")).await, Err(expected));
    }
}
