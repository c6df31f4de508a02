//! Small MCP servers over HTTP that speak one era and transport and nothing else.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_gateway::UpstreamConfig;
use http::Method;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use crate::upstream::typed;

type Frames = mpsc::UnboundedSender<Result<Frame<Bytes>, std::io::Error>>;

/// A server on a loopback port.
pub(crate) struct EraServer {
    url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    heard: Mutex<Vec<Value>>,
    /// The streams that changes are told on.
    listening: Mutex<Vec<(Value, Frames)>>,
    /// Calls that wait for ever, and whose caller is still there.
    slow: AtomicUsize,
    /// The one stream of HTTP+SSE.
    stream: Mutex<Option<Frames>>,
    /// The revision that a server over Streamable HTTP answers with.
    speaks: &'static str,
}

impl EraServer {
    /// A server of 2026-07-28.
    pub(crate) async fn stateless() -> Self {
        Self::start("/mcp", stateless).await
    }

    /// A server of both eras that tells clients of 2026-07-28 of nothing else.
    pub(crate) async fn both() -> Self {
        let state = State {
            speaks: "2025-11-25",
            ..State::default()
        };
        Self::with(state, "/mcp", both).await
    }

    /// A server of 2024-11-05 over HTTP+SSE.
    pub(crate) async fn http_sse() -> Self {
        Self::start("/sse", http_sse).await
    }

    /// A server with sessions over Streamable HTTP, of one revision and no other.
    pub(crate) async fn streamable(speaks: &'static str) -> Self {
        let state = State {
            speaks,
            ..State::default()
        };
        Self::with(state, "/mcp", streamable).await
    }

    async fn start<F>(path: &str, answer: fn(Arc<State>, Request) -> F) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Self::with(State::default(), path, answer).await
    }

    async fn with<F>(state: State, path: &str, answer: fn(Arc<State>, Request) -> F) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let state = Arc::new(state);
        let handling = Arc::clone(&state);
        let router =
            Router::new().fallback(move |request: Request| answer(Arc::clone(&handling), request));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}{path}"),
            state,
        }
    }

    pub(crate) fn config(&self) -> UpstreamConfig {
        UpstreamConfig::Http {
            url: self.url.parse().expect("URL"),
            headers: Vec::new(),
        }
    }

    /// What was heard of this method.
    pub(crate) fn heard(&self, method: &str) -> Vec<Value> {
        let heard = self.state.heard.lock().expect("lock").clone();
        heard
            .into_iter()
            .filter(|one| one["method"] == method)
            .collect()
    }

    /// Calls that wait for ever, and whose caller is still there.
    pub(crate) fn slow(&self) -> usize {
        self.state.slow.load(Ordering::Relaxed)
    }

    /// How many listen streams somebody reads.
    pub(crate) fn listeners(&self) -> usize {
        let mut listening = self.state.listening.lock().expect("lock");
        listening.retain(|(_, stream)| !stream.is_closed());
        listening.len()
    }

    /// Tells all who listen that a resource changed.
    pub(crate) fn updated(&self, uri: &str) {
        for (id, stream) in &*self.state.listening.lock().expect("lock") {
            let meta = json!({"io.modelcontextprotocol/subscriptionId": id});
            let params = json!({"uri": uri, "_meta": meta});
            say(
                stream,
                &json!({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": params}),
            );
        }
    }
}

fn say(stream: &Frames, message: &Value) {
    let event = format!("event: message\ndata: {message}\n\n");
    stream.send(Ok(Frame::data(event.into()))).ok();
}

fn event_stream() -> (Frames, Response) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let frames = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let media = "text/event-stream".parse().expect("type");
    response.headers_mut().insert("content-type", media);
    (sender, response)
}

