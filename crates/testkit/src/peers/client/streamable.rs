//! A client over Streamable HTTP of 2025-03-26 to 2025-11-25: one session, a stream for what
//! belongs to no request, and streams that are taken up again where they broke off.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::body::Body;
use doorward_mcp::era::Revision;
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::task::AbortHandle;

use super::{Door, Wire, ear::Ear};
use crate::peers::{
    events::Events,
    strict::{self, Kind},
};

#[derive(Clone)]
struct Session {
    ear: Arc<Ear>,
    door: Door,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    id: Option<String>,
    listens: Option<AbortHandle>,
}

pub(super) fn over(ear: &Arc<Ear>, door: Door) -> Arc<dyn Wire> {
    Arc::new(Session {
        ear: Arc::clone(ear),
        door,
        state: Arc::default(),
    })
}

#[async_trait]
impl Wire for Session {
    async fn send(&self, message: Value) -> Result<Option<AbortHandle>, String> {
        if strict::kind(&message) == Some(Kind::Request) {
            let session = self.clone();
            // Who leaves has not cancelled: nothing waits that could be dropped.
            tokio::spawn(async move { session.ask(&message).await });
            return Ok(None);
        }
        let response = self.door.post(&message, self.headers()).await;
        match response.status() {
            StatusCode::ACCEPTED => Ok(None),
            other => Err(format!("{other} to {message}")),
        }
    }

    async fn ready(&self) -> Result<(), String> {
        let response = self.door.get(self.headers()).await;
        if response.status() != StatusCode::OK {
            return Err(format!("{} to a GET", response.status()));
        }
        let session = self.clone();
        let task = tokio::spawn(async move {
            let mut events = Events::of(response.into_body());
            while let Some(event) = events.next().await {
                session.hear(None, &event.data).await;
            }
        });
        self.lock().listens = Some(task.abort_handle());
        Ok(())
    }

    async fn close(&self) {
        if let Some(listens) = self.lock().listens.take() {
            listens.abort();
        }
        let status = self.door.delete(self.headers()).await.status();
        if status != StatusCode::METHOD_NOT_ALLOWED && !status.is_success() {
            self.ear.fault(format!("{status} to a DELETE"));
        }
    }
}

impl Session {
    async fn ask(&self, message: &Value) {
        let id = &message["id"];
        let response = self.door.post(message, self.headers()).await;
        if message["method"] == "initialize" {
            let named = text(response.headers(), "mcp-session-id").map(str::to_owned);
            self.lock().id = named;
        }
        let mut response = response;
        for _ in 0..RESUMPTIONS {
            let Some(last) = self.heed(id, response).await else {
                break;
            };
            if !self.ear.waits_for(id) {
                return;
            }
            let mut headers = self.headers();
            headers.push(("last-event-id".to_owned(), last));
            response = self.door.get(headers).await;
        }
        self.ear
            .failed(id, 0, "the stream ended without a response");
    }

    /// Hears an answer to its end; returns the id of the event after which it may go on.
    async fn heed(&self, id: &Value, response: Response<Body>) -> Option<String> {
        let (parts, body) = response.into_parts();
        let kind = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            let mut events = Events::of(body);
            let mut last = None;
            while let Some(event) = events.next().await {
                self.hear(Some(id), &event.data).await;
                last = event.id.or(last);
            }
            return last;
        }
        let body = body.collect().await.map(|whole| whole.to_bytes());
        let message: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        match message.get("id") == Some(id) {
            true => drop(self.ear.hear(Some(id), &message)),
            false => {
                let status = i64::from(parts.status.as_u16());
                self.ear.failed(id, status, &message.to_string());
            }
        }
        None
    }

    async fn hear(&self, origin: Option<&Value>, data: &str) {
        if data.is_empty() {
            return; // only a place to go on from
        }
        let message: Value = serde_json::from_str(data).unwrap_or_default();
        if let Some(answer) = self.ear.hear(origin, &message) {
            let response = self.door.post(&answer, self.headers()).await;
            if response.status() != StatusCode::ACCEPTED {
                self.ear
                    .fault(format!("{} to an answer", response.status()));
            }
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let id = self.lock().id.clone();
        let mut headers = Vec::new();
        if self.ear.revision >= Revision::V2025_06_18 && id.is_some() {
            let version = self.ear.revision.to_string();
            headers.push(("mcp-protocol-version".to_owned(), version));
        }
        headers.extend(id.map(|id| ("mcp-session-id".to_owned(), id)));
        headers
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// So often a stream is taken up again.
const RESUMPTIONS: usize = 4;
