//! A scripted server behind a URL, for the tests of this folder.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_core::{
    permit::{Action, Held, Permit, Rights, decide},
    scope::ScopeSet,
    server::ServerName,
};
use doorward_fetch::{UpstreamClient, UpstreamConfig, tls};
use http::{HeaderMap, Method};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use super::{Around, HttpUpstream};
use crate::{config::GatewayLimits, upstream::manner::Knowledge};

/// What a request was.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The message's method, or the verb where there is no message.
    pub(crate) fn what(&self) -> String {
        let json = self.json();
        let method = json["method"].as_str();
        method.map_or_else(|| self.method.to_string(), str::to_owned)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }
}

/// The server: answers in the order of its script, and remembers what it was asked.
pub(crate) struct Scripted {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    script: Arc<Mutex<VecDeque<Response>>>,
    pub(crate) known: Arc<Knowledge>,
}

/// The writing end of an event stream.
pub(crate) struct Writer(mpsc::UnboundedSender<Result<Frame<Bytes>, std::io::Error>>);

impl Writer {
    pub(crate) fn write(&self, text: &str) -> bool {
        let frame = Frame::data(Bytes::from(text.to_owned()));
        self.0.send(Ok(frame)).is_ok()
    }

    pub(crate) fn event(&self, json: &str) -> bool {
        self.write(&format!("data: {json}\n\n"))
    }

    pub(crate) fn break_off(self) {
        self.0.send(Err(std::io::Error::other("cut"))).ok();
    }

    /// Until nobody reads any more.
    pub(crate) async fn left(&self) {
        self.0.closed().await;
    }
}

impl Scripted {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/mcp", listener.local_addr().expect("address"));
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let script = Arc::<Mutex<VecDeque<Response>>>::default();
        let state = (Arc::clone(&heard), Arc::clone(&script));
        let router = axum::Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            state.0.lock().expect("lock").push(Heard {
                method: parts.method,
                path: parts.uri.to_string(),
                headers: parts.headers,
                body,
            });
            let next = state.1.lock().expect("lock").pop_front();
            next.unwrap_or_else(|| answer(500, "text/plain", "nothing was scripted"))
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            heard,
            script,
            known: Arc::default(),
        }
    }

    pub(crate) fn upstream(&self) -> Arc<HttpUpstream> {
        let roots = tls::client_config([]).expect("trust store");
        let limits = GatewayLimits {
            message_bytes: 64 * 1024,
            response_bytes: 64 * 1024,
            ..GatewayLimits::default()
        };
        let around = Around {
            client: UpstreamClient::new(UpstreamConfig::new(roots)),
            limits: &limits,
            changes: Arc::default(),
            known: Arc::clone(&self.known),
        };
        let name = ServerName::parse("files").expect("a name");
        let url = self.url.parse().expect("a URL");
        Arc::new(HttpUpstream::new(&name, &url, &[], around).expect("valid"))
    }

    pub(crate) fn then(&self, response: Response) -> &Self {
        self.script.lock().expect("lock").push_back(response);
        self
    }

    pub(crate) fn then_json(&self, body: &str) -> &Self {
        self.then(answer(200, "application/json", body))
    }

    /// The next answer has this status and no body.
    pub(crate) fn then_status(&self, status: u16) -> &Self {
        self.then(answer(status, "", ""))
    }

    /// The next answer is the events in `text`, and ends with them.
    pub(crate) fn then_events(&self, text: &str) -> &Self {
        self.then(answer(200, "text/event-stream", text))
    }

    /// The next answer is an event stream that is written here.
    pub(crate) fn then_stream(&self) -> Writer {
        self.then_stream_of("")
    }

    /// The same of a session that it opens.
    pub(crate) fn then_stream_of(&self, id: &str) -> Writer {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let frames = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
        let mut response = Response::new(Body::new(StreamBody::new(frames)));
        let media = "text/event-stream".parse().expect("a type");
        response.headers_mut().insert("content-type", media);
        if !id.is_empty() {
            let id = id.parse().expect("a header value");
            response.headers_mut().insert("mcp-session-id", id);
        }
        self.then(response);
        Writer(sender)
    }

    /// The next answers open a session.
    pub(crate) fn then_session(&self, id: &str, revision: &str) -> &Self {
        let opened = format!(
            r#"{{"jsonrpc":"2.0","id":"doorward-initialize","result":{{"protocolVersion":"{revision}","capabilities":{{}}}}}}"#
        );
        let mut opened = answer(200, "application/json", &opened);
        if !id.is_empty() {
            let id = id.parse().expect("a header value");
            opened.headers_mut().insert("mcp-session-id", id);
        }
        self.then(opened).then_status(202)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("lock").clone()
    }

    pub(crate) fn last(&self) -> Heard {
        self.heard().pop().expect("a request came")
    }

    /// What was asked, in order, a word each.
    pub(crate) fn whats(&self) -> Vec<String> {
        self.heard().iter().map(Heard::what).collect()
    }

    /// Waits until so many requests came.
    pub(crate) async fn until(&self, count: usize) {
        while self.heard.lock().expect("lock").len() < count {
            tokio::task::yield_now().await;
        }
    }
}

pub(crate) fn answer(status: u16, media: &str, body: &str) -> Response {
    let mut response = Response::builder().status(status);
    if !media.is_empty() {
        response = response.header("content-type", media);
    }
    response.body(Body::from(body.to_owned())).expect("valid")
}

/// The permission to send one message.
pub(crate) fn permit() -> Permit {
    let server = ServerName::parse("files").expect("a name");
    let held = Held {
        scopes: &ScopeSet::baseline(),
        details: &doorward_core::details::Details::default(),
        sign_in: None,
        argument: &|_| None,
    };
    decide(&server, &Rights::Everything, held, Action::Use).expect("allowed")
}
