use super::*;
use crate::envelope::Message;

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn of(error: &str, id: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
}

fn to_stateless(error: &str) -> String {
    match error_to_stateless(&response(&of(error, "9")), "\"a\"") {
        Ok(Failure::Error(body)) => String::from_utf8(body).expect("text"),
        other => panic!("an error: {other:?}"),
    }
}

fn to_session(error: &str, method: Method) -> String {
    let translated = error_to_session(&response(&of(error, "9")), method, "\"a\"");
    String::from_utf8(translated.expect("an error")).expect("text")
}

#[test]
fn codes_that_a_revision_does_not_define_are_moved_out_of_its_range() {
    // P-025, R-051
    for (from, to) in [
        (-32002, -32602),
        (-32020, -33020),
        (-32021, -33021),
        (-32022, -33022),
        (-32042, -33042),
        (-32050, -33050),
        (-32099, -33099),
        (-32000, -32000),
        (-32019, -32019),
        (-32100, -32100),
        (-32601, -32601),
        (-32700, -32700),
        (-1, -1),
        (404, 404),
    ] {
        assert_eq!(code_to_stateless(from), to);
        let told = to_stateless(&format!(
            r#"{{"code":{from},"message":"m","data":1.0,"x":[]}}"#
        ));
        let expected = format!(r#"{{"code":{to},"message":"m","data":1.0,"x":[]}}"#);
        assert_eq!(told, of(&expected, "\"a\""), "{from}");
        assert!(!RESERVED.contains(&to) && to != RESOURCE_NOT_FOUND);
    }
}

#[test]
fn what_is_about_the_gateways_own_request_never_reaches_a_session_client() {
    // P-041
    let told = r#"{"code":-32603,"message":"The server did not accept what the gateway sent"}"#;
    for code in [-32020, -32022] {
        let error = format!(r#"{{"code":{code},"message":"Mcp-Name","data":{{"supported":[]}}}}"#);
        assert_eq!(to_session(&error, Method::ToolsCall), of(told, "\"a\""));
    }
    let lacking =
        r#"{"code":-32021,"message":"needs sampling","data":{"requiredCapabilities":{}}}"#;
    let expected = lacking.replace("-32021", "-32603");
    assert_eq!(
        to_session(lacking, Method::ToolsCall),
        of(&expected, "\"a\"")
    );
}

#[test]
fn a_missing_resource_is_told_as_its_own_revision_tells_it() {
    // P-041, R-051
    let missing = r#"{"code":-32602,"message":"Resource not found","data":{"uri":"a:b"}}"#;
    let told = missing.replace("-32602", "-32002");
    assert_eq!(
        to_session(missing, Method::ResourcesRead),
        of(&told, "\"a\"")
    );
    assert_eq!(to_stateless(&told), of(missing, "\"a\""));
    // Other wrong parameters are told as they are.
    assert_eq!(to_session(missing, Method::ToolsCall), of(missing, "\"a\""));
    let cursor = r#"{"code":-32602,"message":"Invalid cursor"}"#;
    assert_eq!(
        to_session(cursor, Method::ResourcesRead),
        of(cursor, "\"a\"")
    );
}

#[test]
fn a_result_is_no_error() {
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(
        error_to_stateless(&response(body), "1"),
        Err(Fault::Outcome)
    );
    assert_eq!(
        error_to_session(&response(body), Method::ToolsCall, "1"),
        Err(Fault::Outcome)
    );
}
