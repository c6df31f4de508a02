//! HTTP+SSE of 2024-11-05: one stream for everything the server says, and a place to post to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use doorward_mcp::era::Revision;
use http::{HeaderMap, StatusCode};

use super::{
    http::{Reading, check_headers, events},
    session::Session,
};
use crate::peers::witness::Witness;

#[derive(Clone)]
struct Endpoint {
    witness: Witness,
    sessions: Arc<Mutex<HashMap<String, Arc<Session>>>>,
    opened: Arc<AtomicUsize>,
}

pub(super) fn router(witness: &Witness) -> Router {
    let endpoint = Endpoint {
        witness: witness.clone(),
        sessions: Arc::default(),
        opened: Arc::default(),
    };
    Router::new()
        .route("/sse", get(open))
        .route("/messages", post(take))
        .with_state(endpoint)
}

async fn open(State(endpoint): State<Endpoint>, headers: HeaderMap) -> Response {
    check_headers(&endpoint.witness, Revision::V2024_11_05, &headers);
    let number = endpoint.opened.fetch_add(1, Ordering::Relaxed);
    let id = format!("session={number}");
    let session = Session::new(Revision::V2024_11_05, &endpoint.witness, false);
    let reading = Reading::from_start(&session.own);
    endpoint.sessions().insert(id.clone(), session);
    let first = format!("event: endpoint\ndata: /messages?{id}\n\n");
    events(Some(first), reading, Leaving(endpoint, id))
}

async fn take(
    State(endpoint): State<Endpoint>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    check_headers(&endpoint.witness, Revision::V2024_11_05, &headers);
    let found = endpoint.sessions().get(&query.unwrap_or_default()).cloned();
    let Some(session) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match serde_json::from_slice(&body) {
        Ok(message) => {
            session.receive(&message, &session.own);
            StatusCode::ACCEPTED.into_response()
        }
        Err(_) => {
            endpoint
                .witness
                .violated("a body that is no JSON".to_owned());
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

impl Endpoint {
    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session goes with its stream.
struct Leaving(Endpoint, String);

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(session) = self.0.sessions().remove(&self.1) {
            session.end();
        }
    }
}
