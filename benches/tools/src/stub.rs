//! The MCP server behind every system under test: answers at once, in both eras, and does as
//! little as an HTTP server can.
//!
//! A tool's name says what it answers: `stream` an event stream of one event, `hold` one that
//! never ends, `reply_N` a text of N bytes, any other a reply of 280 bytes. `GET /calls` tells
//! how many calls arrived.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Either, Full, combinators::BoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use tokio::net::TcpListener;

use crate::options::Options;

type Body = Either<Full<Bytes>, BoxBody<Bytes, Infallible>>;

/// The size of a plain reply, with an `id` of one digit.
const REPLY: usize = 280;
const SESSION: &str = "3f1c0d4e-7a52-4b9f-9d4c-5e8e0c2b1a67";
const TOOLS: [&str; 6] = [
    "echo",
    "stream",
    "hold",
    "reply_8192",
    "reply_65536",
    "secret",
];

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: &'a str,
    #[serde(default)]
    params: Params<'a>,
}

#[derive(Default, Deserialize)]
struct Params<'a> {
    #[serde(default)]
    name: &'a str,
    #[serde(rename = "protocolVersion")]
    version: Option<&'a str>,
}

/// Serves at `--listen` until it is killed.
pub async fn run(options: &Options) -> Result<()> {
    let listener = TcpListener::bind(options.text("listen")?).await?;
    let calls = Arc::new(AtomicU64::new(0));
    println!("ready");
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let calls = Arc::clone(&calls);
        let service = service_fn(move |request| answer(request, Arc::clone(&calls)));
        tokio::spawn(
            http1::Builder::new()
                .max_buf_size(128 * 1024)
                .serve_connection(TokioIo::new(socket), service),
        );
    }
}

async fn answer(
    request: Request<Incoming>,
    calls: Arc<AtomicU64>,
) -> Result<Response<Body>, hyper::Error> {
    let (head, body) = request.into_parts();
    match head.method {
        Method::POST => {}
        Method::GET if head.uri.path() == "/calls" => {
            return Ok(json_reply(calls.load(Ordering::Relaxed).to_string()));
        }
        Method::GET => return Ok(stream(endless())),
        _ => return Ok(status(StatusCode::OK)),
    }
    let body = body.collect().await?.to_bytes();
    let Ok(message) = serde_json::from_slice::<Message<'_>>(&body) else {
        return Ok(status(StatusCode::BAD_REQUEST));
    };
    let Some(id) = message.id.map(RawValue::get) else {
        return Ok(status(StatusCode::ACCEPTED));
    };
    if message.method == "tools/call" {
        calls.fetch_add(1, Ordering::Relaxed);
        return Ok(call(id, message.params.name));
    }
    Ok(describe(id, &message))
}

fn call(id: &str, tool: &str) -> Response<Body> {
    match tool {
        "hold" => stream(endless()),
        "stream" => stream(one_event(&result(id, REPLY))),
        _ => json_reply(result(
            id,
            tool.strip_prefix("reply_")
                .and_then(|n| n.parse().ok())
                .unwrap_or(REPLY),
        )),
    }
}

/// A result of `size` bytes when its `id` has one digit.
fn result(id: &str, size: usize) -> String {
    const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;
    const MIDDLE: &str = r#","result":{"resultType":"complete","content":[{"type":"text","text":""#;
    const TAIL: &str = r#""}],"isError":false}}"#;
    let filling = size.saturating_sub(HEAD.len() + 1 + MIDDLE.len() + TAIL.len());
    let mut text = String::with_capacity(size + id.len());
    for part in [HEAD, id, MIDDLE] {
        text.push_str(part);
    }
    text.extend(std::iter::repeat_n('x', filling));
    text.push_str(TAIL);
    text
}

fn describe(id: &str, message: &Message<'_>) -> Response<Body> {
    let server = json!({ "name": "benchmark", "version": "1" });
    let capabilities = json!({ "tools": {} });
    let mut started = false;
    let result = match message.method {
        "initialize" => {
            started = true;
            let version = message.params.version.unwrap_or("2025-11-25");
            json!({ "protocolVersion": version, "capabilities": capabilities, "serverInfo": server })
        }
        "server/discover" => complete(json!({
            "supportedVersions": ["2026-07-28"],
            "capabilities": capabilities,
            "_meta": { "io.modelcontextprotocol/serverInfo": server },
        })),
        "tools/list" => complete(json!({ "tools": TOOLS.map(tool) })),
        "ping" => json!({}),
        _ => return json_reply(failure(id)),
    };
    let mut reply = json_reply(format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#
    ));
    if started {
        reply
            .headers_mut()
            .insert("mcp-session-id", HeaderValue::from_static(SESSION));
    }
    reply
}

fn tool(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Answers what its name says",
        "inputSchema": { "type": "object" },
        "annotations": { "readOnlyHint": true },
    })
}

fn complete(mut result: Value) -> Value {
    result["resultType"] = "complete".into();
    result["ttlMs"] = 60_000.into();
    result["cacheScope"] = "public".into();
    result
}

fn failure(id: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"unknown method"}}}}"#)
}

fn json_reply(text: String) -> Response<Body> {
    let mut reply = Response::new(Either::Left(Full::from(text)));
    reply.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    reply
}

fn status(status: StatusCode) -> Response<Body> {
    let mut reply = Response::new(Either::Left(Full::default()));
    *reply.status_mut() = status;
    reply
}

fn stream(body: BoxBody<Bytes, Infallible>) -> Response<Body> {
    let mut reply = Response::new(Either::Right(body));
    let headers = reply.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}

/// One event and the end; without a length, as an SSE server does it.
fn one_event(message: &str) -> BoxBody<Bytes, Infallible> {
    let event = Bytes::from(format!("event: message\ndata: {message}\n\n"));
    Once(Some(event)).boxed()
}

/// A comment, and then nothing any more.
fn endless() -> BoxBody<Bytes, Infallible> {
    Endless(Some(Bytes::from_static(b": held\n\n"))).boxed()
}

struct Once(Option<Bytes>);

struct Endless(Option<Bytes>);

type Polled = std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>>;

impl hyper::body::Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Polled {
        std::task::Poll::Ready(self.0.take().map(|event| Ok(Frame::data(event))))
    }
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Polled {
        match self.0.take() {
            Some(first) => std::task::Poll::Ready(Some(Ok(Frame::data(first)))),
            None => std::task::Poll::Pending,
        }
    }
}
