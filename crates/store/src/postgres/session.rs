//! The connection that writes: a group of commits in one transaction.
//!
//! First all changes are sent at once, in the hope that nothing conflicts; the
//! answers are looked at before the commit. If something does, the transaction is
//! undone and the group is written again with a savepoint around each batch, so
//! that only those that conflict are left out.

use std::{collections::HashMap, pin::Pin};

use doorward_core::audit::ChainHead;
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error, Statement};

use super::{audit_chain, cells::dialect, fault::Fault, server::Connected};
use crate::{
    StoreError, audit_log,
    queue::{Commit, Group},
    tables::{Change, Columns, Step, audit_segments, steps},
    writer::{Written, records},
};

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const SAVE: &str = "SAVEPOINT batch";
const KEEP: &str = "RELEASE SAVEPOINT batch";
const UNDO: &str = "ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch";

/// A connection with the statements that it knows.
pub(super) struct Session {
    pub(super) client: Client,
    driver: JoinHandle<()>,
    lock: Statement,
    statements: HashMap<&'static str, Statement>,
}

/// The transaction that a commit was asked for and nobody knows the outcome of.
#[derive(Debug)]
pub(super) struct Doubt {
    /// The transaction.
    pub(super) transaction: String,
    /// How many queued records it wrote.
    pub(super) records: usize,
    /// What to answer if it stands.
    pub(super) written: Written,
}

/// What a transaction starts from.
struct Start {
    head: ChainHead,
    transaction: String,
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

impl Session {
    pub(super) async fn of((client, driver): Connected) -> Result<Self, Error> {
        let lock = client.prepare(audit_chain::LOCK_END).await?;
        Ok(Self {
            client,
            driver,
            lock,
            statements: HashMap::new(),
        })
    }

    /// Writes a group but for its first `written_already` queued records. From before the commit
    /// is asked for until it is answered, `doubt` holds what became uncertain.
    pub(super) async fn write(
        &mut self,
        group: &Group,
        written_already: usize,
        doubt: &mut Option<Doubt>,
    ) -> Result<Written, Fault> {
        let (start, outcomes) = match self.apply_together(group).await? {
            Some(applied) => applied,
            None => self.apply_apart(group).await?,
        };
        let events = records(group, &outcomes).skip(written_already);
        let (segment, head) = audit_log::segment(start.head, events);
        let closing =
            segment.map(|segment| [audit_segments::add(&segment), audit_chain::set_end(&head)]);
        let closing = closing
            .as_ref()
            .map_or([].as_slice(), <[Change; 2]>::as_slice);
        self.prepare(closing).await?;
        *doubt = Some(Doubt {
            transaction: start.transaction,
            records: group.records.len(),
            written: Written { outcomes, head },
        });
        let ended = self.end(closing).await;
        match ended.map_err(Fault::of) {
            Err(Fault::Lost(error)) => Err(Fault::Lost(error)),
            ended => {
                let written = doubt.take().map(|doubt| doubt.written);
                ended?;
                written.ok_or(Fault::Again)
            }
        }
    }

    /// Undoes a transaction that was not committed.
    pub(super) async fn undo(&self) -> Result<(), Error> {
        self.client.batch_execute("ROLLBACK").await
    }

    /// Says goodbye to the server.
    pub(super) async fn close(self) {
        drop(self.client);
        let _ = self.driver.await;
    }

