//! A store that keeps what is recorded and nothing else.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, AuditKind, ChainBroken, ChainHead, Outcome},
    time::UnixTime,
};
use doorward_store::{AuditFilter, AuditPage, Store, StoreError, Tx};

/// Keeps what is recorded, in order.
#[derive(Default)]
pub(crate) struct Listening {
    events: Mutex<Vec<AuditEvent>>,
    pub(crate) full: AtomicBool,
}

impl Listening {
    /// Kind, outcome and subject of every event.
    pub(crate) fn events(&self) -> Vec<(AuditKind, Outcome, String)> {
        let events = self.events.lock().expect("lock");
        let told = events.iter().filter(is_decision).map(|event| {
            assert_eq!(event.server.as_deref(), Some("files"));
            assert!(event.client.is_some() && event.grant.is_some());
            (
                event.kind,
                event.outcome,
                event.tool.as_deref().unwrap_or_default().to_owned(),
            )
        });
        told.collect()
    }

    /// Server, subject and outcome of every event.
    pub(crate) fn told(&self) -> Vec<(String, String, Outcome)> {
        let events = self.events.lock().expect("lock");
        let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        let told = events
            .iter()
            .filter(is_decision)
            .map(|event| (text(&event.server), text(&event.tool), event.outcome));
        told.collect()
    }

    /// Server and reason of every failure of an upstream.
    pub(crate) fn failures(&self) -> Vec<(String, String)> {
        let events = self.events.lock().expect("lock");
        let failures = events.iter().filter(|event| !is_decision(event));
        let failures = failures.map(|event| {
            assert_eq!(event.outcome, Outcome::Failed);
            let server = event.server.as_deref().unwrap_or_default().to_owned();
            (
                server,
                event.reason.clone().unwrap_or_default().into_owned(),
            )
        });
        failures.collect()
    }

    /// The user and the client of the last event.
    pub(crate) fn last_caller(&self) -> (Option<String>, Option<String>) {
        let events = self.events.lock().expect("lock");
        let named = |name: &Option<Arc<str>>| name.as_deref().map(str::to_owned);
        let last = events
            .iter()
            .rfind(is_decision)
            .map(|event| (named(&event.user), named(&event.client)));
        last.unwrap_or_default()
    }

    /// Where the last event came from.
    pub(crate) fn last_peer(&self) -> Option<IpAddr> {
        let events = self.events.lock().expect("lock");
        events
            .iter()
            .rfind(is_decision)
            .and_then(|event| event.peer)
    }

    /// The reason of the last event.
    pub(crate) fn last_reason(&self) -> String {
        let events = self.events.lock().expect("lock");
        let last = events.iter().rfind(is_decision);
        let last = last.and_then(|event| event.reason.clone());
        last.unwrap_or_default().into_owned()
    }
}

/// Whether somebody was allowed or denied something.
fn is_decision(event: &&AuditEvent) -> bool {
    event.kind != AuditKind::UpstreamFailed
}

#[async_trait]
impl Store for Listening {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(StoreError::Unavailable(
            "the gateway has no business here".into(),
        ))
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("queue is full".into()));
        }
        self.events.lock().expect("lock").push(event);
        Ok(())
    }

    async fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn audit(&self, _: AuditFilter) -> Result<AuditPage, StoreError> {
        Ok(AuditPage::default())
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        Ok(Ok(ChainHead::start()))
    }

    async fn reap(&self, _: UnixTime, _: UnixTime) -> Result<usize, StoreError> {
        Ok(0)
    }
}
