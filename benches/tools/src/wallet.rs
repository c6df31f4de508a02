//! Refresh tokens on file between two commands, and access tokens made from them.

use std::{fs, io::Write, time::Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use url::Url;

use crate::{
    browser::Browser,
    connection::Connection,
    gun,
    oauth::{self, Client},
    options::Options,
};

/// A client with one refresh token per grant.
#[derive(Serialize, Deserialize)]
pub struct Wallet {
    /// The client.
    pub client: Client,
    /// The newest refresh token of each grant.
    pub chains: Vec<String>,
}

impl Wallet {
    /// Reads the wallet that `--wallet` names.
    pub fn open(options: &Options) -> Result<Self> {
        Ok(serde_json::from_slice(&options.bytes("wallet")?)?)
    }

    /// Writes it back.
    pub fn close(&self, options: &Options) -> Result<()> {
        Ok(fs::write(
            options.text("wallet")?,
            serde_json::to_vec(self)?,
        )?)
    }
}

/// Registers a client, signs in, allows `--chains` times and keeps the refresh tokens.
pub async fn sign_in(options: &Options) -> Result<()> {
    let issuer: Url = options.text("issuer")?.parse()?;
    let metadata = oauth::discover(&issuer).await?;
    let client =
        Client::register(&metadata, options.text("resource")?, options.text("scope")?).await?;
    let mut browser = Browser::new(&issuer, options.text("user")?, options.text("password")?);
    let mut connection = Connection::to(&client.token_endpoint);
    let mut chains = Vec::new();
    for number in 0..options.number("chains")? {
        let code = client.code(&metadata, &mut browser, number).await?;
        let tokens = client
            .tokens(&mut connection, client.redemption(&code))
            .await?;
        chains.push(tokens.refresh_token);
    }
    Wallet { client, chains }.close(options)
}

/// Refreshes until `--count` access tokens are in the file `--out`, one a line.
pub async fn mint(options: &Options) -> Result<()> {
    let mut wallet = Wallet::open(options)?;
    let count: usize = options.number("count")?;
    let share = count.div_ceil(wallet.chains.len().max(1));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for token in wallet.chains.drain(..) {
        tasks.spawn(mint_from(wallet.client.clone(), token, share));
    }
    let mut out = std::io::BufWriter::new(fs::File::create(options.text("out")?)?);
    let mut left = count;
    while let Some(done) = tasks.join_next().await {
        let (token, minted) = done??;
        wallet.chains.push(token);
        for access in minted.iter().take(left) {
            writeln!(out, "{access}")?;
        }
        left = left.saturating_sub(minted.len());
    }
    out.flush().context("tokens not written")?;
    wallet.close(options)?;
    gun::report(started, count as u64, serde_json::json!({}));
    Ok(())
}

async fn mint_from(
    client: Client,
    mut token: String,
    count: usize,
) -> Result<(String, Vec<String>)> {
    let mut connection = Connection::to(&client.token_endpoint);
    let mut minted = Vec::with_capacity(count);
    for _ in 0..count {
        let tokens = client
            .tokens(&mut connection, client.refreshment(&token))
            .await?;
        token = tokens.refresh_token;
        minted.push(tokens.access_token);
    }
    Ok((token, minted))
}
