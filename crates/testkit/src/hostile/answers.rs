//! What is said to requests that are no mischief.

use serde_json::{Value, json};

use super::{FINE, Link, Mischief};

/// The answer to a well-behaved request; nothing to what wants none.
pub(super) fn answer(link: Link, asked: &Value) -> Option<Value> {
    let id = asked.get("id")?;
    asked.get("method")?;
    let outcome = match said(link, asked) {
        Some(mut result) => {
            if link.is_stateless() {
                result["resultType"] = "complete".into();
                result["ttlMs"] = 0.into();
                result["cacheScope"] = "private".into();
            }
            json!({"jsonrpc": "2.0", "id": id, "result": result})
        }
        None => {
            let error = json!({"code": -32601, "message": "no such method"});
            json!({"jsonrpc": "2.0", "id": id, "error": error})
        }
    };
    Some(outcome)
}

fn said(link: Link, asked: &Value) -> Option<Value> {
    match asked["method"].as_str()? {
        "server/discover" if link.is_stateless() => Some(json!({
            "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}},
        })),
        "initialize" if !link.is_stateless() => Some(json!({
            "protocolVersion": match link {
                Link::HttpSse => "2024-11-05",
                _ => "2025-11-25",
            },
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "hostile", "version": "1"},
        })),
        "ping" => Some(json!({})),
        "tools/list" => {
            let mischiefs = Mischief::ALL.map(Mischief::name);
            let names = mischiefs.into_iter().chain([FINE]);
            let tools = names.map(|name| json!({"name": name, "inputSchema": {"type": "object"}}));
            Some(json!({"tools": tools.collect::<Vec<_>>()}))
        }
        "tools/call" => Some(text("as it should be")),
        _ => None,
    }
}

/// The result of a call.
pub(super) fn text(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}
