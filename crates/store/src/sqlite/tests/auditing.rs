//! The chain of audit records on disk (AD-06).

use rusqlite::{Connection, params};

use super::{Opened, add_user, assert_chain, open, reasons, record_six};
use crate::{SqliteStore, Store};

/// A log of three segments with two records each.
async fn six_records() -> Opened {
    let opened = open();
    record_six(&opened.store).await;
    opened
}

/// The number of the first record that does not follow, after `sql` changed the file.
async fn broken_at(sql: &str) -> Option<u64> {
    let opened = six_records().await;
    let other = Connection::open(&opened.path).expect("opens");
    assert!(
        other.execute(sql, []).expect("changes the file") > 0,
        "{sql}"
    );
    let verdict = opened.store.verify_audit().await.expect("readable");
    verdict.err().map(|broken| broken.sequence)
}

#[tokio::test]
async fn every_tampering_with_the_log_is_found() {
    let change = |reason| {
        format!(
            r#"UPDATE audit_segments SET lines = CAST(replace(CAST(lines AS TEXT),
                '"reason":"{reason}"', '"reason":"x"') AS BLOB)
            WHERE instr(lines, '"reason":"{reason}"')"#
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
    let garbage = "UPDATE audit_segments SET lines = x'00ff0a' WHERE first_sequence = 3";
    assert_eq!(broken_at(garbage).await, Some(3));
    let nothing = "UPDATE audit_segments SET first_at = first_at";
    assert_eq!(broken_at(nothing).await, None);
}

#[tokio::test]
async fn a_reopened_log_goes_on_where_it_ended() {
    let Opened {
        store,
        connection,
        path,
        _folder,
    } = six_records().await;
    drop((store, connection));
    let store = SqliteStore::open(&path).expect("opens again");
    add_user(&store, "7").await.expect("is free");
    assert_chain(&store, 7).await;
    assert_eq!(reasons(&store).await.concat(), "1234567");
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_shown_and_not_hidden() {
    let opened = six_records().await;
    let other = Connection::open(&opened.path).expect("opens");
    let garbage = "UPDATE audit_segments SET lines = ?1 WHERE first_sequence = 3";
    other
        .execute(garbage, params![b"{\xff\nforged\n".as_slice()])
        .expect("changes the file");
    let filter = crate::AuditFilter {
        user: Some("nobody".to_owned()),
        ..crate::AuditFilter::default()
    };
    let page = opened.store.audit(filter).await.expect("readable");
    assert_eq!(page.lines, ["{\u{fffd}", "forged"]);
}
