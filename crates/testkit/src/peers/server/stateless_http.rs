//! Streamable HTTP of 2026-07-28: each POST by itself, with headers that mirror its body.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::any,
};
use doorward_mcp::era::Revision;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::{
    http::{Reading, check_headers, check_media, events, json as json_body},
    stateless::Stateless,
};
use crate::peers::{
    log::Log,
    strict::{self, Kind},
    witness::Witness,
};

type Endpoint = (Witness, Arc<Stateless>);

pub(super) fn router(witness: &Witness) -> Router {
    let endpoint: Endpoint = (witness.clone(), Stateless::new(witness));
    Router::new()
        .route("/mcp", any(answer))
        .with_state(endpoint)
}

async fn answer(
    State((witness, server)): State<Endpoint>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        witness.violated(format!("2026-07-28 server: {method}"));
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    check_headers(&witness, Revision::V2026_07_28, &headers);
    check_media(&witness, &headers);
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if strict::kind(&message) != Some(Kind::Request) {
        server.violated(&format!("no request: {message}"));
        return StatusCode::BAD_REQUEST.into_response();
    }
    if let Err(reason) = mirrored(&headers, &message) {
        let error = json!({"code": -32020, "message": reason});
        let body = json!({"jsonrpc": "2.0", "id": message["id"], "error": error});
        return json_body(StatusCode::BAD_REQUEST, &body);
    }
    let log = Arc::<Log>::default();
    let task = Working(server.receive(&message, &log, true));
    let method = message["method"].as_str().unwrap_or_default();
    if !["tools/call", "subscriptions/listen"].contains(&method) {
        let first = log.at(0).await.unwrap_or_default();
        if strict::kind(&first) == Some(Kind::Response) {
            return json_body(status(&first), &first);
        }
    }
    events(None, Reading::from_start(&log), task)
}

/// Whoever closes the stream has cancelled the request.
struct Working(Option<AbortHandle>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

fn status(response: &Value) -> StatusCode {
    match response["error"]["code"].as_i64() {
        Some(-32601) => StatusCode::NOT_FOUND,
        Some(-32021) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// Whether the headers say what the body says.
fn mirrored(headers: &HeaderMap, message: &Value) -> Result<(), String> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let params = &message["params"];
    let method = message["method"].as_str();
    let mut wanted = vec![
        ("mcp-protocol-version", Some(Revision::V2026_07_28.as_str())),
        ("mcp-method", method),
    ];
    match method {
        Some("tools/call" | "prompts/get") => wanted.push(("mcp-name", params["name"].as_str())),
        Some("resources/read") => wanted.push(("mcp-name", params["uri"].as_str())),
        _ => {}
    }
    if method == Some("tools/call") && params["name"] == "route" {
        wanted.push(("mcp-param-region", params["arguments"]["region"].as_str()));
    }
    let wrong = wanted.into_iter().find(|(name, value)| of(name) != *value);
    match wrong {
        Some((name, value)) => Err(format!("{name} is {:?} and not {value:?}", of(name))),
        None => Ok(()),
    }
}
