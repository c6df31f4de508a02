//! What a program writes to its standard error: drained always, kept in part.
//!
//! The last lines are kept for the log entry of a crash, and in the journal of the server.
//! What a terminal or a reader might obey is escaped, lines are cut and counted, so that a program
//! cannot forge log lines or flood the log, and what it was configured with is masked (ST-05).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use doorward_core::server::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::Instant,
};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{journal::Journal, secrets::Secrets};

/// The last lines of a program's standard error.
pub(super) struct Diagnostics {
    server: ServerName,
    process: u64,
    journal: Arc<Journal>,
    secrets: Secrets,
    last: Mutex<VecDeque<String>>,
}

/// How many lines of a second are kept; the others are counted.
struct Allowance {
    since: Instant,
    left: u32,
    dropped: u64,
}

impl Diagnostics {
    /// Of one process of a server, with the journal of all of them.
    pub(super) fn new(
        server: ServerName,
        process: u64,
        journal: Arc<Journal>,
        secrets: Secrets,
    ) -> Self {
        Self {
            server,
            process,
            journal,
            secrets,
            last: Mutex::default(),
        }
    }

    /// Reads until the end of `source`.
    pub(super) async fn drain(&self, mut source: impl AsyncRead + Unpin) {
        let mut chunk = [0; 2048];
        let mut line = Vec::new();
        // A secret at the end of what is kept must be whole to be known.
        let longest = LONGEST + self.secrets.longest().min(LONGEST_SECRET);
        let mut allowance = Allowance::new(Instant::now());
        loop {
            let read = match source.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(read) => chunk.get(..read).unwrap_or_default(),
            };
            for byte in read {
                if *byte == b'\n' {
                    self.hear(&mut allowance, &line);
                    line.clear();
                } else if line.len() < longest {
                    line.push(*byte);
                }
            }
        }
        self.hear(&mut allowance, &line);
        if let Some(dropped) = allowance.settle() {
            self.keep(dropped);
        }
    }

    /// The last few lines in one, for a log entry.
    pub(super) fn summary(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = last.iter().skip(last.len().saturating_sub(5));
        // Within a line a backslash is two, so that no line can look like several.
        newest.cloned().collect::<Vec<_>>().join("\\n")
    }

    fn hear(&self, allowance: &mut Allowance, line: &[u8]) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return;
        }
        let (kept, dropped) = allowance.take(Instant::now());
        if let Some(dropped) = dropped {
            self.keep(dropped);
        }
        if kept {
            let line = self.secrets.masked(line);
            self.keep(escaped(line.get(..LONGEST).unwrap_or(&line)));
        }
    }

    fn keep(&self, text: String) {
        let (server, process) = (&self.server, self.process);
        tracing::debug!(%server, process, "stderr: {text}");
        self.journal.note(process, text.clone());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(text);
    }
}

impl Allowance {
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            left: LINES_A_SECOND,
            dropped: 0,
        }
    }

    /// Whether one more line is kept, and what is to be said of those that were not.
    fn take(&mut self, now: Instant) -> (bool, Option<String>) {
        let mut told = None;
        if now.saturating_duration_since(self.since) >= Duration::from_secs(1) {
            told = self.settle();
            *self = Self::new(now);
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                (true, told)
            }
            None => {
                self.dropped += 1;
                (false, told)
            }
        }
    }

    fn settle(&mut self) -> Option<String> {
        let dropped = std::mem::take(&mut self.dropped);
        (dropped > 0).then(|| format!("({dropped} lines within a second were dropped)"))
    }
}

/// The line with everything escaped that a terminal or a log reader might obey.
fn escaped(line: &[u8]) -> String {
    let mut out = String::new();
    for letter in String::from_utf8_lossy(line).chars() {
        match letter.general_category() {
            GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator => out.extend(letter.escape_default()),
            _ if letter == '\\' => out.push_str("\\\\"),
            _ => out.push(letter),
        }
    }
    out
}

/// Lines that are kept of one process, bytes of each, and how many in a second.
const KEPT: usize = 64;
const LONGEST: usize = 512;
const LONGEST_SECRET: usize = 8192;
const LINES_A_SECOND: u32 = 250;

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostics() -> Diagnostics {
        let server = ServerName::parse("files").expect("valid");
        let secrets = Secrets::of(&[("API_KEY".into(), "sk-0123456789".into())]);
        Diagnostics::new(server, 1, Arc::default(), secrets)
    }

    #[tokio::test]
    async fn what_a_reader_would_obey_is_escaped_and_a_line_stays_one() {
        // ST-05
        let diagnostics = diagnostics();
        let said = "a\u{202e}b\u{2066}c\u{2028}d\u{200b}e\n\\n | INFO forged\n\u{e9}\u{1f600}\n";
        diagnostics.drain(said.as_bytes()).await;
        assert_eq!(
            diagnostics.summary(),
            r"a\u{202e}b\u{2066}c\u{2028}d\u{200b}e\n\\n | INFO forged\né😀"
        );
    }

    #[tokio::test]
    async fn what_it_was_configured_with_is_masked_wherever_it_is_kept() {
        // ST-05
        let diagnostics = diagnostics();
        let cut = "x".repeat(LONGEST - 5);
        let said = format!("401 for sk-0123456789\n{cut}sk-0123456789\n");
        diagnostics.drain(said.as_bytes()).await;
        let kept = diagnostics.journal.newest(usize::MAX, None);
        let kept: Vec<_> = kept.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(kept, ["401 for $API_KEY", &format!("{cut}$API_")]);
        assert!(!diagnostics.summary().contains("sk-"));
    }

    #[tokio::test]
    async fn lines_are_cut_escaped_and_only_the_last_are_kept() {
        // ST-05
        let diagnostics = diagnostics();
        let mut text = "x".repeat(100_000);
        for number in 0..200 {
            text.push_str(&format!("\nline {number} \u{1b}[2J\rINFO forged"));
        }
        diagnostics.drain(text.as_bytes()).await;
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
        assert_eq!(diagnostics.journal.newest(usize::MAX, None).len(), 201);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_counted_and_what_comes_later_is_kept_again() {
        // ST-05
        let diagnostics = diagnostics();
        diagnostics.drain("x\n".repeat(100_000).as_bytes()).await;
        let kept = diagnostics.journal.newest(usize::MAX, None);
        assert_eq!(kept.len(), 251);
        let last = &kept.last().expect("a line").text;
        assert_eq!(last, "(99750 lines within a second were dropped)");
        let mut allowance = Allowance::new(Instant::now());
        allowance.left = 0;
        assert_eq!(allowance.take(Instant::now()), (false, None));
        tokio::time::advance(Duration::from_secs(1)).await;
        let (kept, told) = allowance.take(Instant::now());
        assert!(kept && told.is_some_and(|told| told.starts_with("(1 lines")));
    }
}
