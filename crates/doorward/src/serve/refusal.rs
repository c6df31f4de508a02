//! What the front itself refuses, as JSON that is never stored by anybody in between.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

/// Why a request went no further than the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrontRefusal {
    /// A body whose end two programs would see at different places.
    Framing,
    /// No host, two hosts, or a request target that names another host than the header.
    AmbiguousHost,
    /// A host that is not ours (DNS rebinding, a wrong proxy).
    ForeignHost,
    /// TRACE.
    Trace,
    /// CONNECT.
    Connect,
    /// There is nothing at this path.
    NotFound,
    /// Something broke while the request was answered.
    Broken,
}

impl FrontRefusal {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Framing => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "Transfer-Encoding must be chunked, once, and without Content-Length",
            ),
            Self::AmbiguousHost => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "the request must name exactly one host",
            ),
            Self::ForeignHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected_request",
                "this host is not served here; use the public_url of this server",
            ),
            Self::Trace => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "TRACE is not allowed",
            ),
            Self::Connect => (
                StatusCode::NOT_IMPLEMENTED,
                "invalid_request",
                "this is not a proxy",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "there is nothing here"),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "something went wrong here",
            ),
        }
    }

    /// The answer.
    pub(super) fn response(self) -> Response {
        let (status, error, description) = self.parts();
        let body = format!("{{\"error\":\"{error}\",\"error_description\":\"{description}\"}}");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, "application/json");
        set(header::CACHE_CONTROL, "no-store");
        if matches!(self, Self::Framing | Self::AmbiguousHost) {
            set(header::CONNECTION, "close"); // GW-07: who knows what comes behind it
        }
        if matches!(self, Self::Trace) {
            set(header::ALLOW, "GET, POST, DELETE, OPTIONS");
        }
        response
    }
}
