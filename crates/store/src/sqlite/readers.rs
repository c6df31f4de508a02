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

use super::{
    connection::{self, Shared, lock},
    fault::unavailable,
};
use crate::StoreError;

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
    pub(super) fn lookup<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        Ok(read(&self.free())?)
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
        readers: &Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let scans = Arc::clone(&readers.scans);
        let scan = tokio::task::spawn_blocking(move || read(&lock(&scans)));
        match scan.await {
            Ok(found) => Ok(found?),
            Err(_) => Err(unavailable("the read was interrupted")),
        }
    }
}
