//! Tool calls with every token exactly once: what a call costs when nothing is cached, and a
//! number of calls that is known to the last one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use serde_json::json;
use tokio::task::JoinSet;
use url::Url;

use crate::{connection::Connection, gun, options::Options};

struct Calls {
    url: Url,
    headers: Vec<(String, String)>,
    body: Bytes,
    reply: Bytes,
    tokens: Vec<String>,
    next: AtomicUsize,
    wrong: AtomicU64,
}

/// Calls once with each line of `--tokens` over `--connections`; every answer must be a 200 with
/// exactly the bytes of `--reply`.
pub async fn run(options: &Options) -> Result<()> {
    let connections: u32 = options.number("connections")?;
    let split = |line: String| {
        line.split_once(": ")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let calls = Arc::new(Calls {
        url: options.text("url")?.parse()?,
        headers: options
            .lines("headers")?
            .into_iter()
            .filter_map(split)
            .collect(),
        body: options.bytes("body")?.into(),
        reply: options.bytes("reply")?.into(),
        tokens: options.lines("tokens")?,
        next: AtomicUsize::new(0),
        wrong: AtomicU64::new(0),
    });
    let started = gun::wait()?;
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(call(Arc::clone(&calls)));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let wrong = calls.wrong.load(Ordering::Relaxed);
    gun::report(
        started,
        calls.tokens.len() as u64,
        json!({ "wrong": wrong }),
    );
    ensure!(
        wrong == 0,
        "{wrong} answers were not what the upstream said"
    );
    Ok(())
}

async fn call(calls: Arc<Calls>) -> Result<()> {
    let mut connection = Connection::to(&calls.url);
    while let Some(token) = calls.tokens.get(calls.next.fetch_add(1, Ordering::Relaxed)) {
        let mut request = Request::post(calls.url.path())
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        for (name, value) in &calls.headers {
            request = request.header(name, value);
        }
        let answer = connection
            .send(request.body(Full::new(calls.body.clone()))?)
            .await?;
        if answer.status != 200 || answer.body != calls.reply {
            calls.wrong.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
