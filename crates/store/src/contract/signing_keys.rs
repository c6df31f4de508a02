//! Signing keys.

use super::{
    Subject,
    samples::signing_key,
    steps::{conflict, reader, write},
};

pub(crate) async fn signing_keys_are_listed_newest_first(store: Subject) {
    let (old, new) = (signing_key("old", 1), signing_key("new", 2));
    write(&store, |tx| tx.add_signing_key(&old)).await;
    write(&store, |tx| tx.add_signing_key(&new)).await;
    let keys = reader(&store).await.signing_keys().await;
    assert_eq!(keys.expect("readable"), [new, old]);
}

pub(crate) async fn a_key_identifier_is_not_used_twice(store: Subject) {
    write(&store, |tx| tx.add_signing_key(&signing_key("k", 1))).await;
    conflict(&store, |tx| tx.add_signing_key(&signing_key("k", 2))).await;
}
