//! People's sessions, and what is used once.

use doorward_core::{
    id::FlowId,
    once::{OneTime, Purpose},
};

use super::{
    Subject,
    samples::{at, digest, session, user_id},
    steps::{conflict, populate, reader, write},
};

async fn exists(store: &Subject, text: &str) -> bool {
    let found = reader(store).await.session(&digest(text)).await;
    found.expect("readable").is_some()
}

pub(crate) async fn a_session_ends_when_told(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_session(&session("s", "alice"))).await;
    let found = reader(&store).await.session(&digest("s")).await;
    assert_eq!(found.expect("readable"), Some(session("s", "alice")));
    write(&store, |tx| tx.end_session(&digest("s"))).await;
    assert!(!exists(&store, "s").await);
    write(&store, |tx| tx.end_session(&digest("s"))).await;
}

pub(crate) async fn ending_all_sessions_of_a_user_spares_others(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.add_session(&session("1", "alice"));
        tx.add_session(&session("2", "alice"));
        tx.add_session(&session("3", "bob"));
    })
    .await;
    write(&store, |tx| tx.end_sessions_of_user(&user_id("alice"))).await;
    assert!(!exists(&store, "1").await);
    assert!(!exists(&store, "2").await);
    assert!(exists(&store, "3").await);
}

pub(crate) async fn one_session_outlives_the_others_of_its_user(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.add_session(&session("1", "alice"));
        tx.add_session(&session("2", "alice"));
        tx.add_session(&session("3", "bob"));
        tx.see_session(&digest("2"), at(30));
        tx.see_session(&digest("2"), at(20));
    })
    .await;
    let found = reader(&store).await.sessions_of(&user_id("alice")).await;
    let found = found.expect("readable");
    let seen: Vec<_> = found.iter().map(|it| (it.digest, it.seen_at)).collect();
    assert_eq!(seen, [(digest("2"), at(30)), (digest("1"), at(-5))]);

    write(&store, |tx| {
        tx.end_other_sessions_of_user(&user_id("alice"), &digest("1"));
    })
    .await;
    assert!(exists(&store, "1").await);
    assert!(!exists(&store, "2").await);
    assert!(exists(&store, "3").await);
}

pub(crate) async fn a_disabled_user_gets_no_session(store: Subject) {
    conflict(&store, |tx| tx.add_session(&session("s", "alice"))).await;
    populate(&store).await;
    write(&store, |tx| tx.set_disabled(&user_id("alice"), Some(at(1)))).await;
    conflict(&store, |tx| tx.add_session(&session("s", "alice"))).await;
}

pub(crate) async fn what_is_for_one_use_is_used_once(store: Subject) {
    let jti = |by, name| OneTime::named(Purpose::ClientAssertion, by, name);
    let others = [
        jti("a", "2"),
        jti("b", "1"),
        OneTime::named(Purpose::DpopProof, "a", "1"),
        OneTime::flow(&FlowId::from_known("flow")),
    ];
    let used = async |it: &OneTime| {
        let used = reader(&store).await.was_used(it).await;
        used.expect("readable")
    };
    assert!(!used(&jti("a", "1")).await);
    write(&store, |tx| tx.use_once(&jti("a", "1"), at(60))).await;
    assert!(used(&jti("a", "1")).await);
    conflict(&store, |tx| tx.use_once(&jti("a", "1"), at(90))).await;
    for other in &others {
        assert!(!used(other).await);
        write(&store, |tx| tx.use_once(other, at(60))).await;
        conflict(&store, |tx| tx.use_once(other, at(60))).await;
    }
}
