//! Users with an audit record of the same name: what tests of one database, beyond the
//! contract, write and read.

use std::{future::poll_fn, pin::Pin, task::Poll};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    time::UnixTime,
    user::User,
};

use super::samples;
use crate::{AuditFilter, Store, StoreError, Tx};

/// A record that says this.
pub(crate) fn event(reason: &str) -> AuditEvent {
    let at = UnixTime::from_seconds(0);
    AuditEvent::new(at, AuditKind::ToolCall, Outcome::Allowed).reason(reason.to_owned())
}

/// A user of this name.
pub(crate) fn user(name: &str) -> User {
    samples::user(name)
}

/// Commits a new user with an audit record of the same name.
pub(crate) async fn add_user(store: &dyn Store, name: &str) -> Result<(), StoreError> {
    addition(store, name).await.commit().await
}

/// A unit of work that adds a user with an audit record of the same name.
pub(crate) async fn addition(store: &dyn Store, name: &str) -> Box<dyn Tx> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    tx.add_user(&user(name));
    tx.audit(event(name));
    tx
}

/// The names of all users.
pub(crate) async fn user_names(store: &dyn Store) -> Vec<String> {
    let mut tx = store.begin().await.expect("a unit of work opens");
    let users = tx.users().await.expect("readable");
    users.into_iter().map(|user| user.name.into()).collect()
}

/// What the audit records say.
pub(crate) async fn reasons(store: &dyn Store) -> Vec<String> {
    let page = store.audit(AuditFilter::default()).await.expect("readable");
    let reason = |line: &String| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
        record["reason"].as_str().expect("a reason").to_owned()
    };
    page.lines.iter().map(reason).collect()
}

/// The audit log is whole and has this many records.
pub(crate) async fn assert_chain(store: &dyn Store, records: u64) {
    let verdict = store.verify_audit().await.expect("readable");
    assert_eq!(verdict.expect("unbroken").sequence, records);
}

/// A log of three segments with two records each.
pub(crate) async fn record_six(store: &dyn Store) {
    for pair in [["1", "2"], ["3", "4"], ["5", "6"]] {
        for reason in pair {
            store.record(event(reason)).expect("has room");
        }
        store.flush().await.expect("durable");
    }
}

/// Lets a future run to its first wait, or to its end.
pub(crate) async fn start<T>(mut future: Pin<&mut (dyn Future<Output = T> + Send)>) -> Poll<T> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
