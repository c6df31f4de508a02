//! The official Rust client, through the story of a pair (`drivers/README.md`):
//! `rmcp-client ENDPOINT PLAN [--session]`. With `--session` it begins as clients did before
//! 2026-07-28; without it tries the stateless era first.

mod host;
mod plan;
mod sign_in;
mod story;
mod visit;

use anyhow::{Context, Result};

use crate::plan::Plan;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let endpoint = words.next().context("no endpoint")?;
    let plan: Plan = serde_json::from_str(&words.next().context("no plan")?)?;
    let session = words.next().as_deref() == Some("--session");
    visit::tell(&endpoint, plan, visit::lifecycle(session)).await;
    story::done()
}
