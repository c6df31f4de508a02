//! Asking an endpoint that the operator chose: with a form, or with a credential.
//!
//! What distinguishes a call from a fetch is that its refusals say something: an OAuth error
//! is JSON in a 400. So every status is handed back, with its JSON where it has some; a
//! redirect is still an error, and nothing is followed, guessed or decompressed.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use http_body_util::Full;
use hyper::body::Incoming;
use url::Url;

use super::{AGENT, DialError, FetchError, Fetcher, document, target};

/// A request to an endpoint. Its `Debug` shows no header and no body: they hold credentials.
#[derive(Clone)]
pub struct Call {
    url: Url,
    method: Method,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    /// Whether every header can be sent as it is.
    sendable: bool,
}

/// What an endpoint answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status; never a redirect.
    pub status: StatusCode,
    /// The body, where it is marked as JSON and not encoded.
    pub json: Option<Bytes>,
}

impl Call {
    /// Asks with GET.
    pub fn get(url: Url) -> Self {
        Self {
            url,
            method: Method::GET,
            headers: Vec::new(),
            body: Bytes::new(),
            sendable: true,
        }
    }

    /// Posts a form, already encoded.
    pub fn post(url: Url, form: String) -> Self {
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        Self {
            method: Method::POST,
            headers: vec![(CONTENT_TYPE, form_type)],
            body: form.into(),
            ..Self::get(url)
        }
    }

    /// Sends a header along. What cannot stand in one makes the call fail before it is made.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(name == AUTHORIZATION);
                self.headers.push((name, value));
            }
            Err(_) => self.sendable = false,
        }
        self
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call(..)")
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Makes a call, with the guard, the deadline and the size limit of every document.
    pub async fn call(&self, call: Call) -> Result<Reply, FetchError> {
        let uri = self.admit(&call.url)?;
        let request = request(&uri, call)?;
        let read = async |response| self.reply(response).await;
        tokio::time::timeout(self.within, self.send(uri, request, read))
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }

    async fn reply(&self, response: Response<Incoming>) -> Result<Reply, FetchError> {
        let status = response.status();
        if status.is_redirection() {
            return Err(FetchError::Redirect(status));
        }
        let readable = document::is_json(response.headers());
        if !readable || document::is_encoded(response.headers()) {
            return Ok(Reply { status, json: None });
        }
        let json = document::collect(response.into_body(), self.max_bytes).await?;
        Ok(Reply {
            status,
            json: Some(json),
        })
    }
}

fn request(uri: &http::Uri, call: Call) -> Result<Request<Full<Bytes>>, FetchError> {
    if !call.sendable {
        return Err(DialError::Target.into());
    }
    let (path, host) = target(uri)?;
    let mut request = Request::builder()
        .method(call.method)
        .uri(path)
        .header(HOST, host)
        .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .header(CONNECTION, HeaderValue::from_static("close"));
    if !call.headers.iter().any(|(name, _)| *name == ACCEPT) {
        request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
    }
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(call.body));
    request.map_err(|_| DialError::Target.into())
}
