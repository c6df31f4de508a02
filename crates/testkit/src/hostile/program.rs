//! The servers that are programs.

use std::os::fd::AsFd;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::unix::pipe,
};

use super::{
    Link,
    answers::answer,
    http::mischief,
    mischief::Wire,
    script::{Then, play, write},
};

/// The argument that makes the fake server a hostile one.
pub(super) const WORD: &str = "hostile";

/// Is a hostile server if the arguments say so, until its client closes the pipe.
pub fn run_program(arguments: &[String]) -> bool {
    let [_, word, name] = arguments else {
        return false;
    };
    let link = Link::ALL.into_iter().find(|link| link.name() == name);
    let Some(link) = link.filter(|_| word == WORD) else {
        return false;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(serve(link));
    true
}

async fn serve(link: Link) {
    let reads = std::io::stdin().as_fd().try_clone_to_owned();
    let reads = pipe::Receiver::from_owned_fd(reads.expect("standard input"));
    let writes = std::io::stdout().as_fd().try_clone_to_owned();
    let writes = pipe::Sender::from_owned_fd(writes.expect("standard output"));
    let (reads, mut writes) = (reads.expect("a pipe"), writes.expect("a pipe"));
    let mut lines = BufReader::new(reads).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let asked: Value = serde_json::from_str(&line).unwrap_or_default();
        let script = match (mischief(&asked), said(link, &asked)) {
            (Some(mischief), _) => mischief.script(Wire::Line, &asked),
            (None, Some(said)) => vec![write(format!("{said}\n"))],
            (None, None) => continue,
        };
        if play(script, &mut writes).await == Then::Closed {
            return;
        }
    }
}

fn said(link: Link, asked: &Value) -> Option<Value> {
    let named = &asked["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
    let id = asked.get("id")?;
    if link.is_stateless() && asked.get("method").is_some() && !named.is_string() {
        let data = json!({"supported": ["2026-07-28"], "requested": "?"});
        let error = json!({"code": -32022, "message": "another version", "data": data});
        return Some(json!({"jsonrpc": "2.0", "id": id, "error": error}));
    }
    answer(link, asked)
}
