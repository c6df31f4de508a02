use super::*;
use crate::envelope::Message;

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn of(result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":"up","result":{result}}}"#)
}

fn to_stateless(result: &str, method: Method) -> Result<String, Fault> {
    let body = of(result);
    let translated = result_to_stateless(&response(&body), method, "1")?;
    Ok(String::from_utf8(translated).expect("text"))
}

fn to_session(result: &str, method: Method) -> Result<String, Fault> {
    let body = of(result);
    let revision = Revision::V2025_11_25;
    let translated = result_to_session(&response(&body), method, revision, "1")?;
    Ok(String::from_utf8(translated).expect("text"))
}

fn answered(result: &str) -> String {
    of(result).replace("\"up\"", "1")
}

#[test]
fn results_of_sessions_become_complete_and_cacheable_for_nobody() {
    // P-015, P-025, R-045, R-046
    let hints = r#""resultType":"complete","ttlMs":0,"cacheScope":"private""#;
    for (method, result, expected) in [
        (
            Method::ToolsCall,
            r#"{"content":[ ]}"#,
            r#"{"content":[ ],"resultType":"complete"}"#.to_owned(),
        ),
        (
            Method::Complete,
            "{}",
            r#"{"resultType":"complete"}"#.to_owned(),
        ),
        (
            Method::ToolsList,
            r#"{"tools":[],"nextCursor":""}"#,
            format!(r#"{{"tools":[],"nextCursor":"",{hints}}}"#),
        ),
        (
            Method::ResourcesRead,
            r#"{"contents":[]}"#,
            format!(r#"{{"contents":[],{hints}}}"#),
        ),
        (
            Method::PromptsList,
            r#"{"resultType":"task","ttlMs":-1,"cacheScope":"public","prompts":[]}"#,
            r#"{"resultType":"complete","ttlMs":0,"cacheScope":"private","prompts":[]}"#.to_owned(),
        ),
    ] {
        assert_eq!(
            to_stateless(result, method),
            Ok(answered(&expected)),
            "{method:?}"
        );
    }
    for refused in ["null", "[]", "\"x\"", "1"] {
        assert_eq!(
            to_stateless(refused, Method::ToolsCall),
            Err(Fault::ResultShape)
        );
    }
}

#[test]
fn every_method_that_needs_hints_gets_them() {
    // R-046
    for method in Method::ALL {
        let has = to_stateless("{}", *method)
            .expect("an object")
            .contains("ttlMs");
        assert_eq!(has, is_cacheable(*method), "{method:?}");
    }
}

#[test]
fn results_lose_what_session_clients_do_not_know() {
    // P-042
    for (result, expected) in [
        (
            r#"{"resultType":"complete","tools":[],"ttlMs":5,"cacheScope":"public"}"#,
            r#"{"tools":[]}"#,
        ),
        (
            r#"{"tools":[],"_meta":{"io.modelcontextprotocol/serverInfo":{}}}"#,
            r#"{"tools":[]}"#,
        ),
        (
            r#"{"tools":[],"_meta":{"io.modelcontextprotocol/serverInfo":{},"a/b":1.0},"x":null}"#,
            r#"{"tools":[],"_meta":{"a/b":1.0},"x":null}"#,
        ),
        (r#"{"tools":[],"_meta":{}}"#, r#"{"tools":[],"_meta":{}}"#),
    ] {
        assert_eq!(
            to_session(result, Method::ToolsList),
            Ok(answered(expected))
        );
    }
}

#[test]
fn unknown_types_of_results_are_refused() {
    // P-042
    for kind in ["task", "COMPLETE", "", "input-required"] {
        let result = format!(r#"{{"resultType":"{kind}"}}"#);
        assert_eq!(
            to_session(&result, Method::ToolsCall),
            Err(Fault::ResultType),
            "{kind}"
        );
    }
}

#[test]
fn input_is_required_of_calls_prompts_and_reads_only() {
    // P-019, P-021, P-034
    let body = of(r#"{"resultType":"input_required","requestState":"s"}"#);
    for method in Method::ALL {
        let read = read_result(&response(&body), *method);
        if takes_input(*method) {
            assert!(matches!(read, Ok(Reading::InputRequired(_))), "{method:?}");
        } else {
            assert_eq!(read.err(), Some(Fault::InputRefused), "{method:?}");
        }
    }
    // What wants input is no complete result.
    let refused = to_session(
        r#"{"resultType":"input_required","requestState":"s"}"#,
        Method::ToolsCall,
    );
    assert_eq!(refused, Err(Fault::Outcome));
}

#[test]
fn there_and_back_is_the_same_bytes() {
    let body = of("{ \"tools\" : [ ] , \"x\":1.50,\n \"_meta\":{\"a/b\":{}} }");
    let there = result_to_stateless(&response(&body), Method::ToolsList, "9").expect("an object");
    let there = String::from_utf8(there).expect("text");
    let back = result_to_session(
        &response(&there),
        Method::ToolsList,
        Revision::V2025_11_25,
        "\"up\"",
    );
    assert_eq!(
        String::from_utf8(back.expect("complete")).expect("text"),
        body
    );
}

#[test]
fn a_ping_is_answered_with_nothing() {
    // P-028
    assert_eq!(pong("\"a\""), br#"{"jsonrpc":"2.0","id":"a","result":{}}"#);
}
