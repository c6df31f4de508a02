//! Sees when the machine itself stood still: a thread that only the kernel can keep from its core
//! wakes all the time, and whenever it is late the core was away or deep in the kernel.

use std::{
    fmt::Write,
    fs, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use serde_json::json;

use crate::{gun, options::Options};

/// How often it wakes.
const STEP: Duration = Duration::from_micros(500);
/// Later than this is a pause.
const LATE: Duration = Duration::from_micros(500);

/// Watches for `--seconds`; writes the pauses to `--out`, a line each: from and until, in
/// microseconds of Unix time.
#[expect(
    clippy::disallowed_methods,
    reason = "it measures how long a sleep really takes"
)]
pub fn run(options: &Options) -> Result<()> {
    let seconds = Duration::from_secs_f64(options.number("seconds")?);
    let started = gun::wait()?;
    let (mut pauses, mut count) = (String::new(), 0);
    let mut due = Instant::now() + STEP;
    while started.elapsed() < seconds {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let late = due.elapsed();
        if late > LATE {
            let now = unix_micros()?;
            let from = now.saturating_sub(late.as_micros());
            writeln!(pauses, "{from} {now}")?;
            count += 1;
        }
        due = Instant::now() + STEP;
    }
    fs::write(options.text("out")?, pauses)?;
    gun::report(started, count, json!({}));
    Ok(())
}

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "two programs compare their moments"
)]
pub fn unix_micros() -> Result<u128> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())
}
