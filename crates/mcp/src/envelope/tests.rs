use super::*;
use crate::{
    error::Code,
    json::{FaultKind, Span},
};

fn parse(body: &str) -> Message<'_> {
    Message::parse(body.as_bytes()).expect(body)
}

fn refuse(body: &str) -> EnvelopeError {
    Message::parse(body.as_bytes()).expect_err(body)
}

fn at(body: &str, span: Span) -> &str {
    body.get(span.range()).expect("within the body")
}

const CALL: &str = r#"{"jsonrpc":"2.0","id":"a\u0062","method":"tools/call","params":{
    "name":"read_file","arguments":{"path":"/x"},"_meta":{"progressToken":7,
    "io.modelcontextprotocol/protocolVersion":"2026-07-28",
    "io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},
    "io.modelcontextprotocol/clientCapabilities":{"roots":{}},
    "io.modelcontextprotocol/logLevel":"warning"}}}"#;

#[test]
fn a_call_is_read_with_everything_that_a_gateway_needs() {
    let Message::Request(request) = parse(CALL) else {
        panic!("a request");
    };
    assert_eq!(request.id.as_json(), r#""a\u0062""#, "as it was written");
    assert_eq!(
        request.id.value(),
        IdValue::Text("ab".into()),
        "what it says"
    );
    assert_eq!(at(CALL, request.id.span()), request.id.as_json());
    assert_eq!(request.method, "tools/call");

    let params = &request.params;
    let subject = params.subject.as_ref().expect("a tool");
    assert_eq!(
        (subject.kind, &*subject.name),
        (SubjectKind::Tool, "read_file")
    );
    assert_eq!(at(CALL, subject.raw.span()), "\"read_file\"");
    assert_eq!(
        params.arguments.expect("there").as_str(),
        r#"{"path":"/x"}"#
    );
    let token = params.progress_token.expect("there");
    assert_eq!((token.as_json(), at(CALL, token.span())), ("7", "7"));

    let meta = &params.meta;
    assert_eq!(meta.protocol_version.as_deref(), Some("2026-07-28"));
    assert_eq!(
        meta.client_capabilities.expect("there").as_str(),
        r#"{"roots":{}}"#
    );
    assert!(meta.client_info.is_some());
    assert_eq!(meta.log_level, Some(LogLevel::Warning));
}

#[test]
fn members_may_come_in_any_order() {
    let body = r#"{"params":{"_meta":{},"uri":"file:///a"},"method":"resources/read","id":1,"jsonrpc":"2.0"}"#;
    let Message::Request(request) = parse(body) else {
        panic!("a request");
    };
    let subject = request.params.subject.expect("a resource");
    assert_eq!(
        (subject.kind, &*subject.name),
        (SubjectKind::Resource, "file:///a")
    );
}

#[test]
fn bodies_of_the_appendix_are_refused_with_a_clean_code() {
    // GW-09 to GW-11, appendix "JSON-RPC bodies"
    use Code::{InvalidParams, InvalidRequest, ParseError};
    let bomb = "{\"a\":".repeat(100_000);
    let long_id = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#,
        "x".repeat(1025)
    );
    struct Case<'a>(&'a str, Code);
    #[rustfmt::skip]
    let cases = [
        Case("", ParseError),
        Case("null", InvalidRequest),
        Case("[]", InvalidRequest),
        Case("[1]", InvalidRequest),
        Case("\"x\"", InvalidRequest),
        Case("1", InvalidRequest),
        Case("{}", InvalidRequest),
        Case(r#"{"jsonrpc":"2.0"}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":null}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":[]}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/list","id":1,"params":[]}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":1}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":["a"]}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":{}}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":null}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"prompts/get","id":1,"params":{"name":true}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"resources/read","id":1,"params":{"name":"a"}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"resources/read","id":1,"params":{"uri":1}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":"a","arguments":[]}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":"a","arguments":"{}"}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":"a","_meta":[]}}"#, InvalidParams),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":1}{"jsonrpc":"2.0","method":"ping","id":2}"#, ParseError),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":1} x"#, ParseError),
        Case("//comment\n{}", ParseError),
        Case(&bomb, InvalidRequest),
        Case(r#"{"jsonrpc":"1.0","method":"ping","id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":2.0,"method":"ping","id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0 ","method":"ping","id":1}"#, InvalidRequest),
        Case(r#"{"method":"ping","id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":null}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":1.0}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":-0}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":1e3}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":[1]}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":{}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":true}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":18446744073709551616}"#, InvalidRequest),
        Case(&long_id, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":1,"id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":null,"id":1}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","method":"ping","id":1,"result":{}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","result":{}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1,"error":"x"}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"x"}}"#, InvalidRequest),
        Case(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, InvalidRequest),
    ];
    for Case(body, code) in cases {
        let shown = body.get(..80).unwrap_or(body);
        let error = Message::parse(body.as_bytes()).expect_err(shown);
        assert_eq!(error.code(), code, "{shown}: {error}");
        assert_eq!(error.to_rpc().code(), code, "{shown}");
    }
}

#[test]
fn duplicate_and_case_variant_keys_are_refused_wherever_they_change_the_meaning() {
    // GW-09, S-016
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","name":"bad"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","na\u006de":"bad"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","arguments":{"a":1,"a":2}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","arguments":{"a":[{"b":1,"b":2}]}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","_meta":{"x":1,"x":1}}}"#,
    ] {
        let refusal = refuse(body).refusal();
        assert!(
            matches!(refusal, Refusal::Json(fault) if fault.kind == FaultKind::Duplicate),
            "{body}"
        );
    }
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","Params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","param\u017f":{}}"#,
        r#"{"JSONRPC":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","Name":"bad"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","ARGUMENTS":{}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a","URI":"b"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","_META":{}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","_meta":{"progresstoken":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","_meta":{"io.modelcontextprotocol/protocolversion":"x"}}}"#,
    ] {
        assert!(
            matches!(refuse(body).refusal(), Refusal::Variant(_)),
            "{body}"
        );
    }
    let free = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ok","arguments":{"Name":1,"name":2}}}"#;
    parse(free); // arguments are the tool's own
}

#[test]
fn the_id_of_a_refused_message_is_known_when_the_body_is_strict_json() {
    // R-033
    let late = r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":1},"id":"late"}"#;
    assert_eq!(refuse(late).id(), Some("\"late\""));
    let old = r#"{"jsonrpc":"1.0","id":42,"method":"ping"}"#;
    assert_eq!(refuse(old).id(), Some("42"));
    for unreadable in [
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"} trailing"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping""#,
        r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
    ] {
        assert_eq!(refuse(unreadable).id(), None, "{unreadable}");
    }
}

#[test]
fn ids_keep_their_type_and_are_compared_by_what_they_say() {
    // P-006
    let id = |text: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{text},"method":"ping"}}"#);
        parse(&body).id().expect("there").value()
    };
    assert_eq!(id("1"), IdValue::Integer(1));
    assert_eq!(id("\"1\""), IdValue::Text("1".into()));
    assert_ne!(id("1"), id("\"1\""));
    assert_eq!(id(r#""\u0061""#), id("\"a\""));
    assert_eq!(
        id("-9223372036854775808"),
        IdValue::Integer(i64::MIN.into())
    );
    assert_eq!(
        id("18446744073709551615"),
        IdValue::Integer(u64::MAX.into())
    );
    let longest = format!("\"{}\"", "x".repeat(MAX_ID));
    assert_eq!(id(&longest).to_string(), longest);
    assert_eq!(id(r#""a\nb""#).to_string(), r#""a\nb""#);
}

#[test]
fn tool_names_are_decoded_once_and_otherwise_left_alone() {
    // GW-12, appendix "Tool names"
    let named = |name: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#
        );
        let message = parse(&body);
        let subject = message.params().and_then(|params| params.subject.clone());
        subject.expect("a tool").name.into_owned()
    };
    assert_eq!(named(r"read\u005ffile"), "read_file");
    let long = "x".repeat(10_000);
    for other in [
        "Read_File",
        "read_file ",
        r"read_file\u200b",
        "ｒead_file",
        "read_fıle",
        "read-file",
        "./read_file",
        "a/read_file",
        r"read_file\u0000x",
        "read%5ffile",
        r"read_file\n",
        &long,
        "",
    ] {
        assert_ne!(named(other), "read_file", "{other}");
    }
}

#[test]
fn absent_or_null_parameters_and_arguments_are_accepted_where_none_are_needed() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":null}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":null}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":null}}}"#,
    ] {
        let message = parse(body);
        let params = message.params().expect("a call");
        assert!(
            params.arguments.is_none() && params.progress_token.is_none(),
            "{body}"
        );
    }
}

