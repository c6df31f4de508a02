//! What the processes of a server wrote to their standard error lately, for the operator.
//!
//! The last lines of all of them are kept in order, and besides the last few of each process: one
//! that writes much does not wipe out what another said before it crashed (ST-05).

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The last lines of the processes of one server.
#[derive(Default)]
pub(crate) struct Journal {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    all: VecDeque<Arc<Line>>,
    /// By process; each has at least one line.
    own: HashMap<u64, VecDeque<Arc<Line>>>,
}

/// One line.
#[derive(Debug)]
struct Line {
    number: u64,
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
        let mut state = self.lock();
        let line = Arc::new(Line {
            number: state.next,
            process,
            at: Instant::now(),
            text,
        });
        state.next += 1;
        push(&mut state.all, KEPT, &line);
        if !state.own.contains_key(&process) && state.own.len() == PROCESSES {
            state.forget_the_quietest();
        }
        push(state.own.entry(process).or_default(), KEPT_OF_EACH, &line);
    }

    /// The newest lines, of one process if it is named, oldest first.
    pub(crate) fn newest(&self, most: usize, process: Option<u64>) -> Vec<ServerLine> {
        let now = Instant::now();
        let state = self.lock();
        let kept = state.all.iter().chain(state.own.values().flatten());
        let wanted = kept.filter(|line| process.is_none_or(|process| line.process == process));
        let in_order: BTreeMap<u64, &Arc<Line>> = wanted.map(|line| (line.number, line)).collect();
        let newest = in_order.values().skip(in_order.len().saturating_sub(most));
        let shown = newest.map(|line| ServerLine {
            age: now.saturating_duration_since(line.at),
            process: line.process,
            text: line.text.clone(),
        });
        shown.collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Drops the lines of the process that has written nothing for longest.
    fn forget_the_quietest(&mut self) {
        let last = |lines: &VecDeque<Arc<Line>>| lines.back().map(|line| line.number);
        let quietest = self.own.iter().min_by_key(|(_, lines)| last(lines));
        if let Some(process) = quietest.map(|(process, _)| *process) {
            self.own.remove(&process);
        }
    }
}

fn push(lines: &mut VecDeque<Arc<Line>>, most: usize, line: &Arc<Line>) {
    if lines.len() == most {
        lines.pop_front();
    }
    lines.push_back(Arc::clone(line));
}

/// Lines that are kept of one server, of each of its processes besides, and of how many.
const KEPT: usize = 1000;
const KEPT_OF_EACH: usize = 50;
const PROCESSES: usize = 32;

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
        assert_eq!(journal.newest(usize::MAX, None).len(), KEPT);
        let newest = journal.newest(2, None);
        let shown: Vec<_> = newest
            .iter()
            .map(|line| (line.age.as_secs(), line.process, line.text.as_str()))
            .collect();
        assert_eq!(shown, [(5, 1, "1009"), (0, 2, "last")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_writes_much_does_not_wipe_out_the_last_words_of_another() {
        // ST-05
        let journal = Journal::default();
        for number in 0..KEPT_OF_EACH + 1 {
            journal.note(1, number.to_string());
        }
        for _ in 0..KEPT {
            journal.note(2, "noise".to_owned());
        }
        let words: Vec<_> = journal.newest(usize::MAX, Some(1));
        assert_eq!(words.len(), KEPT_OF_EACH);
        assert_eq!(words.last().map(|line| line.text.as_str()), Some("50"));
        let all = journal.newest(usize::MAX, None);
        assert_eq!(all.len(), KEPT + KEPT_OF_EACH);
        assert_eq!(all.first().map(|line| line.process), Some(1));
        assert!(journal.newest(9, Some(3)).is_empty());
        // However many there were, memory stays bounded: the quietest are forgotten.
        for process in 3..3 + u64::try_from(PROCESSES).expect("few") {
            journal.note(process, "x".to_owned());
        }
        assert!(journal.newest(usize::MAX, Some(1)).is_empty());
        assert_eq!(journal.lock().own.len(), PROCESSES);
    }
}
