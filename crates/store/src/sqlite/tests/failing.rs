//! A database that cannot be written: nothing is claimed, nothing is lost, and it recovers (CR-02).

use super::{Opened, add_user, addition, event, hold, open, reasons, start, user_names};
use crate::{Store, StoreError, sqlite::connection::lock};

impl Opened {
    /// Lets the database grow by no page any more.
    fn fill_disk(&self) {
        let connection = lock(&self.connection);
        connection.execute_batch("VACUUM").expect("free pages go");
        let pages: i64 = connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .expect("counts");
        set_most_pages(&connection, pages);
    }

    fn free_disk(&self) {
        set_most_pages(&lock(&self.connection), 1 << 30);
    }
}

fn set_most_pages(connection: &rusqlite::Connection, pages: i64) {
    connection
        .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        .expect("is set");
}

/// A record that does not fit on the pages that are there.
fn long(reason: &str) -> String {
    reason.repeat(200)
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_recovers() {
    let opened = open();
    let store = &opened.store;
    add_user(store, "alice").await.expect("is free");
    opened.fill_disk();
    for _ in 0..100 {
        let mut tx = addition(store, "bob").await;
        (0..50).for_each(|_| tx.audit(event(&long("x"))));
        let refused = tx.commit().await;
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
    }
    assert_eq!(user_names(store).await, ["alice"], "reads go on");

    opened.free_disk();
    add_user(store, "bob").await.expect("the disk has room");
    assert_eq!(reasons(store).await, ["alice", "bob"]);
    let end = store.verify_audit().await.expect("readable");
    assert_eq!(end.expect("unbroken").sequence, 2);
}

#[tokio::test]
async fn everybody_in_a_group_that_fails_is_told_so() {
    let opened = open();
    opened.fill_disk();
    let held = hold(&opened.connection);
    let mut huge = addition(&opened.store, "alice").await;
    (0..500).for_each(|_| huge.audit(event(&long("x"))));
    let (mut huge, mut small) = (huge.commit(), addition(&opened.store, "bob").await.commit());
    assert!(start(huge.as_mut()).await.is_pending());
    assert!(start(small.as_mut()).await.is_pending());
    drop(held);
    let (huge, small) = (huge.await, small.await);
    assert!(matches!(huge, Err(StoreError::Unavailable(_))), "{huge:?}");
    // The writer may have taken the first alone: then the second stands, and is there.
    assert_eq!(
        user_names(&opened.store).await.len(),
        usize::from(small.is_ok())
    );
}

#[tokio::test]
async fn records_wait_for_the_disk_in_order_and_then_no_more_are_taken() {
    let opened = open();
    let store = &opened.store;
    opened.fill_disk();
    let held = hold(&opened.connection);
    for _ in 0..500 {
        store.record(event(&long("x"))).expect("has room");
    }
    drop(held);
    let unwritten = store.flush().await;
    assert!(matches!(unwritten, Err(StoreError::Unavailable(_))));
    let refused = store.record(event("more"));
    assert!(matches!(refused, Err(StoreError::Unavailable(_)))); // AD-06

    opened.free_disk();
    store.flush().await.expect("the disk has room");
    store.record(event("more")).expect("is taken again");
    let reasons = reasons(store).await;
    assert_eq!(
        reasons.len(),
        501,
        "nothing is lost and nothing is there twice"
    );
    assert_eq!(reasons.last().map(String::as_str), Some("more"));
    assert!(store.verify_audit().await.expect("readable").is_ok());
}

#[tokio::test]
async fn a_deleted_file_is_noticed_and_never_made_anew() {
    let opened = open();
    add_user(&opened.store, "alice").await.expect("is free");
    std::fs::remove_file(&opened.path).expect("is deleted");
    let refused = add_user(&opened.store, "bob").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    ); // CR-03
    assert!(!opened.path.exists());
}

#[tokio::test]
async fn a_replaced_file_is_noticed() {
    let opened = open();
    let copy = opened.path.with_extension("copy");
    std::fs::copy(&opened.path, &copy).expect("is copied");
    std::fs::rename(&copy, &opened.path).expect("is replaced");
    let refused = add_user(&opened.store, "bob").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    ); // CR-03
}
