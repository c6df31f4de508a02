use doorward_mcp::era::Revision::{
    self, V2024_11_05 as V1, V2025_03_26 as V2, V2025_06_18 as V3, V2025_11_25 as V4,
    V2026_07_28 as V5,
};
use serde_json::{Value, json};

use super::{of_client, of_server};

fn request(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

fn stateless(method: &str, mut params: Value) -> Value {
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    params["_meta"] = json!({version: "2026-07-28", capabilities: {}});
    request(method, params)
}

fn initialize(capabilities: Value) -> Value {
    let info = json!({"name": "a", "version": "1"});
    let params =
        json!({"protocolVersion": "2025-03-26", "capabilities": capabilities, "clientInfo": info});
    request("initialize", params)
}

#[test]
fn a_server_finds_fault_with_what_its_revision_does_not_know() {
    let call = json!({"name": "x", "arguments": {}});
    let again = json!({"name": "x", "requestState": "s", "inputResponses": {}});
    let foreign = json!({"_meta": {"io.modelcontextprotocol/logLevel": "info"}});
    let notification = |method: &str| json!({"jsonrpc": "2.0", "method": method});
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
    #[rustfmt::skip]
    let cases: Vec<(&str, Revision, Value, bool)> = vec![
        ("a call",                        V1, request("tools/call", call.clone()),       true),
        ("a call with _meta",             V5, stateless("tools/call", call.clone()),     true),
        ("a call without _meta",          V5, request("tools/call", call.clone()),       false),
        ("an id that is null",            V3, json!({"jsonrpc": "2.0", "id": null, "method": "ping"}), false),
        ("no version of JSON-RPC",        V3, json!({"id": 1, "method": "ping"}),        false),
        ("ping",                          V4, request("ping", json!({})),                true),
        ("ping without sessions",         V5, stateless("ping", json!({})),              false),
        ("a retry",                       V5, stateless("tools/call", again.clone()),    true),
        ("a retry in a session",          V4, request("tools/call", again),              false),
        ("_meta of another era",          V4, request("tools/list", foreign),            false),
        ("context of a completion",       V2, request("completion/complete", json!({"context": {}})), false),
        ("the same later",                V3, request("completion/complete", json!({"context": {}})), true),
        ("capabilities",                  V4, initialize(json!({"roots": {}})),          true),
        ("capabilities of later",         V4, initialize(json!({"elicitation": {}})),    false),
        ("an answer",                     V4, answer.clone(),                            true),
        ("an answer without questions",   V5, answer,                                    false),
        ("initialized",                   V1, notification("notifications/initialized"), true),
        ("initialized without sessions",  V5, notification("notifications/initialized"), false),
        ("cancelled",                     V5, notification("notifications/cancelled"),   true),
        ("no message",                    V1, json!({"jsonrpc": "2.0"}),                 false),
    ];
    for (name, revision, message, fine) in cases {
        let reasons = of_client(revision, &message);
        assert_eq!(reasons.is_empty(), fine, "{name}: {reasons:?}");
    }
}

#[test]
fn a_client_finds_fault_with_what_its_revision_does_not_know() {
    let result = |result: Value| json!({"jsonrpc": "2.0", "id": 1, "result": result});
    let error =
        |code: i64| json!({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "no"}});
    let holds = |kind: &str| result(json!({"content": [{"type": kind}]}));
    let form = json!({"message": "?", "requestedSchema": {"type": "object"}});
    let asks = |method: &str| {
        let requests = json!({"a": {"method": method, "params": form}});
        result(json!({"resultType": "input_required", "inputRequests": requests}))
    };
    let kept = json!({"resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": []});
    #[rustfmt::skip]
    let cases: Vec<(&str, Revision, &str, Value, bool)> = vec![
        ("a result",                  V1, "tools/list", result(json!({"tools": []})),    true),
        ("hints in a session",        V4, "tools/list", result(kept.clone()),            false),
        ("hints",                     V5, "tools/list", result(kept),                    true),
        ("no hints",                  V5, "tools/list", result(json!({"resultType": "complete"})), false),
        ("no type of result",         V5, "tools/call", result(json!({"content": []})),  false),
        ("words",                     V1, "tools/call", holds("text"),                   true),
        ("sound",                     V1, "tools/call", holds("audio"),                  false),
        ("sound later",               V2, "tools/call", holds("audio"),                  true),
        ("a link",                    V2, "tools/call", holds("resource_link"),          false),
        ("a missing resource",        V4, "resources/read", error(-32002),               true),
        ("the same now",              V5, "resources/read", error(-32002),               false),
        ("a header that differs",     V4, "tools/call", error(-32020),                   false),
        ("a page to visit, unnamed",  V4, "tools/call", error(-32042),                   false),
        ("a declared question",       V5, "tools/call", asks("elicitation/create"),      true),
        ("in a list",                 V5, "tools/list", asks("elicitation/create"),      false),
        ("an undeclared question",    V5, "tools/call", asks("roots/list"),              false),
        ("a question on the wire",    V3, "", request("elicitation/create", form.clone()), true),
        ("unknown to the revision",   V2, "", request("elicitation/create", form.clone()), false),
        ("in no request any more",    V5, "", request("elicitation/create", form.clone()), false),
        ("an answer to nobody",       V3, "", result(json!({})),                         false),
    ];
    let declared = json!({"elicitation": {}});
    for (name, revision, method, message, fine) in cases {
        let method = Some(method).filter(|method| !method.is_empty());
        let reasons = of_server(revision, method, &declared, &message);
        assert_eq!(reasons.is_empty(), fine, "{name}: {reasons:?}");
    }
}
