//! A fake MCP server over Streamable HTTP that remembers everything it was sent.
//!
//! It knows just enough of the session eras and of 2026-07-28 for a login, a
//! list and a call to make sense. What it received is kept byte for byte, so
//! that tests can search it for what must never get there.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::any,
};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running fake. It ends when dropped.
#[derive(Debug)]
pub struct FakeUpstream {
    /// Its MCP endpoint.
    pub url: String,
    seen: Seen,
    serving: JoinHandle<()>,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Its method.
    pub method: Method,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

type Seen = Arc<Mutex<Vec<Arrival>>>;

impl FakeUpstream {
    /// Starts on a loopback port of the system's choice.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let seen = Seen::default();
        let router = Router::new()
            .route("/mcp", any(answer))
            .with_state(Arc::clone(&seen));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            url: format!("http://{address}/mcp"),
            seen,
            serving,
        }
    }

    /// Everything that arrived so far.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many messages with this method arrived.
    pub fn count(&self, method: &str) -> usize {
        let named = |arrival: &Arrival| {
            let body: Value = serde_json::from_slice(&arrival.body).unwrap_or_default();
            body.get("method").and_then(Value::as_str) == Some(method)
        };
        self.arrivals()
            .iter()
            .filter(|arrival| named(arrival))
            .count()
    }

    /// Whether `needle` is anywhere in what arrived.
    pub fn saw(&self, needle: &str) -> bool {
        let found = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(needle);
        self.arrivals().iter().any(|arrival| {
            found(&arrival.body)
                || arrival
                    .headers
                    .values()
                    .any(|value| found(value.as_bytes()))
        })
    }
}

impl Drop for FakeUpstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    State(seen): State<Seen>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Arrival {
            method: method.clone(),
            headers,
            body: body.to_vec(),
        });
    if method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(id) = message.get("id") else {
        return StatusCode::ACCEPTED.into_response();
    };
    let modern = message
        .pointer("/params/_meta/io.modelcontextprotocol~1protocolVersion")
        .is_some();
    let name = message
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Some(result) = result(name, &message, modern) else {
        let error = json!({"code": -32601, "message": "Method not found"});
        let status = if modern {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::OK
        };
        return (
            status,
            axum::Json(json!({"jsonrpc": "2.0", "id": id, "error": error})),
        )
            .into_response();
    };
    let reply = axum::Json(json!({"jsonrpc": "2.0", "id": id, "result": result}));
    if name == "initialize" {
        return ([("mcp-session-id", "upstream-session")], reply).into_response();
    }
    (
        [("set-cookie", "upstream=secret"), ("server", "fake")],
        reply,
    )
        .into_response()
}

fn result(method: &str, message: &Value, modern: bool) -> Option<Value> {
    let called = message
        .pointer("/params/name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut result = match method {
        "initialize" => json!({
            "protocolVersion": message.pointer("/params/protocolVersion"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "fake", "version": "1"},
        }),
        "server/discover" if modern => json!({
            "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private",
        }),
        "ping" if !modern => json!({}),
        "tools/list" => json!({"tools": [
            {"name": "read_note", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true}},
            {"name": "add_note", "inputSchema": {"type": "object"}, "annotations": {"destructiveHint": false}},
            {"name": "delete_note", "inputSchema": {"type": "object"}},
        ]}),
        "tools/call" => json!({"content": [{"type": "text", "text": format!("called {called}")}]}),
        _ => return None,
    };
    if modern && let Some(members) = result.as_object_mut() {
        members.insert("resultType".to_owned(), json!("complete"));
    }
    Some(result)
}
