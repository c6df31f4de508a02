//! Writes a group into the file.
//!
//! The order inside a group: every batch in its own savepoint, rolled back alone
//! when it conflicts; then the audit records; then `COMMIT`. The end of the
//! audit chain moves only after the commit, so a group that fails leaves no gap.

use doorward_core::audit::ChainHead;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    connection::{DatabaseFile, Shared, change, lock},
    fault::WriteFault,
};
use crate::{
    StoreError, audit_log,
    queue::Group,
    tables::{Step, audit_segments, steps},
    write::Batch,
    writer::{Scribe, Written, records},
};

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
        let outcomes = group
            .commits
            .iter()
            .map(|commit| apply_alone(&transaction, &commit.batch))
            .collect::<Result<Vec<_>, StoreError>>()?;
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

/// The outer error is what a failing batch gets; the inner one, that it did not stand.
fn apply_alone(
    connection: &Connection,
    batch: &Batch,
) -> Result<Result<usize, StoreError>, StoreError> {
    run(connection, SAVE)?;
    let mut all = batch.writes.iter().flat_map(steps);
    let applied = all.try_fold(0, |rows, step| Ok(rows + apply(connection, &step)?));
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

fn apply(connection: &Connection, step: &Step) -> Result<usize, WriteFault> {
    let changed = change(connection, &step.change).map_err(WriteFault::of)?;
    step.expects.met_by(changed).ok_or(WriteFault::Conflict)
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
