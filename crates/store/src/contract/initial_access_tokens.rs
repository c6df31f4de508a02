//! Tokens that admit so many registrations.

use doorward_core::{
    id::InitialTokenId,
    registration::{InitialAccess, InitialAccessToken},
};

use super::{
    Subject,
    samples::{DAY, at, client, client_id, digest},
    steps::{conflict, reader, write},
};

fn token(text: &str, most_uses: Option<u32>) -> InitialAccessToken {
    InitialAccessToken {
        id: InitialTokenId::from_known(format!("id of {text}")),
        digest: digest(text),
        note: "for the build server".to_owned(),
        created_at: at(0),
        expires_at: at(DAY),
        uses: 0,
        most_uses,
    }
}

pub(crate) async fn an_initial_access_token_reads_back_until_it_is_removed(store: Subject) {
    let (once, often) = (token("once", Some(1)), token("often", None));
    let later = InitialAccessToken {
        created_at: at(1),
        ..often
    };
    write(&store, |tx| {
        tx.add_initial_access_token(&once);
        tx.add_initial_access_token(&later);
    })
    .await;
    let mut tx = reader(&store).await;
    let found = tx.initial_access_token(&digest("once")).await;
    assert_eq!(found.expect("readable"), Some(once.clone()));
    let all = tx.initial_access_tokens().await.expect("readable");
    assert_eq!(all, [later, once.clone()]);
    write(&store, |tx| tx.remove_initial_access_token(&once.id)).await;
    let found = tx.initial_access_token(&digest("once")).await;
    assert_eq!(found.expect("readable"), None);
    conflict(&store, |tx| tx.remove_initial_access_token(&once.id)).await;
    conflict(&store, |tx| {
        tx.use_initial_access_token(&once.digest, at(1))
    })
    .await;
}

pub(crate) async fn a_use_too_many_conflicts_and_registers_nobody(store: Subject) {
    write(&store, |tx| {
        tx.add_initial_access_token(&token("twice", Some(2)));
        tx.add_initial_access_token(&token("often", None));
    })
    .await;
    for uses in 1..=2 {
        write(&store, |tx| {
            tx.use_initial_access_token(&digest("twice"), at(1))
        })
        .await;
        let mut tx = reader(&store).await;
        let found = tx.initial_access_token(&digest("twice")).await;
        let found = found.expect("readable").expect("kept");
        assert_eq!(found.uses, uses);
    }
    conflict(&store, |tx| {
        tx.add_client(&client("late"));
        tx.use_initial_access_token(&digest("twice"), at(1));
    })
    .await;
    let late = reader(&store).await.client(&client_id("late")).await;
    assert_eq!(late.expect("readable"), None);
    for _ in 0..3 {
        write(&store, |tx| {
            tx.use_initial_access_token(&digest("often"), at(1))
        })
        .await;
    }
}

pub(crate) async fn an_initial_access_token_ends_and_goes(store: Subject) {
    write(&store, |tx| tx.add_initial_access_token(&token("t", None))).await;
    conflict(&store, |tx| {
        tx.use_initial_access_token(&digest("t"), at(DAY))
    })
    .await;
    assert_eq!(store.reap(at(DAY - 1), at(0)).await.expect("reaps"), 0);
    let found = reader(&store)
        .await
        .initial_access_token(&digest("t"))
        .await;
    let found = found.expect("readable").expect("kept");
    assert_eq!(found.admits(at(DAY)), InitialAccess::Expired);
    assert_eq!(store.reap(at(DAY), at(0)).await.expect("reaps"), 1);
}

pub(crate) async fn of_many_registrations_with_one_token_one_goes_through(store: Subject) {
    write(&store, |tx| {
        tx.add_initial_access_token(&token("once", Some(1)))
    })
    .await;
    let attempts = (0..50).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut tx = store.begin().await.expect("begins");
            tx.add_client(&client(&format!("c{number}")));
            tx.use_initial_access_token(&digest("once"), at(1));
            tx.commit().await.is_ok()
        })
    });
    let mut through = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        through += usize::from(attempt.await.expect("no panic"));
    }
    assert_eq!(through, 1);
    let clients = reader(&store).await.clients().await.expect("readable");
    assert_eq!(clients.len(), 1);
}