fn result(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

async fn heard(state: &State, request: Request) -> (Method, Value) {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("body").to_bytes();
    let mut message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (Some(version), true) = (
        parts.headers.get("mcp-protocol-version"),
        message.is_object(),
    ) {
        message["version header"] = version.to_str().expect("text").into();
    }
    state.heard.lock().expect("lock").push(message);
    let last = state.heard.lock().expect("lock").last().cloned();
    (parts.method, last.unwrap_or_default())
}

fn document(message: &Value) -> Response {
    typed(200, "application/json", &message.to_string())
}

async fn stateless(state: Arc<State>, request: Request) -> Response {
    let (verb, asked) = heard(&state, request).await;
    if verb != Method::POST {
        return typed(405, "", "");
    }
    let (id, params) = (&asked["id"], &asked["params"]);
    if params["_meta"]["io.modelcontextprotocol/protocolVersion"] != "2026-07-28" {
        let error = json!({"code": -32022, "message": "no", "data": {"supported": ["2026-07-28"], "requested": "?"}});
        let body = json!({"jsonrpc": "2.0", "id": id, "error": error});
        return typed(400, "application/json", &body.to_string());
    }
    let complete = |mut value: Value| {
        value["resultType"] = "complete".into();
        value["ttlMs"] = 0.into();
        value["cacheScope"] = "private".into();
        document(&result(id, value))
    };
    let error = |code: i64, data: Value| {
        document(
            &json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "no", "data": data}}),
        )
    };
    match asked["method"].as_str().unwrap_or_default() {
        "server/discover" => complete(json!({
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {"listChanged": true}, "resources": {"subscribe": true}},
            "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "modern", "version": "1"}},
        })),
        "tools/list" => match params["cursor"].as_str() {
            None => complete(json!({"tools": [tool("ask"), tool("slow")], "nextCursor": "page 2"})),
            Some("page 2") => complete(json!({"tools": [tool("progress")]})),
            Some(_) => error(-32602, Value::Null),
        },
        "resources/read" if params["uri"] == "note:1" => {
            complete(json!({"contents": [{"uri": "note:1", "text": "one"}]}))
        }
        "resources/read" => error(-32602, json!({"uri": params["uri"]})),
        "subscriptions/listen" => listen(&state, &asked),
        "tools/call" => call(&state, &asked, params),
        _ => error(-32601, Value::Null),
    }
}

fn tool(name: &str) -> Value {
    json!({"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": name != "slow"}})
}

fn listen(state: &State, asked: &Value) -> Response {
    let (stream, response) = event_stream();
    let meta = json!({"io.modelcontextprotocol/subscriptionId": asked["id"]});
    let params = json!({"notifications": asked["params"]["notifications"], "_meta": meta});
    say(
        &stream,
        &json!({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": params}),
    );
    state
        .listening
        .lock()
        .expect("lock")
        .push((asked["id"].clone(), stream));
    response
}

fn call(state: &Arc<State>, asked: &Value, params: &Value) -> Response {
    let (id, answers) = (&asked["id"], &params["inputResponses"]);
    let text = |text: String| {
        let content = json!([{"type": "text", "text": text}]);
        result(id, json!({"resultType": "complete", "content": content}))
    };
    match params["name"].as_str().unwrap_or_default() {
        "ask" if answers.is_null() => {
            let wanted = json!({
                "form": {"method": "elicitation/create", "params": {"message": "?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "number"}}}}},
                "model": {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}},
                "roots": {"method": "roots/list"},
            });
            let wanted: Value = wanted
                .as_object()
                .expect("an object")
                .iter()
                .filter(|(key, _)| params["arguments"][*key] == true)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<serde_json::Map<_, _>>()
                .into();
            document(&result(
                id,
                json!({"resultType": "input_required", "inputRequests": wanted, "requestState": "opaque"}),
            ))
        }
        "ask" => {
            assert_eq!(params["requestState"], "opaque");
            document(&text(answers.to_string()))
        }
        "progress" => {
            let (stream, response) = event_stream();
            let token = &params["_meta"]["progressToken"];
            for progress in [1, 2] {
                let params = json!({"progressToken": token, "progress": progress});
                say(
                    &stream,
                    &json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}),
                );
            }
            say(&stream, &text("done".to_owned()));
            response
        }
        "slow" => slow(state, params),
        _ => {
            let error = json!({"code": -32602, "message": "unknown tool"});
            document(&json!({"jsonrpc": "2.0", "id": id, "error": error}))
        }
    }
}

/// Says that it has begun, and nothing more for as long as its caller is there.
fn slow(state: &Arc<State>, params: &Value) -> Response {
    let (stream, response) = event_stream();
    let params = json!({"progressToken": params["_meta"]["progressToken"], "progress": 0});
    say(
        &stream,
        &json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}),
    );
    let state = Arc::clone(state);
    state.slow.fetch_add(1, Ordering::Relaxed);
    tokio::spawn(async move {
        stream.closed().await;
        state.slow.fetch_sub(1, Ordering::Relaxed);
    });
    response
}

