//! The starting gun: says `ready`, waits for a line, and reports what was done since.

use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

/// Says that the load is prepared, and waits to be told to go.
pub fn wait() -> Result<Instant> {
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(Instant::now())
}

/// Writes how many requests were answered since `started`, and what else there is to say.
pub fn report(started: Instant, requests: u64, more: Value) {
    let mut line = json!({ "requests": requests, "seconds": started.elapsed().as_secs_f64() });
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    println!("{line}");
}
