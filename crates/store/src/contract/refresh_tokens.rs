//! Refresh tokens.

use doorward_core::{
    group::Belonging,
    refresh::{RefreshState, RefreshToken},
};

use super::{
    Subject,
    samples::{at, digest, grant, refresh_token, spent, user, user_id},
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

pub(crate) async fn a_presented_refresh_token_comes_with_what_decides_about_it(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
    let look = async |text: &str| {
        let found = reader(&store).await.presented_refresh(&digest(text)).await;
        found.expect("readable")
    };
    assert_eq!(look("u").await, None);
    let found = look("t").await.expect("it is there");
    assert_eq!(found.token, refresh_token("t"));
    assert_eq!((&found.grant, &found.user), (&grant("g"), &user("alice")));
    assert_eq!(found.belonging, Belonging::default());
    assert!(!found.vouched && !found.successor_is_fresh);

    write(&store, |tx| {
        tx.spend_refresh_token(&digest("t"), &spent(1, "u"));
        tx.add_refresh_token(&refresh_token("u"));
        tx.cut_tokens(&user_id("alice"), at(7));
    })
    .await;
    let found = look("t").await.expect("it is there");
    assert_eq!(found.token.state, RefreshState::Spent(spent(1, "u")));
    assert_eq!(found.belonging.cut, Some(at(7)));
    assert!(found.successor_is_fresh);

    write(&store, |tx| {
        tx.spend_refresh_token(&digest("u"), &spent(2, "v"));
    })
    .await;
    let found = look("t").await.expect("it is there");
    assert!(!found.successor_is_fresh, "it was used");
}
