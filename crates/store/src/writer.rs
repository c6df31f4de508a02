//! The one thread that writes: group by group, each in one transaction.
//!
//! How a group is written is up to the database ([`Scribe`]). Here is what must
//! be the same for all: the answers come after the group is durable, the end of
//! the audit chain moves with it, and a group that failed is answered as such
//! while its audit records wait for the next attempt.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use doorward_core::audit::{AuditEvent, ChainHead};

use crate::{
    StoreError,
    error::unavailable,
    queue::{Commit, Group, Queue},
};

/// Writes groups into one database.
pub(crate) trait Scribe: 'static {
    /// Writes a group in one transaction. A batch in it that conflicts is left out alone; an
    /// error means that nothing of the group was written.
    fn write(&mut self, group: &Group) -> Result<Written, StoreError>;

    /// Nothing follows.
    fn close(&mut self) {}
}

/// How each batch of a group ended, and where the audit log ends now.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) outcomes: Vec<Result<usize, StoreError>>,
    pub(crate) head: ChainHead,
}

/// The audit records of a group: those that were queued, then those of the batches that stand.
pub(crate) fn records<'group>(
    group: &'group Group,
    outcomes: &[Result<usize, StoreError>],
) -> impl Iterator<Item = &'group AuditEvent> {
    let of_batches = group
        .commits
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| outcome.is_ok())
        .flat_map(|(commit, _)| &commit.batch.events);
    group.records.iter().chain(of_batches)
}

/// Owns the thread; dropping it writes what is queued and ends the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; the scribe is made on it, and lives and ends there.
    pub(crate) fn start<S: Scribe>(
        queue: &Arc<Queue>,
        scribe: impl FnOnce() -> S + Send + 'static,
    ) -> Result<Self, StoreError> {
        let queue = Arc::clone(queue);
        let work = {
            let queue = Arc::clone(&queue);
            move || {
                let scribe = scribe();
                let failing = false;
                Work {
                    queue,
                    scribe,
                    failing,
                }
                .run();
            }
        };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(work)
            .map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!("the writer of the store panicked");
        }
    }
}

/// What the thread works with.
struct Work<S> {
    queue: Arc<Queue>,
    scribe: S,
    failing: bool,
}

impl<S: Scribe> Work<S> {
    fn run(mut self) {
        let _abandon = Abandon(Arc::clone(&self.queue));
        while let Some(group) = self.queue.next() {
            match self.scribe.write(&group) {
                Ok(written) => self.succeed(group.commits, written),
                Err(error) => self.fail(group, &error),
            }
        }
        self.scribe.close();
    }

    fn succeed(&mut self, commits: Vec<Commit>, written: Written) {
        if self.failing {
            tracing::info!("storage works again");
        }
        self.failing = false;
        self.queue.wrote(written.head);
        for (commit, outcome) in commits.into_iter().zip(written.outcomes) {
            let _ = commit.answer.send(outcome); // whoever asked may have gone
        }
    }

    fn fail(&mut self, group: Group, error: &StoreError) {
        let cause = cause(error);
        if !self.failing {
            tracing::error!(cause, "storage failed");
        }
        self.failing = true;
        self.queue.failed(group.records);
        for commit in group.commits {
            let _ = commit.answer.send(Err(unavailable(cause.as_str())));
        }
    }
}

/// The reason behind a [`StoreError`], in words.
fn cause(error: &StoreError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// However the thread ends, nobody waits for it in vain.
struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
