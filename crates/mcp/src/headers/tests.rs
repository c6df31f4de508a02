use super::*;
use crate::{
    envelope::{Message, Request},
    era::{Era, Revision},
    error::{Code, RpcError},
    json::Raw,
};

const SUPPORTED: [Revision; 2] = [Revision::V2026_07_28, Revision::V2025_11_25];
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn call(name: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},{META}}}}}"#,
        serde_json::Value::from(name)
    )
}

fn request(body: &str) -> Request<'_> {
    match Message::parse(body.as_bytes()).expect(body) {
        Message::Request(request) => request,
        other => panic!("not a request: {other:?}"),
    }
}

fn collect<'a>(lines: &'a [(&'a str, &'a str)]) -> McpHeaders<'a> {
    McpHeaders::collect(lines.iter().map(|(name, value)| (*name, value.as_bytes())))
}

fn check(lines: &[(&str, &str)], body: &str) -> Result<Revision, RpcError> {
    collect(lines).check(&request(body), &SUPPORTED)
}

fn code(lines: &[(&str, &str)], body: &str) -> Result<Revision, Code> {
    check(lines, body).map_err(|error| error.code())
}

const VERSION: (&str, &str) = ("MCP-Protocol-Version", "2026-07-28");
const CALL: (&str, &str) = ("Mcp-Method", "tools/call");
const FOO: (&str, &str) = ("Mcp-Name", "foo");

#[test]
fn headers_that_say_what_the_body_says_are_accepted() {
    // R-035, R-036 and the edge cases of SEP-2243
    let ok = Ok(Revision::V2026_07_28);
    assert_eq!(code(&[VERSION, CALL, FOO], &call("foo")), ok);
    let lower = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("MCP-NAME", "foo"),
    ];
    assert_eq!(code(&lower, &call("foo")), ok, "names in any case");
    let padded = [
        ("mcp-protocol-version", " 2026-07-28\t"),
        ("mcp-method", "tools/call "),
        ("Mcp-Name", "  foo "),
    ];
    assert_eq!(code(&padded, &call("foo")), ok, "white space around values");
    for (name, value) in [
        ("my-tool_name", "my-tool_name"),
        ("日本語", "=?base64?5pel5pys6Kqe?="),
        ("foo", "=?base64?Zm9v?="),
        ("=?base64?Zm9v?=", "=?base64?PT9iYXNlNjQ/Wm05dj89?="),
        ("SGVsbG8=", "SGVsbG8="),
        ("=?base64?SGVsbG8=", "=?base64?SGVsbG8="),
        ("=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="),
        ("", ""),
    ] {
        assert_eq!(
            code(&[VERSION, CALL, ("Mcp-Name", value)], &call(name)),
            ok,
            "{name}"
        );
    }
    let list = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}"#);
    assert_eq!(
        code(&[VERSION, ("Mcp-Method", "tools/list")], &list),
        ok,
        "no name to mirror"
    );
    let read = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{{"uri":"https://e.example/r?id=1%20","name":"x",{META}}}}}"#
    );
    let uri = ("Mcp-Name", "https://e.example/r?id=1%20");
    assert_eq!(
        code(&[VERSION, ("Mcp-Method", "resources/read"), uri], &read),
        ok
    );
}

