//! The MCP server behind every system under test: answers at once, in one era or both, and does as
//! little as a server can.
//!
//! A tool's name says what it answers: `stream` an event stream of one event, `hold` one that
//! never ends, `reply_N` a text of N bytes, any other a reply of 280 bytes. Over HTTP, `GET /calls`
//! tells how many calls arrived.

mod body;
mod era;
mod http;
mod reply;
mod stdio;

use anyhow::Result;

use crate::options::Options;

/// Serves over HTTP at `--listen` until it is killed, or on standard input and output until that
/// ends; `--era session` or `stateless` holds it to one era.
pub async fn run(options: &Options) -> Result<()> {
    let era = era::Era::parse(options.text_or("era", "both"))?;
    match options.text("listen") {
        Ok(address) => http::serve(address, era).await,
        Err(_) => stdio::serve(era),
    }
}
