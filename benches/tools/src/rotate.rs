//! Refresh rotation: every chain of a wallet refreshes as fast as it is answered.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{connection::Connection, gun, oauth::Client, options::Options, wallet::Wallet};

/// Rotates for `--seconds`; any answer but a fresh pair of tokens ends the run as failed.
pub async fn run(options: &Options) -> Result<()> {
    let mut wallet = Wallet::open(options)?;
    let duration = Duration::from_secs_f64(options.number("seconds")?);
    let started = gun::wait()?;
    let mut tasks = JoinSet::new();
    for token in wallet.chains.drain(..) {
        tasks.spawn(rotate(wallet.client.clone(), token, started + duration));
    }
    let mut requests = 0;
    while let Some(done) = tasks.join_next().await {
        let (token, rotations) = done??;
        wallet.chains.push(token);
        requests += rotations;
    }
    gun::report(started, requests, json!({ "chains": wallet.chains.len() }));
    wallet.close(options)
}

async fn rotate(client: Client, mut token: String, end: Instant) -> Result<(String, u64)> {
    let mut connection = Connection::to(&client.token_endpoint);
    let mut rotations = 0;
    while Instant::now() < end {
        let tokens = client
            .tokens(&mut connection, client.refreshment(&token))
            .await?;
        anyhow::ensure!(
            tokens.refresh_token != token,
            "the refresh token was not rotated"
        );
        token = tokens.refresh_token;
        rotations += 1;
    }
    Ok((token, rotations))
}
