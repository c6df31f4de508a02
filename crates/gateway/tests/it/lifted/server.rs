//! The small server behind Streamable HTTP.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_gateway::UpstreamConfig;
use http::Method;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use crate::upstream::{typed, with};

type Events = mpsc::UnboundedSender<Result<Frame<Bytes>, std::io::Error>>;

/// All sessions, by their ids.
#[derive(Default)]
struct Server(Mutex<HashMap<String, Session>>);

#[derive(Default)]
struct Session {
    cancelled: usize,
    subscribed: i64,
    stream: Option<Events>,
    /// The id and the stream of the call that asked something.
    asking: Option<(Value, Events)>,
    /// Streams that are never finished.
    slow: Vec<Events>,
    forgotten: bool,
}

/// Starts one on a loopback port.
pub(super) async fn start() -> UpstreamConfig {
    let server = Arc::<Server>::default();
    let router = Router::new().fallback(move |request: Request| {
        let server = Arc::clone(&server);
        async move { server.answer(request).await }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    UpstreamConfig::Http {
        url: url.parse().expect("URL"),
        headers: Vec::new(),
    }
}

impl Server {
    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.expect("body").to_bytes();
        let named = parts.headers.get("mcp-session-id");
        let named = named.map(|id| id.to_str().expect("ASCII").to_owned());
        let mut sessions = self.0.lock().expect("lock");
        if parts.method == Method::POST {
            let message: Value = serde_json::from_slice(&body).expect("JSON");
            if message["method"] == "initialize" {
                let id = format!("s-{}", sessions.len() + 1);
                sessions.insert(id.clone(), Session::default());
                return with(result(&message["id"], opened()), "mcp-session-id", &id);
            }
            if named.is_none() {
                return error(400, &message["id"], -32600);
            }
            return match named.as_ref().and_then(|id| sessions.get_mut(id)) {
                None => typed(404, "", ""),
                Some(session) if session.forgotten => typed(404, "", ""),
                Some(_) if message["params"]["name"] == "forget" => {
                    for session in sessions.values_mut() {
                        session.forgotten = true;
                    }
                    result(&message["id"], json!({}))
                }
                Some(session) => session.post(&message, named.as_deref().unwrap_or_default()),
            };
        }
        let session = named.as_ref().and_then(|id| sessions.get_mut(id));
        match (session, parts.method) {
            (Some(session), Method::GET) => {
                let (events, response) = stream();
                session.stream = Some(events);
                response
            }
            (Some(_), _) => typed(204, "", ""),
            (None, _) => typed(404, "", ""),
        }
    }
}

impl Session {
    fn post(&mut self, message: &Value, session: &str) -> Response {
        let id = &message["id"];
        let params = &message["params"];
        match message["method"].as_str() {
            None => {
                let (call, events) = self.asking.take().expect("something was asked");
                say(
                    &events,
                    json!({ "jsonrpc": "2.0", "id": call, "result": { "heard": message } }),
                );
                typed(202, "", "")
            }
            Some("notifications/cancelled") => {
                self.cancelled += 1;
                typed(202, "", "")
            }
            Some(_) if id.is_null() => typed(202, "", ""),
            Some("tools/list") => result(
                id,
                match params["cursor"].as_str() {
                    Some(_) => {
                        json!({ "tools": [{ "name": "progress", "inputSchema": {} }, { "name": "elicit", "inputSchema": {} }] })
                    }
                    None => {
                        json!({ "tools": [{ "name": "echo", "inputSchema": {} }], "nextCursor": "2" })
                    }
                },
            ),
            Some("resources/read") if params["uri"] == "note:1" => result(
                id,
                json!({ "contents": [{ "uri": "note:1", "text": "one" }] }),
            ),
            Some("resources/read") => error(200, id, -32002),
            Some("resources/subscribe") => {
                self.subscribed += 1;
                result(id, json!({}))
            }
            Some("resources/unsubscribe") => {
                self.subscribed -= 1;
                result(id, json!({}))
            }
            Some("tools/call") => self.call(message, session),
            Some(_) => error(200, id, -32601),
        }
    }

    fn call(&mut self, message: &Value, session: &str) -> Response {
        let (id, params) = (&message["id"], &message["params"]);
        let form =
            json!({ "message": "x", "requestedSchema": { "type": "object", "properties": {} } });
        match params["name"].as_str() {
            Some("echo") => result(id, json!({ "heard": message, "session": session })),
            Some("cancelled") => result(id, json!({ "count": self.cancelled })),
            Some("subscribed") => result(id, json!({ "count": self.subscribed })),
            Some("touch") => {
                let change = json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": { "uri": "note:1" } });
                say(self.stream.as_ref().expect("a listener"), change);
                result(id, json!({}))
            }
            Some(slow @ ("progress" | "slow")) => {
                let (events, response) = stream();
                let token = &params["_meta"]["progressToken"];
                if !token.is_null() {
                    say(
                        &events,
                        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": token, "progress": 0 } }),
                    );
                }
                match slow {
                    "slow" => self.slow.push(events),
                    _ => say(&events, json!({ "jsonrpc": "2.0", "id": id, "result": {} })),
                }
                response
            }
            Some("elicit") => self.ask(id, "elicitation/create", form),
            Some("sample") => self.ask(
                id,
                "sampling/createMessage",
                json!({ "messages": [], "maxTokens": 1 }),
            ),
            Some("roots") => self.ask(id, "roots/list", json!({})),
            _ => error(200, id, -32602),
        }
    }

    fn ask(&mut self, call: &Value, method: &str, params: Value) -> Response {
        let (events, response) = stream();
        say(
            &events,
            json!({ "jsonrpc": "2.0", "id": "q-1", "method": method, "params": params }),
        );
        self.asking = Some((call.clone(), events));
        response
    }
}

fn opened() -> Value {
    json!({
        "protocolVersion": "2025-11-25",
        "capabilities": { "tools": {}, "resources": { "subscribe": true } },
        "serverInfo": { "name": "small", "version": "1" },
    })
}

fn stream() -> (Events, Response) {
    let (events, mut frames) = mpsc::unbounded_channel();
    let frames = futures_util::stream::poll_fn(move |context| frames.poll_recv(context));
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let media = "text/event-stream".parse().expect("type");
    response.headers_mut().insert("content-type", media);
    (events, response)
}

fn say(events: &Events, message: Value) {
    let event = Bytes::from(format!("data: {message}\n\n"));
    events.send(Ok(Frame::data(event))).ok();
}

fn result(id: &Value, result: Value) -> Response {
    let body = json!({ "jsonrpc": "2.0", "id": id, "result": result });
    typed(200, "application/json", &body.to_string())
}

fn error(status: u16, id: &Value, code: i64) -> Response {
    let body = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": "no" } });
    typed(status, "application/json", &body.to_string())
}
