//! Groups, and who says that somebody is in one.

use doorward_core::{
    group::{Group, GroupSource, Membership},
    id::GroupId,
};

use super::{
    Subject,
    samples::{at, group, group_name, membership, user_id},
    steps::{conflict, populate, reader, write},
};

fn okta() -> GroupSource {
    GroupSource::Scim("okta".to_owned())
}

async fn members(store: &Subject, group: &str) -> Vec<Membership> {
    let found = reader(store).await.members_of(&group_name(group)).await;
    found.expect("readable")
}

pub(crate) async fn a_group_reads_back_by_identity_and_by_name(store: Subject) {
    let staff = group("staff");
    let local = Group {
        source: GroupSource::Local,
        external_id: None,
        ..group("admins")
    };
    write(&store, |tx| {
        tx.add_group(&staff);
        tx.add_group(&local);
    })
    .await;
    let mut tx = reader(&store).await;
    let found = tx.group(&staff.id).await.expect("readable");
    assert_eq!(found, Some(staff.clone()));
    let found = tx.group_by_name(&staff.name).await.expect("readable");
    assert_eq!(found, Some(staff.clone()));
    let nobody = GroupId::from_known("other");
    assert_eq!(tx.group(&nobody).await.expect("readable"), None);
    assert_eq!(tx.groups().await.expect("readable"), [local, staff]);

    let namesake = Group {
        id: nobody,
        ..group("staff")
    };
    conflict(&store, |tx| tx.add_group(&namesake)).await;
}

pub(crate) async fn members_are_told_apart_by_who_says_so(store: Subject) {
    populate(&store).await;
    let local = membership("alice", "staff", &GroupSource::Local);
    let provisioned = membership("alice", "staff", &okta());
    write(&store, |tx| {
        tx.add_member(&local);
        tx.add_member(&provisioned);
        tx.add_member(&membership("bob", "other", &okta()));
    })
    .await;
    write(&store, |tx| tx.add_member(&local)).await;
    assert_eq!(
        members(&store, "staff").await,
        [local.clone(), provisioned.clone()]
    );
    write(&store, |tx| tx.remove_member(&local)).await;
    write(&store, |tx| tx.remove_member(&local)).await;
    assert_eq!(members(&store, "staff").await, [provisioned]);
    let nobody = membership("nobody", "staff", &okta());
    conflict(&store, |tx| tx.add_member(&nobody)).await;
}

pub(crate) async fn what_one_source_says_of_a_user_is_replaced_and_the_rest_stays(store: Subject) {
    populate(&store).await;
    let (alice, provider) = (user_id("alice"), GroupSource::Provider("acme".to_owned()));
    let kept = membership("alice", "b", &GroupSource::Local);
    write(&store, |tx| {
        tx.add_member(&kept);
        tx.set_groups_of_user(&alice, &provider, &[group_name("a"), group_name("b")]);
    })
    .await;
    write(&store, |tx| {
        tx.set_groups_of_user(&alice, &provider, &[group_name("c"), group_name("c")]);
    })
    .await;
    let found = reader(&store).await.memberships_of(&alice).await;
    let expected = [kept, membership("alice", "c", &provider)];
    assert_eq!(found.expect("readable"), expected);
}

pub(crate) async fn a_group_keeps_its_members_under_another_name(store: Subject) {
    populate(&store).await;
    let before = group("staff");
    let now = Group {
        name: group_name("people"),
        external_id: None,
        ..before.clone()
    };
    let local = membership("bob", "staff", &GroupSource::Local);
    write(&store, |tx| {
        tx.add_group(&before);
        tx.add_member(&membership("alice", "staff", &okta()));
        tx.add_member(&local);
    })
    .await;
    write(&store, |tx| tx.replace_group(&before, &now, at(5))).await;
    let moved = membership("alice", "people", &okta());
    assert_eq!(members(&store, "people").await, [moved]);
    assert_eq!(members(&store, "staff").await, [local], "not its to move");
    let found = reader(&store).await.group(&before.id).await;
    let changed = Group {
        changed_at: at(5),
        ..now.clone()
    };
    assert_eq!(found.expect("readable"), Some(changed.clone()));
    conflict(&store, |tx| tx.replace_group(&before, &now, at(6))).await;
    conflict(&store, |tx| tx.remove_group(&before)).await;
    conflict(&store, |tx| tx.remove_group(&now)).await; // as it was before
    write(&store, |tx| tx.remove_group(&changed)).await;
    assert_eq!(members(&store, "people").await, []);
}
