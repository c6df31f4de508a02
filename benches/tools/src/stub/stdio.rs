//! The server on standard input and output: one message a line.

use std::io::{BufRead, BufReader, BufWriter, Write};

use anyhow::Result;

use super::{
    era::Era,
    reply::{Message, Reply, answer},
};

/// Answers until the input ends.
pub fn serve(era: Era) -> Result<()> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if let Some(reply) = reply(&line, era) {
            output.write_all(reply.as_bytes())?;
            output.write_all(b"\n")?;
        }
        line.clear();
        if input.buffer().is_empty() {
            output.flush()?; // what came together is answered together
        }
    }
    Ok(())
}

fn reply(line: &[u8], era: Era) -> Option<String> {
    let message: Message<'_> = serde_json::from_slice(line).ok()?;
    match answer(&message, era) {
        Reply::Nothing | Reply::Held(None) => None,
        Reply::Plain(text) | Reply::Session(text) | Reply::Refusal(text) => Some(text),
        Reply::Stream(text) | Reply::Held(Some(text)) => Some(text),
    }
}
