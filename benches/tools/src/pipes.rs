//! What a stdio server costs without anything in between: calls over its pipes, with as many under
//! way as connections would have; and a process for every call, as some proxies do it.

use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{gun, options::Options};

const INITIALIZE: &[u8] = br#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A started server and its pipes.
struct Server {
    process: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    line: Vec<u8>,
}

/// Calls with `--body` for `--seconds`, with `--at-once` calls under way, at the server whose
/// command is `--server`. Every answer must be a result.
pub fn run(options: &Options) -> Result<()> {
    let body = options.bytes("body")?;
    let mut server = Server::start(options.text("server")?)?;
    server.open()?;
    let time = Duration::from_secs_f64(options.number("seconds")?);
    let window: u64 = options.number("at-once")?;
    let started = gun::wait()?;
    for _ in 0..window {
        server.send(&body)?;
    }
    let mut answered = 0;
    while started.elapsed() < time {
        server.result()?;
        answered += 1;
        server.send(&body)?;
    }
    for _ in 0..window {
        server.result()?;
        answered += 1;
    }
    gun::report(started, answered, json!({}));
    wait_for_the_end()?;
    server.end()
}

/// Calls with `--body` for `--seconds`, each time at a server of its own.
pub fn run_each(options: &Options) -> Result<()> {
    let body = options.bytes("body")?;
    let command = options.text("server")?;
    let time = Duration::from_secs_f64(options.number("seconds")?);
    let started = gun::wait()?;
    let (mut answered, mut taken) = (0_u64, Vec::new());
    while started.elapsed() < time {
        let begun = Instant::now();
        let mut server = Server::start(command)?;
        server.open()?;
        server.send(&body)?;
        server.result()?;
        taken.push(begun.elapsed());
        server.end()?;
        answered += 1;
    }
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).context("no call")?;
    gun::report(
        started,
        answered,
        json!({ "p50": median.as_secs_f64() * 1e6 }),
    );
    wait_for_the_end()
}

/// Its processor time is read before it goes.
fn wait_for_the_end() -> Result<()> {
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

impl Server {
    fn start(command: &str) -> Result<Self> {
        let mut words = command.split(' ');
        let mut process = Command::new(words.next().context("no command")?)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = BufWriter::new(process.stdin.take().context("no input")?);
        let output = BufReader::new(process.stdout.take().context("no output")?);
        Ok(Self {
            process,
            input,
            output,
            line: Vec::new(),
        })
    }

    /// Begins a session.
    fn open(&mut self) -> Result<()> {
        self.send(INITIALIZE)?;
        self.result()?;
        self.send(INITIALIZED)
    }

    fn send(&mut self, message: &[u8]) -> Result<()> {
        self.input.write_all(message)?;
        Ok(self.input.write_all(b"\n")?)
    }

    /// Reads until a result, past what servers say unasked; what was written goes out before
    /// anything is waited for.
    fn result(&mut self) -> Result<()> {
        loop {
            if self.output.buffer().is_empty() {
                self.input.flush()?;
            }
            self.line.clear();
            ensure!(self.output.read_until(b'\n', &mut self.line)? > 0, "ended");
            if self.line_has(b"\"result\"") {
                return Ok(());
            }
            let text = String::from_utf8_lossy(&self.line);
            ensure!(self.line_has(b"\"method\""), "no result: {text}");
        }
    }

    fn line_has(&self, name: &[u8; 8]) -> bool {
        self.line.windows(name.len()).any(|window| window == name)
    }

    fn end(self) -> Result<()> {
        let Self {
            mut process,
            input,
            output,
            ..
        } = self;
        drop((input, output));
        process.wait()?;
        Ok(())
    }
}
