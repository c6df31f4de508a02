//! What the processes of a server wrote to their standard error lately, for the operator.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The last lines of all processes of one server.
#[derive(Default)]
pub(crate) struct Journal {
    lines: Mutex<VecDeque<Line>>,
}

/// One line.
#[derive(Clone, Debug)]
struct Line {
    process: u64,
    at: Instant,
    text: String,
}

/// A line of a server's standard error, as the operator is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLine {
    /// How long ago it was written.
    pub age: Duration,
    /// Which process wrote it: the gateway counts them.
    pub process: u64,
    /// What it says, escaped and cut.
    pub text: String,
}

impl Journal {
    pub(super) fn note(&self, process: u64, text: String) {
        let line = Line {
            process,
            at: Instant::now(),
            text,
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The newest lines, oldest first.
    pub(crate) fn newest(&self, most: usize) -> Vec<ServerLine> {
        let now = Instant::now();
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = lines.iter().skip(lines.len().saturating_sub(most));
        let shown = newest.map(|line| ServerLine {
            age: now.saturating_duration_since(line.at),
            process: line.process,
            text: line.text.clone(),
        });
        shown.collect()
    }
}

/// Lines that are kept of one server.
const KEPT: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_newest_lines_of_all_processes_are_kept_with_their_age() {
        // ST-05
        let journal = Journal::default();
        for number in 0..KEPT + 10 {
            journal.note(1, number.to_string());
        }
        tokio::time::advance(Duration::from_secs(5)).await;
        journal.note(2, "last".to_owned());
        assert_eq!(journal.newest(usize::MAX).len(), KEPT);
        let newest = journal.newest(2);
        let shown: Vec<_> = newest
            .iter()
            .map(|line| (line.age.as_secs(), line.process, line.text.as_str()))
            .collect();
        assert_eq!(shown, [(5, 1, "1009"), (0, 2, "last")]);
    }
}
