//! Logs: lines on standard error, for people or as JSON.
//!
//! `--log` wins over `RUST_LOG`. What is logged never holds a query, a header or
//! a body, at any level of our own crates.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::{cli::LogFormat, failure::Failure};

/// Sends logs to standard error from now on.
pub(crate) fn start(
    filter: Option<&str>,
    default: LevelFilter,
    format: LogFormat,
) -> Result<(), Failure> {
    let builder = EnvFilter::builder().with_default_directive(default.into());
    let filter = match filter {
        Some(text) => builder.parse(text).map_err(|error| {
            Failure::usage(format!("--log is not a filter: {error}"))
                .fix("write a level such as info, or target=level pairs")
        })?,
        None => builder.from_env_lossy(),
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        // Only where: the message could hold what a request held.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a bug stopped this request");
    }));
    Ok(())
}
