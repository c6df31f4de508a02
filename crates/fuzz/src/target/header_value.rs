//! Values of `Mcp-*` headers: what was encoded is decoded to the same, and what mirrors a body
//! agrees with it (R-040 to R-042, GW-08).
//!
//! Input: a header value; and, as two lines, a tool's schema and the arguments of a call.

use doorward_mcp::{
    headers::{HeaderParams, McpHeaders, decode, encode},
    json::Raw,
};

use super::first_line;
use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "header_value",
    run,
    words: &[
        "=?base64?",
        "?=",
        "=?BASE64?",
        "YQ==",
        "YR==",
        "4pyT",
        "\t",
        " ",
        "\u{e9}",
        "=",
        "\"x-mcp-header\":\"A\"",
        "\"properties\":{",
        "\"type\":\"string\"",
        "\"type\":\"integer\"",
        "\"type\":[\"boolean\",\"null\"]",
        "42.0",
        "9007199254740993",
        "null",
        "\"items\":{",
        "true",
    ],
};

fn run(input: &[u8]) {
    if let Ok(text) = decode(input) {
        // INVARIANT: reading is the inverse of writing, whichever form it came in.
        assert_eq!(decode(encode(&text).as_bytes()).as_deref(), Ok(&*text));
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let header = encode(text);
        assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        assert_eq!(decode(header.as_bytes()).as_deref(), Ok(text));
        let padded = format!(" \t{header}\t");
        assert_eq!(decode(padded.as_bytes()).as_deref(), Ok(text));
    }
    let headers = McpHeaders::collect([("MCP-Protocol-Version", input), ("mcp-param-a", input)]);
    let _ = headers.protocol_version();
    let (schema, arguments) = first_line(input);
    mirror(schema, arguments);
}

/// What is mirrored from arguments is accepted beside them, and not beside others.
fn mirror(schema: &[u8], arguments: &[u8]) {
    let (Ok(schema), Ok(arguments)) = (Raw::parse(schema), Raw::parse(arguments)) else {
        return;
    };
    let Ok(params) = HeaderParams::of_schema(schema) else {
        return;
    };
    let lines = params.mirrored(Some(arguments));
    let value = |path: &[String]| {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        arguments.member(&path).filter(|value| !value.is_null())
    };
    let structured = |value: Raw<'_>| value.is_object() || value.is_array();
    if params
        .iter()
        .filter_map(|param| value(&param.path))
        .any(structured)
    {
        return; // no header says this, so none can agree
    }
    let headers = McpHeaders::collect(
        lines
            .iter()
            .map(|(name, value)| (&**name, value.as_bytes())),
    );
    assert_eq!(params.check(&headers, Some(arguments)), Ok(()));
    assert_eq!(params.unrecognised(&headers).count(), 0);
    if !lines.is_empty() {
        let none = McpHeaders::collect([]);
        assert!(params.check(&none, Some(arguments)).is_err());
        assert!(params.check(&headers, None).is_err());
    }
}
