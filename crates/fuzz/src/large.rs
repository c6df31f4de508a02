//! Inputs of one shape and any size: what shows a cost that grows faster than its input.

/// A shape: what comes first, what is repeated (`#` is its number), what comes last.
type Shape = (&'static str, &'static str, &'static str);

/// The inputs of a target with about `size` bytes, one for each of its shapes.
pub fn large(name: &str, size: usize) -> Vec<Vec<u8>> {
    let of_target = SHAPES.iter().filter(|(target, _)| *target == name);
    of_target.map(|(_, shape)| repeated(*shape, size)).collect()
}

fn repeated((first, unit, last): Shape, size: usize) -> Vec<u8> {
    let mut out = first.as_bytes().to_vec();
    let mut number = 0_usize;
    while out.len() < size {
        // Between two, what stands before the bar; of the first only what stands after it.
        let (between, unit) = unit.split_once('|').unwrap_or(("", unit));
        let between = if number == 0 { "" } else { between };
        let written = format!("{between}{unit}").replace('#', &number.to_string());
        out.extend_from_slice(written.as_bytes());
        number += 1;
    }
    out.extend_from_slice(last.as_bytes());
    out
}

#[rustfmt::skip]
const SHAPES: &[(&str, Shape)] = &[
    ("redirect", ("https://app.example/", "a/", "\nhttps://app.example/")),
    ("redirect", ("http://localhost/?", "&|a=#", "\nhttp://localhost:1/?a=0")),
    ("client_document", ("https://app.example/client.json\n{\"client_id\":\"https://app.example/client.json\",\"client_name\":\"A\",\"redirect_uris\":[\"https://app.example/cb\"]", ",\"k#\":{}", "}")),
    ("client_document", ("https://app.example/client.json\n{\"client_id\":\"https://app.example/client.json\",\"client_name\":\"A\",\"redirect_uris\":[", ",|\"https://app.example/cb#\"", "]}")),
    ("client_document", ("https://app.example/client.json\n{\"client_id\":\"https://app.example/client.json\",\"redirect_uris\":[\"https://app.example/cb\"],\"client_name\":\"", "\\u202ea ", "\"}")),
    ("client_document", ("https://app.example/client.json\n{\"client_id\":\"https://app.example/client.json\",\"client_name\":\"A\",\"redirect_uris\":[\"https://app.example/cb\"],\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[", ",|{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"#\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "]}}")),
    ("envelope", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{", ",|\"k#\":1", "}}}")),
    ("envelope", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"", ",\"k\\u0023#\":[]", "}}")),
    ("envelope", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"", "\\u0061", "\"}")),
    ("envelope", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[", ",|{\"name\":\"t#\"}", "]}}")),
    ("envelope", ("[", ",|{\"jsonrpc\":\"2.0\",\"id\":#,\"method\":\"ping\"}", "]")),
    ("envelope", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"n\":[", ",|1.#e5", "]}}")),
    ("header_value", ("=?base64?", "YWFh", "?=")),
    ("header_value", ("{\"properties\":{", ",|\"p#\":{\"type\":\"string\",\"x-mcp-header\":\"P#\"}", "}}\n{\"p1\":\"a\"}")),
    ("header_value", ("{\"properties\":{\"a\":{\"properties\":{", ",|\"p#\":{\"type\":\"string\"}", "}}}}\n{}")),
    ("sse", ("", "data: a\n", "\n")),
    ("sse", ("", "data: a\n\n", "")),
    ("sse", ("", "id: #\r", "\r")),
    ("jwt", ("sign\n{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"k\"}\n{\"iss\":\"https://mcp.example\"", ",\"k#\":1", "}")),
    ("jwt", ("", "a.", "a")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"_meta\":{", ",|\"k#\":1", "}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"x\",\"capabilities\":{\"extensions\":{", ",|\"k#\":{}", "}}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscriptions/listen\",\"params\":{\"notifications\":{\"resourceSubscriptions\":[", ",|\"a:#\"", "]}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{", ",|\"k#\":{\"type\":\"array\",\"items\":{\"enum\":[\"a\"]}}", "}}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"elicitation/create\",\"params\":{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"k\":{\"type\":\"array\",\"items\":{\"enum\":[", ",|\"v#\"", "]},\"default\":[\"v1\",\"v2\"]}}}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[{\"role\":\"user\",\"content\":[", ",|{\"type\":\"text\",\"text\":\"#\"}", "]}],\"maxTokens\":1}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[", ",|{\"role\":\"user\",\"content\":[{\"type\":\"tool_use\",\"id\":\"#\"}]}", "],\"maxTokens\":1}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[", ",|{\"type\":\"resource_link\",\"uri\":\"a:#\"}", "],\"structuredContent\":[]}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"messages\":[", ",|{\"role\":\"user\",\"content\":{\"type\":\"audio\",\"data\":\"\"}}", "]}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[", ",|{\"name\":\"t#\",\"title\":\"T\",\"inputSchema\":{\"properties\":{\"a\":true,\"b\":{\"x-mcp-header\":\"\"}}},\"execution\":{}}", "]}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[", ",|{\"name\":\"t#\"}", "]}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"properties\":{", ",|\"p#\":{\"items\":{\"x-mcp-header\":\"a\"}}", "}}}]}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"capabilities\":{\"tools\":{},\"extensions\":{", ",|\"k#\":{}", "}}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{", ",|\"k#\":{\"method\":\"roots/list\"}", "}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32042,\"message\":\"\",\"data\":{\"elicitations\":[", ",|{\"mode\":\"url\",\"message\":\"\",\"url\":\"a:#\"}", "]}}}")),
    ("translate", ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"a\",\"_meta\":{", ",|\"k#\":1", "}}}")),
    ("permit", ("", "*a", "\nb\n")),
    ("permit", ("*a*a*b\n", "a", "\n")),
    ("permit", ("", "s# ", "\nb\n")),
    ("permit", ("a\na\n[", ",|{\"type\":\"mcp_tool\",\"server\":\"files\",\"tools\":[\"t#\"]}", "]")),
    ("permit", ("a\na\n[{\"type\":\"mcp_tool\",\"server\":\"files\",\"tools\":[\"t\"],\"arguments\":{\"a\":{\"one_of\":[", ",|\"v#\"", "]}}}]")),
];
