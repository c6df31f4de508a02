//! Identity providers that provision, and the accounts that are theirs.

use doorward_core::{
    group::Group,
    id::ProvisioningTokenId,
    provisioning::{ProvisionedUser, ProvisionerName, ProvisioningToken},
};

use super::{
    Subject,
    samples::{DAY, at, digest, group, group_name, user_id},
    steps::{conflict, populate, reader, write},
};

fn provider(name: &str) -> ProvisionerName {
    ProvisionerName::parse(name).expect("a name")
}

fn token(text: &str) -> ProvisioningToken {
    ProvisioningToken {
        id: ProvisioningTokenId::from_known(format!("id of {text}")),
        provider: provider("okta"),
        digest: digest(text),
        created_at: at(0),
        expires_at: None,
    }
}

fn provisioned(user: &str) -> ProvisionedUser {
    ProvisionedUser {
        user: user_id(user),
        provider: provider("okta"),
        external_id: Some(format!("okta's {user}")),
        attributes: "{\"active\":true}".to_owned(),
        is_adopted: false,
        is_suspended: false,
        created_at: at(0),
        changed_at: at(1),
    }
}

async fn found(store: &Subject, user: &str) -> Option<ProvisionedUser> {
    let found = reader(store).await.provisioned_user(&user_id(user)).await;
    found.expect("readable")
}

pub(crate) async fn a_token_of_a_provider_reads_back_until_it_is_removed(store: Subject) {
    let first = token("first");
    let second = ProvisioningToken {
        created_at: at(1),
        expires_at: Some(at(DAY)),
        ..token("second")
    };
    write(&store, |tx| {
        tx.add_provisioning_token(&first);
        tx.add_provisioning_token(&second);
    })
    .await;
    let mut tx = reader(&store).await;
    let known = tx.provisioning_token(&digest("second")).await;
    assert_eq!(known.expect("readable"), Some(second.clone()));
    let all = tx.provisioning_tokens().await.expect("readable");
    assert_eq!(all, [second, first.clone()]);
    write(&store, |tx| tx.remove_provisioning_token(&first.id)).await;
    let known = tx.provisioning_token(&digest("first")).await;
    assert_eq!(known.expect("readable"), None);
    conflict(&store, |tx| tx.remove_provisioning_token(&first.id)).await;
}

pub(crate) async fn a_token_of_a_provider_goes_a_while_after_its_end(store: Subject) {
    let ended = ProvisioningToken {
        expires_at: Some(at(DAY)),
        ..token("ended")
    };
    write(&store, |tx| {
        tx.add_provisioning_token(&ended);
        tx.add_provisioning_token(&token("endless"));
    })
    .await;
    assert_eq!(store.reap(at(31 * DAY - 1), at(0)).await.expect("reaps"), 0);
    assert_eq!(store.reap(at(31 * DAY), at(0)).await.expect("reaps"), 1);
    let left = reader(&store).await.provisioning_tokens().await;
    assert_eq!(left.expect("readable"), [token("endless")]);
}

pub(crate) async fn a_provisioned_user_reads_back_and_is_one_providers(store: Subject) {
    populate(&store).await;
    let alice = provisioned("alice");
    let adopted = ProvisionedUser {
        external_id: None,
        is_adopted: true,
        is_suspended: true,
        ..provisioned("bob")
    };
    write(&store, |tx| {
        tx.add_provisioned_user(&alice);
        tx.add_provisioned_user(&adopted);
    })
    .await;
    assert_eq!(found(&store, "alice").await, Some(alice.clone()));
    assert_eq!(found(&store, "bob").await, Some(adopted));
    let mut tx = reader(&store).await;
    let mut by = async |name: &str| {
        let name = provider(name);
        let found = tx.provisioned_user_by_external_id(&name, "okta's alice");
        found.await.expect("readable")
    };
    assert_eq!(by("okta").await, Some(alice.clone()));
    assert_eq!(by("entra").await, None);
    let other = ProvisionedUser {
        provider: provider("entra"),
        ..alice
    };
    conflict(&store, |tx| tx.add_provisioned_user(&other)).await;
    conflict(&store, |tx| tx.add_provisioned_user(&provisioned("nobody"))).await;
}

pub(crate) async fn a_provider_has_no_two_users_of_one_identifier(store: Subject) {
    populate(&store).await;
    let alice = provisioned("alice");
    let double = ProvisionedUser {
        external_id: alice.external_id.clone(),
        ..provisioned("bob")
    };
    write(&store, |tx| tx.add_provisioned_user(&alice)).await;
    conflict(&store, |tx| tx.add_provisioned_user(&double)).await;
    let elsewhere = ProvisionedUser {
        provider: provider("entra"),
        ..double
    };
    write(&store, |tx| tx.add_provisioned_user(&elsewhere)).await;
}

pub(crate) async fn a_provisioned_user_changes_only_as_it_was_read(store: Subject) {
    populate(&store).await;
    let before = provisioned("alice");
    let now = ProvisionedUser {
        external_id: None,
        attributes: "{}".to_owned(),
        is_suspended: true,
        changed_at: at(2),
        ..before.clone()
    };
    write(&store, |tx| tx.add_provisioned_user(&before)).await;
    write(&store, |tx| tx.replace_provisioned_user(&before, &now)).await;
    assert_eq!(found(&store, "alice").await, Some(now.clone()));
    conflict(&store, |tx| tx.replace_provisioned_user(&before, &now)).await;
    conflict(&store, |tx| tx.remove_provisioned_user(&before)).await;
    write(&store, |tx| tx.remove_provisioned_user(&now)).await;
    assert_eq!(found(&store, "alice").await, None);
    conflict(&store, |tx| tx.replace_provisioned_user(&now, &now)).await;
}

pub(crate) async fn the_users_of_a_provider_come_in_order_and_in_pages(store: Subject) {
    populate(&store).await;
    let later = ProvisionedUser {
        created_at: at(5),
        ..provisioned("alice")
    };
    write(&store, |tx| {
        tx.add_provisioned_user(&later);
        tx.add_provisioned_user(&provisioned("bob"));
    })
    .await;
    let mut tx = reader(&store).await;
    let okta = provider("okta");
    for (skipped, most, expected) in [
        (0, 10, vec!["bob", "alice"]),
        (0, 1, vec!["bob"]),
        (1, 10, vec!["alice"]),
        (2, 10, vec![]),
        (0, 0, vec![]),
    ] {
        let page = tx.provisioned_users(&okta, skipped, most).await;
        let page = page.expect("readable");
        let users: Vec<_> = page.iter().map(|it| it.user.as_str()).collect();
        assert_eq!(users, expected, "{skipped} {most}");
    }
    assert_eq!(
        tx.count_provisioned_users(&okta).await.expect("readable"),
        2
    );
    let none = tx.count_provisioned_users(&provider("entra")).await;
    assert_eq!(none.expect("readable"), 0);
}

pub(crate) async fn what_is_said_of_a_user_goes_with_the_user(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_provisioned_user(&provisioned("alice"))).await;
    write(&store, |tx| tx.remove_user(&user_id("alice"), at(2))).await;
    assert_eq!(found(&store, "alice").await, None);
}

pub(crate) async fn a_group_changes_only_as_it_was_read(store: Subject) {
    let before = group("staff");
    let now = Group {
        name: group_name("people"),
        ..before.clone()
    };
    write(&store, |tx| tx.add_group(&before)).await;
    write(&store, |tx| tx.replace_group(&before, &before, at(5))).await;
    conflict(&store, |tx| tx.replace_group(&before, &now, at(6))).await;
}