    /// Every batch in one go. `None` when one of them conflicts: then nothing was done.
    async fn apply_together(
        &mut self,
        group: &Group,
    ) -> Result<Option<(Start, Vec<Result<usize, StoreError>>)>, Fault> {
        let batches: Vec<Vec<Step>> = group.commits.iter().map(steps_of).collect();
        let all = || batches.iter().flatten().map(|step| &step.change);
        self.prepare(all()).await?;
        // Not sent along with them: outside of a transaction each of them would stand for itself.
        let start = self.start().await?;
        let sent = join_all(all().map(|change| self.send(change))).await;
        let mut results = sent.into_iter();
        let counted = |steps: &Vec<Step>| count(steps, &mut results);
        let counts: Result<Vec<usize>, Fault> = batches.iter().map(counted).collect();
        match counts {
            Ok(counts) => Ok(Some((start, counts.into_iter().map(Ok).collect()))),
            Err(Fault::Conflict | Fault::Refused(_)) => {
                self.undo().await.map_err(Fault::of)?;
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Every batch in a savepoint of its own, one after another.
    async fn apply_apart(
        &mut self,
        group: &Group,
    ) -> Result<(Start, Vec<Result<usize, StoreError>>), Fault> {
        let start = self.start().await?;
        let mut outcomes = Vec::with_capacity(group.commits.len());
        for commit in &group.commits {
            outcomes.push(self.apply_alone(&steps_of(commit)).await?);
        }
        Ok((start, outcomes))
    }

    /// The outer error ends the transaction; the inner one is that the batch did not stand.
    async fn apply_alone(&mut self, steps: &[Step]) -> Result<Result<usize, StoreError>, Fault> {
        self.client.batch_execute(SAVE).await.map_err(Fault::of)?;
        let sent = join_all(steps.iter().map(|step| self.send(&step.change))).await;
        let (outcome, end) = match count(steps, &mut sent.into_iter()) {
            Ok(rows) => (Ok(rows), KEEP),
            Err(fault @ (Fault::Conflict | Fault::Refused(_))) => (Err(fault.into()), UNDO),
            Err(fault) => return Err(fault),
        };
        self.client.batch_execute(end).await.map_err(Fault::of)?;
        Ok(outcome)
    }

    /// Begins a transaction as the only one that writes, in whatever process.
    async fn start(&self) -> Result<Start, Fault> {
        let begin = self.client.batch_execute(BEGIN);
        let lock = self.client.query_one(&self.lock, &[]);
        let (begun, row) = tokio::join!(biased; begin, lock);
        begun.map_err(Fault::of)?;
        let row = row.map_err(Fault::of)?;
        let mut columns = Columns::of(&row);
        let head = audit_chain::read(&mut columns);
        let transaction = columns.text();
        match (head, transaction) {
            (Ok(head), Ok(transaction)) => Ok(Start { head, transaction }),
            _ => Err(Fault::Again),
        }
    }

    /// Appends to the audit log and commits.
    async fn end(&self, closing: &[Change]) -> Result<(), Error> {
        let sent = join_all(closing.iter().map(|change| self.send(change)));
        let commit = self.client.batch_execute("COMMIT");
        let (changed, committed) = tokio::join!(biased; sent, commit);
        // After a statement that failed, `COMMIT` is a rollback and succeeds.
        changed.into_iter().collect::<Result<Vec<u64>, Error>>()?;
        committed
    }

    /// Makes statements known to the server that are not yet.
    async fn prepare(&mut self, changes: impl IntoIterator<Item = &Change>) -> Result<(), Fault> {
        for change in changes {
            if !self.statements.contains_key(change.sql) {
                let prepared = self.client.prepare(&dialect(change.sql)).await;
                self.statements
                    .insert(change.sql, prepared.map_err(Fault::of)?);
            }
        }
        Ok(())
    }

    /// Sends a statement with its first poll, and waits for the number of rows that it changed.
    fn send<'a>(&'a self, change: &'a Change) -> Sent<'a> {
        let prepared = self.statements.get(change.sql);
        Box::pin(async move {
            match prepared {
                Some(statement) => self.client.execute_raw(statement, &change.values).await,
                None => {
                    let sql = dialect(change.sql);
                    self.client.execute_raw(&sql, &change.values).await
                }
            }
        })
    }
}

fn steps_of(commit: &Commit) -> Vec<Step> {
    commit.batch.writes.iter().flat_map(steps).collect()
}

/// The rows that the steps of one batch changed, if each found what it expects.
fn count(
    steps: &[Step],
    results: &mut impl Iterator<Item = Result<u64, Error>>,
) -> Result<usize, Fault> {
    steps
        .iter()
        .zip(results)
        .try_fold(0, |rows, (step, changed)| {
            let changed = usize::try_from(changed.map_err(Fault::of)?).unwrap_or(usize::MAX);
            let counted = step.expects.met_by(changed);
            Ok(rows + counted.ok_or(Fault::Conflict)?)
        })
}
