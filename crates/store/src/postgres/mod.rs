//! The store in a PostgreSQL database.
//!
//! ```text
//! reads  ---> a pool of connections, one statement each, no transaction
//! commit ---> queue ---> one writer thread with a connection of its own:
//! record ---> queue ----'    BEGIN, the end of the audit chain FOR UPDATE, every batch, COMMIT
//! ```
//!
//! The queue and the writer are those of SQLite, so commits share a flush here
//! too. The row with the end of the audit chain is locked first: groups of
//! several processes follow one another, never wait for each other's rows, and
//! cannot deadlock. A connection that is lost in the middle of a commit leaves a
//! doubt, and the database is asked what became of it before anybody is answered
//! (docs/adr/0008).

mod audit_chain;
mod cells;
mod fault;
mod patience;
mod readers;
mod refusal;
mod schema;
mod scribe;
mod server;
mod session;
mod tenancy;
mod url;

#[cfg(test)]
mod tests;

pub use self::{
    refusal::PostgresRefusal,
    tenancy::Tenancy,
    url::{PostgresUrl, PostgresUrlError},
};

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};
use tokio::sync::oneshot;

use self::{readers::Readers, scribe::PostgresScribe, server::Server};
use crate::{
    AuditFilter, AuditPage, Store, StoreError, Tx, audit_log,
    error::unavailable,
    queue::Queue,
    tables::Query,
    unit::{Database, Unit},
    write::Batch,
    writer::Writer,
};

/// A [`Store`] in a PostgreSQL database. Dropping it writes what is queued.
#[derive(Debug)]
pub struct PostgresStore {
    _writer: Writer,
    database: Arc<ServedDatabase>,
}

/// What units of work use of it.
#[derive(Debug)]
struct ServedDatabase {
    queue: Arc<Queue>,
    readers: Readers,
}

impl PostgresStore {
    /// Connects, brings the schema up to date, and claims the database as `tenancy` says.
    ///
    /// A server that cannot be used, a database that is not Doorward's, was written by a newer
    /// version or is in use is refused and left alone; the source of the error is a
    /// [`PostgresRefusal`].
    pub async fn open(url: &PostgresUrl, tenancy: Tenancy) -> Result<Self, StoreError> {
        let server = Arc::new(Server::of(url)?);
        let queue = Arc::new(Queue::new(ChainHead::start()));
        let (ready, opened) = oneshot::channel();
        let writer = Writer::start(&queue, {
            let (server, queue) = (Arc::clone(&server), Arc::clone(&queue));
            move || PostgresScribe::open(server, tenancy, &queue, ready)
        })?;
        opened
            .await
            .unwrap_or_else(|_| Err(unavailable("the writer ended")))?;
        let readers = Readers::of(server)?;
        Ok(Self {
            _writer: writer,
            database: Arc::new(ServedDatabase { queue, readers }),
        })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(Unit::new(Arc::clone(&self.database))))
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.database.queue.record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.database.queue.flush().await
    }

    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
        let _ = self.flush().await; // a full disk must not hide what was recorded before
        audit_log::page(&*self.database, filter).await
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        let _ = self.flush().await;
        // What this process wrote last, and what the database says was written last by anybody.
        let mut known = vec![self.database.queue.written()];
        known.extend(self.database.find(audit_chain::end()).await?);
        audit_log::verify(&*self.database, known).await
    }

    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError> {
        let batch = Batch::reap(now, unused_since);
        self.database.queue.commit(batch).await
    }
}

impl Database for ServedDatabase {
    async fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        self.readers.find(&query).await
    }

    async fn list<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.readers.list(&query).await
    }

    fn queue(&self) -> &Queue {
        &self.queue
    }
}
