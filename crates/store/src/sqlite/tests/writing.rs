//! Group commit: what is written together, and what happens to those who do not wait.

use std::{
    task::Poll,
    time::{Duration, Instant},
};

use super::{Opened, add_user, addition, event, hold, open, reasons, start, user_names};
use crate::{Store, StoreError, queue};

fn segments(path: &std::path::Path) -> i64 {
    let connection = rusqlite::Connection::open(path).expect("opens");
    let count = "SELECT count(*) FROM audit_segments";
    connection
        .query_row(count, [], |row| row.get(0))
        .expect("counts")
}

#[tokio::test]
async fn a_conflict_in_a_group_is_rolled_back_alone() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    add_user(&store, "alice").await.expect("is free");
    let held = hold(&connection); // the writer waits: what comes now is one group
    let (first, again, last) = (
        addition(&store, "bob").await.commit(),
        addition(&store, "alice").await.commit(),
        addition(&store, "carol").await.commit(),
    );
    let (mut first, mut again, mut last) = (first, again, last);
    assert!(start(first.as_mut()).await.is_pending());
    assert!(start(again.as_mut()).await.is_pending());
    assert!(start(last.as_mut()).await.is_pending());
    drop(held);

    first.await.expect("bob is free");
    assert!(matches!(again.await, Err(StoreError::Conflict)));
    last.await.expect("carol is free");
    assert_eq!(user_names(&store).await, ["alice", "bob", "carol"]);
    assert_eq!(reasons(&store).await, ["alice", "bob", "carol"]);
    assert!(store.verify_audit().await.expect("readable").is_ok());
    assert!(segments(&path) <= 3);
}

#[tokio::test]
async fn records_of_one_group_share_one_segment() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    let held = hold(&connection);
    for index in 0..500 {
        store.record(event(&index.to_string())).expect("has room");
    }
    let mut flush = store.flush();
    assert!(start(flush.as_mut()).await.is_pending());
    drop(held);
    flush.await.expect("durable");
    assert!(segments(&path) <= 2, "the first may have left alone");
    assert_eq!(reasons(&store).await.len(), 500);
}

#[tokio::test]
async fn a_commit_whose_task_goes_away_is_applied_as_a_whole() {
    let Opened {
        store,
        connection,
        path: _path,
        _folder,
    } = open();
    let held = hold(&connection);
    let mut commit = addition(&store, "alice").await.commit();
    assert!(start(commit.as_mut()).await.is_pending());
    drop(commit);
    drop(held);
    store.flush().await.expect("durable");
    assert_eq!(user_names(&store).await, ["alice"]);
    assert_eq!(reasons(&store).await, ["alice"]);
}

#[tokio::test]
async fn a_record_becomes_durable_without_a_commit() {
    let opened = open();
    for written in 0..10 {
        let started = Instant::now();
        opened.store.record(event("alone")).expect("has room");
        while segments(&opened.path) == written {
            assert!(started.elapsed() < Duration::from_secs(10), "never written");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_full_queue_of_commits_is_refused_at_once() {
    let opened = open();
    let held = hold(&opened.connection);
    let (mut waiting, mut refused) = (Vec::new(), 0);
    // The writer may take one full queue into its hand before it waits for the connection.
    for _ in 0..=2 * queue::MOST_COMMITS {
        let mut flush = opened.store.flush();
        match start(flush.as_mut()).await {
            Poll::Pending => waiting.push(flush),
            Poll::Ready(Err(StoreError::Unavailable(_))) => refused += 1, // DS-03
            Poll::Ready(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 0);
    drop(held);
    for flush in waiting {
        flush.await.expect("durable");
    }
}

#[tokio::test]
async fn a_full_queue_of_records_is_refused_at_once() {
    let Opened {
        store,
        connection,
        path: _path,
        _folder,
    } = open();
    let held = hold(&connection);
    for _ in 0..queue::MOST_RECORDS {
        store.record(event("x")).expect("has room");
    }
    let refusal = store.record(event("one too many"));
    assert!(matches!(refusal, Err(StoreError::Unavailable(_)))); // AD-06
    drop(held);
    store.flush().await.expect("durable");
    store.record(event("x")).expect("has room again");
}

#[tokio::test]
async fn a_read_does_not_wait_for_a_writer() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    add_user(&store, "alice").await.expect("is free");
    let _held = hold(&connection);
    let other = rusqlite::Connection::open(path).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let mut tx = store.begin().await.expect("a unit of work opens");
    assert!(tx.has_users().await.expect("readable")); // DS-03
    assert_eq!(user_names(&store).await, ["alice"]);
}

#[tokio::test]
async fn dropping_the_store_writes_what_is_queued_and_ends_open_units_of_work() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = open();
    drop(connection);
    store.record(event("last")).expect("has room");
    let late = addition(&store, "late").await;
    drop(store);
    assert!(matches!(
        late.commit().await,
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(segments(&path), 1);
}
