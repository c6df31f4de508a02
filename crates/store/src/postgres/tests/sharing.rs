//! Several processes on one database.

use std::sync::Arc;

use doorward_core::{
    id::TokenId,
    once::{OneTime, Purpose},
    time::UnixTime,
};
use doorward_throwaway::Postgres;
use tokio::task::JoinSet;

use super::{
    Opened, add_user, assert_chain, event, impatient, open, open_shared, parsed, refusal, stranger,
    user_names,
};
use crate::{
    Hold, PostgresStore, Store, StoreError,
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
    server.sql(&url, END_ALL);
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

const END_ALL: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'doorward' AND datname = current_database()";

async fn alone(url: &str) -> PostgresStore {
    let store = PostgresStore::open(&parsed(&impatient(url)), Tenancy::Alone).await;
    store.expect("is free")
}

async fn held(store: &PostgresStore) -> Hold {
    store.hold().await.expect("an answer")
}

#[tokio::test]
async fn who_lost_the_database_knows_and_has_a_new_term_when_it_has_it_again() {
    // TK-18, CR-06
    let Opened { store, url, server } = open().await;
    assert_eq!(held(&store).await, Hold::Anothers, "anybody's");
    drop(store);
    let first = alone(&url).await;
    let own = held(&first).await;
    assert!(matches!(own, Hold::Own(_)), "{own:?}");
    add_user(&first, "alice").await.expect("is free");
    assert_eq!(held(&first).await, own, "the same term");

    server.sql(&url, END_ALL);
    assert_eq!(held(&first).await, Hold::Nobodys);
    let second = alone(&url).await;
    assert_eq!(held(&first).await, Hold::Anothers);
    assert!(first.flush().await.is_err());
    assert_eq!(held(&first).await, Hold::Anothers, "still");
    assert!(matches!(held(&second).await, Hold::Own(_)));

    drop(second);
    first.flush().await.expect("has it again");
    let again = held(&first).await;
    assert!(matches!(again, Hold::Own(_)) && again != own, "{again:?}");
}

#[tokio::test]
async fn a_claim_that_went_without_its_session_is_made_again() {
    let server = Postgres::shared();
    let url = server.database();
    // How sessions show times and find schemas is nobody's business.
    let odd = format!("{url}?options=-cTimeZone%3DAsia/Kathmandu%20-cDateStyle%3DSQL");
    let store = alone(&odd).await;
    let own = held(&store).await;
    assert!(matches!(own, Hold::Own(_)), "{own:?}");
    store.flush().await.expect("writes");
    assert_eq!(held(&store).await, own, "nothing is claimed twice");
    // The session is sound, but somebody has its claim.
    let key = "hashtext(coalesce(current_schema(), ''))";
    let holder = store
        .database
        .lookout
        .claim
        .made_last()
        .expect("a claim")
        .holder;
    server.sql(
        &url,
        &format!("SELECT pg_terminate_backend({})", holder.process),
    );
    let thief = stranger(&url).await;
    let take = format!("SELECT pg_advisory_lock(1148153714, {key})");
    thief.batch_execute(&take).await.expect("is free");
    assert_eq!(held(&store).await, Hold::Anothers);
    assert!(store.flush().await.is_err());
    let let_go = "SELECT pg_advisory_unlock_all()";
    thief.batch_execute(let_go).await.expect("lets go");
    store.flush().await.expect("claims");
    let again = held(&store).await;
    assert!(matches!(again, Hold::Own(_)) && again != own, "{again:?}");
}

#[tokio::test]
async fn a_writer_whose_session_is_sound_claims_again_what_the_database_denies() {
    let server = Postgres::shared();
    let store = alone(&server.database()).await;
    let own = held(&store).await;
    let known = store.database.lookout.claim.made_last().expect("a claim");
    store.database.lookout.claim.doubt(&known.holder);
    store.flush().await.expect("claims");
    let again = held(&store).await;
    assert!(matches!(again, Hold::Own(_)) && again != own, "{again:?}");
    // A doubt about a session that is gone concerns nobody.
    store.database.lookout.claim.doubt(&known.holder);
    store.flush().await.expect("writes");
    assert_eq!(held(&store).await, again);
}

#[tokio::test]
async fn what_was_revoked_is_read_while_every_reader_is_taken() {
    let server = Postgres::shared();
    let store = alone(&server.database()).await;
    let mut tx = store.begin().await.expect("opens");
    tx.revoke_access_token(&TokenId::from_known("t"), UnixTime::from_seconds(9));
    tx.commit().await.expect("is written");
    let _taken = store.database.readers.take_all().await;
    for (since, expected) in [(9, 1), (10, 0)] {
        let revoked = store.revoked_since(UnixTime::from_seconds(since)).await;
        assert_eq!(revoked.expect("read").len(), expected);
    }
    assert!(matches!(held(&store).await, Hold::Own(_)));
}