async fn http_sse(state: Arc<State>, request: Request) -> Response {
    if request.uri().path() == "/sse" {
        if request.method() != Method::GET {
            return typed(405, "", "");
        }
        let (stream, response) = event_stream();
        let endpoint = "event: endpoint\ndata: /messages?s=1\n\n";
        stream.send(Ok(Frame::data(endpoint.into()))).ok();
        *state.stream.lock().expect("lock") = Some(stream);
        return response;
    }
    let (_, asked) = heard(&state, request).await;
    let stream = state
        .stream
        .lock()
        .expect("lock")
        .clone()
        .expect("a stream");
    for message in said(&asked) {
        say(&stream, &message);
    }
    typed(202, "", "")
}

/// What the server of 2024-11-05 says to a message.
fn said(asked: &Value) -> Vec<Value> {
    let (id, params) = (&asked["id"], &asked["params"]);
    let text =
        |id: &Value, text: String| result(id, json!({"content": [{"type": "text", "text": text}]}));
    match asked["method"].as_str() {
        Some("initialize") => vec![result(
            id,
            json!({
                "protocolVersion": "2024-11-05",
                "capabilities": {"tools": {}, "resources": {"subscribe": true}},
                "serverInfo": {"name": "old", "version": "1"},
            }),
        )],
        Some("tools/list") => vec![result(
            id,
            json!({"tools": [{"name": "ask", "inputSchema": {}}]}),
        )],
        Some("tools/call") if params["name"] == "ask" => {
            vec![json!({"jsonrpc": "2.0", "id": format!("of {id}"), "method": "roots/list"})]
        }
        Some("tools/call") if params["name"] == "progress" => {
            let progress =
                json!({"progressToken": params["_meta"]["progressToken"], "progress": 1});
            vec![
                json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": progress}),
                text(id, "done".to_owned()),
            ]
        }
        Some("resources/subscribe") => {
            let updated = |uri: &Value| json!({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": uri}});
            let mut said = vec![result(id, json!({})), updated(&params["uri"])];
            if params["uri"] == "note:shared" {
                said.insert(1, updated(&"secret:1".into())); // of another of its clients
            }
            said
        }
        Some("server/discover") => {
            vec![json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "no"}})]
        }
        Some(_) if !id.is_null() => {
            vec![json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32602, "message": "no"}})]
        }
        Some(_) => Vec::new(),
        None => {
            let call = asked["id"].as_str().and_then(|id| id.strip_prefix("of "));
            let call = call
                .and_then(|call| serde_json::from_str(call).ok())
                .unwrap_or_default();
            vec![text(&call, asked["result"].to_string())]
        }
    }
}

async fn streamable(state: Arc<State>, request: Request) -> Response {
    let session = request.headers().get("mcp-session-id").cloned();
    let (verb, asked) = heard(&state, request).await;
    if verb != Method::POST {
        return typed(if verb == Method::GET { 405 } else { 200 }, "", "");
    }
    if asked["method"] == "initialize" && asked["params"]["protocolVersion"].is_null() {
        let error = json!({"code": -32602, "message": "no"});
        let body = json!({"jsonrpc": "2.0", "id": asked["id"], "error": error});
        return typed(400, "application/json", &body.to_string());
    }
    if asked["method"] == "initialize" {
        let opened = result(
            &asked["id"],
            json!({
                "protocolVersion": state.speaks,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "one", "version": "1"},
            }),
        );
        return crate::upstream::with(document(&opened), "mcp-session-id", "inner");
    }
    let header = asked.get("version header").and_then(Value::as_str);
    if session.is_none() || header.is_some_and(|version| version != state.speaks) {
        return typed(400, "", "");
    }
    if asked["params"]["name"] == "linked" {
        let content = json!([{"type": "resource_link", "uri": "a:b", "name": "n"}]);
        return document(&result(&asked["id"], json!({"content": content})));
    }
    let mut said = said(&asked);
    match said.len() {
        0 => typed(202, "", ""),
        1 => document(&said.remove(0)),
        _ => {
            let (stream, response) = event_stream();
            for message in said {
                say(&stream, &message);
            }
            response
        }
    }
}

async fn both(state: Arc<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("body").to_bytes();
    let is_modern =
        String::from_utf8_lossy(&body).contains("io.modelcontextprotocol/protocolVersion");
    let request = Request::from_parts(parts, Body::from(body));
    match is_modern {
        true => stateless(state, request).await,
        false => streamable(state, request).await,
    }
}
