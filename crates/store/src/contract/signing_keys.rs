//! Signing keys.

use doorward_core::{id::KeyId, rotation::Retirement};

use super::{
    Subject,
    samples::{at, signing_key},
    steps::{conflict, reader, write},
};
use crate::SealedSigningKey;

async fn keys(store: &Subject) -> Vec<SealedSigningKey> {
    let keys = reader(store).await.signing_keys().await;
    keys.expect("readable")
}

fn id() -> KeyId {
    KeyId::from_known("k")
}

pub(crate) async fn signing_keys_are_listed_latest_to_sign_first(store: Subject) {
    let (old, mut new) = (signing_key("old", 1), signing_key("new", 2));
    new.retirement = Some(Retirement::graceful(at(9)));
    write(&store, |tx| tx.add_signing_key(&new)).await;
    write(&store, |tx| tx.add_signing_key(&old)).await;
    assert_eq!(keys(&store).await, [new, old]);
}

pub(crate) async fn a_key_identifier_is_not_used_twice(store: Subject) {
    write(&store, |tx| tx.add_signing_key(&signing_key("k", 1))).await;
    conflict(&store, |tx| tx.add_signing_key(&signing_key("k", 2))).await;
}

pub(crate) async fn a_key_is_brought_forward_only_before_it_signs_and_unless_retired(
    store: Subject,
) {
    write(&store, |tx| tx.add_signing_key(&signing_key("k", 1))).await;
    write(&store, |tx| tx.bring_forward_signing_key(&id(), at(50))).await;
    assert_eq!(
        keys(&store).await.first().map(|key| key.active_from),
        Some(at(50))
    );
    for same_or_later in [50, 60] {
        conflict(&store, |tx| {
            tx.bring_forward_signing_key(&id(), at(same_or_later))
        })
        .await;
    }
    write(&store, |tx| {
        tx.retire_signing_key(&id(), Retirement::graceful(at(5)))
    })
    .await;
    conflict(&store, |tx| tx.bring_forward_signing_key(&id(), at(40))).await;
    let unknown = KeyId::from_known("unknown");
    conflict(&store, |tx| tx.bring_forward_signing_key(&unknown, at(1))).await;
}

pub(crate) async fn a_retirement_can_only_be_brought_forward(store: Subject) {
    write(&store, |tx| tx.add_signing_key(&signing_key("k", 1))).await;
    let soft = Retirement::graceful(at(500));
    write(&store, |tx| tx.retire_signing_key(&id(), soft)).await;
    assert_eq!(
        keys(&store).await.first().and_then(|key| key.retirement),
        Some(soft)
    );
    conflict(&store, |tx| tx.retire_signing_key(&id(), soft)).await;
    conflict(&store, |tx| {
        tx.retire_signing_key(&id(), Retirement::graceful(at(600)))
    })
    .await;

    write(&store, |tx| {
        tx.retire_signing_key(&id(), Retirement::immediate(at(700)))
    })
    .await;
    let both = Retirement {
        at: at(500),
        removed_at: at(700),
    };
    assert_eq!(
        keys(&store).await.first().and_then(|key| key.retirement),
        Some(both)
    );
    let unknown = KeyId::from_known("unknown");
    conflict(&store, |tx| tx.retire_signing_key(&unknown, soft)).await;
}

pub(crate) async fn a_key_is_forgotten_once(store: Subject) {
    write(&store, |tx| tx.add_signing_key(&signing_key("k", 1))).await;
    write(&store, |tx| tx.forget_signing_key(&id())).await;
    assert_eq!(keys(&store).await, []);
    conflict(&store, |tx| tx.forget_signing_key(&id())).await;
}
