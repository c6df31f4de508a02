//! What the benchmark runs beside Doorward, on the other core: the MCP server that stands behind
//! the systems under test, and the loads that wrk cannot make because each request depends on
//! the answer before it.
//!
//! A load prepares itself, writes `ready`, waits for a line on its standard input, works, and
//! writes one line of JSON. So the caller can read processor times right before and right after.

mod attempts;
mod browser;
mod connection;
mod form;
mod gun;
mod hold;
mod oauth;
mod once;
mod open_loop;
mod options;
mod pauses;
mod pipes;
mod redeem;
mod register;
mod rotate;
mod stub;
mod wallet;

use anyhow::{Result, bail};

use crate::options::Options;

const USAGE: &str = "usage: doorward-bench stub|sign-in|mint|rotate|redeem|register|once|open-loop|hold|attempts|pauses|pipes|each --NAME VALUE ...";

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let Some(command) = words.next() else {
        bail!(USAGE)
    };
    let options = Options::parse(words)?;
    if command == "open-loop" {
        return open_loop::run(&options); // blocking sockets and spinning threads
    }
    match command.as_str() {
        "pauses" => return pauses::run(&options),
        "pipes" => return pipes::run(&options),
        "each" => return pipes::run_each(&options),
        _ => {}
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(dispatch(&command, &options))
}

async fn dispatch(command: &str, options: &Options) -> Result<()> {
    match command {
        "stub" => stub::run(options).await,
        "sign-in" => wallet::sign_in(options).await,
        "mint" => wallet::mint(options).await,
        "rotate" => rotate::run(options).await,
        "redeem" => redeem::run(options).await,
        "register" => register::run(options).await,
        "once" => once::run(options).await,
        "hold" => hold::run(options).await,
        "attempts" => attempts::run(options).await,
        unknown => bail!("{unknown}: no such command\n{USAGE}"),
    }
}
