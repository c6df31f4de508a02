//! What the three HTTP transports share: event streams of a [`Log`], and headers that nobody
//! may send.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use doorward_mcp::era::Revision;
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::peers::{log::Log, witness::Witness};

/// An event stream. Whatever `guard` is goes when the reader does.
pub(super) fn events<G: Send + 'static>(
    first: Option<String>,
    reading: Reading,
    guard: G,
) -> Response {
    let start = (first, reading, guard);
    let frames = stream::unfold(start, |(first, mut reading, guard)| async move {
        let frame = match first {
            Some(first) => first,
            None => reading.frame().await?,
        };
        Some((
            Ok::<_, std::convert::Infallible>(Bytes::from(frame)),
            (None, reading, guard),
        ))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(frames)).into_response()
}

/// How a log is read into a stream.
pub(super) struct Reading {
    pub(super) log: Arc<Log>,
    pub(super) next: usize,
    /// What the ids of events begin with; none has an id otherwise.
    pub(super) ids: Option<String>,
    /// Whether [`BREAK`] ends it.
    pub(super) breaks: bool,
    pub(super) read: Box<dyn Fn(usize) + Send>,
}

impl Reading {
    pub(super) fn from_start(log: &Arc<Log>) -> Self {
        Self {
            log: Arc::clone(log),
            next: 0,
            ids: None,
            breaks: true,
            read: Box::new(|_| {}),
        }
    }

    async fn frame(&mut self) -> Option<String> {
        loop {
            let message = self.log.at(self.next).await?;
            self.next += 1;
            (self.read)(self.next);
            if message == BREAK && self.breaks {
                return None;
            }
            if message != BREAK {
                let id = self.ids.as_ref();
                let id = id.map(|stream| format!("id: {stream}-{}\n", self.next));
                let id = id.unwrap_or_default();
                return Some(format!("{id}event: message\ndata: {message}\n\n"));
            }
        }
    }
}

/// What stands in a log where its stream breaks off.
pub(super) const BREAK: &str = "break";

/// Notes headers that no gateway may send to a server, or that the revision does not know.
pub(super) fn check_headers(witness: &Witness, revision: Revision, headers: &HeaderMap) {
    let session_era = revision != Revision::V2026_07_28;
    for name in headers.keys().map(http::HeaderName::as_str) {
        let secret = ["authorization", "cookie", "dpop", "origin"].contains(&name);
        let mirrored = ["mcp-method", "mcp-name"].contains(&name) || name.starts_with("mcp-param-");
        let session = ["mcp-session-id", "last-event-id"].contains(&name);
        if secret || (session_era && mirrored) || (!session_era && session) {
            witness.violated(format!("{revision} server got the header {name}"));
        }
    }
}

/// Notes what is wrong with the media types of a POST.
pub(super) fn check_media(witness: &Witness, headers: &HeaderMap) {
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let accept = of(header::ACCEPT).unwrap_or_default();
    let both = accept.contains("application/json") && accept.contains("text/event-stream");
    if !both || of(header::CONTENT_TYPE) != Some("application/json") {
        witness.violated(format!("a POST that accepts {accept:?}"));
    }
}

/// A JSON body.
pub(super) fn json(status: StatusCode, message: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, message.to_string()).into_response()
}