#[test]
fn reserved_members_of_meta_must_have_their_type() {
    // R-034, R-050
    for member in [
        r#""io.modelcontextprotocol/protocolVersion":1"#,
        r#""io.modelcontextprotocol/clientCapabilities":[]"#,
        r#""io.modelcontextprotocol/clientCapabilities":null"#,
        r#""io.modelcontextprotocol/clientInfo":"x""#,
        r#""io.modelcontextprotocol/logLevel":"loud""#,
        r#""progressToken":1.5"#,
        r#""progressToken":{}"#,
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{{"_meta":{{{member}}}}}}}"#
        );
        let error = refuse(&body);
        assert_eq!(
            (error.code(), error.id()),
            (Code::InvalidParams, Some("9")),
            "{member}"
        );
    }
}

#[test]
fn notifications_show_the_request_token_or_subscription_that_they_are_about() {
    let cancelled = parse(
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r1"}}"#,
    );
    let params = cancelled.params().expect("there");
    assert_eq!(params.request_id.expect("there").as_json(), "\"r1\"");

    let progress = parse(
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":0.5}}"#,
    );
    let params = progress.params().expect("there");
    assert_eq!(params.progress_token.expect("there").as_json(), "5");

    let updated = parse(
        r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a","_meta":{"io.modelcontextprotocol/subscriptionId":1}}}"#,
    );
    let meta = &updated.params().expect("there").meta;
    assert_eq!(meta.subscription_id.expect("there").as_json(), "1");
}

