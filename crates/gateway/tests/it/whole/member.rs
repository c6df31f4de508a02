//! A server of 2026-07-28 that answers by a function, and keeps what it heard.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_gateway::UpstreamConfig;
use futures_util::{StreamExt, stream};
use http::HeaderMap;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};

/// What it says to one request.
pub(crate) enum Reply {
    Result(Value),
    Error(i64),
    /// These, and then the result.
    Told(Vec<Value>, Value),
    /// What it grants, and then whatever the test says.
    Listen,
    /// Nothing, ever.
    Silence,
}

type Script = Arc<dyn Fn(&str, &Value) -> Reply + Send + Sync>;

/// The server.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    script: Script,
    heard: Mutex<Vec<(HeaderMap, Value)>>,
    says: broadcast::Sender<Value>,
    open: AtomicUsize,
}

struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Member {
    pub(crate) async fn start(
        script: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let state = Arc::new(State {
            script: Arc::new(script),
            heard: Mutex::default(),
            says: broadcast::channel(16).0,
            open: AtomicUsize::new(0),
        });
        let handling = Arc::clone(&state);
        let router = Router::new().fallback(move |request| answer(Arc::clone(&handling), request));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}/mcp", listener.local_addr().expect("address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    pub(crate) fn config(&self) -> UpstreamConfig {
        at(&self.url)
    }

    /// The requests of one method, with their headers.
    pub(crate) fn heard(&self, method: &str) -> Vec<(HeaderMap, Value)> {
        let heard = self.state.heard.lock().expect("lock");
        let of = heard.iter().filter(|(_, body)| body["method"] == method);
        of.cloned().collect()
    }

    /// Says something to whoever listens.
    pub(crate) fn say(&self, method: &str, params: Value) {
        let said = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.state.says.send(said).ok();
    }

    /// Ends all subscriptions.
    pub(crate) fn hang_up(&self) {
        self.state.says.send(Value::Null).ok();
    }

    /// How many subscriptions are open.
    pub(crate) fn open(&self) -> usize {
        self.state.open.load(Ordering::SeqCst)
    }
}

pub(crate) fn at(url: &str) -> UpstreamConfig {
    UpstreamConfig::Http {
        url: url.parse().expect("URL"),
        headers: Vec::new(),
    }
}

async fn answer(state: Arc<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let method = body["method"].as_str().unwrap_or_default().to_owned();
    let id = body["id"].clone();
    if body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] != "2026-07-28" {
        return refusal(&id, -32022);
    }
    let named = body["params"].get("name").or(body["params"].get("uri"));
    let header = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    if header("mcp-method") != Some(&method) || header("mcp-name") != named.and_then(Value::as_str)
    {
        return refusal(&id, -32020);
    }
    state
        .heard
        .lock()
        .expect("lock")
        .push((parts.headers, body.clone()));
    let response = |result: &Value| json!({"jsonrpc": "2.0", "id": id, "result": result});
    match (state.script)(&method, &body) {
        Reply::Result(result) => typed("application/json", response(&result).to_string()),
        Reply::Error(code) => refusal(&id, code),
        Reply::Silence => std::future::pending().await,
        Reply::Told(said, result) => {
            let all = said.into_iter().chain([response(&result)]);
            let events: Vec<String> = all.map(|message| event(&message)).collect();
            typed("text/event-stream", events.concat())
        }
        Reply::Listen => {
            let acknowledged = json!({"jsonrpc": "2.0",
                "method": "notifications/subscriptions/acknowledged",
                "params": {"notifications": body["params"]["notifications"],
                    "_meta": {"io.modelcontextprotocol/subscriptionId": id}}});
            state.open.fetch_add(1, Ordering::SeqCst);
            let (open, said) = (Open(Arc::clone(&state)), state.says.subscribe());
            let later = stream::unfold((said, open), |(mut said, open)| async move {
                let message = said.recv().await.ok().filter(|said| !said.is_null())?;
                Some((message, (said, open)))
            });
            let events = stream::iter([acknowledged]).chain(later);
            let events = events.map(|it| Ok::<_, std::io::Error>(Bytes::from(event(&it))));
            let mut response = Response::new(Body::from_stream(events));
            let media = "text/event-stream".parse().expect("type");
            response.headers_mut().insert("content-type", media);
            response
        }
    }
}

fn event(message: &Value) -> String {
    format!("event: message\ndata: {message}\n\n")
}

fn refusal(id: &Value, code: i64) -> Response {
    let error = json!({"code": code, "message": "no", "data": {"supported": ["2026-07-28"]}});
    let body = json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string();
    let mut response = typed("application/json", body);
    *response.status_mut() = match code {
        -32601 => http::StatusCode::NOT_FOUND,
        _ => http::StatusCode::BAD_REQUEST,
    };
    response
}

fn typed(media: &str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    let media = media.parse().expect("type");
    response.headers_mut().insert("content-type", media);
    response
}
