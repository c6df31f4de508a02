//! Redemption: collects codes the way a person gets them, then redeems all of them at once.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::task::JoinSet;
use url::Url;

use crate::{
    browser::Browser,
    connection::Connection,
    gun,
    oauth::{self, Client, Code, Metadata},
    options::Options,
};

type Codes = Arc<Mutex<Vec<Code>>>;

/// Collects `--count` codes through `--connections` windows, then redeems them.
pub async fn run(options: &Options) -> Result<()> {
    let issuer: Url = options.text("issuer")?.parse()?;
    let connections: u64 = options.number("connections")?;
    let count: u64 = options.number("count")?;
    let metadata = oauth::discover(&issuer).await?;
    let client =
        Client::register(&metadata, options.text("resource")?, options.text("scope")?).await?;
    let mut browser = Browser::new(&issuer, options.text("user")?, options.text("password")?);
    client.code(&metadata, &mut browser, 0).await?; // signs in

    let codes = Codes::default();
    let mut tasks = JoinSet::new();
    for window in 0..connections {
        let numbers: Vec<u64> = (1 + window..=count).step_by(connections as usize).collect();
        let (client, metadata, codes) = (client.clone(), metadata.clone(), Arc::clone(&codes));
        tasks.spawn(collect(
            client,
            metadata,
            browser.window(&issuer),
            numbers,
            codes,
        ));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }

    let started = gun::wait()?;
    for _ in 0..connections {
        tasks.spawn(redeem(client.clone(), Arc::clone(&codes)));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    gun::report(started, count, json!({ "connections": connections }));
    Ok(())
}

async fn collect(
    client: Client,
    metadata: Metadata,
    mut browser: Browser,
    numbers: Vec<u64>,
    codes: Codes,
) -> Result<()> {
    for number in numbers {
        let code = client.code(&metadata, &mut browser, number).await?;
        codes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(code);
    }
    Ok(())
}

async fn redeem(client: Client, codes: Codes) -> Result<()> {
    let mut connection = Connection::to(&client.token_endpoint);
    let next = || codes.lock().unwrap_or_else(PoisonError::into_inner).pop();
    while let Some(code) = next() {
        let tokens = client
            .tokens(&mut connection, client.redemption(&code))
            .await?;
        ensure!(!tokens.access_token.is_empty(), "an empty access token");
    }
    Ok(())
}
