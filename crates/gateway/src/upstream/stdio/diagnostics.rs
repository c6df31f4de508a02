//! What a program writes to its standard error: drained always, kept in part.
//!
//! The last lines are kept for the log entry of a crash. Control characters are
//! escaped and lines cut, so that a program cannot forge log lines or flood the
//! log (ST-05).

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use doorward_core::server::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The last lines of a program's standard error.
#[derive(Default)]
pub(super) struct Diagnostics {
    last: Mutex<VecDeque<String>>,
}

impl Diagnostics {
    /// Reads until the end of `source`.
    pub(super) async fn drain(&self, server: &ServerName, mut source: impl AsyncRead + Unpin) {
        let mut chunk = [0; 2048];
        let mut line = Vec::new();
        loop {
            let read = match source.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(read) => chunk.get(..read).unwrap_or_default(),
            };
            for byte in read {
                if *byte == b'\n' {
                    self.keep(server, &line);
                    line.clear();
                } else if line.len() < LONGEST {
                    line.push(*byte);
                }
            }
        }
        self.keep(server, &line);
    }

    /// The last few lines in one, for a log entry.
    pub(super) fn summary(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = last.iter().skip(last.len().saturating_sub(5));
        newest.cloned().collect::<Vec<_>>().join(" | ")
    }

    fn keep(&self, server: &ServerName, line: &[u8]) {
        let text = escaped(line);
        if text.is_empty() {
            return;
        }
        tracing::debug!(%server, "stderr: {text}");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(text);
    }
}

/// The line with everything escaped that a terminal or a log reader might obey.
fn escaped(line: &[u8]) -> String {
    let mut out = String::new();
    for letter in String::from_utf8_lossy(line.trim_ascii_end()).chars() {
        if letter.is_control() {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Lines that are kept, and bytes of each.
const KEPT: usize = 64;
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_cut_escaped_and_only_the_last_are_kept() {
        // ST-05
        let server = ServerName::parse("files").expect("valid");
        let diagnostics = Diagnostics::default();
        let mut text = "x".repeat(100_000);
        for number in 0..200 {
            text.push_str(&format!("\nline {number} \u{1b}[2J\rINFO forged"));
        }
        diagnostics.drain(&server, text.as_bytes()).await;
        let kept = diagnostics.last.lock().expect("unpoisoned");
        assert_eq!(kept.len(), KEPT);
        assert!(
            kept.iter()
                .all(|line| line.len() < 600 && !line.contains(char::is_control))
        );
        assert_eq!(
            kept.back().map(String::as_str),
            Some("line 199 \\u{1b}[2J\\rINFO forged")
        );
    }
}
