//! Servers that say more than anybody reads, over every transport, and count what they got rid of.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use doorward_gateway::UpstreamConfig;
use futures_util::stream;
use http::Method;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Value, json};
use tokio::{net::TcpSocket, sync::mpsc};

use crate::{programs::program, upstream::typed};

/// How long each of its messages is.
pub(crate) const PIECE: usize = 32 * 1024;

/// A server whose tool `flood` reports progress without end. That of a program has `burst`, which
/// says more than is held back, `much`, which says more than is kept, and `quick`.
pub(crate) struct Flood {
    pub(crate) config: UpstreamConfig,
    said: Said,
}

enum Said {
    Counted(Arc<AtomicUsize>),
    /// A file that grows by one byte with each message.
    Noted(tempfile::NamedTempFile),
}

impl Flood {
    /// Of 2026-07-28, over HTTP.
    pub(crate) async fn stateless() -> Self {
        Self::at("/stateless").await
    }

    /// Of 2025-11-25, over Streamable HTTP.
    pub(crate) async fn streamable() -> Self {
        Self::at("/session").await
    }

    /// Of 2024-11-05, over HTTP+SSE.
    pub(crate) async fn http_sse() -> Self {
        Self::at("/sse").await
    }

    /// A program of 2026-07-28.
    pub(crate) fn stateless_program() -> Self {
        Self::program(&format!("initialize=no\n{SCRIPT}"))
    }

    /// A program of 2025-11-25.
    pub(crate) fn session_program() -> Self {
        Self::program(&format!("initialize=yes\n{SCRIPT}"))
    }

    /// How many bytes left it.
    pub(crate) fn said(&self) -> usize {
        match &self.said {
            Said::Counted(said) => said.load(Ordering::Relaxed),
            Said::Noted(file) => {
                let path = PathBuf::from(file.path());
                let length = std::fs::metadata(path).expect("a file").len();
                PIECE * usize::try_from(length).expect("small")
            }
        }
    }

    async fn at(path: &str) -> Self {
        let state = Arc::<State>::default();
        let said = Arc::clone(&state.said);
        let router = Router::new().fallback(move |request| answer(Arc::clone(&state), request));
        let socket = TcpSocket::new_v4().expect("a socket");
        // So that the kernel keeps little of what nobody reads.
        socket.set_send_buffer_size(64 * 1024).expect("a size");
        let any = "127.0.0.1:0".parse().expect("an address");
        socket.bind(any).expect("port");
        let listener = socket.listen(64).expect("listening");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = format!("http://{address}{path}").parse().expect("URL");
        Self {
            config: UpstreamConfig::Http {
                url,
                headers: Vec::new(),
            },
            said: Said::Counted(said),
        }
    }

    fn program(script: &str) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut config = program(script);
        if let UpstreamConfig::Stdio { environment, .. } = &mut config {
            let path = file.path().to_str().expect("UTF-8").to_owned();
            environment.push(("SAID".to_owned(), path));
        }
        Self {
            config,
            said: Said::Noted(file),
        }
    }
}

#[derive(Default)]
struct State {
    said: Arc<AtomicUsize>,
    /// The one stream of HTTP+SSE.
    line: std::sync::Mutex<Option<mpsc::Sender<Bytes>>>,
}

