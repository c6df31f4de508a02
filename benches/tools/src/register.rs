//! Dynamic registration: each request is another client, forwarded for another address, because
//! one address may not register as fast as this.

use std::{cell::Cell, net::Ipv4Addr, rc::Rc};

use anyhow::{Result, ensure};
use http::{Request, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use tokio::task::LocalSet;
use url::Url;

use crate::{
    connection::Connection,
    gun,
    oauth::{self, registration},
    options::Options,
};

/// Registers `--count` clients over `--connections`.
pub async fn run(options: &Options) -> Result<()> {
    let issuer: Url = options.text("issuer")?.parse()?;
    let endpoint = oauth::discover(&issuer).await?.registration_endpoint;
    let count: u64 = options.number("count")?;
    let connections: u32 = options.number("connections")?;
    let started = gun::wait()?;
    let done = Rc::new(Cell::new(0));
    let local = LocalSet::new();
    let tasks: Vec<_> = (0..connections)
        .map(|_| local.spawn_local(register(endpoint.clone(), count, Rc::clone(&done))))
        .collect();
    local.await;
    for task in tasks {
        task.await??;
    }
    gun::report(started, done.get(), json!({ "connections": connections }));
    Ok(())
}

async fn register(endpoint: Url, count: u64, done: Rc<Cell<u64>>) -> Result<()> {
    let mut connection = Connection::to(&endpoint);
    loop {
        let number = done.get();
        if number >= count {
            return Ok(());
        }
        done.set(number + 1);
        let request = Request::post(endpoint.path())
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-forwarded-for", address(number).to_string())
            .body(Full::new(registration(&format!(
                "Benchmark {} {number}",
                std::process::id()
            ))))?;
        let answer = connection.send(request).await?;
        let told = String::from_utf8_lossy(&answer.body);
        ensure!(
            answer.status == StatusCode::CREATED,
            "{}: {told}",
            answer.status
        );
    }
}

/// One of 16 million addresses, each of another network than the 65,000 before it: a network may
/// not register as fast as this either.
fn address(number: u64) -> Ipv4Addr {
    let [.., d, b, c] = number.to_be_bytes();
    Ipv4Addr::new(10, b, c, d)
}
