//! Sending requests straight into a router, and reading what comes back.

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A request under construction. Built by [`get`], [`post_form`] and [`post_json`].
#[derive(Debug)]
pub struct Ask(http::request::Builder, Body);

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A GET request.
pub fn get(path: &str) -> Ask {
    ask(Method::GET, path)
}

/// A request of any method without a body.
pub fn ask(method: Method, path: &str) -> Ask {
    let builder = Request::builder().method(method).uri(path);
    Ask(
        builder.header(header::HOST, "127.0.0.1:8080"),
        Body::empty(),
    )
}

/// A form submission.
pub fn post_form(path: &str, fields: &[(&str, &str)]) -> Ask {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let ask = ask(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    Ask(ask.0, Body::from(form.finish()))
}

/// A JSON body.
pub fn post_json(path: &str, value: &Value) -> Ask {
    let ask = ask(Method::POST, path).header("content-type", "application/json");
    Ask(ask.0, Body::from(value.to_string()))
}

impl Ask {
    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value), self.1)
    }

    /// Adds a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Puts a value beside the request, which lives as long as the server works on it.
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(self, value: T) -> Self {
        Self(self.0.extension(value), self.1)
    }

    /// Its method and its path with the query.
    pub fn target(&self) -> (Method, String) {
        let method = self.0.method_ref().cloned().unwrap_or_default();
        let path = self.0.uri_ref().map(ToString::to_string);
        (method, path.unwrap_or_default())
    }

    /// Replaces the body by these very bytes.
    #[must_use]
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0, Body::from(body.into()))
    }

    /// Sends it, without reading the body of the answer.
    pub async fn open(self, router: &Router) -> Response<Body> {
        let request = self.0.body(self.1).expect("a well-formed request");
        let answer = router.clone().oneshot(request).await;
        answer.unwrap_or_else(|never| match never {})
    }

    /// Sends it and reads the answer to its end.
    pub async fn send(self, router: &Router) -> Answer {
        let (parts, body) = self.open(router).await.into_parts();
        let body = body.collect().await.map(|all| all.to_bytes().to_vec());
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.unwrap_or_default(),
        }
    }
}

impl Answer {
    /// The body as JSON; `null` when it is something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// One header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Where a redirect leads; empty when it is none.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// One query parameter of the redirect.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}
