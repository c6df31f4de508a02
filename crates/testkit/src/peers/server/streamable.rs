//! Streamable HTTP of 2025-03-26 to 2025-11-25: sessions, streams that can be resumed, one that
//! belongs to no request.

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
    extract::State,
    response::{IntoResponse, Response},
    routing::any,
};
use doorward_mcp::era::Revision;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::{
    http::{Reading, check_headers, check_media, events, json},
    session::Session,
};
use crate::peers::{
    log::Log,
    strict::{self, Kind},
    witness::Witness,
};

struct Endpoint {
    revision: Revision,
    witness: Witness,
    sessions: Mutex<HashMap<String, Arc<Streams>>>,
    opened: AtomicUsize,
}

/// A session and its streams, each with a number.
struct Streams {
    session: Arc<Session>,
    streams: Mutex<Vec<Arc<Log>>>,
    /// How much of what belongs to no request was read.
    read: Arc<AtomicUsize>,
}

pub(super) fn router(revision: Revision, witness: &Witness) -> Router {
    let endpoint = Arc::new(Endpoint {
        revision,
        witness: witness.clone(),
        sessions: Mutex::default(),
        opened: AtomicUsize::new(0),
    });
    Router::new()
        .route("/mcp", any(answer))
        .with_state(endpoint)
}

async fn answer(
    State(endpoint): State<Arc<Endpoint>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match method {
        Method::POST => endpoint.post(&headers, &body).await,
        Method::GET => endpoint.get(&headers),
        Method::DELETE => endpoint.delete(&headers),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

impl Endpoint {
    async fn post(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        let Ok(message) = serde_json::from_slice::<Value>(body) else {
            self.violated("a body that is no JSON");
            return StatusCode::BAD_REQUEST.into_response();
        };
        if message["method"] == "server/discover" && text(headers, SESSION).is_none() {
            return StatusCode::BAD_REQUEST.into_response(); // a probe, and no session
        }
        check_headers(&self.witness, self.revision, headers);
        check_media(&self.witness, headers);
        if message["method"] == "initialize" {
            return self.open(&message).await;
        }
        let streams = match self.session(headers) {
            Ok(streams) => streams,
            Err(status) => return status.into_response(),
        };
        match message.as_array() {
            Some(batch) if self.revision == Revision::V2025_03_26 => streams.batch(batch).await,
            Some(_) => {
                self.violated("a batch");
                StatusCode::BAD_REQUEST.into_response()
            }
            None => self.message(&streams, &message).await,
        }
    }

    async fn open(&self, message: &Value) -> Response {
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let id = format!("session-{number}");
        let streams = Arc::new(Streams {
            session: Session::new(self.revision, &self.witness, true),
            streams: Mutex::default(),
            read: Arc::default(),
        });
        self.sessions().insert(id.clone(), Arc::clone(&streams));
        let mut response = self.message(&streams, message).await;
        let id = id.parse().expect("a header value");
        response.headers_mut().insert(SESSION, id);
        response
    }

    async fn message(&self, streams: &Arc<Streams>, message: &Value) -> Response {
        if strict::kind(message) != Some(Kind::Request) {
            streams.session.receive(message, &streams.session.own);
            return StatusCode::ACCEPTED.into_response();
        }
        let (number, log) = streams.open();
        streams.session.receive(message, &log);
        if message["method"] != "tools/call" {
            let first = log.at(0).await.unwrap_or_default();
            if strict::kind(&first) == Some(Kind::Response) {
                return json(StatusCode::OK, &first);
            }
        }
        let primes = self.revision == Revision::V2025_11_25;
        let first = primes.then(|| format!("id: {number}-0\nretry: 1\ndata: \n\n"));
        let reading = Reading {
            ids: Some(number.to_string()),
            ..Reading::from_start(&log)
        };
        events(first, reading, ())
    }

    fn get(&self, headers: &HeaderMap) -> Response {
        check_headers(&self.witness, self.revision, headers);
        let streams = match self.session(headers) {
            Ok(streams) => streams,
            Err(status) => return status.into_response(),
        };
        if text(headers, "accept") != Some("text/event-stream") {
            self.violated("a GET that accepts no event stream");
        }
        let reading = match text(headers, "last-event-id") {
            Some(last) => streams.resumed(last),
            None => Some(streams.unasked()),
        };
        match reading {
            Some(reading) => events(Some(":\n\n".to_owned()), reading, ()),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn delete(&self, headers: &HeaderMap) -> Response {
        match self.session(headers) {
            Ok(streams) => streams.session.end(),
            Err(status) => return status.into_response(),
        }
        let id = text(headers, SESSION).unwrap_or_default();
        self.sessions().remove(id);
        StatusCode::OK.into_response()
    }

    /// The session that the headers name.
    fn session(&self, headers: &HeaderMap) -> Result<Arc<Streams>, StatusCode> {
        let version = text(headers, "mcp-protocol-version");
        let wanted = self.revision.as_str();
        let may_lack = self.revision == Revision::V2025_03_26;
        if version != Some(wanted) && !(version.is_none() && may_lack) {
            self.violated(&format!("MCP-Protocol-Version {version:?}"));
            return Err(StatusCode::BAD_REQUEST);
        }
        let Some(id) = text(headers, SESSION) else {
            self.violated("a message outside of a session");
            return Err(StatusCode::BAD_REQUEST);
        };
        let found = self.sessions().get(id).cloned();
        found.ok_or(StatusCode::NOT_FOUND)
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Streams>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn violated(&self, what: &str) {
        self.witness
            .violated(format!("{} server: {what}", self.revision));
    }
}

impl Streams {
    fn open(&self) -> (usize, Arc<Log>) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let log = Arc::<Log>::default();
        streams.push(Arc::clone(&log));
        (streams.len(), log)
    }

    /// Answers several messages on one stream.
    async fn batch(&self, messages: &[Value]) -> Response {
        let mut answers = Vec::new();
        for message in messages {
            let log = Arc::<Log>::default();
            self.session.receive(message, &log);
            let mut next = 0;
            while strict::kind(message) == Some(Kind::Request)
                && let Some(said) = log.at(next).await
            {
                next += 1;
                answers.extend(Some(said).filter(|said| said.get("id").is_some()));
            }
        }
        match answers.is_empty() {
            true => StatusCode::ACCEPTED.into_response(),
            false => json(StatusCode::OK, &Value::Array(answers)),
        }
    }

    /// What comes after the event of this id, on its own stream only.
    fn resumed(&self, last: &str) -> Option<Reading> {
        let (stream, next) = last.split_once('-')?;
        let next = next.parse().ok()?;
        if stream == UNASKED {
            return Some(Reading {
                next,
                ..self.unasked()
            });
        }
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let log = streams.get(stream.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(Reading {
            next,
            ids: Some(stream.to_owned()),
            breaks: false,
            ..Reading::from_start(log)
        })
    }

    /// What belongs to no request and was not read yet.
    fn unasked(&self) -> Reading {
        let read = Arc::clone(&self.read);
        Reading {
            next: self.read.load(Ordering::Relaxed),
            ids: Some(UNASKED.to_owned()),
            read: Box::new(move |index| read.store(index, Ordering::Relaxed)),
            ..Reading::from_start(&self.session.own)
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

const SESSION: &str = "mcp-session-id";
/// What event ids of the stream that belongs to no request begin with.
const UNASKED: &str = "u";
