//! Cross-origin rules (R-029, GW-22).
//!
//! MCP endpoints answer the pages that may call, by name and without cookies:
//! there are none. Public documents answer every page.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Lets any page read a public document.
pub(super) fn open(headers: &mut HeaderMap) {
    let any = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
}

/// The answer to a preflight for a public document.
pub(super) fn public_preflight() -> Response {
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    let names = HeaderValue::from_static("accept, content-type, mcp-protocol-version");
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET"),
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static(MAX_AGE),
    );
    response
}

/// The answer to a preflight for an MCP endpoint; no token is asked for.
pub(super) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, DELETE");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed_names(asked));
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static(MAX_AGE),
    );
    let vary = HeaderValue::from_static("origin, access-control-request-headers");
    headers.insert(header::VARY, vary);
    response
}

/// Lets the page at `origin` read an answer.
pub(super) fn allow(origin: HeaderValue, headers: &mut HeaderMap) {
    let exposed = HeaderValue::from_static(
        "www-authenticate, dpop-nonce, mcp-session-id, mcp-protocol-version",
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    headers
        .entry(header::VARY)
        .or_insert(HeaderValue::from_static("origin"));
}

/// The headers that clients send, and every mirrored argument that this page asks for.
fn allowed_names(asked: &HeaderMap) -> HeaderValue {
    let mut names = NAMES.to_owned();
    let asked = asked.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let asked = asked.filter_map(|line| line.to_str().ok());
    for name in asked.flat_map(|line| line.split(',')).map(str::trim) {
        let mirrored = name.to_ascii_lowercase().starts_with("mcp-param-");
        if mirrored && http::HeaderName::try_from(name).is_ok() {
            names.push_str(", ");
            names.push_str(&name.to_ascii_lowercase());
        }
    }
    HeaderValue::try_from(names).unwrap_or(HeaderValue::from_static(NAMES))
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

const NAMES: &str = "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, \
                     last-event-id, mcp-method, mcp-name, dpop";
const MAX_AGE: &str = "3600";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_arguments_are_allowed_by_name_and_nothing_else_that_is_asked_for() {
        let mut asked = HeaderMap::new();
        let names = "Mcp-Param-Region, x-evil, mcp-param-a b, MCP-PARAM-Two";
        asked.insert(
            "access-control-request-headers",
            HeaderValue::from_static(names),
        );
        let allowed = allowed_names(&asked);
        let allowed = allowed.to_str().expect("ASCII");
        assert_eq!(allowed, format!("{NAMES}, mcp-param-region, mcp-param-two"));
    }
}
