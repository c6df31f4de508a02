//! A client of 2026-07-28 over HTTP: a POST for each request, headers that mirror the body.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use http::{Response, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::task::AbortHandle;

use super::{Door, Wire, ear::Ear};
use crate::peers::events::Events;

struct Posts {
    ear: Arc<Ear>,
    door: Door,
}

pub(super) fn over(ear: &Arc<Ear>, door: Door) -> Arc<dyn Wire> {
    let ear = Arc::clone(ear);
    Arc::new(Posts { ear, door })
}

#[async_trait]
impl Wire for Posts {
    async fn send(&self, message: Value) -> Result<Option<AbortHandle>, String> {
        let (ear, door) = (Arc::clone(&self.ear), self.door.clone());
        let task = tokio::spawn(async move {
            let response = door.post(&message, mirrored(&message)).await;
            heed(&ear, &message["id"], response).await;
        });
        Ok(Some(task.abort_handle()))
    }

    fn hangs_up(&self) -> bool {
        true
    }
}

/// Hears an answer to its end.
async fn heed(ear: &Ear, id: &Value, response: Response<Body>) {
    let (parts, body) = response.into_parts();
    if parts.headers.contains_key("mcp-session-id") {
        ear.fault("a session id, which this revision does not know");
    }
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        let mut events = Events::of(body);
        while let Some(event) = events.next().await {
            if event.id.is_some() {
                ear.fault("an event id, which this revision does not know");
            }
            let message: Value = serde_json::from_str(&event.data).unwrap_or_default();
            ear.hear(Some(id), &message);
        }
        return ear.failed(id, 0, "the stream ended without a response");
    }
    let body = body.collect().await.map(|whole| whole.to_bytes());
    let message: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    match message.get("id") == Some(id) {
        true => drop(ear.hear(Some(id), &message)),
        false => {
            let status = i64::from(parts.status.as_u16());
            ear.failed(id, status, &message.to_string());
        }
    }
}

/// The headers that say what the body says.
fn mirrored(message: &Value) -> Vec<(String, String)> {
    let params = &message["params"];
    let method = message["method"].as_str().unwrap_or_default();
    let name = match method {
        "tools/call" | "prompts/get" => &params["name"],
        "resources/read" => &params["uri"],
        _ => &Value::Null,
    };
    let version = "2026-07-28".to_owned();
    let mut headers = vec![
        ("mcp-protocol-version".to_owned(), version),
        ("mcp-method".to_owned(), method.to_owned()),
    ];
    if let Some(name) = name.as_str() {
        headers.push(("mcp-name".to_owned(), name.to_owned()));
    }
    if name == "route" {
        let region = params["arguments"]["region"].as_str().unwrap_or_default();
        headers.push(("mcp-param-region".to_owned(), region.to_owned()));
    }
    headers
}
