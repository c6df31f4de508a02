//! Where a client over HTTP knocks.

use axum::{Router, body::Body};
use http::{Method, Request, Response, header};
use serde_json::Value;
use tower::ServiceExt;

/// Something that answers HTTP in this process, a path, and the token that opens it.
#[derive(Clone, Debug)]
pub struct Door {
    router: Router,
    path: String,
    token: Option<String>,
}

impl Door {
    /// The door of what needs no token.
    pub fn new(router: Router, path: &str) -> Self {
        Self {
            router,
            path: path.to_owned(),
            token: None,
        }
    }

    /// The same with a token for each request.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self
        }
    }

    /// The same at another path.
    pub(super) fn at(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// Posts a message.
    pub(super) async fn post(
        &self,
        message: &Value,
        headers: Vec<(String, String)>,
    ) -> Response<Body> {
        let mut headers = headers;
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let both = "application/json, text/event-stream";
        headers.push(("accept".to_owned(), both.to_owned()));
        let body = Body::from(message.to_string());
        self.knock(Method::POST, headers, body).await
    }

    /// Asks for an event stream.
    pub(super) async fn get(&self, headers: Vec<(String, String)>) -> Response<Body> {
        let mut headers = headers;
        headers.push(("accept".to_owned(), "text/event-stream".to_owned()));
        self.knock(Method::GET, headers, Body::empty()).await
    }

    /// Ends a session.
    pub(super) async fn delete(&self, headers: Vec<(String, String)>) -> Response<Body> {
        self.knock(Method::DELETE, headers, Body::empty()).await
    }

    async fn knock(
        &self,
        method: Method,
        headers: Vec<(String, String)>,
        body: Body,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(&self.path);
        request = request.header(header::HOST, "127.0.0.1:8080");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(body).expect("a well-formed request");
        let answer = self.router.clone().oneshot(request).await;
        answer.unwrap_or_else(|never| match never {})
    }
}
