//! The link that makes the first account.

use super::{
    Subject,
    samples::{at, digest, setup_link},
    steps::{conflict, reader, write},
};

pub(crate) async fn only_the_newest_setup_link_works(store: Subject) {
    write(&store, |tx| tx.replace_setup_link(&setup_link("old"))).await;
    write(&store, |tx| tx.replace_setup_link(&setup_link("new"))).await;
    let mut tx = reader(&store).await;
    assert_eq!(tx.setup_link(&digest("old")).await.expect("readable"), None);
    let new = tx.setup_link(&digest("new")).await.expect("readable");
    assert_eq!(new, Some(setup_link("new")));
    conflict(&store, |tx| tx.use_setup_link(&digest("old"), at(1))).await;
}

pub(crate) async fn a_setup_link_is_used_once(store: Subject) {
    write(&store, |tx| tx.replace_setup_link(&setup_link("link"))).await;
    write(&store, |tx| tx.use_setup_link(&digest("link"), at(1))).await;
    conflict(&store, |tx| tx.use_setup_link(&digest("link"), at(2))).await; // AD-03
    let used = reader(&store).await.setup_link(&digest("link")).await;
    let used = used.expect("readable").expect("still there");
    assert_eq!(used.used_at, Some(at(1)));
}
