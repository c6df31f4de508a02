//! The server over Streamable HTTP.

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
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{
    body::{endless, one_event},
    era::Era,
    reply::{Message, Reply, answer},
};

type Body = Either<Full<Bytes>, BoxBody<Bytes, Infallible>>;

const SESSION: &str = "3f1c0d4e-7a52-4b9f-9d4c-5e8e0c2b1a67";

/// Serves at `address` until it is killed.
pub async fn serve(address: &str, era: Era) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    let calls = Arc::new(AtomicU64::new(0));
    println!("ready");
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let calls = Arc::clone(&calls);
        let service = service_fn(move |request| respond(request, Arc::clone(&calls), era));
        tokio::spawn(
            http1::Builder::new()
                .max_buf_size(128 * 1024)
                .serve_connection(TokioIo::new(socket), service),
        );
    }
}

async fn respond(
    request: Request<Incoming>,
    calls: Arc<AtomicU64>,
    era: Era,
) -> Result<Response<Body>, hyper::Error> {
    let (head, body) = request.into_parts();
    match head.method {
        Method::POST => {}
        Method::GET if head.uri.path() == "/calls" => {
            return Ok(json_reply(calls.load(Ordering::Relaxed).to_string()));
        }
        Method::GET if era == Era::Stateless => return Ok(status(StatusCode::METHOD_NOT_ALLOWED)),
        Method::GET => return Ok(stream(endless(None))),
        _ => return Ok(status(StatusCode::OK)),
    }
    let body = body.collect().await?.to_bytes();
    let Ok(message) = serde_json::from_slice::<Message<'_>>(&body) else {
        return Ok(status(StatusCode::BAD_REQUEST));
    };
    let in_session = head.headers.contains_key("mcp-session-id");
    if era == Era::Session && !in_session && message.method != "initialize" {
        return Ok(status(StatusCode::BAD_REQUEST));
    }
    if message.method == "tools/call" {
        calls.fetch_add(1, Ordering::Relaxed);
    }
    Ok(carry(answer(&message, era)))
}

fn carry(reply: Reply) -> Response<Body> {
    match reply {
        Reply::Nothing => status(StatusCode::ACCEPTED),
        Reply::Plain(text) => json_reply(text),
        Reply::Session(text) => with_session(json_reply(text)),
        Reply::Refusal(text) => refused(json_reply(text)),
        Reply::Stream(text) => stream(one_event(&text)),
        Reply::Held(first) => stream(endless(first.as_deref())),
    }
}

fn with_session(mut reply: Response<Body>) -> Response<Body> {
    let session = HeaderValue::from_static(SESSION);
    reply.headers_mut().insert("mcp-session-id", session);
    reply
}

fn refused(mut reply: Response<Body>) -> Response<Body> {
    *reply.status_mut() = StatusCode::BAD_REQUEST;
    reply
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
