//! Refresh tokens.

use doorward_core::refresh::{RefreshState, RefreshToken};

use super::{
    Subject,
    samples::{digest, refresh_token, spent},
    steps::{conflict, populate_with_grant, reader, write},
};

async fn find(store: &Subject, text: &str) -> Option<RefreshToken> {
    let found = reader(store).await.refresh_token(&digest(text)).await;
    found.expect("readable")
}

pub(crate) async fn a_refresh_token_reads_back_as_it_was_added(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
    assert_eq!(find(&store, "t").await, Some(refresh_token("t")));
    assert_eq!(find(&store, "u").await, None);
    conflict(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
}

pub(crate) async fn a_refresh_token_is_spent_once(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
    write(&store, |tx| {
        tx.spend_refresh_token(&digest("t"), &spent(1, "u"))
    })
    .await;
    conflict(&store, |tx| {
        tx.spend_refresh_token(&digest("t"), &spent(2, "v"))
    })
    .await;
    let state = RefreshState::Spent(spent(1, "u"));
    let expected = RefreshToken {
        state,
        ..refresh_token("t")
    };
    assert_eq!(find(&store, "t").await, Some(expected));
}

pub(crate) async fn an_unknown_refresh_token_cannot_be_spent(store: Subject) {
    conflict(&store, |tx| {
        tx.spend_refresh_token(&digest("t"), &spent(1, "u"))
    })
    .await;
}

pub(crate) async fn a_refresh_token_needs_its_grant(store: Subject) {
    conflict(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
}