#[test]
fn headers_that_are_missing_repeated_malformed_or_different_are_refused() {
    // GW-08, R-035, R-036, R-040
    let mismatch = Err(Code::HeaderMismatch);
    struct Case<'a>(&'a str, &'a [(&'a str, &'a str)]);
    #[rustfmt::skip]
    let cases = [
        Case("no version", &[CALL, FOO]),
        Case("no method", &[VERSION, FOO]),
        Case("no name", &[VERSION, CALL]),
        Case("other version", &[("MCP-Protocol-Version", "2025-11-25"), CALL, FOO]),
        Case("empty version", &[("MCP-Protocol-Version", ""), CALL, FOO]),
        Case("other method", &[VERSION, ("Mcp-Method", "prompts/get"), FOO]),
        Case("method in capitals", &[VERSION, ("Mcp-Method", "TOOLS/CALL"), FOO]),
        Case("method in base64", &[VERSION, ("Mcp-Method", "=?base64?dG9vbHMvY2FsbA==?="), FOO]),
        Case("other name", &[VERSION, CALL, ("Mcp-Name", "bar")]),
        Case("name in capitals", &[VERSION, CALL, ("Mcp-Name", "FOO")]),
        Case("empty name", &[VERSION, CALL, ("Mcp-Name", "")]),
        Case("two versions", &[VERSION, VERSION, CALL, FOO]),
        Case("two methods", &[VERSION, CALL, ("mcp-method", "tools/call"), FOO]),
        Case("two names", &[VERSION, CALL, FOO, FOO]),
        Case("other name encoded", &[VERSION, CALL, ("Mcp-Name", "=?base64?YmFy?=")]),
        Case("bad padding", &[VERSION, CALL, ("Mcp-Name", "=?base64?Zm9vMQ?=")]),
        Case("bad alphabet", &[VERSION, CALL, ("Mcp-Name", "=?base64?Z!9v?=")]),
        Case("URL alphabet", &[VERSION, CALL, ("Mcp-Name", "=?base64?_-_-?=")]),
        Case("no text", &[VERSION, CALL, ("Mcp-Name", "=?base64?/w==?=")]),
        Case("raw UTF-8", &[VERSION, CALL, ("Mcp-Name", "föö")]),
        Case("control character", &[VERSION, CALL, ("Mcp-Name", "fo\u{1}o")]),
    ];
    for Case(name, lines) in cases {
        assert_eq!(code(lines, &call("foo")), mismatch, "{name}");
    }
    let lines = [("Mcp-Name", b"\xff".as_slice())];
    let rest = [VERSION, CALL].map(|(name, value)| (name, value.as_bytes()));
    let headers = McpHeaders::collect(rest.into_iter().chain(lines));
    let body = call("foo");
    assert!(
        headers.check(&request(&body), &SUPPORTED).is_err(),
        "bytes that are no text"
    );
}

#[test]
fn checks_come_in_the_order_that_tells_the_client_most() {
    // R-034, R-037, R-077, R-078
    let with_meta = |meta: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"foo","_meta":{{{meta}}}}}}}"#
        )
    };
    let capabilities = r#""io.modelcontextprotocol/clientCapabilities":{}"#;
    let version = |text: &str| format!(r#""io.modelcontextprotocol/protocolVersion":"{text}""#);

    let no_version = with_meta(capabilities);
    assert_eq!(
        code(&[VERSION, CALL, FOO], &no_version),
        Err(Code::InvalidParams)
    );
    assert_eq!(
        code(&[VERSION], &no_version),
        Err(Code::InvalidParams),
        "before headers"
    );
    let no_capabilities = with_meta(&version("2026-07-28"));
    assert_eq!(
        code(&[VERSION, CALL, FOO], &no_capabilities),
        Err(Code::InvalidParams)
    );

    let unknown = with_meta(&version("1900-01-01"));
    let old = ("MCP-Protocol-Version", "1900-01-01");
    assert_eq!(
        code(&[VERSION, CALL, FOO], &unknown),
        Err(Code::HeaderMismatch)
    );
    assert_eq!(
        code(&[old], &unknown),
        Err(Code::UnsupportedVersion),
        "before everything else"
    );
    let session = with_meta(&version("2025-11-25"));
    let header = ("MCP-Protocol-Version", "2025-11-25");
    assert_eq!(
        code(&[header, CALL, FOO], &session),
        Err(Code::UnsupportedVersion)
    );

    let error = check(&[old], &unknown).expect_err("unsupported");
    assert!(
        error.to_body(Some("1")).contains(
            r#""data":{"supported":["2026-07-28","2025-11-25"],"requested":"1900-01-01"}"#
        )
    );
}

