//! Tool calls with every token exactly once: what a call costs when nothing is cached, and a
//! number of calls that is known to the last one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use serde_json::json;
use tokio::{task::JoinSet, time::timeout};
use url::Url;

use crate::{connection::Connection, gun, options::Options};

struct Calls {
    url: Url,
    headers: Vec<(String, String)>,
    body: Bytes,
    reply: Bytes,
    tokens: Vec<String>,
    next: AtomicUsize,
    right: AtomicU64,
}

/// Calls once with each line of `--tokens` over `--connections`; every answer must be a 200 with
/// exactly the bytes of `--reply`. With `--within SECONDS` only those count that are, by then.
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
        right: AtomicU64::new(0),
    });
    let started = gun::wait()?;
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(call(Arc::clone(&calls)));
    }
    let patience: Option<f64> = options.number("within").ok();
    let complete = match patience.map(Duration::from_secs_f64) {
        Some(patience) => timeout(patience, all(tasks)).await.unwrap_or(Ok(())),
        None => all(tasks).await,
    };
    let right = calls.right.load(Ordering::Relaxed);
    let wrong = calls.tokens.len() as u64 - right;
    gun::report(started, right, json!({ "wrong": wrong }));
    if patience.is_some() {
        return Ok(());
    }
    complete?;
    ensure!(
        wrong == 0,
        "{wrong} answers were not what the upstream said"
    );
    Ok(())
}

async fn all(mut tasks: JoinSet<Result<()>>) -> Result<()> {
    while let Some(done) = tasks.join_next().await {
        done??;
    }
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
        if answer.status == 200 && answer.body == calls.reply {
            calls.right.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
