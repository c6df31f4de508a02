//! What waits for the writer: commits, which somebody awaits, and audit records, which nobody does.
//!
//! Both are bounded; a full queue is refused at once and never waited for. One
//! lock guards both, so a record that was queued before a commit is written
//! before it. Queueing a record costs a lock and a push, and wakes the writer
//! only when it is the first.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use doorward_core::audit::{AuditEvent, ChainHead};
use tokio::sync::oneshot;

use crate::{StoreError, error::unavailable, write::Batch};

/// The most commits that may wait.
pub(crate) const MOST_COMMITS: usize = 1024;
/// The most audit records that may wait.
pub(crate) const MOST_RECORDS: usize = 32 * 1024;
/// How long a record waits for company.
const LINGER: Duration = Duration::from_millis(20);
/// How long records wait for a database that failed, unless a commit tries earlier.
const RETRY: Duration = Duration::from_millis(250);

/// The queue between callers and the one writer.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug)]
struct State {
    commits: Vec<Commit>,
    records: Vec<AuditEvent>,
    /// Records that the writer is writing right now: they still count.
    in_hand: usize,
    /// The last attempt to write failed.
    failing: bool,
    /// No more is taken; the writer ends when the queue is empty.
    closed: bool,
    /// The end of the audit log that is durable.
    written: ChainHead,
}

/// A batch and whom to tell how it went: the number of rows it changed.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) batch: Batch,
    pub(crate) answer: oneshot::Sender<Result<usize, StoreError>>,
}

/// What the writer takes at once and writes in one transaction.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) commits: Vec<Commit>,
    pub(crate) records: Vec<AuditEvent>,
}

impl Queue {
    pub(crate) fn new(written: ChainHead) -> Self {
        Self {
            state: Mutex::new(State {
                commits: Vec::new(),
                records: Vec::new(),
                in_hand: 0,
                failing: false,
                closed: false,
                written,
            }),
            wake: Condvar::new(),
        }
    }

    /// Hands a batch to the writer and waits until it is durable or refused. Once this was first
    /// polled, the batch is applied or refused as a whole even if the caller goes away.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<usize, StoreError> {
        let (answer, outcome) = oneshot::channel();
        self.push(Commit { batch, answer })?;
        outcome
            .await
            .unwrap_or_else(|_| Err(unavailable("the writer ended")))
    }

    /// Waits until everything that was queued before is durable.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        self.commit(Batch::default()).await.map(drop)
    }

    fn push(&self, commit: Commit) -> Result<(), StoreError> {
        let mut state = self.open_state()?;
        if state.commits.len() >= MOST_COMMITS {
            return Err(unavailable("too many commits are queued"));
        }
        state.commits.push(commit);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// Queues an audit record. While the database fails, one record at a time may wait for it:
    /// what cannot be recorded must not go on (AD-06).
    pub(crate) fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        let mut state = self.open_state()?;
        let waiting = state.records.len() + state.in_hand;
        let most = if state.failing { 1 } else { MOST_RECORDS };
        if waiting >= most {
            return Err(unavailable("too many audit records are queued"));
        }
        let first = state.records.is_empty();
        state.records.push(event);
        drop(state);
        if first {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Waits for something to write. `None` when the queue is closed and empty.
    pub(crate) fn next(&self) -> Option<Group> {
        self.wait();
        // Whoever shares the core and is about to commit does so first, and shares the flush.
        thread::yield_now();
        let mut state = self.state();
        (!state.is_empty()).then(|| state.take())
    }

    /// Waits until something is to be written now, or nothing will be any more.
    fn wait(&self) {
        let idle = |state: &mut State| state.is_empty() && !state.closed;
        let alone = |state: &mut State| state.commits.is_empty() && !state.closed;
        let state = self
            .wake
            .wait_while(self.state(), idle)
            .unwrap_or_else(PoisonError::into_inner);
        let patience = if state.failing { RETRY } else { LINGER };
        let waited = self.wake.wait_timeout_while(state, patience, alone);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// The group was written: the log now ends at `written`.
    pub(crate) fn wrote(&self, written: ChainHead) {
        let mut state = self.state();
        state.in_hand = 0;
        state.failing = false;
        state.written = written;
    }

    /// The group was not written: its records wait again, before all later ones. A closed queue
    /// gives them up, because nobody will try again.
    pub(crate) fn failed(&self, mut records: Vec<AuditEvent>) {
        let mut state = self.state();
        state.in_hand = 0;
        state.failing = true;
        if state.closed {
            state.records.clear();
            return;
        }
        records.append(&mut state.records);
        state.records = records;
    }

    /// The end of the audit log that is durable.
    pub(crate) fn written(&self) -> ChainHead {
        self.state().written
    }

    /// Takes no more; the writer ends after what is queued.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_one();
    }

    /// Drops whatever is left, which tells those who wait.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        state.closed = true;
        drop(state.take());
    }

    fn open_state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state();
        if state.closed {
            return Err(unavailable("the store is closed"));
        }
        Ok(state)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.records.is_empty()
    }

    fn take(&mut self) -> Group {
        self.in_hand = self.records.len();
        Group {
            commits: mem::take(&mut self.commits),
            records: mem::take(&mut self.records),
        }
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::{
        audit::{AuditKind, Outcome},
        time::UnixTime,
    };

    use super::*;

    fn record(queue: &Queue, millis: i64) -> Result<(), StoreError> {
        let at = UnixTime::from_millis(millis);
        queue.record(AuditEvent::new(at, AuditKind::ToolCall, Outcome::Allowed))
    }

    fn times(records: &[AuditEvent]) -> Vec<i64> {
        records.iter().map(|event| event.at.millis()).collect()
    }

    #[test]
    fn records_that_could_not_be_written_come_before_later_ones() {
        let queue = Queue::new(ChainHead::start());
        (1..=2).for_each(|millis| record(&queue, millis).expect("has room"));
        let group = queue.next().expect("a group");
        record(&queue, 3).expect("has room");
        queue.failed(group.records);

        assert!(record(&queue, 4).is_err(), "nothing more while they wait"); // AD-06
        let group = queue.next().expect("the same again");
        assert_eq!(times(&group.records), [1, 2, 3]);
        assert!(record(&queue, 4).is_err(), "nor while they are being tried");
        queue.wrote(ChainHead::start());
        record(&queue, 4).expect("is taken again");
    }

    #[test]
    fn records_in_the_hand_of_the_writer_still_count() {
        let queue = Queue::new(ChainHead::start());
        let half = i64::try_from(MOST_RECORDS / 2).expect("small");
        (0..half).for_each(|millis| record(&queue, millis).expect("has room"));
        let _group = queue.next().expect("a group");
        (0..half).for_each(|millis| record(&queue, millis).expect("has room"));
        assert!(record(&queue, 0).is_err());
    }

    #[test]
    fn a_closed_queue_takes_no_more_and_is_emptied() {
        let queue = Queue::new(ChainHead::start());
        record(&queue, 1).expect("has room");
        queue.close();
        assert!(record(&queue, 2).is_err());
        let group = queue.next().expect("what was queued before");
        assert_eq!(times(&group.records), [1]);
        assert!(queue.next().is_none());
    }
}