#[test]
fn meta_decides_the_era_and_a_stateless_header_does_so_without_it() {
    // R-076, R-077
    let bare = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let modern = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}"#);
    let era = |lines: &[(&str, &str)], body: &str| {
        collect(lines).era(&Message::parse(body.as_bytes()).expect("well formed"))
    };
    assert_eq!(era(&[], bare), Era::Session);
    assert_eq!(
        era(&[("MCP-Protocol-Version", "2025-06-18")], bare),
        Era::Session
    );
    assert_eq!(
        era(&[("MCP-Protocol-Version", "1900-01-01")], bare),
        Era::Session
    );
    assert_eq!(
        era(&[VERSION], bare),
        Era::Stateless,
        "refused later for its missing _meta"
    );
    assert_eq!(era(&[], &modern), Era::Stateless);
    assert_eq!(
        era(&[("MCP-Protocol-Version", "2025-06-18")], &modern),
        Era::Stateless
    );
}

#[test]
fn a_notification_needs_no_headers_and_may_have_no_false_ones() {
    let body = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    let Ok(Message::Notification(notification)) = Message::parse(body.as_bytes()) else {
        panic!("a notification");
    };
    let check = |lines: &[(&str, &str)]| collect(lines).check_notification(&notification).is_ok();
    assert!(check(&[]));
    assert!(check(&[VERSION, ("Mcp-Method", "notifications/cancelled")]));
    assert!(!check(&[("Mcp-Method", "tools/call")]));
    assert!(!check(&[VERSION, VERSION]));
}

#[test]
fn values_are_encoded_as_the_specification_shows() {
    // R-040
    for (text, header) in [
        ("us-west1", "us-west1"),
        ("us west 1", "us west 1"),
        ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (" padded ", "=?base64?IHBhZGRlZCA=?="),
        (" us-west1", "=?base64?IHVzLXdlc3Qx?="),
        ("us-west1 ", "=?base64?dXMtd2VzdDEg?="),
        ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        ("line1\r\nline2", "=?base64?bGluZTENCmxpbmUy?="), // S-014
        ("\tindented", "=?base64?CWluZGVudGVk?="),
        ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ("", ""),
    ] {
        assert_eq!(encode(text), header);
        assert_eq!(decode(header.as_bytes()).as_deref(), Ok(text));
    }
}

const SCHEMA: &str = r#"{"type":"object","properties":{
    "region":{"type":"string","x-mcp-header":"Region"},
    "query":{"type":"string","default":{"x-mcp-header":"not an annotation"}},
    "limit":{"type":["integer","null"],"x-mcp-header":"Method"},
    "options":{"type":"object","properties":{"dry":{"type":"boolean","x-mcp-header":"Dry-Run"}}},
    "x-mcp-header":{"type":"string"}}}"#;

fn schema(text: &str) -> Result<HeaderParams, AnnotationFault> {
    HeaderParams::of_schema(Raw::parse(text.as_bytes()).expect(text))
}

