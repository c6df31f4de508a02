//! Calls at a fixed rate, whether or not the earlier ones were answered. A call's latency runs
//! from the instant at which it was due, so that a stalled system cannot hide behind its callers.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use url::Url;

use crate::{gun, options::Options, pauses::unix_micros};

/// Connections that take turns.
const CALLERS: usize = 8;
/// A thread wakes this much early and spins to the instant: the kernel's timers are too coarse.
const EARLY: Duration = Duration::from_micros(150);

/// A call: when it was due, in microseconds of Unix time, and how long it took, in microseconds.
type Call = (u128, f64);

/// Calls `--rate` times a second for `--seconds`; reports percentiles in microseconds, and writes
/// every call to `--calls` if that is named.
pub fn run(options: &Options) -> Result<()> {
    let url: Url = options.text("url")?.parse()?;
    let authority = format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port().unwrap_or(80)
    );
    let requests = requests(options, &url, &authority)?;
    let step = Duration::from_secs_f64(1.0 / options.number::<f64>("rate")?);
    let calls = (options.number::<f64>("seconds")? / step.as_secs_f64()) as usize;
    let mut sockets = Vec::new();
    for _ in 0..CALLERS {
        let mut socket = TcpStream::connect(&authority)?;
        socket.set_nodelay(true)?;
        call(&mut socket, requests.first().context("no token")?)?;
        sockets.push(socket);
    }
    let started = gun::wait()?;
    let first = started + Duration::from_millis(20);
    let calls = thread::scope(|scope| -> Result<Vec<Call>> {
        let callers: Vec<_> = sockets
            .into_iter()
            .enumerate()
            .map(|(caller, socket)| {
                let requests = &requests;
                scope.spawn(move || {
                    let due = (caller..calls)
                        .step_by(CALLERS)
                        .map(|number| (number, first + step * number as u32));
                    keep_calling(socket, requests, due)
                })
            })
            .collect();
        let mut all = Vec::with_capacity(calls);
        for caller in callers {
            all.extend(
                caller
                    .join()
                    .map_err(|_| anyhow::anyhow!("a caller died"))??,
            );
        }
        Ok(all)
    })?;
    let list = options.text_or("calls", "");
    if !list.is_empty() {
        let line = |(due, latency): &Call| format!("{due} {latency:.0}\n");
        fs::write(list, calls.iter().map(line).collect::<String>())?;
    }
    let mut latencies: Vec<f64> = calls.into_iter().map(|(_, latency)| latency).collect();
    latencies.sort_by(f64::total_cmp);
    let at = |part: f64| {
        latencies
            .get((latencies.len() as f64 * part) as usize)
            .copied()
    };
    gun::report(
        started,
        latencies.len() as u64,
        json!({ "p50": at(0.5), "p90": at(0.9), "p99": at(0.99) }),
    );
    Ok(())
}

fn requests(options: &Options, url: &Url, authority: &str) -> Result<Vec<Vec<u8>>> {
    let headers = options.lines("headers")?.join("\r\n");
    let body = options.bytes("body")?;
    let build = |token: String| {
        let mut request = format!(
            "POST {} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n{headers}\r\nContent-Length: {}\r\n\r\n",
            url.path(),
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(&body);
        request
    };
    Ok(options.lines("tokens")?.into_iter().map(build).collect())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the schedule is what is measured"
)]
fn keep_calling(
    mut socket: TcpStream,
    requests: &[Vec<u8>],
    due: impl Iterator<Item = (usize, Instant)>,
) -> Result<Vec<Call>> {
    let mut calls = Vec::new();
    for (number, instant) in due {
        thread::sleep(instant.saturating_duration_since(Instant::now() + EARLY));
        while Instant::now() < instant {
            std::hint::spin_loop();
        }
        call(
            &mut socket,
            requests.get(number % requests.len()).context("no token")?,
        )?;
        let latency = instant.elapsed();
        let due = unix_micros()?.saturating_sub(latency.as_micros());
        calls.push((due, latency.as_secs_f64() * 1e6));
    }
    Ok(calls)
}

/// Sends a request and reads the answer, which must be a 200 with a length or in chunks.
fn call(socket: &mut TcpStream, request: &[u8]) -> Result<()> {
    socket.write_all(request)?;
    let mut answer = Vec::with_capacity(1024);
    let mut piece = [0; 4096];
    loop {
        let read = socket.read(&mut piece)?;
        ensure!(read > 0, "closed in the middle of an answer");
        answer.extend_from_slice(piece.get(..read).unwrap_or_default());
        if complete(&answer)? {
            return Ok(());
        }
    }
}

fn complete(answer: &[u8]) -> Result<bool> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(false);
    };
    let (head, body) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_lowercase();
    ensure!(head.starts_with("http/1.1 200"), "refused: {head}");
    match head
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.lines().next())
    {
        Some(length) => Ok(body.len() >= length.trim().parse()?),
        None => Ok(body.ends_with(b"0\r\n\r\n")),
    }
}
