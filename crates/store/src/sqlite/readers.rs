//! Reads: short ones inline, long ones on a thread that may block.
//!
//! A lookup by key takes about a microsecond, less than handing it to another
//! thread would. Lists and searches of the audit log can take long: they have a
//! connection of their own and never stand in the way of a lookup (DS-03).

use std::{
    path::Path,
    sync::{Arc, MutexGuard, TryLockError},
    thread,
};

use rusqlite::Connection;

use super::connection::{self, Shared, lock};
use crate::{StoreError, error::unavailable, tables::Query};

/// Read-only connections.
#[derive(Debug)]
pub(super) struct Readers {
    lookups: Vec<Shared>,
    scans: Shared,
}

impl Readers {
    /// Opens one connection for each thread that may look something up at the same time.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let threads = thread::available_parallelism().map_or(4, usize::from);
        let open = || connection::open_reader(path).map(connection::share);
        Ok(Self {
            lookups: (0..threads.clamp(2, 16))
                .map(|_| open())
                .collect::<Result<_, _>>()?,
            scans: open()?,
        })
    }

    /// Reads through the writer's connection: a database without a file has only one.
    pub(super) fn sharing(connection: &Shared) -> Self {
        Self {
            lookups: vec![Arc::clone(connection)],
            scans: Arc::clone(connection),
        }
    }

    /// Looks something up, here and now.
    pub(super) fn lookup<T>(&self, query: &Query<T>) -> Result<Option<T>, StoreError> {
        connection::find(&self.free(), query)
    }

    /// The first connection that nobody uses. All in use is rare and over in microseconds.
    fn free(&self) -> MutexGuard<'_, Connection> {
        let free = self.lookups.iter().find_map(|one| match one.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| lock(self.lookups.first().unwrap_or(&self.scans)))
    }

    /// Reads much, on a thread that may block.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> Result<Vec<T>, StoreError> {
        let scans = Arc::clone(&self.scans);
        let scan = move || connection::list(&lock(&scans), &query);
        let interrupted = |_| unavailable("the read was interrupted");
        tokio::task::spawn_blocking(scan)
            .await
            .map_err(interrupted)?
    }
}
