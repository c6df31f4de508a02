//! Requests and whole answers.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_core::peer::{Peer, SameMachine};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;

use super::CANARY;

/// A request in the making.
pub(crate) struct Ask(pub(crate) Request<Body>);

/// A POST with a valid token.
pub(crate) fn post(body: impl Into<Body>) -> Ask {
    request(Method::POST, "/mcp/files", body)
        .with("authorization", &format!("Bearer {CANARY}"))
        .with("content-type", "application/json")
        .with("accept", "application/json, text/event-stream")
}

/// A POST of 2026-07-28: `params` is the inside of the object, without `_meta`.
pub(crate) fn modern(method: &str, name: Option<&str>, params: &str) -> Ask {
    let comma = if params.is_empty() { "" } else { "," };
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":"m-1","method":"{method}","params":{{{params}{comma}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    let ask = post(body)
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", method);
    match name {
        Some(name) => ask.with("mcp-name", name),
        None => ask,
    }
}

pub(crate) fn call(tool: &str) -> Ask {
    post(call_body(tool))
}

pub(crate) fn call_body(tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#
    )
}

pub(crate) fn list(what: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{what}","params":{{}}}}"#)
}

/// A GET with a valid token.
pub(crate) fn get(path: &str) -> Ask {
    request(Method::GET, path, Body::empty())
        .with("authorization", &format!("Bearer {CANARY}"))
        .with("accept", "text/event-stream")
}

pub(crate) fn request(method: Method, path: &str, body: impl Into<Body>) -> Ask {
    let request = Request::builder().method(method).uri(path);
    Ask(request.body(body.into()).expect("request"))
}

impl Ask {
    /// The same from this address.
    pub(crate) fn from(mut self, peer: std::net::IpAddr) -> Self {
        self.0.extensions_mut().insert(Peer(peer));
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0
            .headers_mut()
            .insert(name, value.parse().expect("header value"));
        self
    }

    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0
            .headers_mut()
            .append(name, value.parse().expect("header value"));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }

    pub(crate) fn to(mut self, path: &str) -> Self {
        *self.0.uri_mut() = path.parse().expect("path");
        self
    }

    pub(crate) fn verb(mut self, method: Method) -> Self {
        *self.0.method_mut() = method;
        self
    }

    /// The same over a connection that others share.
    pub(crate) fn over_http_2(mut self) -> Self {
        *self.0.version_mut() = http::Version::HTTP_2;
        self
    }

    pub(crate) fn path(&self) -> &str {
        self.0.uri().path()
    }

    /// As sent by a program of this machine.
    pub(crate) fn sent_here(mut self) -> Self {
        self.0.extensions_mut().insert(SameMachine);
        self
    }

    /// With another token.
    pub(crate) fn token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("whole body").to_bytes(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The header, or `""`.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Its JSON-RPC error code.
    pub(crate) fn code(&self) -> i64 {
        self.json()["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("no error: {}", self.text()))
    }

    /// The messages of its event stream.
    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        let data = self
            .text()
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("JSON"))
            .collect()
    }
}
