use super::*;

#[test]
fn a_body_carries_the_id_as_it_was_written() {
    // R-033
    let error = RpcError::method_not_found("x");
    assert_eq!(
        error.to_body(Some(r#""a\u0062""#)),
        r#"{"jsonrpc":"2.0","id":"a\u0062","error":{"code":-32601,"message":"Method not found: x"}}"#
    );
    assert!(
        error
            .to_body(None)
            .starts_with(r#"{"jsonrpc":"2.0","id":null,"#)
    );
}

#[test]
fn an_unsupported_version_names_what_is_supported_and_what_was_asked_for() {
    // R-037
    let supported = [Revision::V2026_07_28, Revision::V2025_11_25];
    let error = RpcError::unsupported_version("1900-01-01", &supported);
    assert_eq!(
        error.to_body(Some("1")),
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28","2025-11-25"],"requested":"1900-01-01"}}}"#
    );
}

#[test]
fn a_missing_capability_is_named_in_the_data() {
    // R-043
    let error = RpcError::missing_capability(serde_json::json!({ "elicitation": {} }));
    assert!(
        error
            .to_body(Some("1"))
            .contains(r#""data":{"requiredCapabilities":{"elicitation":{}}}"#)
    );
}

#[test]
fn hostile_names_cannot_break_out_of_the_message_and_are_cut() {
    let body = RpcError::unknown_tool("a\"},\n\u{0}").to_body(Some("1"));
    let read: Value = serde_json::from_str(&body).expect("still JSON");
    assert_eq!(read["error"]["message"], "Unknown tool: a\"},\n\u{0}");

    let long = RpcError::unknown_tool(&"é".repeat(10_000));
    assert_eq!(
        long.message().chars().count(),
        "Unknown tool: ".len() + MAX_NAME + 1
    );
}

#[test]
fn refusals_are_http_errors_in_the_stateless_era_and_answers_are_not() {
    struct Case(RpcError, u16, u16);
    let supported = [Revision::V2026_07_28];
    #[rustfmt::skip]
    let cases = [
        Case(RpcError::parse_error(&"x"), 400, 400),
        Case(RpcError::invalid_request(&"x"), 400, 400),
        Case(RpcError::method_not_found("x"), 404, 200), // R-038
        Case(RpcError::invalid_params(&"x"), 400, 200), // R-034
        Case(RpcError::header_mismatch(&"x"), 400, 400),
        Case(RpcError::missing_capability(Value::Null), 400, 200), // R-043
        Case(RpcError::unsupported_version("x", &supported), 400, 400), // R-037, R-058
        Case(RpcError::internal("x"), 500, 200),
        Case(RpcError::unknown_tool("x"), 200, 200),
        Case(RpcError::unknown_prompt("x"), 200, 200),
        Case(RpcError::unknown_resource("x"), 200, 200),
        Case(RpcError::url_elicitation(Value::Null), 200, 200),
    ];
    for Case(error, stateless, session) in cases {
        assert_eq!(error.http_status(Era::Stateless), stateless, "{error:?}");
        assert_eq!(error.http_status(Era::Session), session, "{error:?}");
    }
}

#[test]
fn our_own_codes_stay_out_of_the_reserved_range() {
    // R-051
    for reserved in [-32768, -32603, -32050, -32020, -32002, -32000] {
        assert_eq!(Code::application(reserved), None, "{reserved}");
    }
    for free in [-32769, -31999, 0, 1000] {
        assert_eq!(Code::application(free).map(Code::number), Some(free));
    }
}
