//! The one thread that writes: group by group, each in one transaction.
//!
//! The order inside a group: every batch in its own savepoint, rolled back alone
//! when it conflicts; then the audit records, those that were queued first and
//! then those of the batches that stand; then `COMMIT`; then the answers. The
//! end of the audit chain moves only after the commit, so a group that fails
//! leaves no gap.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use doorward_core::audit::{AuditEvent, ChainHead};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    apply::apply,
    audit_log,
    connection::{DatabaseFile, Shared, lock},
    fault::{WriteFault, unavailable},
    queue::{Commit, Group, Queue},
};
use crate::{StoreError, write::Batch};

const SAVE: &str = "SAVEPOINT batch";
const KEEP: &str = "RELEASE batch";
const UNDO: &str = "ROLLBACK TO batch";

/// Owns the thread; dropping it writes what is queued and ends the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        connection: Shared,
        file: Option<DatabaseFile>,
    ) -> Result<Self, StoreError> {
        let head = audit_log::head(&lock(&connection))?;
        let queue = Arc::new(Queue::new(head));
        let work = Work {
            queue: Arc::clone(&queue),
            connection,
            file,
            head,
            failing: false,
        };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(|| work.run())
            .map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    pub(super) fn queue(&self) -> &Arc<Queue> {
        &self.queue
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
struct Work {
    queue: Arc<Queue>,
    connection: Shared,
    file: Option<DatabaseFile>,
    head: ChainHead,
    failing: bool,
}

/// How each batch of a group ended, and where the audit log ends now.
struct Written {
    outcomes: Vec<Result<usize, StoreError>>,
    head: ChainHead,
}

impl Work {
    fn run(mut self) {
        let _abandon = Abandon(Arc::clone(&self.queue));
        while let Some(group) = self.queue.next() {
            self.work(group);
        }
        // Leaves one file behind instead of three; a failure costs nothing but that.
        let _ = lock(&self.connection).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn work(&mut self, group: Group) {
        match self.write(&group) {
            Ok(written) => self.succeed(group.commits, written),
            Err(error) => self.fail(group, &error),
        }
    }

    fn write(&self, group: &Group) -> Result<Written, StoreError> {
        let mut connection = lock(&self.connection);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcomes = group
            .commits
            .iter()
            .map(|commit| apply_alone(&transaction, &commit.batch))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let head = self.write_records(&transaction, group, &outcomes)?;
        self.check_file()?;
        transaction.commit()?;
        Ok(Written { outcomes, head })
    }

    fn write_records(
        &self,
        transaction: &Transaction<'_>,
        group: &Group,
        outcomes: &[Result<usize, StoreError>],
    ) -> Result<ChainHead, StoreError> {
        let stands = |(commit, outcome)| events_if_stands(commit, outcome);
        let of_batches = group
            .commits
            .iter()
            .zip(outcomes)
            .filter_map(stands)
            .flatten();
        let events = group.records.iter().chain(of_batches);
        Ok(audit_log::append(transaction, self.head, events)?)
    }

    fn check_file(&self) -> Result<(), StoreError> {
        let found = self.file.as_ref().map_or(Ok(()), DatabaseFile::check);
        found.map_err(|error| StoreError::Unavailable(error.into()))
    }

    fn succeed(&mut self, commits: Vec<Commit>, written: Written) {
        if self.failing {
            tracing::info!("storage works again");
        }
        self.failing = false;
        self.head = written.head;
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

/// The outer error is what a failing batch gets; the inner one, that it did not stand.
fn apply_alone(
    connection: &Connection,
    batch: &Batch,
) -> Result<Result<usize, StoreError>, StoreError> {
    run(connection, SAVE)?;
    let applied = batch
        .writes
        .iter()
        .try_fold(0, |rows, write| Ok(rows + apply(connection, write)?));
    match applied {
        Ok(rows) => run(connection, KEEP).map(|()| Ok(rows)),
        // Some failures (a full disk) end the whole transaction: then nothing of the group stands.
        Err(fault) if connection.is_autocommit() => Err(StoreError::from(fault)),
        Err(fault) => {
            run(connection, UNDO)?;
            run(connection, KEEP)?;
            Ok(Err(WriteFault::into(fault)))
        }
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn events_if_stands<'group>(
    commit: &'group Commit,
    outcome: &Result<usize, StoreError>,
) -> Option<&'group [AuditEvent]> {
    outcome.is_ok().then_some(commit.batch.events.as_slice())
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
