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
mod claim;
mod fault;
mod lookout;
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

use doorward_core::audit::ChainHead;
use tokio::sync::oneshot;

use self::{
    claim::Claim, lookout::Lookout, readers::Readers, scribe::PostgresScribe, server::Server,
};
use crate::{
    Hold, StoreError, error::unavailable, kept::Kept, queue::Queue, tables::Query, unit::Database,
    writer::Writer,
};

/// A [`crate::Store`] in a PostgreSQL database. Dropping it writes what is queued.
#[derive(Debug)]
pub struct PostgresStore {
    _writer: Writer,
    database: Arc<ServedDatabase>,
}

/// What units of work use of it.
#[derive(Debug)]
pub(crate) struct ServedDatabase {
    queue: Arc<Queue>,
    readers: Readers,
    lookout: Lookout,
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
        let claim = Arc::new(Claim::new(tenancy));
        let (ready, opened) = oneshot::channel();
        let writer = Writer::start(&queue, {
            let (server, claim) = (Arc::clone(&server), Arc::clone(&claim));
            let queue = Arc::clone(&queue);
            move || PostgresScribe::open(server, claim, &queue, ready)
        })?;
        opened
            .await
            .unwrap_or_else(|_| Err(unavailable("the writer ended")))?;
        let lookout = Lookout::new(Arc::clone(&server), claim);
        let readers = Readers::of(server)?;
        Ok(Self {
            _writer: writer,
            database: Arc::new(ServedDatabase {
                queue,
                readers,
                lookout,
            }),
        })
    }
}

impl Kept for PostgresStore {
    type Database = ServedDatabase;

    fn database(&self) -> &Arc<ServedDatabase> {
        &self.database
    }
}

impl Database for ServedDatabase {
    async fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        self.readers.find(&query).await
    }

    async fn list<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.readers.list(&query).await
    }

    async fn end_of_audit(&self) -> Result<Option<ChainHead>, StoreError> {
        self.find(audit_chain::end()).await
    }

    async fn hold(&self) -> Result<Hold, StoreError> {
        self.lookout.hold().await
    }

    async fn list_first<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.lookout.list(&query).await
    }

    fn queue(&self) -> &Queue {
        &self.queue
    }
}
