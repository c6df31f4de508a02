//! Group commit: what is written together, and what happens to those who do not wait.

use std::task::Poll;

use super::{
    Opened, add_user, addition, assert_chain, event, hold, let_go, open, reasons, start, user_names,
};
use crate::{Store, StoreError, queue};

fn segments(opened: &Opened) -> String {
    opened
        .server
        .sql(&opened.url, "SELECT count(*) FROM audit_segments")
}

#[tokio::test]
async fn a_conflict_in_a_group_is_left_out_alone() {
    let opened = open().await;
    let store = &opened.store;
    add_user(store, "alice").await.expect("is free");
    let held = hold(&opened.url).await; // the writer waits: what comes now is one group, or two
    let (mut first, mut again, mut last) = (
        addition(store, "bob").await.commit(),
        addition(store, "alice").await.commit(),
        addition(store, "carol").await.commit(),
    );
    assert!(start(first.as_mut()).await.is_pending());
    assert!(start(again.as_mut()).await.is_pending());
    assert!(start(last.as_mut()).await.is_pending());
    let_go(held).await;

    first.await.expect("bob is free");
    assert!(matches!(again.await, Err(StoreError::Conflict)));
    last.await.expect("carol is free");
    assert_eq!(user_names(store).await, ["alice", "bob", "carol"]);
    assert_eq!(reasons(store).await, ["alice", "bob", "carol"]);
    assert_chain(store, 3).await;
}

#[tokio::test]
async fn records_of_one_group_share_one_segment() {
    let opened = open().await;
    let held = hold(&opened.url).await;
    for index in 0..500 {
        opened
            .store
            .record(event(&index.to_string()))
            .expect("has room");
    }
    let mut flush = opened.store.flush();
    assert!(start(flush.as_mut()).await.is_pending());
    let_go(held).await;
    flush.await.expect("durable");
    let count: usize = segments(&opened).parse().expect("a number");
    assert!(count <= 2, "the first may have left alone");
    assert_eq!(reasons(&opened.store).await.len(), 500);
}

#[tokio::test]
async fn a_commit_whose_task_goes_away_is_applied_as_a_whole() {
    let opened = open().await;
    let held = hold(&opened.url).await;
    let mut commit = addition(&opened.store, "alice").await.commit();
    assert!(start(commit.as_mut()).await.is_pending());
    drop(commit);
    let_go(held).await;
    opened.store.flush().await.expect("durable");
    assert_eq!(user_names(&opened.store).await, ["alice"]);
    assert_eq!(reasons(&opened.store).await, ["alice"]);
}

#[tokio::test]
async fn full_queues_are_refused_at_once() {
    let opened = open().await;
    let held = hold(&opened.url).await;
    let (mut waiting, mut refused) = (Vec::new(), 0);
    // The writer may take one full queue into its hand before it waits for the lock.
    for _ in 0..=2 * queue::MOST_COMMITS {
        let mut flush = opened.store.flush();
        match start(flush.as_mut()).await {
            Poll::Pending => waiting.push(flush),
            Poll::Ready(Err(StoreError::Unavailable(_))) => refused += 1, // DS-03
            Poll::Ready(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 0);
    for _ in 0..queue::MOST_RECORDS {
        opened.store.record(event("x")).expect("has room");
    }
    let refusal = opened.store.record(event("one too many"));
    assert!(matches!(refusal, Err(StoreError::Unavailable(_)))); // AD-06
    let_go(held).await;
    for flush in waiting {
        flush.await.expect("durable");
    }
    opened.store.flush().await.expect("durable");
    opened.store.record(event("x")).expect("has room again");
}

#[tokio::test]
async fn a_read_does_not_wait_for_a_writer() {
    let opened = open().await;
    add_user(&opened.store, "alice").await.expect("is free");
    let held = hold(&opened.url).await;
    let mut waiting = addition(&opened.store, "bob").await.commit();
    assert!(start(waiting.as_mut()).await.is_pending());
    assert_eq!(user_names(&opened.store).await, ["alice"]); // DS-03
    let_go(held).await;
    waiting.await.expect("bob is free");
}

#[tokio::test]
async fn dropping_the_store_writes_what_is_queued_and_ends_open_units_of_work() {
    let Opened { store, url, server } = open().await;
    store.record(event("last")).expect("has room");
    let late = addition(&store, "late").await;
    drop(store);
    assert!(matches!(
        late.commit().await,
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(server.sql(&url, "SELECT count(*) FROM audit_segments"), "1");
}

#[tokio::test]
async fn a_text_with_what_postgres_cannot_hold_finds_nothing_and_is_stored_without() {
    use doorward_core::{id::ClientId, user::PasswordHash};
    let opened = open().await;
    let mut tx = opened.store.begin().await.expect("opens");
    let found = tx.client(&ClientId::from_known("a\0b")).await;
    assert_eq!(found.expect("readable"), None);
    let mut odd = super::user("odd");
    odd.password = Some(PasswordHash::from_phc("x\0y"));
    tx.add_user(&odd);
    tx.commit().await.expect("is stored");
    let stored = opened.server.sql(&opened.url, "SELECT password FROM users");
    assert_eq!(stored, "x\u{fffd}y");
}