async fn answer(state: Arc<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("body").to_bytes();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let is_modern = !asked["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].is_null();
    match (parts.uri.path(), parts.method == Method::POST) {
        ("/stateless", true) if is_modern => over_http(&state, &asked),
        ("/session", true)
            if parts.headers.contains_key("mcp-session-id") || asked["method"] == "initialize" =>
        {
            over_http(&state, &asked)
        }
        ("/stateless" | "/session", true) => typed(400, "", ""),
        ("/sse", false) => line(&state),
        ("/messages", true) => {
            let sender = state.line.lock().expect("lock").clone();
            tokio::spawn(say(sender.expect("a stream"), asked));
            typed(202, "", "")
        }
        _ => typed(405, "", ""),
    }
}

fn over_http(state: &Arc<State>, asked: &Value) -> Response {
    if asked["method"] == "tools/call" {
        let piece = piece(asked);
        let said = Arc::clone(&state.said);
        return events(stream::poll_fn(move |_| {
            said.fetch_add(piece.len(), Ordering::Relaxed);
            Poll::Ready(Some(piece.clone()))
        }));
    }
    match told(asked) {
        Some(told) => {
            let answer = typed(200, "application/json", &told.to_string());
            crate::upstream::with(answer, "mcp-session-id", "inner")
        }
        None => typed(202, "", ""),
    }
}

fn line(state: &Arc<State>) -> Response {
    let (sender, mut receiver) = mpsc::channel::<Bytes>(1);
    *state.line.lock().expect("lock") = Some(sender);
    let (said, mut first) = (Arc::clone(&state.said), Some("/messages"));
    events(stream::poll_fn(move |context| {
        if let Some(endpoint) = first.take() {
            let event = format!("event: endpoint\ndata: {endpoint}\n\n");
            return Poll::Ready(Some(Bytes::from(event)));
        }
        let next = receiver.poll_recv(context);
        if let Poll::Ready(Some(event)) = &next {
            said.fetch_add(event.len(), Ordering::Relaxed);
        }
        next
    }))
}

async fn say(line: mpsc::Sender<Bytes>, asked: Value) {
    if asked["method"] == "tools/call" {
        let piece = piece(&asked);
        while line.send(piece.clone()).await.is_ok() {}
    } else if let Some(told) = told(&asked) {
        let event = format!("event: message\ndata: {told}\n\n");
        line.send(event.into()).await.ok();
    }
}

fn events(events: impl stream::Stream<Item = Bytes> + Send + 'static) -> Response {
    let frames =
        futures_util::StreamExt::map(events, |event| Ok::<_, std::io::Error>(Frame::data(event)));
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let media = "text/event-stream".parse().expect("type");
    response.headers_mut().insert("content-type", media);
    response
}

/// One piece of progress, as an event.
fn piece(asked: &Value) -> Bytes {
    let token = &asked["params"]["_meta"]["progressToken"];
    let params = json!({"progressToken": token, "progress": 1, "message": "x".repeat(PIECE)});
    let said = json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params});
    format!("event: message\ndata: {said}\n\n").into()
}

/// What it answers to anything but a call.
fn told(asked: &Value) -> Option<Value> {
    let result = match asked["method"].as_str()? {
        "initialize" => json!({
            "protocolVersion": asked["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "flood", "version": "1"},
        }),
        "server/discover" => json!({
            "resultType": "complete", "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private",
        }),
        "tools/list" => json!({
            "resultType": "complete", "ttlMs": 60_000, "cacheScope": "public",
            "tools": [{"name": "flood", "inputSchema": {"type": "object"}}],
        }),
        _ => json!({}),
    };
    let id = asked.get("id")?;
    Some(json!({"jsonrpc": "2.0", "id": id, "result": result}))
}

const SCRIPT: &str = r#"
text=0123456789abcdef
for _ in 1 2 3 4 5 6 7 8 9 10 11; do text=$text$text; done
while next; do
  case $method in
    '"initialize"')
      if [ $initialize = yes ]; then
        reply '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"p","version":"1"}}'
      else
        fail -32022
      fi ;;
    '"server/discover"')
      if [ $initialize = yes ]; then
        fail -32601
      else
        reply '{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}'
      fi ;;
    '"tools/list"')
      reply '{"resultType":"complete","ttlMs":60000,"cacheScope":"public","tools":[{"name":"flood","inputSchema":{"type":"object"}}]}' ;;
    '"tools/call"')
      field progressToken; token=$value
      field name
      case $value in
        '"flood"') left=1000000 ;;
        '"burst"') left=40 ;;
        '"much"') left=600 ;;
        *) left=0 ;;
      esac
      while [ $left -gt 0 ]; do
        left=$((left - 1))
        printf x >> "$SAID"
        tell notifications/progress "\"progressToken\":$token,\"progress\":1,\"message\":\"$text\""
      done
      reply '{"resultType":"complete","content":[]}' ;;
  esac
done
"#;
