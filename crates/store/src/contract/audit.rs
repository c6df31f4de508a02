//! The audit log.

use doorward_core::audit::{AuditEvent, AuditKind, ChainHead, Outcome};

use super::{
    Subject,
    samples::{at, event, user},
    steps::{conflict, reasons, record, write},
};
use crate::AuditFilter;

async fn verified(store: &Subject) -> ChainHead {
    let verdict = store.verify_audit().await.expect("readable");
    verdict.expect("an unbroken chain")
}

pub(crate) async fn records_keep_their_order_across_commits_and_single_records(store: Subject) {
    record(&store, event("1"));
    record(&store, event("2"));
    write(&store, |tx| {
        tx.add_user(&user("alice"));
        tx.audit(event("3"));
        tx.audit(event("4"));
    })
    .await;
    record(&store, event("5"));
    write(&store, |tx| tx.audit(event("6"))).await;

    assert_eq!(
        reasons(&store, AuditFilter::default()).await.concat(),
        "123456"
    );
    assert_eq!(verified(&store).await.sequence, 6);
}

pub(crate) async fn a_refused_commit_leaves_no_record(store: Subject) {
    write(&store, |tx| tx.add_user(&user("alice"))).await;
    conflict(&store, |tx| {
        tx.audit(event("never"));
        tx.add_user(&user("alice"));
    })
    .await;
    record(&store, event("1"));
    assert_eq!(reasons(&store, AuditFilter::default()).await, ["1"]);
    assert_eq!(verified(&store).await.sequence, 1);
}

pub(crate) async fn a_filter_returns_what_meets_every_condition(store: Subject) {
    let other = |reason: &str| {
        AuditEvent::new(at(1), AuditKind::SignIn, Outcome::Allowed)
            .user("bob \"the builder\"\n")
            .client("terminal")
            .reason(reason.to_owned())
    };
    record(&store, event("1"));
    record(&store, other("2"));
    store.flush().await.expect("durable");
    record(&store, event("3").server("mail"));

    let some = |text: &str| Some(text.to_owned());
    let all = AuditFilter::default;
    let cases = [
        (
            AuditFilter {
                user: some("alice"),
                ..all()
            },
            "13",
        ),
        (
            AuditFilter {
                user: some("bob \"the builder\"\n"),
                ..all()
            },
            "2",
        ),
        (
            AuditFilter {
                client: some("terminal"),
                ..all()
            },
            "2",
        ),
        (
            AuditFilter {
                server: some("mail"),
                ..all()
            },
            "3",
        ),
        (
            AuditFilter {
                event: some("tool.call"),
                ..all()
            },
            "13",
        ),
        (
            AuditFilter {
                event: some("tool"),
                ..all()
            },
            "",
        ),
        (
            AuditFilter {
                user: some("alice"),
                server: some("files"),
                ..all()
            },
            "1",
        ),
        (AuditFilter { after: 1, ..all() }, "23"),
        (
            AuditFilter {
                after: 1,
                user: some("alice"),
                ..all()
            },
            "3",
        ),
        (AuditFilter { after: 3, ..all() }, ""),
    ];
    for (filter, expected) in cases {
        let found = reasons(&store, filter.clone()).await.concat();
        assert_eq!(found, expected, "{filter:?}");
    }
}

pub(crate) async fn the_newest_records_come_oldest_first(store: Subject) {
    for reason in ["1", "2", "3", "4", "5"] {
        record(&store, event(reason));
        if reason == "2" {
            store.flush().await.expect("durable");
        }
    }
    let newest = |newest| AuditFilter {
        newest,
        ..AuditFilter::default()
    };
    assert_eq!(reasons(&store, newest(1)).await.concat(), "5");
    assert_eq!(reasons(&store, newest(4)).await.concat(), "2345");
    assert_eq!(reasons(&store, newest(9)).await.concat(), "12345");
    let page = store.audit(newest(1)).await.expect("readable");
    assert_eq!(page.last, 5);
}

pub(crate) async fn a_log_is_read_backwards_part_by_part(store: Subject) {
    for number in 1..=7 {
        record(&store, event(&number.to_string()));
        if number % 3 == 0 {
            store.flush().await.expect("written");
        }
    }
    store.flush().await.expect("written");
    let part = async |before, after, newest| {
        let filter = AuditFilter {
            after,
            before,
            newest,
            ..AuditFilter::default()
        };
        reasons(&store, filter).await.join(" ")
    };
    assert_eq!(part(None, 0, 3).await, "5 6 7");
    assert_eq!(part(Some(5), 0, 3).await, "2 3 4");
    assert_eq!(part(Some(2), 0, 3).await, "1");
    assert_eq!(part(Some(1), 0, 3).await, "");
    assert_eq!(part(Some(6), 3, 3).await, "4 5");
    assert_eq!(part(Some(4), 0, 0).await, "1 2 3");
    assert_eq!(part(None, u64::MAX, 1).await, "");
}

pub(crate) async fn the_chain_of_an_empty_log_is_its_start(store: Subject) {
    assert_eq!(verified(&store).await, ChainHead::start());
    let page = store.audit(AuditFilter::default()).await.expect("readable");
    assert_eq!((page.lines.len(), page.last), (0, 0));
}

pub(crate) async fn a_flush_makes_every_earlier_record_readable(store: Subject) {
    for reason in 0..1000 {
        record(&store, event(&reason.to_string()));
    }
    store.flush().await.expect("durable");
    assert_eq!(reasons(&store, AuditFilter::default()).await.len(), 1000);
    assert_eq!(verified(&store).await.sequence, 1000);
}
