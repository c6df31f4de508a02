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

mod connection;
mod fault;
mod readers;
mod schema;
mod scribe;

#[cfg(test)]
mod tests;

pub use schema::OpenError;

use std::{path::Path, sync::Arc};

use doorward_core::audit::ChainHead;

use self::{
    connection::{DatabaseFile, Shared, lock},
    readers::Readers,
    scribe::FileScribe,
};
use crate::{
    Hold, StoreError, Term, audit_log,
    kept::Kept,
    queue::Queue,
    tables::{Query, audit_segments},
    unit::Database,
    writer::Writer,
};

/// A [`crate::Store`] in one SQLite file. Dropping it writes what is queued and closes the file.
#[derive(Debug)]
pub struct SqliteStore {
    // Declared before the readers: the writer ends first.
    _writer: Writer,
    database: Arc<FileDatabase>,
}

/// What units of work use of it.
#[derive(Debug)]
pub(crate) struct FileDatabase {
    queue: Arc<Queue>,
    readers: Readers,
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
        let newest = connection::find(&lock(&connection), &audit_segments::newest())?;
        let head = audit_log::head(newest.as_ref());
        let queue = Arc::new(Queue::new(head));
        let scribe = FileScribe {
            connection,
            file,
            head,
        };
        Ok(Self {
            _writer: Writer::start(&queue, || scribe)?,
            database: Arc::new(FileDatabase { queue, readers }),
        })
    }
}

impl Kept for SqliteStore {
    type Database = FileDatabase;

    fn database(&self) -> &Arc<FileDatabase> {
        &self.database
    }
}

impl Database for FileDatabase {
    async fn find<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, StoreError> {
        self.readers.lookup(&query)
    }

    async fn list<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.readers.scan(query).await
    }

    /// Nobody else writes the file: this process knows.
    async fn end_of_audit(&self) -> Result<Option<ChainHead>, StoreError> {
        Ok(None)
    }

    async fn hold(&self) -> Result<Hold, StoreError> {
        Ok(Hold::Own(Term::ONLY))
    }

    async fn list_first<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, StoreError> {
        self.list(query).await
    }

    fn queue(&self) -> &Queue {
        &self.queue
    }
}
