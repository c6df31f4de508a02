//! A store whose audit log answers when the test says so.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};
use doorward_store::{AuditFilter, AuditPage, Store, StoreError, Tx};
use tokio::sync::Semaphore;

pub(super) struct SlowLog {
    inner: Arc<dyn Store>,
    turns: Semaphore,
}

impl SlowLog {
    pub(super) fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        let turns = Semaphore::new(0);
        Arc::new(Self { inner, turns })
    }

    pub(super) fn answer(&self) {
        self.turns.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

#[async_trait]
impl Store for SlowLog {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.inner.begin().await
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.inner.record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.inner.flush().await
    }

    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
        let _turn = self.turns.acquire().await.expect("never closed");
        self.inner.audit(filter).await
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        self.inner.verify_audit().await
    }

    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError> {
        self.inner.reap(now, unused_since).await
    }
}
