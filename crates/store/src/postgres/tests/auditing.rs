//! The chain of audit records in the database (AD-06).

use super::{Opened, add_user, event, open, open_shared, reasons, record_six};
use crate::Store;

/// A log of three segments with two records each.
async fn six_records() -> Opened {
    let opened = open().await;
    record_six(&opened.store).await;
    opened
}

/// The number of the first record that does not follow, after `sql` changed the database.
async fn broken_at(sql: &str) -> Option<u64> {
    let opened = six_records().await;
    opened.server.sql(&opened.url, sql);
    let verdict = opened.store.verify_audit().await.expect("readable");
    verdict.err().map(|broken| broken.sequence)
}

#[tokio::test]
async fn every_tampering_with_the_log_is_found() {
    let change = |reason| {
        format!(
            r#"UPDATE audit_segments SET lines = convert_to(replace(convert_from(lines, 'UTF8'),
                '"reason":"{reason}"', '"reason":"x"'), 'UTF8')"#
        )
    };
    assert_eq!(broken_at(&change("1")).await, Some(2));
    assert_eq!(broken_at(&change("4")).await, Some(5));
    assert_eq!(
        broken_at(&change("6")).await,
        Some(6),
        "the last record too"
    );
    let remove = |first| format!("DELETE FROM audit_segments WHERE first_sequence = {first}");
    assert_eq!(broken_at(&remove(1)).await, Some(1));
    assert_eq!(broken_at(&remove(3)).await, Some(3));
    assert_eq!(
        broken_at(&remove(5)).await,
        Some(5),
        "a log that was cut off"
    );
    let renumber = "UPDATE audit_segments SET last_sequence = 5 WHERE first_sequence = 3";
    assert_eq!(broken_at(renumber).await, Some(3));
    let set_end = "UPDATE audit_chain SET sequence = 7";
    assert_eq!(
        broken_at(set_end).await,
        Some(7),
        "the end that the database names"
    );
    let nothing = "UPDATE audit_segments SET first_at = first_at";
    assert_eq!(broken_at(nothing).await, None);
}

#[tokio::test]
async fn a_log_that_was_cut_off_while_nobody_looked_is_found() {
    let Opened { store, url, server } = six_records().await;
    drop(store);
    server.sql(&url, "DELETE FROM audit_segments WHERE first_sequence = 5");
    let store = open_shared(&url).await.expect("opens again");
    let verdict = store.verify_audit().await.expect("readable");
    assert_eq!(verdict.map_err(|broken| broken.sequence), Err(5));
}

#[tokio::test]
async fn a_reopened_log_goes_on_where_it_ended() {
    let Opened {
        store,
        url,
        server: _server,
    } = six_records().await;
    drop(store);
    let store = open_shared(&url).await.expect("opens again");
    add_user(&store, "7").await.expect("is free");
    super::assert_chain(&store, 7).await;
    assert_eq!(reasons(&store).await.concat(), "1234567");
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let opened = open().await;
    for index in 0..200 {
        let mut tx = opened.store.begin().await.expect("opens");
        tx.audit(event(&index.to_string()));
        tx.commit().await.expect("commits");
    }
    let all: Vec<String> = (0..200).map(|index| index.to_string()).collect();
    assert_eq!(reasons(&opened.store).await, all);
    let filter = crate::AuditFilter {
        newest: 130,
        after: 20,
        ..crate::AuditFilter::default()
    };
    let page = opened.store.audit(filter).await.expect("readable");
    assert_eq!((page.lines.len(), page.last), (130, 200));
    super::assert_chain(&opened.store, 200).await;
}
