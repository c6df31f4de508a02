//! A driver's side of the conversation with the orchestrator (`drivers/README.md`).

use std::{fmt::Display, process};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

/// Asks the orchestrator to do something and waits until it is done.
pub fn ask(what: &str, url: &str) -> Result<Value> {
    say(&json!({ "ask": what, "url": url }));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let answer: Value = serde_json::from_str(&line).context("no answer")?;
    match answer.get("error") {
        Some(error) => Err(anyhow!("{what}: {error}")),
        None => Ok(answer),
    }
}

/// Tells a step that passed with what it came to, or ends the story with one that failed, because
/// the next ones build on it.
pub async fn step<T: Display, O>(name: &str, run: impl Future<Output = Result<(T, O)>>) -> O {
    match run.await {
        Ok((detail, outcome)) => {
            say(&json!({ "step": name, "ok": true, "detail": detail.to_string() }));
            outcome
        }
        Err(error) => {
            say(&json!({ "step": name, "ok": false, "detail": format!("{error:#}") }));
            process::exit(1)
        }
    }
}

/// Ends the story well.
pub fn done() -> ! {
    say(&json!({ "done": true }));
    process::exit(0)
}

fn say(line: &Value) {
    println!("{line}");
}
