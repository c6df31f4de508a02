//! Event streams that are opened and then only held.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use url::Url;

use crate::{gun, options::Options};

/// How many streams are being opened at any moment.
const AT_ONCE: usize = 64;

/// Opens `--streams` with the requests in the file `--requests` in turn (each ended by a zero
/// byte), says how many answered with an event stream, and holds them until it is told to end.
pub async fn run(options: &Options) -> Result<()> {
    let url: Url = options.text("url")?.parse()?;
    let authority = format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port().unwrap_or(80)
    );
    let requests = options.bytes("requests")?;
    let mut requests = requests.split_inclusive(|byte| *byte == 0).cycle();
    let streams: usize = options.number("streams")?;
    let started = gun::wait()?;
    let mut held = Vec::with_capacity(streams);
    let mut opening = JoinSet::new();
    for number in 0..streams + AT_ONCE {
        if number < streams {
            let request = requests.next().context("no request")?;
            let request = request.strip_suffix(&[0]).context("half a request")?;
            opening.spawn(open(authority.clone(), request.to_vec()));
        }
        if number >= AT_ONCE
            && let Some(opened) = opening.join_next().await
        {
            held.push(opened??);
        }
    }
    gun::report(started, held.len() as u64, json!({}));
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

async fn open(authority: String, request: Vec<u8>) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(&authority).await?;
    socket.write_all(&request).await?;
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        ensure!(
            socket.read_buf(&mut head).await? > 0,
            "closed instead of streaming"
        );
    }
    let text = String::from_utf8_lossy(&head);
    let streams =
        text.starts_with("HTTP/1.1 200") && text.to_lowercase().contains("text/event-stream");
    streams
        .then_some(socket)
        .with_context(|| format!("no stream: {text}"))
}
