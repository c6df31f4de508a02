//! Remembered approvals.

use doorward_core::{
    consent::{Consent, ConsentKey},
    resource::Resource,
    scope::ScopeSet,
};

use super::{
    Subject,
    samples::{MINUTE, at, client_id, consent, details, user_id},
    steps::{conflict, populate, reader, write},
};

async fn find(store: &Subject, key: &ConsentKey) -> Option<Consent> {
    reader(store).await.consent(key).await.expect("readable")
}

pub(crate) async fn the_last_approval_is_remembered_until_it_is_forgotten(store: Subject) {
    populate(&store).await;
    let first = consent(ScopeSet::baseline(), 1);
    assert_eq!(find(&store, &first.key).await, None);
    write(&store, |tx| tx.remember_consent(&first)).await;
    assert_eq!(find(&store, &first.key).await, Some(first.clone()));

    let mut narrowed = consent(ScopeSet::read_only(), 2);
    narrowed.given.details = details();
    narrowed.given.ends_at = Some(at(MINUTE));
    write(&store, |tx| tx.remember_consent(&narrowed)).await;
    assert_eq!(find(&store, &first.key).await, Some(narrowed.clone()));

    write(&store, |tx| tx.forget_consent(&first.key)).await;
    assert_eq!(find(&store, &first.key).await, None);
}

pub(crate) async fn an_approval_that_ended_goes(store: Subject) {
    populate(&store).await;
    let mut short = consent(ScopeSet::baseline(), 1);
    short.given.ends_at = Some(at(MINUTE));
    write(&store, |tx| tx.remember_consent(&short)).await;
    let spare = at(-MINUTE);
    assert_eq!(store.reap(at(MINUTE - 1), spare).await.expect("reaps"), 0);
    assert_eq!(store.reap(at(MINUTE), spare).await.expect("reaps"), 1);
    assert_eq!(find(&store, &short.key).await, None);
}

pub(crate) async fn approvals_are_apart_by_every_part_of_their_key(store: Subject) {
    populate(&store).await;
    let approved = consent(ScopeSet::baseline(), 1);
    write(&store, |tx| tx.remember_consent(&approved)).await;
    let key = &approved.key;
    let others = [
        ConsentKey {
            user: user_id("bob"),
            ..key.clone()
        },
        ConsentKey {
            client: client_id("terminal"),
            ..key.clone()
        },
        ConsentKey {
            redirect_host: "evil.example".to_owned(),
            ..key.clone()
        },
        ConsentKey {
            resource: Resource::from_known("https://mcp.example/mcp/other"),
            ..key.clone()
        },
    ];
    for other in others {
        assert_eq!(find(&store, &other).await, None, "{other:?}");
    }
}

pub(crate) async fn an_approval_for_an_unknown_client_conflicts(store: Subject) {
    write(&store, |tx| tx.add_user(&super::samples::user("alice"))).await;
    conflict(&store, |tx| {
        tx.remember_consent(&consent(ScopeSet::baseline(), 1))
    })
    .await;
}

pub(crate) async fn a_person_sees_and_forgets_their_approvals_alone(store: Subject) {
    populate(&store).await;
    let first = consent(ScopeSet::baseline(), 1);
    let other = |user: &str, granted_at| Consent {
        key: ConsentKey {
            user: user_id(user),
            redirect_host: "other.example".to_owned(),
            ..first.key.clone()
        },
        ..consent(ScopeSet::baseline(), granted_at)
    };
    let (second, bobs) = (other("alice", 2), other("bob", 3));
    write(&store, |tx| {
        for approved in [&first, &second, &bobs] {
            tx.remember_consent(approved);
        }
    })
    .await;
    let of = async |user| {
        let found = reader(&store).await.consents_of(&user_id(user)).await;
        found.expect("readable")
    };
    assert_eq!(of("alice").await, [second.clone(), first.clone()]);
    write(&store, |tx| tx.forget_consent(&second.key)).await;
    conflict(&store, |tx| tx.forget_consent(&second.key)).await;
    assert_eq!(of("alice").await, std::slice::from_ref(&first));
    assert_eq!(of("bob").await, std::slice::from_ref(&bobs));

    let (alice, editor) = (user_id("alice"), &first.key.client);
    let terminal = client_id("terminal");
    write(&store, |tx| {
        tx.forget_consents_of_user(&alice, Some(&terminal))
    })
    .await;
    assert_eq!(of("alice").await, std::slice::from_ref(&first));
    write(&store, |tx| {
        tx.forget_consents_of_user(&alice, Some(editor))
    })
    .await;
    assert_eq!(of("alice").await, []);
    write(&store, |tx| tx.remember_consent(&first)).await;
    write(&store, |tx| tx.forget_consents_of_user(&alice, None)).await;
    assert_eq!(of("alice").await, []);
    assert_eq!(of("bob").await, [bobs]);
}
