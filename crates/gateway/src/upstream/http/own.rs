//! Requests of the gateway's own making, and what comes back.

use std::time::Duration;

use bytes::Bytes;
use doorward_mcp::envelope::{Message, Outcome};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming as Body;

use super::{HttpUpstream, fault, request, source::Source, unbroken::unbroken};
use crate::upstream::Fault;

/// One request of ours.
pub(super) struct Own {
    method: Method,
    uri: Option<Uri>,
    headers: HeaderMap,
    body: Bytes,
    within: Option<Duration>,
    lasts: bool,
}

/// The answer to one.
pub(super) enum Heard {
    /// Messages.
    Said(Source),
    /// An HTTP error with a JSON-RPC error in it.
    Refusal(StatusCode, Bytes),
}

impl Own {
    pub(super) fn post(body: Bytes) -> Self {
        Self::new(Method::POST, body)
    }

    pub(super) fn get() -> Self {
        Self::new(Method::GET, Bytes::new())
    }

    pub(super) fn delete() -> Self {
        Self::new(Method::DELETE, Bytes::new())
    }

    fn new(method: Method, body: Bytes) -> Self {
        Self {
            method,
            uri: None,
            headers: HeaderMap::new(),
            body,
            within: None,
            lasts: false,
        }
    }

    /// To another place of the same server.
    pub(super) fn to(mut self, uri: Uri) -> Self {
        self.uri = Some(uri);
        self
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The answer must begin within this time.
    pub(super) fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// It goes on when nobody waits for it any more.
    pub(super) fn lasting(mut self) -> Self {
        self.lasts = true;
        self
    }
}

impl HttpUpstream {
    /// Sends a request of ours and waits for the head of the answer.
    pub(super) async fn send(&self, own: Own) -> Result<Response<Body>, Fault> {
        let turn = self.breaker.enter()?;
        let mut headers = request::bare(&own.method);
        headers.extend(own.headers);
        for (name, value) in &self.own {
            headers.insert(name, value.clone());
        }
        let mut request = Request::new(Full::new(own.body));
        *request.method_mut() = own.method;
        *request.uri_mut() = own.uri.unwrap_or_else(|| self.uri.clone());
        *request.headers_mut() = headers;
        let sending = self.client.send(request, own.within);
        let sent = match own.lasts {
            true => unbroken(sending).await,
            false => sending.await,
        };
        turn.settle(sent.map_err(fault))
    }

    /// Sorts out the answer to a request.
    pub(super) async fn hear(&self, response: Response<Body>, lasts: bool) -> Result<Heard, Fault> {
        match response.status().as_u16() {
            200 => Source::new(response, self.caps, lasts).map(Heard::Said),
            400..=499 => {
                let status = response.status();
                let refused = Fault::of_status(status.as_u16());
                let body = refusal(response).await;
                match refused {
                    Fault::Refused(_) => {
                        body.map(|body| Heard::Refusal(status, body)).ok_or(refused)
                    }
                    other => Err(other),
                }
            }
            status => Err(Fault::of_status(status)),
        }
    }
}

/// Whether what wants no answer was taken. The rest of the answer is not MCP, whatever it is.
pub(super) fn taken(response: Response<Body>) -> Result<(), Fault> {
    match response.status().as_u16() {
        200..=299 => {
            super::read_on(response.into_body());
            Ok(())
        }
        status => Err(Fault::of_status(status)),
    }
}

/// The JSON-RPC error that a refusal carries, if it does.
async fn refusal(response: Response<Body>) -> Option<Bytes> {
    let body = Limited::new(response.into_body(), LONGEST_REFUSAL);
    let body = body.collect().await.ok()?.to_bytes();
    match Message::parse(&body) {
        Ok(Message::Response(response)) => matches!(response.outcome, Outcome::Error(_)),
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => false,
    }
    .then_some(body)
}

const LONGEST_REFUSAL: usize = 64 * 1024;
