use super::*;
use crate::{
    envelope::{Message, Outcome, Request, Response},
    era::Revision,
    json::Raw,
    method::Method,
    translate::{Failure, Fault, Reading, error_to_stateless, read_result},
};

fn request(body: &str) -> Request<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Request(request) => request,
        other => panic!("a request: {other:?}"),
    }
}

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

fn ask(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":"s1","method":"{method}","params":{params}}}"#)
}

const FORM: &str = r#"{"message":"m","requestedSchema":{"type":"object","properties":{}}}"#;
const PAGE: &str =
    r#"{"mode":"url","message":"sign in","elicitationId":"e1","url":"https://a.example/x"}"#;

#[test]
fn questions_of_sessions_become_entries() {
    // P-019, P-024: what ties them to the session goes
    for (method, params, kind, entry) in [
        ("elicitation/create", FORM, InputKind::Form, FORM),
        (
            "elicitation/create",
            r#"{"mode":"form","message":"m","requestedSchema":{},"task":{"ttl":1},"_meta":{"progressToken":1}}"#,
            InputKind::Form,
            r#"{"mode":"form","message":"m","requestedSchema":{}}"#,
        ),
        (
            "elicitation/create",
            PAGE,
            InputKind::Url,
            r#"{"mode":"url","message":"sign in","url":"https://a.example/x"}"#,
        ),
        (
            "sampling/createMessage",
            r#"{"messages":[],"maxTokens":1e2,"_meta":{"progressToken":1,"a":1}}"#,
            InputKind::Sampling,
            r#"{"messages":[],"maxTokens":1e2,"_meta":{"a":1}}"#,
        ),
        ("roots/list", "{}", InputKind::Roots, "{}"),
    ] {
        let body = ask(method, params);
        let read = InputRequest::of_request(&request(&body)).expect("a question");
        assert_eq!(read.kind(), kind);
        let expected = format!(r#"{{"method":"{method}","params":{entry}}}"#);
        assert_eq!(read.to_entry(), expected);
    }
    let bare = r#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#;
    let read = InputRequest::of_request(&request(bare)).expect("a question");
    assert_eq!(read.to_entry(), r#"{"method":"roots/list"}"#);
}

#[test]
fn what_is_no_question_is_refused() {
    // P-021, P-042
    for (method, params, fault) in [
        ("ping", "{}", Fault::InputMethod),
        ("tools/list", "{}", Fault::InputMethod),
        ("other", "{}", Fault::InputMethod),
        ("elicitation/create", "{}", Fault::InputParams),
        (
            "elicitation/create",
            r#"{"mode":"voice","message":"m"}"#,
            Fault::InputParams,
        ),
        (
            "elicitation/create",
            r#"{"mode":"url","message":"m"}"#,
            Fault::InputParams,
        ),
        (
            "elicitation/create",
            r#"{"message":"m"}"#,
            Fault::InputParams,
        ),
        ("sampling/createMessage", "{}", Fault::InputParams),
    ] {
        let body = ask(method, params);
        assert_eq!(
            InputRequest::of_request(&request(&body)).err(),
            Some(fault),
            "{method} {params}"
        );
    }
}

#[test]
fn a_result_that_asks_carries_keys_and_state() {
    // P-019, P-020
    let entries = [("a\"".to_owned(), r#"{"method":"roots/list"}"#.to_owned())];
    let asked = text(input_required("\"c\"", &entries, Some("sealed")));
    assert_eq!(
        asked,
        r#"{"jsonrpc":"2.0","id":"c","result":{"resultType":"input_required","inputRequests":{"a\"":{"method":"roots/list"}},"requestState":"sealed"}}"#
    );
    let Ok(Reading::InputRequired(read)) = read_result(&response(&asked), Method::ToolsCall) else {
        panic!("input is required");
    };
    assert_eq!(read.state(), Some("\"sealed\""));
    let [(key, question)] = read.requests() else {
        panic!("one question");
    };
    assert_eq!((key.as_str(), question.kind()), ("a\"", InputKind::Roots));
    assert_eq!(question.to_entry(), entries[0].1);
}

#[test]
fn malformed_questions_of_stateless_servers_are_refused() {
    // P-034, P-042
    let many: Vec<_> = (0..=MAX_INPUTS)
        .map(|n| format!(r#""{n}":{{"method":"roots/list"}}"#))
        .collect();
    let many = format!(r#""inputRequests":{{{}}}"#, many.join(","));
    for (members, fault) in [
        ("\"x\":1", Fault::InputMissing),
        (r#""inputRequests":{}"#, Fault::InputMissing),
        (r#""inputRequests":[]"#, Fault::InputParams),
        (r#""inputRequests":{"a":1}"#, Fault::InputMethod),
        (
            r#""inputRequests":{"a":{"method":"tools/call"}}"#,
            Fault::InputMethod,
        ),
        (
            r#""inputRequests":{"a":{"method":"elicitation/create","params":[]}}"#,
            Fault::InputParams,
        ),
        (r#""requestState":1"#, Fault::InputParams),
        (&many, Fault::InputCount),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"result":{{"resultType":"input_required",{members}}}}}"#
        );
        let read = read_result(&response(&body), Method::PromptsGet);
        assert_eq!(read.err(), Some(fault), "{members}");
    }
}

#[test]
fn questions_are_put_to_session_clients_that_have_the_words() {
    // P-033, P-034, P-036
    let form = ask("elicitation/create", FORM);
    let form = request(&form);
    let form = InputRequest::of_request(&form).expect("a question");
    let page = ask(
        "elicitation/create",
        r#"{"mode":"url","message":"m","url":"https://a.example"}"#,
    );
    let page = request(&page);
    let page = InputRequest::of_request(&page).expect("a question");
    assert_eq!(
        text(
            form.to_request("5", Revision::V2025_06_18, None)
                .expect("has forms")
        ),
        format!(r#"{{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{FORM}}}"#)
    );
    assert_eq!(
        text(
            page.to_request("5", Revision::V2025_11_25, Some("mine"))
                .expect("has pages")
        ),
        r#"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"mode":"url","message":"m","url":"https://a.example","elicitationId":"mine"}}"#
    );
    for revision in Revision::ALL {
        let told = form.to_request("5", revision, None).is_ok();
        assert_eq!(told, revision >= Revision::V2025_06_18, "{revision}");
        let told = page.to_request("5", revision, Some("e")).is_ok();
        assert_eq!(told, revision >= Revision::V2025_11_25, "{revision}");
    }
}

#[test]
fn a_retry_is_read_and_unknown_keys_are_ignored() {
    // P-020, P-022
    let retried = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x","inputResponses":{"a":{"action":"accept"},"b":[]},"requestState":"\u0041"}}"#;
    let read = InputResponses::of_request(&request(retried))
        .expect("well formed")
        .expect("a retry");
    assert_eq!(read.state(), Some("A"));
    assert_eq!(
        read.response("a").map(|raw| raw.as_str()),
        Some(r#"{"action":"accept"}"#)
    );
    assert!(read.response("c").is_none() && read.responses().len() == 2);

    let first = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x","inputResponses":null}}"#;
    assert!(
        InputResponses::of_request(&request(first))
            .expect("well formed")
            .is_none()
    );
    for members in [
        r#""inputResponses":[]"#,
        r#""requestState":{}"#,
        r#""inputResponses":"x""#,
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"x",{members}}}}}"#
        );
        assert_eq!(
            InputResponses::of_request(&request(&body)).err(),
            Some(Fault::Answer)
        );
    }
}

#[test]
fn answers_of_stateless_clients_become_responses_to_the_server() {
    // P-019
    let revision = Revision::V2025_11_25;
    for (kind, answer) in [
        (
            InputKind::Form,
            r#"{"action":"accept","content":{"n":1.0}}"#,
        ),
        (InputKind::Form, r#"{"action":"decline"}"#),
        (InputKind::Url, r#"{"action":"cancel"}"#),
        (
            InputKind::Sampling,
            r#"{"role":"assistant","content":[],"model":"m"}"#,
        ),
        (InputKind::Roots, r#"{"roots":[]}"#),
    ] {
        let raw = Raw::parse(answer.as_bytes()).expect("well formed");
        let told = text(kind.response(raw, "\"s1\"", revision).expect("an answer"));
        assert_eq!(
            told,
            format!(r#"{{"jsonrpc":"2.0","id":"s1","result":{answer}}}"#)
        );
    }
    for (kind, answer) in [
        (InputKind::Form, "{}"),
        (InputKind::Form, r#"{"action":"maybe"}"#),
        (InputKind::Form, r#"{"action":"accept","content":1}"#),
        (InputKind::Sampling, r#"{"role":"assistant"}"#),
        (InputKind::Sampling, r#"{"role":"assistant","content":"x"}"#),
        (InputKind::Roots, r#"{"roots":{}}"#),
        (InputKind::Roots, "null"),
    ] {
        let raw = Raw::parse(answer.as_bytes()).expect("well formed");
        assert_eq!(
            kind.response(raw, "1", revision),
            Err(Fault::Answer),
            "{answer}"
        );
    }
}

#[test]
fn a_question_that_nobody_answers_is_declined() {
    // P-021, P-035
    for (kind, expected) in [
        (
            InputKind::Form,
            r#"{"jsonrpc":"2.0","id":1,"result":{"action":"cancel"}}"#,
        ),
        (
            InputKind::Url,
            r#"{"jsonrpc":"2.0","id":1,"result":{"action":"cancel"}}"#,
        ),
        (
            InputKind::Roots,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found: roots/list"}}"#,
        ),
    ] {
        assert_eq!(text(kind.declined("1")), expected);
    }
}

#[test]
fn what_a_session_client_says_becomes_an_entry_or_ends_the_call() {
    // P-035
    let form = ask("elicitation/create", FORM);
    let form = request(&form);
    let form = InputRequest::of_request(&form).expect("a question");
    let roots = ask("roots/list", "{}");
    let roots = request(&roots);
    let roots = InputRequest::of_request(&roots).expect("a question");
    let says = |question: &InputRequest<'_>, outcome: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":5,{outcome}}}"#);
        question.answer(&response(&body), Revision::V2025_11_25)
    };
    let given = |json: &str| Answer::Given(json.to_owned());
    let accepted = r#"{"action":"accept","content":{"a":1.0}}"#;
    assert_eq!(
        says(&form, &format!(r#""result":{accepted}"#)),
        given(accepted)
    );
    let declined = given(r#"{"action":"decline"}"#);
    assert_eq!(
        says(&form, r#""error":{"code":-1,"message":"no"}"#),
        declined
    );
    assert_eq!(
        says(&form, r#""error":{"code":-32601,"message":"no"}"#),
        declined
    );
    for (question, outcome, code) in [
        (&roots, r#""error":{"code":-1,"message":"no"}"#, -1),
        (&roots, r#""error":{"code":-32601,"message":"no"}"#, -32603),
        (&roots, r#""result":{}"#, -32603),
        (&form, r#""result":{"roots":[]}"#, -32603),
    ] {
        let Answer::Failed(error) = says(question, outcome) else {
            panic!("{outcome} is no answer");
        };
        assert_eq!(error.code().number(), code, "{outcome}");
    }
}

#[test]
fn pages_to_visit_are_questions_without_the_servers_id() {
    // P-024
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32042,"message":"m","data":{{"elicitations":[{PAGE}]}}}}}}"#
    );
    let Ok(Failure::UrlElicitations(pages)) = error_to_stateless(&response(&body), "1") else {
        panic!("pages to visit");
    };
    let [page] = pages.as_slice() else {
        panic!("one page");
    };
    assert_eq!(page.elicitation_id.as_deref(), Some("e1"));
    assert_eq!(
        page.entry,
        r#"{"method":"elicitation/create","params":{"mode":"url","message":"sign in","url":"https://a.example/x"}}"#
    );
    // Anything else of that code is an error with another number.
    for data in [
        "{}",
        r#"{"elicitations":[]}"#,
        r#"{"elicitations":[{"message":"m","requestedSchema":{}}]}"#,
        r#"{"elicitations":[1]}"#,
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32042,"message":"m","data":{data}}}}}"#
        );
        let Ok(Failure::Error(told)) = error_to_stateless(&response(&body), "1") else {
            panic!("an error");
        };
        assert_eq!(text(told), body.replace("-32042", "-33042"));
    }
}

#[test]
fn clients_are_sent_to_a_page_in_the_way_they_know() {
    // P-036, R-071
    let page = ask("elicitation/create", PAGE);
    let page = request(&page);
    let page = InputRequest::of_request(&page).expect("a question");
    let form = ask("elicitation/create", FORM);
    let form = request(&form);
    let form = InputRequest::of_request(&form).expect("a question");
    let error = text(url_elicitation_error("1", &[(&page, "mine")]).expect("a page"));
    assert_eq!(
        error,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"This request needs the user to visit a page first","data":{"elicitations":[{"mode":"url","message":"sign in","elicitationId":"mine","url":"https://a.example/x"}]}}}"#
    );
    assert!(url_elicitation_error("1", &[(&page, "mine"), (&form, "x")]).is_none());

    let told = text(url_tool_error("1", Method::ToolsCall, &[&page]));
    assert_eq!(
        told,
        r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"sign in\nOpen https://a.example/x in a browser, then try again."}],"isError":true}}"#
    );
    let told = text(url_tool_error("1", Method::PromptsGet, &[&page]));
    let read = response(&told);
    let Outcome::Error(error) = read.outcome else {
        panic!("an error");
    };
    assert!(error.code == -32603 && error.message.contains("https://a.example/x"));
}
