//! A document that everybody may read, prepared once with its headers.
//!
//! These are what every client asks for first and most often, so that an answer
//! only copies handles.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::Full;

use crate::wire::{json_bytes, readable};

/// Clients may keep the documents for this long.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// What was made for one client must not be handed to another one.
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// A JSON document as it is served, byte for byte the same in every place.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    headers: HeaderMap,
    body: Bytes,
}

impl Document {
    /// Prepares `json`.
    pub(crate) fn new(json: Vec<u8>) -> Self {
        let mut response = readable(json_bytes(Bytes::new()));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, BRIEFLY);
        Self {
            headers: std::mem::take(headers),
            body: json.into(),
        }
    }

    /// Lets nobody keep it: it is for the client that asks and no other.
    pub(crate) fn for_one(mut self) -> Self {
        self.headers.insert(header::CACHE_CONTROL, NEVER);
        self
    }

    /// The answer to whoever asks.
    pub(crate) fn response(&self) -> Response {
        self.whole().map(Body::new)
    }

    /// The same, known to be whole: nothing of it is still to come.
    pub(crate) fn whole(&self) -> http::Response<Full<Bytes>> {
        let mut response = http::Response::new(Full::new(self.body.clone()));
        response.headers_mut().clone_from(&self.headers);
        response
    }
}
