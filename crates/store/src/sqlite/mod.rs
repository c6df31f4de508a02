//! The store in one SQLite file.
//!
//! ```text
//! reads  ---> a pool of read-only connections, inline (about a microsecond)
//! commit ---> queue ---> one writer thread: BEGIN, a savepoint per batch, COMMIT ---> answers
//! record ---> queue ----------'   (taken along by the next commit, or 20 ms later)
//! ```
//!
//! SQLite has one writer at a time, so there is one writer thread, and it pays
//! for durability (`synchronous=FULL`) once per group of commits instead of once
//! per commit. A batch that conflicts is rolled back alone; when the group itself
//! cannot be written, nobody in it is told otherwise (CR-02).

mod apply;
mod audit_log;
mod connection;
mod fault;
mod queue;
mod readers;
mod rows;
mod schema;
mod tx;
mod writer;

#[cfg(test)]
mod tests;

pub use schema::OpenError;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};

use self::{
    connection::{DatabaseFile, Shared},
    queue::Queue,
    readers::Readers,
    tx::SqliteTx,
    writer::Writer,
};
use crate::{
    AuditFilter, AuditPage, Store, StoreError, Tx,
    write::{Batch, Write},
};

/// A [`Store`] in one SQLite file. Dropping it writes what is queued and closes the file.
#[derive(Debug)]
pub struct SqliteStore {
    // Declared before the readers: the writer ends first.
    writer: Writer,
    readers: Arc<Readers>,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it (readable by its owner alone) when nothing is
    /// there, and brings its schema up to date.
    ///
    /// A file that is no database of Doorward, is damaged, was emptied, or was written by a newer
    /// version is refused and left alone; the source of the error is an [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (connection, file) = connection::open_file(path)?;
        let readers = Readers::open(path)?;
        Self::start(connection::share(connection), Some(file), readers)
    }

    /// A store that is gone when it is dropped.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = connection::share(connection::open_memory()?);
        let readers = Readers::sharing(&connection);
        Self::start(connection, None, readers)
    }

    fn start(
        connection: Shared,
        file: Option<DatabaseFile>,
        readers: Readers,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            writer: Writer::start(connection, file)?,
            readers: Arc::new(readers),
        })
    }

    fn queue(&self) -> &Arc<Queue> {
        self.writer.queue()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        let (queue, readers) = (Arc::clone(self.queue()), Arc::clone(&self.readers));
        Ok(Box::new(SqliteTx::new(queue, readers)))
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.queue().record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.queue().commit(Batch::default()).await.map(drop)
    }

    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
        let _ = self.flush().await; // a full disk must not hide what was recorded before
        Readers::scan(&self.readers, move |connection| {
            audit_log::page(connection, &filter)
        })
        .await
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        let _ = self.flush().await;
        let written = self.queue().written();
        Readers::scan(&self.readers, move |connection| {
            audit_log::verify(connection, &written)
        })
        .await
    }

    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError> {
        let reap = Write::Reap { now, unused_since };
        let batch = Batch {
            writes: vec![reap],
            events: Vec::new(),
        };
        self.queue().commit(batch).await
    }
}
