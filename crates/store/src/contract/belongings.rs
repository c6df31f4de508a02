//! What somebody belongs to, and which tokens may say otherwise.

use doorward_core::{
    group::{Belonging, GroupSource, Groups},
    revocation::Revocation,
    time::UnixTime,
};

use super::{
    Subject,
    samples::{DAY, at, group_name, membership, user_id},
    steps::{conflict, populate, reader, write},
};
use crate::RevokedTokens;

async fn belonging(store: &Subject, user: &str) -> Belonging {
    let found = reader(store).await.belonging_of(&user_id(user)).await;
    found.expect("readable")
}

pub(crate) async fn groups_of_all_sources_are_united(store: Subject) {
    populate(&store).await;
    assert_eq!(belonging(&store, "alice").await, Belonging::default());
    let okta = GroupSource::Scim("okta".to_owned());
    write(&store, |tx| {
        tx.add_member(&membership("alice", "staff", &GroupSource::Local));
        tx.add_member(&membership("alice", "staff", &okta));
        tx.add_member(&membership("alice", "Über uns", &okta));
        tx.add_member(&membership("bob", "other", &okta));
    })
    .await;
    let groups = Groups::of(["staff", "Über uns"].map(group_name));
    let expected = Belonging { groups, cut: None };
    assert_eq!(belonging(&store, "alice").await, expected);
    assert_eq!(belonging(&store, "nobody").await, Belonging::default());
}

pub(crate) async fn every_cut_is_later_than_the_one_before(store: Subject) {
    populate(&store).await;
    let alice = user_id("alice");
    for (cut, expected) in [
        (10_000, 10_000),
        (10_000, 11_000),
        (5_000, 12_000),
        (20_000, 20_000),
    ] {
        let cut = UnixTime::from_millis(cut);
        write(&store, |tx| tx.cut_tokens(&alice, cut)).await;
        let found = belonging(&store, "alice").await.cut;
        assert_eq!(found, Some(UnixTime::from_millis(expected)));
    }
    conflict(&store, |tx| tx.cut_tokens(&user_id("nobody"), at(1))).await;
    let since = |time| async move { reader(&store).await.revocations_since(time).await };
    let found = since(at(20)).await.expect("readable");
    let what = Revocation::TokensOfUser(alice);
    assert_eq!(found, [RevokedTokens { what, at: at(20) }]);
}

pub(crate) async fn a_cut_is_forgotten_when_no_token_of_its_time_lives(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.cut_tokens(&user_id("alice"), at(1))).await;
    assert_eq!(store.reap(at(30 * DAY), at(0)).await.expect("reaped"), 0);
    assert_eq!(
        store.reap(at(30 * DAY + 1), at(0)).await.expect("reaped"),
        1
    );
    assert_eq!(belonging(&store, "alice").await.cut, None);
}
