//! An HTTP upstream that says what a test tells it to, and keeps what it heard.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_gateway::UpstreamConfig;
use http::{HeaderMap, Method};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt, StreamBody};
use tokio::{net::TcpListener, sync::mpsc};

/// A scripted upstream on a loopback port.
pub(crate) struct Upstream {
    pub(crate) url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    heard: Mutex<Vec<Heard>>,
    script: Mutex<VecDeque<Response>>,
    /// Streams whose reader is still there.
    streams: AtomicUsize,
    silent: AtomicUsize,
    /// The tools that the gateway itself finds, as the inside of an array.
    tools: Mutex<Option<String>>,
    sessions: AtomicBool,
    probes: AtomicUsize,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The writing end of an event stream.
pub(crate) struct Stream(mpsc::UnboundedSender<Result<Frame<Bytes>, std::io::Error>>);

impl Upstream {
    pub(crate) async fn start() -> Self {
        let state = Arc::<State>::default();
        let handling = Arc::clone(&state);
        let router =
            Router::new().fallback(move |request: Request| answer(Arc::clone(&handling), request));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!(
            "http://{}/endpoint",
            listener.local_addr().expect("address")
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    pub(crate) fn config(&self) -> UpstreamConfig {
        UpstreamConfig::Http {
            url: self.url.parse().expect("URL"),
            headers: Vec::new(),
        }
    }

    /// The answer to the next request that was told none yet.
    pub(crate) fn then(&self, response: Response) -> &Self {
        self.state.script.lock().expect("lock").push_back(response);
        self
    }

    /// The next answer is JSON.
    pub(crate) fn then_json(&self, body: &str) -> &Self {
        self.then(typed(200, "application/json", body))
    }

    /// The next answer is an event stream that this end writes.
    pub(crate) fn then_stream(&self) -> Stream {
        self.then_written("text/event-stream")
    }

    /// The next answer is JSON that this end writes bit by bit.
    pub(crate) fn then_slow_json(&self) -> Stream {
        self.then_written("application/json")
    }

    fn then_written(&self, media: &str) -> Stream {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let state = Arc::clone(&self.state);
        state.streams.fetch_add(1, Ordering::Relaxed);
        let open = Open(state);
        let frames = futures_util::stream::poll_fn(move |context| {
            let _held = &open;
            receiver.poll_recv(context)
        });
        let mut response = Response::new(Body::new(StreamBody::new(frames)));
        let media = media.parse().expect("type");
        response.headers_mut().insert("content-type", media);
        self.then(response);
        Stream(sender)
    }

    /// The next request is never answered.
    pub(crate) fn then_silence(&self) {
        self.state.silent.fetch_add(1, Ordering::Relaxed);
    }

    /// From now on the gateway's own questions find these tools; without, they are refused.
    pub(crate) fn has_tools(&self, tools: &[(&str, &str)]) {
        let tools = tools.iter().map(|(name, hints)| {
            format!(r#"{{"name":"{name}","inputSchema":{{}},"annotations":{{{hints}}}}}"#)
        });
        let tools: Vec<_> = tools.collect();
        *self.state.tools.lock().expect("lock") = Some(tools.join(","));
    }

    /// From now on the gateway's own `initialize` opens a session.
    pub(crate) fn speaks_sessions(&self) {
        self.state.sessions.store(true, Ordering::Relaxed);
    }

    /// How many questions of the gateway's own came.
    pub(crate) fn probes(&self) -> usize {
        self.state.probes.load(Ordering::Relaxed)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.state.heard.lock().expect("lock").clone()
    }

    pub(crate) fn last(&self) -> Heard {
        self.heard().pop().expect("a request arrived")
    }

    /// How many streams (and unanswered requests) still have somebody at the other end.
    pub(crate) fn open(&self) -> usize {
        self.state.streams.load(Ordering::Relaxed)
    }
}

impl Stream {
    /// False when nobody reads any more.
    pub(crate) fn write(&self, text: &str) -> bool {
        self.0
            .send(Ok(Frame::data(Bytes::from(text.to_owned()))))
            .is_ok()
    }

    /// Breaks the connection.
    pub(crate) fn break_off(self) {
        let broken = std::io::ErrorKind::ConnectionReset.into();
        self.0.send(Err(broken)).expect("somebody reads");
    }

    pub(crate) fn event(&self, json: &str) -> bool {
        self.write(&format!("data: {json}\n\n"))
    }
}

struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer(state: Arc<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("body").to_bytes();
    if body.windows(17).any(|part| part == br#""name":"doorward""#) {
        state.probes.fetch_add(1, Ordering::Relaxed);
        if state.sessions.load(Ordering::Relaxed) {
            return opened(&body);
        }
        return probed(state.tools.lock().expect("lock").as_deref(), &body);
    }
    let heard = Heard {
        method: parts.method,
        headers: parts.headers,
        body,
    };
    state.heard.lock().expect("lock").push(heard);
    let silent = state
        .silent
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        });
    if silent.is_ok() {
        state.streams.fetch_add(1, Ordering::Relaxed);
        let _open = Open(state);
        std::future::pending::<()>().await;
        unreachable!();
    }
    let asked = state.heard.lock().expect("lock").last().cloned();
    let next = state.script.lock().expect("lock").pop_front();
    match (next, asked) {
        (Some(next), Some(asked)) => addressed(next, &asked.body).await,
        (_, _) => typed(500, "text/plain", "nothing was scripted"),
    }
}

/// A whole JSON answer under the id that was asked with; `{}` is a result of nothing.
async fn addressed(response: Response, asked: &[u8]) -> Response {
    let (parts, body) = response.into_parts();
    let is_json = parts.status == 200
        && parts
            .headers
            .get("content-type")
            .is_some_and(|it| it == "application/json");
    if !is_json || body.size_hint().exact().is_none() {
        return Response::from_parts(parts, body);
    }
    let body = body.collect().await.expect("whole").to_bytes();
    let asked: serde_json::Value = serde_json::from_slice(asked).unwrap_or_default();
    let said: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = &asked["id"];
    let body = match said.as_object() {
        Some(said) if !id.is_null() && said.is_empty() => {
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into()
        }
        Some(said) if !id.is_null() && said.get("id").is_some_and(|own| own != id) => {
            let mut said = said.clone();
            said.insert("id".to_owned(), id.clone());
            serde_json::Value::from(said).to_string().into()
        }
        _ => body,
    };
    Response::from_parts(parts, Body::from(body))
}

/// Answers the gateway's own questions, in the stateless era.
fn probed(tools: Option<&str>, body: &[u8]) -> Response {
    let asked: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let (id, Some(tools)) = (&asked["id"], tools) else {
        return typed(500, "text/plain", "no");
    };
    let result = match asked["method"].as_str() {
        Some("server/discover") => {
            r#""supportedVersions":["2026-07-28","2025-11-25"],"capabilities":{}"#.to_owned()
        }
        Some("tools/list") => format!(r#""tools":[{tools}]"#),
        other => panic!("unexpected question {other:?}"),
    };
    let body =
        format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete",{result}}}}}"#);
    typed(200, "application/json", &body)
}

/// Answers the gateway's own questions, in the session era.
fn opened(body: &[u8]) -> Response {
    let asked: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let id = &asked["id"];
    if asked["method"] != "initialize" {
        let error = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32600,"message":"no session"}}}}"#
        );
        return typed(400, "application/json", &error);
    }
    let result = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"protocolVersion":"2025-06-18","capabilities":{{}}}}}}"#
    );
    with(
        typed(200, "application/json", &result),
        "mcp-session-id",
        "probe",
    )
}

/// A response with a body of one type; an empty type means none.
pub(crate) fn typed(status: u16, media: &str, body: &str) -> Response {
    let mut response = Response::builder().status(status);
    if !media.is_empty() {
        response = response.header("content-type", media);
    }
    response
        .body(Body::from(body.to_owned()))
        .expect("response")
}

/// The same with one more header.
pub(crate) fn with(mut response: Response, name: &'static str, value: &str) -> Response {
    response
        .headers_mut()
        .append(name, value.parse().expect("header value"));
    response
}
