//! All or nothing.

use super::{
    Subject,
    samples::{at, digest, event, setup_link, user, user_id},
    steps::{conflict, reader, reasons, write},
};
use crate::AuditFilter;

pub(crate) async fn dropping_a_unit_of_work_writes_nothing(store: Subject) {
    let mut tx = reader(&store).await;
    tx.add_user(&user("alice"));
    tx.audit(event("never"));
    drop(tx);
    assert!(!reader(&store).await.has_users().await.expect("readable"));
    assert!(reasons(&store, AuditFilter::default()).await.is_empty());
}

pub(crate) async fn a_conflict_writes_nothing_of_its_commit(store: Subject) {
    write(&store, |tx| tx.add_user(&user("alice"))).await;
    conflict(&store, |tx| {
        tx.add_user(&user("bob"));
        tx.add_user(&user("alice"));
        tx.add_user(&user("carol"));
    })
    .await;
    let users = reader(&store).await.users().await.expect("readable");
    assert_eq!(users, [user("alice")]);
}

pub(crate) async fn writes_apply_in_the_order_they_were_made(store: Subject) {
    write(&store, |tx| {
        tx.replace_setup_link(&setup_link("first"));
        tx.use_setup_link(&digest("first"), at(1));
        tx.replace_setup_link(&setup_link("second"));
    })
    .await;
    let found = reader(&store).await.setup_link(&digest("second")).await;
    assert_eq!(found.expect("readable"), Some(setup_link("second")));
}

pub(crate) async fn a_long_commit_applies_in_the_order_it_was_made(store: Subject) {
    write(&store, |tx| {
        for index in 0..200 {
            let link = format!("link {index}");
            tx.replace_setup_link(&setup_link(&link));
            tx.use_setup_link(&digest(&link), at(index));
        }
    })
    .await;
    let mut tx = reader(&store).await;
    let last = tx.setup_link(&digest("link 199")).await;
    let last = last.expect("readable").expect("the newest is there");
    assert_eq!(last.used_at, Some(at(199)));
}

pub(crate) async fn an_empty_commit_succeeds(store: Subject) {
    write(&store, |_| {}).await;
    store.flush().await.expect("nothing to wait for");
}

pub(crate) async fn reads_see_what_others_committed_meanwhile(store: Subject) {
    let mut early = reader(&store).await;
    assert_eq!(early.user(&user_id("alice")).await.expect("readable"), None);
    write(&store, |tx| tx.add_user(&user("alice"))).await;
    let found = early.user(&user_id("alice")).await.expect("readable");
    assert_eq!(found, Some(user("alice")));
}
