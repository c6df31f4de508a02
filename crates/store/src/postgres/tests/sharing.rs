//! Several processes on one database.

use std::sync::Arc;

use doorward_core::{
    once::{OneTime, Purpose},
    time::UnixTime,
};
use tokio::task::JoinSet;

use super::{
    Opened, add_user, assert_chain, event, impatient, open, open_shared, parsed, refusal,
    user_names,
};
use crate::{
    PostgresStore, Store, StoreError,
    postgres::{PostgresRefusal, Tenancy},
};

/// Three stores on one database, as three processes have them.
async fn three() -> (Opened, [Arc<PostgresStore>; 3]) {
    let opened = open().await;
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(Arc::new(open_shared(&opened.url).await.expect("opens")));
    }
    let stores = stores.try_into().expect("three");
    (opened, stores)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_once_is_used_once_among_all_of_them() {
    let (_opened, stores) = three().await;
    let mut racing = JoinSet::new();
    for index in 0..300 {
        let store = Arc::clone(&stores[index % 3]);
        racing.spawn(async move {
            let mut tx = store.begin().await.expect("opens");
            let once = OneTime::named(
                Purpose::ClientAssertion,
                "client",
                &format!("{}", index % 10),
            );
            tx.use_once(&once, UnixTime::from_seconds(60));
            tx.audit(event("used"));
            tx.commit().await
        });
    }
    let outcomes = racing.join_all().await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let lost = |outcome: &&Result<(), StoreError>| matches!(outcome, Err(StoreError::Conflict));
    assert_eq!(
        (won, outcomes.iter().filter(lost).count()),
        (10, 290),
        "{outcomes:?}"
    );
    assert_chain(&*stores[0], 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn their_audit_records_form_one_chain() {
    let (_opened, stores) = three().await;
    let mut running = JoinSet::new();
    for (number, store) in stores.iter().enumerate() {
        for index in 0..50 {
            let store = Arc::clone(store);
            running.spawn(async move {
                store.record(event("call")).expect("has room");
                add_user(&*store, &format!("user{number}x{index}"))
                    .await
                    .expect("is free");
            });
        }
    }
    running.join_all().await;
    for store in &stores {
        assert_chain(&**store, 300).await;
    }
    assert_eq!(user_names(&*stores[2]).await.len(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_wrote_is_seen_by_the_others_at_once() {
    let (_opened, stores) = three().await;
    for index in 0..20 {
        let name = format!("user{index}");
        add_user(&*stores[index % 3], &name).await.expect("is free");
        assert!(user_names(&*stores[(index + 1) % 3]).await.contains(&name));
    }
}

#[tokio::test]
async fn who_wants_the_database_alone_is_refused_while_another_has_it() {
    let Opened {
        store,
        url,
        server: _server,
    } = open().await;
    drop(store);
    let first = PostgresStore::open(&parsed(&url), Tenancy::Alone)
        .await
        .expect("is free");
    let refusal = refusal(&parsed(&impatient(&url)), Tenancy::Alone).await;
    assert!(
        matches!(refusal, PostgresRefusal::InUse { .. }),
        "{refusal:?}"
    );
    add_user(&first, "alice").await.expect("the first goes on");
    drop(first);
    let second = PostgresStore::open(&parsed(&url), Tenancy::Alone).await;
    assert_eq!(user_names(&second.expect("is free again")).await, ["alice"]);
}

#[tokio::test]
async fn who_lost_the_database_to_another_writes_no_more() {
    let Opened { store, url, server } = open().await;
    drop(store);
    let first = PostgresStore::open(&parsed(&impatient(&url)), Tenancy::Alone)
        .await
        .expect("is free");
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'doorward' AND datname = current_database()";
    server.sql(&url, end);
    let second = PostgresStore::open(&parsed(&url), Tenancy::Alone)
        .await
        .expect("takes over");
    let refused = add_user(&first, "alice").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(user_names(&second).await.is_empty());
    drop(second);
    add_user(&first, "alice").await.expect("has it again");
}

#[tokio::test]
async fn who_lost_the_database_knows_and_has_a_new_term_when_it_has_it_again() {
    let Opened { store, url, server } = open().await;
    assert_eq!(store.term().await.expect("asked"), None, "anybody's");
    drop(store);
    let alone = async || PostgresStore::open(&parsed(&impatient(&url)), Tenancy::Alone).await;
    let first = alone().await.expect("is free");
    let term = first.term().await.expect("asked");
    assert!(term.is_some());
    add_user(&first, "alice").await.expect("is free");
    assert_eq!(first.term().await.expect("asked"), term, "the same one");

    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'doorward' AND datname = current_database()";
    server.sql(&url, end);
    // Reading sessions went too: not to be told is as good as to be told no.
    assert_eq!(first.term().await.unwrap_or(None), None, "nobody's");
    let second = alone().await.expect("takes over");
    assert_eq!(first.term().await.unwrap_or(None), None, "another's");
    assert!(first.flush().await.is_err());
    assert_eq!(first.term().await.unwrap_or(None), None, "still another's");
    assert!(second.term().await.expect("asked").is_some());

    drop(second);
    first.flush().await.expect("has it again");
    let again = first.term().await.expect("asked");
    assert!(again.is_some() && again != term, "{again:?}");
}