#[test]
fn tasks_and_completions_name_what_they_are_about() {
    // GW-14
    let subject = |method: &str, params: &str| {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let message = Message::parse(body.as_bytes()).map_err(|error| error.code())?;
        let subject = message.params().and_then(|params| params.subject.clone());
        let subject = subject.expect("demanded");
        Ok((subject.kind, subject.name.into_owned()))
    };
    let found = |kind, name: &str| Ok((kind, name.to_owned()));
    let refused = Err(Code::InvalidParams);
    assert_eq!(
        subject("tasks/get", r#"{"taskId":"t"}"#),
        found(SubjectKind::Task, "t")
    );
    assert_eq!(subject("tasks/cancel", "{}"), refused);
    let complete = "completion/complete";
    assert_eq!(
        subject(complete, r#"{"ref":{"type":"ref/prompt","name":"p"}}"#),
        found(SubjectKind::Prompt, "p")
    );
    assert_eq!(
        subject(complete, r#"{"ref":{"type":"ref/resource","uri":"f:{x}"}}"#),
        found(SubjectKind::ResourceTemplate, "f:{x}")
    );
    for reference in [
        "{}",
        r#"{"ref":"p"}"#,
        r#"{"ref":{"name":"p"}}"#,
        r#"{"ref":{"type":"ref/tool","name":"p"}}"#,
        r#"{"ref":{"type":"ref/prompt","uri":"p"}}"#,
        r#"{"ref":{"type":"ref/prompt","name":"p","Name":"q"}}"#,
    ] {
        assert!(subject(complete, reference).is_err(), "{reference}");
    }
}

#[test]
fn responses_show_their_outcome_and_what_may_be_replaced() {
    let body = r#"{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"s"},"content":[]}}"#;
    let Message::Response(response) = parse(body) else {
        panic!("a response");
    };
    let Outcome::Result(result) = response.outcome else {
        panic!("a result");
    };
    assert_eq!(result.result_type.as_deref(), Some("complete"));
    let subscription = result.subscription_id.expect("there");
    assert_eq!(at(body, subscription.span()), "\"s\"");

    let body = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32002,"message":"gone","data":{"uri":"a"}}}"#;
    let Message::Response(response) = parse(body) else {
        panic!("a response");
    };
    assert!(response.id.is_none());
    let Outcome::Error(error) = response.outcome else {
        panic!("an error");
    };
    assert_eq!((error.code, &*error.message), (-32002, "gone"));
    assert_eq!(at(body, error.code_raw.span()), "-32002");
    assert_eq!(error.data.expect("there").as_str(), r#"{"uri":"a"}"#);
}

#[test]
fn a_batch_is_read_whole_or_not_at_all() {
    // R-067, GW-10
    let body = br#" [{"jsonrpc":"2.0","id":1,"method":"ping"}, {"jsonrpc":"2.0","method":"notifications/initialized"}]"#;
    assert!(is_batch(body));
    let messages = parse_batch(body).expect("two messages");
    assert_eq!(messages.len(), 2);
    let first = messages[0].raw();
    assert_eq!(&body[first.span().range()], first.as_str().as_bytes());

    for refused in [
        "[]",
        "[1]",
        "[[]]",
        "{}",
        "null",
        "",
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{}]"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}]"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]x"#,
        "\u{feff}[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
    ] {
        assert!(parse_batch(refused.as_bytes()).is_err(), "{refused}");
    }
    let one = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let long = format!("[{}]", vec![one; MAX_BATCH + 1].join(","));
    assert_eq!(
        parse_batch(long.as_bytes()).expect_err("long").refusal(),
        Refusal::LongBatch
    );
}

#[test]
fn an_array_is_never_a_single_message() {
    // GW-10, R-052, R-068
    for body in [
        "[]",
        r#"[{"jsonrpc":"2.0","method":"tools/call","id":1,"params":{"name":"a"}}]"#,
        r#"  [{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
    ] {
        let error = refuse(body);
        assert_eq!(
            (error.refusal(), error.code()),
            (Refusal::Batch, Code::InvalidRequest)
        );
    }
}

#[test]
fn a_method_that_the_named_revision_removed_needs_no_parameters() {
    // R-038: it is unknown there, and that is what must be answered
    let named = |method: &str, revision: &str| {
        let meta = format!(r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"{revision}"}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{meta}}}}}"#)
    };
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let removed = named(method, "2026-07-28");
        let message = Message::parse(removed.as_bytes()).expect("readable");
        assert!(message.params().expect("a request").subject.is_none());
        refuse(&named(method, "2025-11-25"));
    }
    refuse(&named("resources/read", "2026-07-28"));
    refuse(&named("tools/call", "2026-07-28"));
}
