//! Requests and answers as they are sent.

use std::collections::HashMap;

use axum::body::Body;
use doorward_core::peer::Peer;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"));
        value.unwrap_or_default()
    }

    pub(crate) fn location(&self) -> String {
        self.header("location").to_owned()
    }

    /// The parameters of the redirect.
    pub(crate) fn parameters(&self) -> HashMap<String, String> {
        let location = self.location();
        let query = location.split_once('?').expect("a query").1;
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn parameter(&self, name: &str) -> String {
        self.parameters().get(name).cloned().unwrap_or_default()
    }

    /// Whether the page shows this text, marked as different or not.
    pub(crate) fn shows(&self, text: &str) -> bool {
        let body = self.body.replace("<mark>", "").replace("</mark>", "");
        body.replace("&#x2f;", "/").contains(text)
    }

    /// The inputs of this name, as they are written.
    pub(crate) fn inputs(&self, name: &str) -> Vec<&str> {
        let all = self.body.split("<input").skip(1);
        let all = all.filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
        all.filter(|tag| tag.contains(&format!(" name=\"{name}\"")))
            .collect()
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let rest = self
            .body
            .split_once(&marker)
            .unwrap_or_else(|| panic!("no {name}: {}", self.body))
            .1;
        rest.split('"').next().expect("a value").to_owned()
    }

    /// The page without what differs each time: challenges and what seals them.
    pub(crate) fn without_chance(&self) -> String {
        let mut body = self.body.clone();
        for begins in ["data-options=\"", "name=\"ticket\" value=\""] {
            let Some((before, rest)) = body.split_once(begins) else {
                continue;
            };
            let after = rest.split_once('"').expect("an end").1;
            body = format!("{before}{after}");
        }
        body
    }

    pub(crate) fn tokens(&self) -> Tokens {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let json = self.json();
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Tokens {
            access: text("access_token"),
            refresh: text("refresh_token"),
            scope: text("scope"),
        }
    }

    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, error: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.json()["error"], error, "{}", self.body);
        assert_eq!(self.header("cache-control"), "no-store"); // interop 44
        assert_eq!(self.header("content-type"), "application/json");
    }
}

/// The claims of an access token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    serializer.extend_pairs(pairs).finish()
}

pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let peer = Peer("192.0.2.7".parse().expect("an address"));
    builder
        .extension(peer)
        .body(Body::from(body))
        .expect("a request")
}
