//! Writes a group into the file.
//!
//! The order inside a group: all batches; then the audit records; then `COMMIT`.
//! The end of the audit chain moves only after the commit, so a group that fails
//! leaves no gap. When a batch conflicts, which is rare, the group begins anew with
//! every batch in a savepoint of its own, rolled back alone: a savepoint copies each
//! page that its batch changes.

use doorward_core::audit::ChainHead;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    connection::{DatabaseFile, Shared, change, lock},
    fault::WriteFault,
};
use crate::{
    StoreError, audit_log,
    queue::{Commit, Group},
    tables::{Step, audit_segments, steps},
    write::Batch,
    writer::{Scribe, Written, records},
};

const ANEW: &str = "ROLLBACK; BEGIN IMMEDIATE";
const SAVE: &str = "SAVEPOINT batch";
const KEEP: &str = "RELEASE batch";
const UNDO: &str = "ROLLBACK TO batch";

/// The connection that writes, the file behind it, and the end of the audit log in it.
pub(super) struct FileScribe {
    pub(super) connection: Shared,
    pub(super) file: Option<DatabaseFile>,
    pub(super) head: ChainHead,
}

impl Scribe for FileScribe {
    fn write(&mut self, group: &Group) -> Result<Written, StoreError> {
        let mut connection = lock(&self.connection);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcomes = match together(&transaction, &group.commits)? {
            Some(outcomes) => outcomes,
            None => {
                transaction.execute_batch(ANEW)?;
                apart(&transaction, &group.commits)?
            }
        };
        let head = self.write_records(&transaction, group, &outcomes)?;
        self.check_file()?;
        transaction.commit()?;
        drop(connection);
        self.head = head;
        Ok(Written { outcomes, head })
    }

    fn close(&mut self) {
        // Leaves one file behind instead of three; a failure costs nothing but that.
        let _ = lock(&self.connection).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

impl FileScribe {
    fn write_records(
        &self,
        transaction: &Transaction<'_>,
        group: &Group,
        outcomes: &[Result<usize, StoreError>],
    ) -> Result<ChainHead, StoreError> {
        let (segment, head) = audit_log::segment(self.head, records(group, outcomes));
        if let Some(segment) = segment {
            change(transaction, &audit_segments::add(&segment))?;
        }
        Ok(head)
    }

    fn check_file(&self) -> Result<(), StoreError> {
        let found = self.file.as_ref().map_or(Ok(()), DatabaseFile::check);
        found.map_err(|error| StoreError::Unavailable(error.into()))
    }
}

/// How a batch ended: the number of rows it changed, or why it does not stand.
type Outcome = Result<usize, StoreError>;

/// Applies all batches; nothing when one of them does not stand.
fn together(
    connection: &Connection,
    commits: &[Commit],
) -> Result<Option<Vec<Outcome>>, StoreError> {
    let mut outcomes = Vec::with_capacity(commits.len());
    for commit in commits {
        match apply_all(connection, &commit.batch) {
            Ok(rows) => outcomes.push(Ok(rows)),
            // Some failures (a full disk) end the whole transaction.
            Err(fault) if connection.is_autocommit() => return Err(fault.into()),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(outcomes))
}

/// Applies each batch that stands.
fn apart(connection: &Connection, commits: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
    let alone = |commit: &Commit| apply_alone(connection, &commit.batch);
    commits.iter().map(alone).collect()
}

/// The outer error is what the whole group gets; the inner one, that this batch does not stand.
fn apply_alone(connection: &Connection, batch: &Batch) -> Result<Outcome, StoreError> {
    run(connection, SAVE)?;
    match apply_all(connection, batch) {
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

fn apply_all(connection: &Connection, batch: &Batch) -> Result<usize, WriteFault> {
    let mut all = batch.writes.iter().flat_map(steps);
    all.try_fold(0, |rows, step| Ok(rows + apply(connection, &step)?))
}

fn apply(connection: &Connection, step: &Step) -> Result<usize, WriteFault> {
    let changed = change(connection, &step.change).map_err(WriteFault::of)?;
    step.expects.met_by(changed).ok_or(WriteFault::Conflict)
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
