//! The servers behind a URL: HTTP/1.1 as far as they need it, written by hand, because a library
//! would not let them misbehave.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::{
    Link, Mischief,
    answers::answer,
    mischief::Wire,
    script::{Script, Step, Then, play, write},
};

/// The streams of HTTP+SSE that are open, by number.
#[derive(Default)]
struct Streams {
    open: Mutex<HashMap<String, mpsc::UnboundedSender<Script>>>,
    next: AtomicU64,
}

/// A request as far as anybody here looks at it.
struct Asked {
    verb: String,
    target: String,
    /// What it was sent with: the gateway's credentials are among it.
    head: String,
    message: Value,
}

/// Starts a server; returns its URL.
pub(super) async fn server(link: Link) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a loopback port");
    let address = listener.local_addr().expect("a bound address");
    let streams = Arc::<Streams>::default();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(link, Arc::clone(&streams), stream));
        }
    });
    let path = if link == Link::HttpSse { "sse" } else { "mcp" };
    format!("http://{address}/{path}")
}

async fn serve(link: Link, streams: Arc<Streams>, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        if link == Link::HttpSse && asked.verb == "GET" {
            return streams.hold(stream.into_inner()).await;
        }
        let script = scripted(link, &streams, &asked);
        if play(script, stream.get_mut()).await == Then::Closed {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split(' ').map(str::to_owned);
    let (verb, target) = (words.next()?, words.next()?);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        verb,
        target,
        head,
        message: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

fn scripted(link: Link, streams: &Streams, asked: &Asked) -> Script {
    if link == Link::Session && asked.verb == "GET" {
        return vec![write(format!("{EVENTS}: nothing to say\n\n")), Step::Hang];
    }
    let is_here = link != Link::HttpSse || asked.target.starts_with(MESSAGES);
    if asked.verb != "POST" || !is_here {
        let status = match asked.verb.as_str() {
            "DELETE" => "204 No Content",
            _ => "405 Method Not Allowed",
        };
        return bare(status, "");
    }
    if let Some(refusal) = of_other_era(link, &asked.message) {
        return refusal;
    }
    let mischief = mischief(&asked.message);
    if let Some(script) = mischief.and_then(|one| one.at_http(&asked.head)) {
        return script;
    }
    let wire = match link {
        Link::HttpSse => Wire::Stream,
        _ => Wire::Post,
    };
    let script = match (mischief, answer(link, &asked.message)) {
        (Some(mischief), _) => mischief.script(wire, &asked.message),
        (None, Some(said)) if asked.message["method"] == "initialize" && wire == Wire::Post => {
            return opened(&said);
        }
        (None, Some(said)) => wire.whole(said.to_string().as_bytes()),
        (None, None) => return bare("202 Accepted", ""),
    };
    if wire == Wire::Stream {
        streams.say(&asked.target, script);
        return bare("202 Accepted", "");
    }
    script
}

/// What this request should be answered with badly.
pub(super) fn mischief(message: &Value) -> Option<Mischief> {
    let is_call = message["method"] == "tools/call";
    let name = message["params"]["name"].as_str();
    name.filter(|_| is_call).and_then(Mischief::of_name)
}

/// Each server knows one era and says so.
fn of_other_era(link: Link, message: &Value) -> Option<Script> {
    let named = &message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
    if link.is_stateless() == named.is_string() {
        return None;
    }
    let error = match link.is_stateless() {
        true => {
            let data = serde_json::json!({"supported": ["2026-07-28"], "requested": "?"});
            serde_json::json!({"code": -32022, "message": "another version", "data": data})
        }
        false => serde_json::json!({"code": -32600, "message": "no session"}),
    };
    let id = if link.is_stateless() {
        &message["id"]
    } else {
        &Value::Null
    };
    let body = serde_json::json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string();
    let length = body.len();
    let headers = format!("content-type: application/json\r\ncontent-length: {length}\r\n");
    let head = format!("HTTP/1.1 400 Bad Request\r\n{headers}\r\n");
    Some(vec![write(head), write(body)])
}

fn opened(said: &Value) -> Script {
    let body = said.to_string();
    let length = body.len();
    let headers = format!(
        "content-type: application/json\r\nmcp-session-id: one\r\ncontent-length: {length}\r\n"
    );
    vec![
        write(format!("HTTP/1.1 200 OK\r\n{headers}\r\n")),
        write(body),
    ]
}

fn bare(status: &str, headers: &str) -> Script {
    vec![write(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: 0\r\n\r\n"
    ))]
}

/// What a stream begins with.
const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
/// Where clients of HTTP+SSE post.
const MESSAGES: &str = "/messages";

impl Streams {
    /// Is one stream until its reader leaves.
    async fn hold(&self, mut stream: TcpStream) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let place = format!("{MESSAGES}?s={number}");
        let (say, mut said) = mpsc::unbounded_channel();
        self.lock().insert(place.clone(), say);
        let first = format!("{EVENTS}event: endpoint\ndata: {place}\n\n");
        if stream.write_all(first.as_bytes()).await.is_ok() {
            while let Some(script) = said.recv().await {
                if play(script, &mut stream).await == Then::Closed {
                    break;
                }
            }
        }
        self.lock().remove(&place);
    }

    fn say(&self, place: &str, script: Script) {
        if let Some(stream) = self.lock().get(place) {
            drop(stream.send(script)); // its reader may have left
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::UnboundedSender<Script>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
