//! The one implementation of [`Store`], over whatever is a database.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};

use crate::{
    AuditFilter, AuditPage, Hold, RevokedTokens, Store, StoreError, Tx, audit_log,
    tables::revocations,
    unit::{Database, Unit},
    write::Batch,
};

/// What keeps everything in a database.
pub(crate) trait Kept: Send + Sync + 'static {
    /// The kind of database.
    type Database: Database;

    /// The database.
    fn database(&self) -> &Arc<Self::Database>;
}

#[async_trait]
impl<S: Kept> Store for S {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Ok(Box::new(Unit::new(Arc::clone(self.database()))))
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.database().queue().record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.database().queue().flush().await
    }

    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
        let _ = self.flush().await; // a full disk must not hide what was recorded before
        audit_log::page(&**self.database(), filter).await
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        let _ = self.flush().await;
        let database = &**self.database();
        // What this process wrote last, and what the database says was written last by anybody.
        let mut known = vec![database.queue().written()];
        known.extend(database.end_of_audit().await?);
        audit_log::verify(database, known).await
    }

    async fn hold(&self) -> Result<Hold, StoreError> {
        self.database().hold().await
    }

    async fn revoked_since(&self, since: UnixTime) -> Result<Vec<RevokedTokens>, StoreError> {
        self.database().list_first(revocations::since(since)).await
    }

    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError> {
        let batch = Batch::reap(now, unused_since);
        self.database().queue().commit(batch).await
    }
}
