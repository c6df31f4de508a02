use super::*;
use crate::envelope::Message;

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn of(tools: &str, rest: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{tools}]{rest}}}}}"#)
}

fn told(tools: &str) -> (String, Vec<ToolNote>) {
    let body = of(tools, "");
    let (bytes, notes) = tools_to_stateless(&response(&body), "1").expect("a list");
    (String::from_utf8(bytes).expect("text"), notes)
}

const HINTS: &str = r#","resultType":"complete","ttlMs":0,"cacheScope":"private""#;

fn schema(inner: &str) -> String {
    format!(r#"{{"name":"t","inputSchema":{{"type":"object",{inner}}}}}"#)
}

#[test]
fn valid_header_annotations_stay_and_invalid_ones_go() {
    // P-030
    let good = schema(
        r#""properties":{"a":{"type":"string","x-mcp-header":"Region"},"b":{"properties":{"c":{"type":"integer","x-mcp-header":"Zone"}}}}"#,
    );
    assert_eq!(told(&good), (of(&good, HINTS), Vec::new()));
    for (bad, left, fault) in [
        (
            r#""properties":{"a":{"type":"number","x-mcp-header":"N"}}"#,
            r#""properties":{"a":{"type":"number"}}"#,
            AnnotationFault::Type,
        ),
        (
            r#""properties":{"a":{"x-mcp-header":"","type":"string"},"b":{"type":"string","x-mcp-header":"B"}}"#,
            r#""properties":{"a":{"type":"string"},"b":{"type":"string"}}"#,
            AnnotationFault::Name,
        ),
        (
            r#""properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}},"$defs":{"d":{"x-mcp-header":"D"}}"#,
            r#""properties":{"a":{"type":"array","items":{"type":"string"}}},"$defs":{"d":{}}"#,
            AnnotationFault::Unreachable,
        ),
        (
            r#""properties":{"x-mcp-header":{"type":"string"},"a":{"oneOf":[{"x-mcp-header":"A"}],"default":{"x-mcp-header":"data"}}}"#,
            r#""properties":{"x-mcp-header":{"type":"string"},"a":{"oneOf":[{}],"default":{"x-mcp-header":"data"}}}"#,
            AnnotationFault::Unreachable,
        ),
    ] {
        let (told, notes) = told(&schema(bad));
        assert_eq!(told, of(&schema(left), HINTS));
        let reason = ToolReason::Headers(fault);
        assert_eq!(
            notes,
            [ToolNote {
                name: "t".to_owned(),
                reason
            }]
        );
    }
}

#[test]
fn tools_that_nobody_could_call_or_should_read_are_left_out() {
    // P-010, P-043
    let plain = schema(r#""x":1.0"#);
    let deep = format!(
        r#""a":{}{}"#,
        "[".repeat(MAX_SCHEMA_DEPTH),
        "]".repeat(MAX_SCHEMA_DEPTH)
    );
    let large = format!(r#""description":"{}""#, "[".repeat(MAX_SCHEMA));
    for (tool, reason) in [
        (schema(&deep), ToolReason::Schema),
        (schema(&large), ToolReason::Schema),
        (
            schema(&deep)
                .replace("inputSchema", "outputSchema")
                .replace("\"t\",", "\"t\",\"inputSchema\":{},"),
            ToolReason::Schema,
        ),
        (
            schema("\"a\":1").replace(
                "\"t\"",
                "\"t\",\"execution\":{\"taskSupport\":\"required\"}",
            ),
            ToolReason::TaskOnly,
        ),
        (r#"{"name":"t"}"#.to_owned(), ToolReason::Incomplete),
        (
            r#"{"name":"t","inputSchema":null}"#.to_owned(),
            ToolReason::Incomplete,
        ),
        (r#"{"inputSchema":{}}"#.to_owned(), ToolReason::Incomplete),
        ("7".to_owned(), ToolReason::Incomplete),
    ] {
        let (told, notes) = told(&format!("{plain}, {tool},{plain}"));
        assert_eq!(told, of(&format!("{plain},{plain}"), HINTS), "{reason:?}");
        assert!(reason.leaves_out() && notes.len() == 1 && notes[0].reason == reason);
    }
}

#[test]
fn what_tells_of_tasks_goes_and_references_stay_unread() {
    // P-010, P-043
    let tool = schema(r#""properties":{"a":{"$ref":"https://example.com/schema.json"}}"#);
    let with_task = tool.replacen('{', r#"{"execution":{"taskSupport":"optional"},"#, 1);
    assert_eq!(told(&with_task), (of(&tool, HINTS), Vec::new()));
}

#[test]
fn a_list_without_a_list_is_refused() {
    for result in ["{}", r#"{"tools":{}}"#, r#"{"tools":null}"#] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let read = tools_to_stateless(&response(&body), "1");
        assert_eq!(read.err(), Some(Fault::Tools), "{result}");
    }
}

#[test]
fn depth_is_counted_outside_of_strings() {
    for (json, deep) in [
        ("1", 0),
        ("{}", 1),
        (r#"["[[\"[["]"#, 1),
        (r#"{"a":[[]],"b":{}}"#, 3),
    ] {
        assert_eq!(depth(json), deep, "{json}");
    }
}
