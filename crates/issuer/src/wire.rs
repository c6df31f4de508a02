//! JSON answers of the OAuth endpoints.
//!
//! Every error is RFC JSON that must not be stored (A-042, interop 44), every
//! endpoint that scripts call allows any origin without credentials.

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use crate::form::BodyError;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// An error as RFC 6749 section 5.2 and RFC 7591 section 3.2.2 write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OAuthError<'a> {
    pub(crate) status: StatusCode,
    pub(crate) error: &'a str,
    pub(crate) description: &'a str,
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Serialize)]
struct Wire<'a> {
    error: &'a str,
    error_description: &'a str,
}

impl IntoResponse for OAuthError<'_> {
    fn into_response(self) -> Response {
        let description = printable(self.description);
        let body = Wire {
            error: self.error,
            error_description: &description,
        };
        let mut response = json(self.status, &body);
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, retry_after(wait));
        }
        response
    }
}

/// A JSON answer that must not be stored.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = json_bytes(bytes.into());
            *response.status_mut() = status;
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, NO_STORE);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(), // our own types always serialise
    }
}

/// A JSON document.
pub(crate) fn json_bytes(bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The answer to a method that an endpoint does not have.
pub(crate) fn method_not_allowed(allowed: &'static str) -> Response {
    let refused = OAuthError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        error: "invalid_request",
        description: "this endpoint does not have that method",
        retry_after: None,
    };
    let mut response = refused.into_response();
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The status of a body that could not be read.
pub(crate) fn body_status(error: BodyError) -> StatusCode {
    match error {
        BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::MediaType | BodyError::Interrupted | BodyError::Malformed => {
            StatusCode::BAD_REQUEST
        }
    }
}

/// Whole seconds, rounded up, at least one.
pub(crate) fn retry_after(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.max(1))
}

/// Only the characters that `error_description` may have (RFC 6749 section 5.2).
pub(crate) fn printable(text: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    text.chars()
        .map(|c| if allowed(c) { c } else { '\'' })
        .collect()
}

/// Runs a request to its end even when its client goes away: between the commit of a
/// revocation and telling the verifiers of this process nobody may cut in (TK-18).
pub async fn to_the_end(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let run = tokio::spawn(next.run(request)).await;
    run.unwrap_or_else(|_| server_error())
}

/// The answer when something of ours failed that never should.
pub(crate) fn server_error() -> Response {
    let failed = OAuthError {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        error: "server_error",
        description: "the server failed",
        retry_after: None,
    };
    failed.into_response()
}

/// Allows any origin to read an answer of an endpoint that uses no cookies (A-012, interop 41).
pub(crate) async fn allow_any_origin(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight().await;
    }
    readable(next.run(request).await)
}

/// The answer to a browser that asks before it calls.
pub(crate) async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow(response.headers_mut(), true);
    response
}

/// Lets scripts of any origin read `response`.
pub(crate) fn readable(mut response: Response) -> Response {
    allow(response.headers_mut(), false);
    response
}

fn allow(headers: &mut HeaderMap, preflight: bool) {
    let set = |headers: &mut HeaderMap, name, value| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        headers,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "WWW-Authenticate, Retry-After, DPoP-Nonce",
    );
    if preflight {
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET, POST, PUT, DELETE, OPTIONS",
        );
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Accept, MCP-Protocol-Version, DPoP",
        );
        set(headers, header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::Arc, task::Poll};

    use axum::{Router, middleware::from_fn, routing::post};
    use http::Request;
    use tokio::sync::{Notify, mpsc};
    use tower::ServiceExt;

    use super::*;

    // TK-18
    #[tokio::test]
    async fn what_was_begun_is_finished_though_the_client_hangs_up() {
        let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (finished, mut told) = mpsc::channel::<()>(1);
        let (begins, goes) = (Arc::clone(&begun), Arc::clone(&go));
        let work = async move || {
            begins.notify_one();
            goes.notified().await;
            finished.send(()).await.is_ok().to_string()
        };
        let route = post(work).layer(from_fn(to_the_end));
        let request = Request::post("/").body(Body::empty()).expect("a request");
        let mut sent = Box::pin(Router::new().route("/", route).oneshot(request));
        assert!(poll_fn(|context| Poll::Ready(sent.as_mut().poll(context).is_pending())).await);
        begun.notified().await;
        drop(sent);
        go.notify_one();
        assert_eq!(told.recv().await, Some(()));
    }

    #[test]
    fn descriptions_hold_only_what_the_rfc_allows() {
        assert_eq!(printable("a \"b\" \\c\n\u{e9}"), "a 'b' 'c''");
    }

    #[test]
    fn retry_after_rounds_up() {
        for (wait, expected) in [(0, "1"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            assert_eq!(retry_after(Duration::from_millis(wait)), expected);
        }
    }
}
