//! A database that fails or goes away: nothing is claimed, nothing is lost or done twice, and it
//! recovers (CR-01, CR-02).

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use doorward_throwaway::Postgres;

use super::{
    Opened, add_user, assert_chain, event, impatient, open, open_impatient, open_on, open_shared,
    proxy::Proxy, reasons, stranger, user_names,
};
use crate::{Store, StoreError};

/// Makes every write of audit records fail with this condition.
const FAIL: &str = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON audit_segments EXECUTE FUNCTION fail()";

#[tokio::test]
async fn a_full_disk_is_unavailable_and_recovers_without_losing_a_record() {
    let Opened { store, url, server } = open().await;
    add_user(&store, "alice").await.expect("is free");
    server.sql(&url, FAIL);
    store.record(event("queued")).expect("has room");
    let refused = add_user(&store, "bob").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let unwritten = store.flush().await;
    assert!(matches!(unwritten, Err(StoreError::Unavailable(_))));
    let refused = store.record(event("more"));
    assert!(matches!(refused, Err(StoreError::Unavailable(_)))); // AD-06
    assert_eq!(user_names(&store).await, ["alice"], "reads go on");

    server.sql(&url, "DROP TRIGGER fail ON audit_segments");
    add_user(&store, "bob").await.expect("the disk has room");
    assert_eq!(reasons(&store).await, ["alice", "queued", "bob"]);
    assert_chain(&store, 3).await;
}

#[tokio::test]
async fn a_lost_connection_costs_nobody_anything_before_the_commit() {
    let Opened { store, url, server } = open().await;
    for name in ["alice", "bob", "carol"] {
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE application_name = 'doorward' AND datname = current_database()";
        server.sql(&url, end);
        add_user(&store, name).await.expect("over a new connection");
        assert!(user_names(&store).await.contains(&name.to_owned()));
    }
    assert_chain(&store, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_found_to_stand() {
    let server = Postgres::shared();
    let url = server.database();
    let proxy = Proxy::to(server.port()).await;
    let through = url.replace(
        &format!(":{}/", server.port()),
        &format!(":{}/", proxy.port),
    );
    let store = open_shared(&through).await.expect("opens");
    for name in ["alice", "bob"] {
        store.record(event("queued")).expect("has room");
        proxy.arm();
        add_user(&store, name).await.expect("was written, once"); // CR-01
        assert!(proxy.was_cut());
    }
    assert_eq!(user_names(&store).await, ["alice", "bob"]);
    assert_eq!(reasons(&store).await, ["queued", "alice", "queued", "bob"]);
    assert_chain(&store, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_stays_in_doubt_is_not_written_twice() {
    let server = Postgres::shared();
    let url = server.database();
    let proxy = Proxy::to(server.port()).await;
    let through = url.replace(
        &format!(":{}/", server.port()),
        &format!(":{}/", proxy.port),
    );
    let store = open_shared(&impatient(&through)).await.expect("opens");
    proxy.arm_and_stay_down();
    store.record(event("queued")).expect("has room");
    let unknown = add_user(&store, "alice").await;
    assert!(
        matches!(unknown, Err(StoreError::Unavailable(_))),
        "{unknown:?}"
    );
    let stored = server.sql(&url, "SELECT name FROM users");
    assert_eq!(stored, "alice", "nobody could know, but it stands");
    let refused = store.record(event("more"));
    assert!(matches!(refused, Err(StoreError::Unavailable(_)))); // AD-06

    proxy.mend();
    add_user(&store, "bob").await.expect("works again");
    assert_eq!(reasons(&store).await, ["queued", "alice", "bob"]);
    assert_chain(&store, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_every_crash_of_the_server() {
    let Opened { store, url, server } = open_on(Postgres::alone()).await;
    let store = Arc::new(store);
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        async move {
            let (mut done, mut number) = (Vec::new(), 0);
            while !stop.load(Ordering::SeqCst) {
                number += 1;
                let name = format!("user{number}");
                match add_user(&*store, &name).await {
                    Ok(()) => done.push(name),
                    Err(StoreError::Unavailable(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            done
        }
    });
    for crash in 0..5 {
        let client = stranger(&url).await;
        loop {
            let count = client.query_one("SELECT count(*) FROM users", &[]).await;
            let count: i64 = count.expect("counts").get(0);
            if count > 20 * (crash + 1) {
                break;
            }
            tokio::task::yield_now().await;
        }
        server.stop(); // in the middle of whatever it does
        server.start_again();
    }
    stop.store(true, Ordering::SeqCst);
    let done = writing.await.expect("ends");
    store.flush().await.ok();
    let names = user_names(&*store).await;
    let lost: Vec<_> = done.iter().filter(|name| !names.contains(name)).collect();
    assert_eq!(lost, Vec::<&String>::new(), "of {}", done.len()); // CR-01
    let mut recorded = reasons(&*store).await;
    recorded.sort();
    let mut present = names.clone();
    present.sort();
    assert_eq!(
        recorded, present,
        "a change and its record are there together or not at all"
    );
    assert_chain(&*store, u64::try_from(names.len()).expect("few")).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_and_then_works_again() {
    let Opened {
        store,
        url: _url,
        server,
    } = open_on(Postgres::alone()).await;
    add_user(&store, "alice").await.expect("is free");
    server.stop();
    let refused = add_user(&store, "bob").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let mut tx = store.begin().await.expect("opens");
    let refused = tx.users().await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    ); // DS-03
    server.start_again();
    assert_eq!(user_names(&store).await, ["alice"]);
    add_user(&store, "bob").await.expect("works again");
    assert_eq!(reasons(&store).await, ["alice", "bob"]);
}

#[tokio::test]
async fn a_lock_that_somebody_else_holds_ends_in_unavailable_and_not_in_waiting() {
    let Opened {
        store,
        url,
        server: _server,
    } = open_impatient(Postgres::shared()).await;
    let client = stranger(&url).await;
    client
        .batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("locks");
    let refused = add_user(&store, "alice").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    ); // DS-03
    client.batch_execute("ROLLBACK").await.expect("lets go");
    add_user(&store, "alice").await.expect("is free");
}

#[tokio::test]
async fn a_server_that_hangs_is_unavailable_and_then_works_again() {
    let Opened {
        store,
        url: _url,
        server,
    } = open_impatient(Postgres::alone()).await;
    add_user(&store, "alice").await.expect("is free");
    assert_eq!(user_names(&store).await, ["alice"]);
    server.pause();
    let mut tx = store.begin().await.expect("opens");
    let (read, written) = tokio::join!(tx.has_users(), add_user(&store, "bob"));
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}"); // DS-03
    assert!(
        matches!(written, Err(StoreError::Unavailable(_))),
        "{written:?}"
    );
    server.resume();
    add_user(&store, "carol").await.expect("works again");
    assert_eq!(user_names(&store).await, ["alice", "carol"]);
    assert_eq!(reasons(&store).await, ["alice", "carol"]);
}
