//! The steps that the tests are made of.

use doorward_core::audit::AuditEvent;

use super::{Subject, samples};
use crate::{AuditFilter, StoreError, Tx};

/// Something that is written into a unit of work.
pub(super) type Filling<'a> = &'a dyn Fn(&mut dyn Tx);

/// Commits what `fill` writes.
pub(super) async fn commit(
    store: &Subject,
    fill: impl FnOnce(&mut dyn Tx),
) -> Result<(), StoreError> {
    let mut tx = reader(store).await;
    fill(tx.as_mut());
    tx.commit().await
}

/// Commits what must succeed.
pub(super) async fn write(store: &Subject, fill: impl FnOnce(&mut dyn Tx)) {
    commit(store, fill).await.expect("the commit succeeds");
}

/// Commits what must conflict.
pub(super) async fn conflict(store: &Subject, fill: impl FnOnce(&mut dyn Tx)) {
    let outcome = commit(store, fill).await;
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

/// A unit of work to read with.
pub(super) async fn reader(store: &Subject) -> Box<dyn Tx> {
    store.begin().await.expect("a unit of work opens")
}

/// Adds the users alice and bob and the clients editor and terminal.
pub(super) async fn populate(store: &Subject) {
    write(store, |tx| {
        tx.add_user(&samples::user("alice"));
        tx.add_user(&samples::user("bob"));
        tx.add_client(&samples::client("editor"));
        tx.add_client(&samples::client("terminal"));
    })
    .await;
}

/// Adds what [`populate`] adds, and the grant `g` of alice for editor.
pub(super) async fn populate_with_grant(store: &Subject) {
    populate(store).await;
    write(store, |tx| tx.add_grant(&samples::grant("g"))).await;
}

/// Queues the record of `event`.
pub(super) fn record(store: &Subject, event: AuditEvent) {
    store.record(event).expect("the queue has room");
}

/// The reasons of the audit records that `filter` asks for.
pub(super) async fn reasons(store: &Subject, filter: AuditFilter) -> Vec<String> {
    let page = store.audit(filter).await.expect("the log is readable");
    page.lines.iter().map(|line| reason(line)).collect()
}

fn reason(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
    record["reason"].as_str().unwrap_or_default().to_owned()
}