#[test]
fn annotations_are_found_along_properties_at_any_depth() {
    // R-041, P-030
    let params = schema(SCHEMA).expect("valid");
    let found: Vec<_> = params
        .iter()
        .map(|param| (param.name.as_str(), param.path.join(".")))
        .collect();
    let expected = [
        ("Region", "region"),
        ("Method", "limit"),
        ("Dry-Run", "options.dry"),
    ];
    assert_eq!(found, expected.map(|(name, path)| (name, path.to_owned())));
    assert!(schema(r#"{"type":"object"}"#).expect("valid").is_empty());
}

#[test]
fn annotations_that_make_a_tool_invalid_are_refused() {
    // P-030 and the edge cases of SEP-2243
    use AnnotationFault::{Name, NotObject, Repeated, Type, Unreachable};
    struct Case(&'static str, AnnotationFault);
    #[rustfmt::skip]
    let cases = [
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"My Region"}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"Region:Primary"}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"Région"}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"Region\t1"}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"a\r\nb"}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":1}}}"#, Name),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"R"},"b":{"type":"string","x-mcp-header":"R"}}}"#, Repeated),
        Case(r#"{"properties":{"a":{"type":"string","x-mcp-header":"r"},"b":{"properties":{"c":{"type":"string","x-mcp-header":"R"}}}}}"#, Repeated),
        Case(r#"{"properties":{"a":{"type":"number","x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"properties":{"a":{"type":"array","x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"properties":{"a":{"type":"object","x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"properties":{"a":{"type":"null","x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"properties":{"a":{"type":["string","integer"],"x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"properties":{"a":{"x-mcp-header":"R"}}}"#, Type),
        Case(r#"{"type":"string","x-mcp-header":"R"}"#, Unreachable),
        Case(r#"{"properties":{"a":{"items":{"type":"string","x-mcp-header":"R"}}}}"#, Unreachable),
        Case(r#"{"properties":{"a":{"items":{"properties":{"b":{"type":"string","x-mcp-header":"R"}}}}}}"#, Unreachable),
        Case(r#"{"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"R"}}}]}"#, Unreachable),
        Case(r#"{"if":{"properties":{"a":{"type":"string","x-mcp-header":"R"}}}}"#, Unreachable),
        Case(r#"{"$defs":{"d":{"type":"string","x-mcp-header":"R"}}}"#, Unreachable),
        Case(r#"{"patternProperties":{"^a":{"type":"string","x-mcp-header":"R"}}}"#, Unreachable),
        Case(r#"{"additionalProperties":{"type":"string","x-mcp-header":"R"}}"#, Unreachable),
        Case("[]", NotObject),
        Case("true", NotObject),
    ];
    for Case(text, fault) in cases {
        assert_eq!(schema(text), Err(fault), "{text}");
    }
}

#[test]
fn mirrored_arguments_must_agree_with_the_body() {
    // R-041, R-042
    let params = schema(SCHEMA).expect("valid");
    let check = |lines: &[(&str, &str)], arguments: &str| {
        let arguments = Raw::parse(arguments.as_bytes()).expect(arguments);
        let checked = params.check(&collect(lines), Some(arguments));
        checked.map_err(|error| error.code())
    };
    let (ok, mismatch) = (Ok(()), Err(Code::HeaderMismatch));
    struct Case<'a>(&'a [(&'a str, &'a str)], &'a str, Result<(), Code>);
    #[rustfmt::skip]
    let cases = [
        Case(&[], "{}", ok),
        Case(&[], r#"{"region":null,"options":{}}"#, ok),
        Case(&[("Mcp-Param-Region", "eu")], r#"{"region":"eu"}"#, ok),
        Case(&[("mcp-param-REGION", " eu ")], r#"{"region":"eu"}"#, ok),
        Case(&[("Mcp-Param-Region", "=?base64?w6k=?=")], r#"{"region":"é"}"#, ok),
        Case(&[("Mcp-Param-Region", "")], r#"{"region":""}"#, ok),
        Case(&[("Mcp-Param-Method", "42.0")], r#"{"limit":42}"#, ok),
        Case(&[("Mcp-Param-Method", "42")], r#"{"limit":42.0}"#, ok),
        Case(&[("Mcp-Param-Dry-Run", "true")], r#"{"options":{"dry":true}}"#, ok),
        Case(&[("Mcp-Param-Other", "é")], "{}", ok),
        Case(&[], r#"{"region":"eu"}"#, mismatch),
        Case(&[("Mcp-Param-Region", "us")], r#"{"region":"eu"}"#, mismatch),
        Case(&[("Mcp-Param-Region", "EU")], r#"{"region":"eu"}"#, mismatch),
        Case(&[("Mcp-Param-Region", "eu")], "{}", mismatch),
        Case(&[("Mcp-Param-Region", "null")], r#"{"region":null}"#, mismatch),
        Case(&[("Mcp-Param-Region", "eu"), ("Mcp-Param-Region", "eu")], r#"{"region":"eu"}"#, mismatch),
        Case(&[("Mcp-Param-Region", "é")], r#"{"region":"é"}"#, mismatch),
        Case(&[("Mcp-Param-Region", "=?base64?w6k?=")], r#"{"region":"é"}"#, mismatch),
        Case(&[("Mcp-Param-Method", "43")], r#"{"limit":42}"#, mismatch),
        Case(&[("Mcp-Param-Method", "+42")], r#"{"limit":42}"#, mismatch),
        Case(&[("Mcp-Param-Method", "9007199254740993")], r#"{"limit":9007199254740992}"#, mismatch),
        Case(&[("Mcp-Param-Method", "inf")], r#"{"limit":42}"#, mismatch),
        Case(&[("Mcp-Param-Dry-Run", "True")], r#"{"options":{"dry":true}}"#, mismatch),
        Case(&[("Mcp-Param-Region", "{}")], r#"{"region":{}}"#, mismatch),
    ];
    for Case(lines, arguments, expected) in cases {
        assert_eq!(check(lines, arguments), expected, "{lines:?} {arguments}");
    }
}

#[test]
fn headers_for_an_upstream_mirror_the_body() {
    // P-040, P-005
    let body = call("é");
    let request = request(&body);
    let headers = mirrored(&request.method, &request.params, Revision::V2026_07_28);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    assert_eq!(
        headers,
        [
            (PROTOCOL_VERSION, "2026-07-28"),
            (METHOD, "tools/call"),
            (NAME, "=?base64?w6k=?=")
        ]
    );

    let params = schema(SCHEMA).expect("valid");
    let arguments = r#"{"region":"a\nb","limit":3,"options":{"dry":false},"query":"q"}"#;
    let arguments = Raw::parse(arguments.as_bytes()).expect("well formed");
    let made = params.mirrored(Some(arguments));
    let lines: Vec<_> = made
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("Mcp-Param-Region", "=?base64?YQpi?="),
            ("Mcp-Param-Method", "3"),
            ("Mcp-Param-Dry-Run", "false"),
        ]
    );
    assert!(
        params.check(&collect(&lines), Some(arguments)).is_ok(),
        "and agree with it"
    );
}

#[test]
fn mirrored_arguments_that_a_tool_does_not_know_are_passed_on() {
    // R-042, P-044
    let params = schema(SCHEMA).expect("valid");
    let lines = [
        ("Mcp-Param-region", "eu"),
        ("Mcp-Param-Tenant", "t"),
        ("Mcp-Parameter", "x"),
    ];
    let headers = collect(&lines);
    let unknown: Vec<_> = params.unrecognised(&headers).collect();
    assert_eq!(unknown, [("Mcp-Param-Tenant", b"t".as_slice())]);
}

#[test]
fn a_tool_mirrors_a_bounded_number_of_arguments() {
    let schema = |count: usize| {
        let property = |n| format!(r#""p{n}":{{"type":"string","x-mcp-header":"P{n}"}}"#);
        let properties: Vec<_> = (0..count).map(property).collect();
        format!(r#"{{"properties":{{{}}}}}"#, properties.join(","))
    };
    let read = |count| {
        let schema = schema(count);
        HeaderParams::of_schema(Raw::parse(schema.as_bytes()).expect("well formed"))
    };
    assert_eq!(
        read(MAX_PARAMS).map(|params| params.iter().count()),
        Ok(MAX_PARAMS)
    );
    assert_eq!(read(MAX_PARAMS + 1), Err(AnnotationFault::Many));
}
