//! What accounts may do, and who is always left to administer.

use doorward_core::user::Role;
use doorward_issuer::{AdministrationError, Profile};
use tokio::task::JoinSet;

use crate::world::{PASSWORD, Person, World};

async fn with_administrators(names: &[&str]) -> World {
    let world = World::new().await;
    for name in names {
        world.add_user(name).await;
        let made = world.administration.set_role(name, Role::Administrator);
        made.await.expect("made an administrator");
    }
    world
}

fn is_last(outcome: Result<impl std::fmt::Debug, AdministrationError>) -> bool {
    matches!(outcome, Err(AdministrationError::LastAdministrator(_)))
}

// AD-03
#[tokio::test]
async fn the_last_administrator_is_neither_removed_nor_disabled_nor_lowered() {
    let world = with_administrators(&["root"]).await;
    let admin = &world.administration;
    assert!(is_last(admin.set_role("root", Role::Auditor).await));
    assert!(is_last(admin.set_role("root", Role::Member).await));
    assert!(is_last(admin.disable_user("root").await));
    assert!(is_last(admin.remove_user("root").await));
    assert!(admin.set_role("root", Role::Administrator).await.is_ok());
    admin
        .set_role("alice", Role::Administrator)
        .await
        .expect("made");
    assert!(admin.remove_user("root").await.is_ok());
    assert!(is_last(admin.remove_user("alice").await));
}

// AD-03
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_administrators_who_let_each_other_go_at_once_one_stays() {
    let names = ["a1", "a2", "a3", "a4", "a5", "a6"];
    let world = with_administrators(&names).await;
    let mut racing = JoinSet::new();
    for (index, name) in names.into_iter().enumerate() {
        let admin = world.administration.clone();
        racing.spawn(async move {
            match index % 3 {
                0 => admin.set_role(name, Role::Member).await.is_ok(),
                1 => admin.disable_user(name).await.is_ok(),
                _ => admin.remove_user(name).await.is_ok(),
            }
        });
    }
    let done = racing.join_all().await.into_iter().filter(|done| *done);
    assert_eq!(done.count(), names.len() - 1);
    let users = world.administration.users().await.expect("listed");
    let able = users
        .iter()
        .filter(|user| user.role == Role::Administrator && user.disabled_at.is_none());
    assert_eq!(able.count(), 1);
}

// LG-01, LG-08, S-022
#[tokio::test]
async fn another_role_ends_sessions_and_a_lower_one_ends_grants() {
    let world = with_administrators(&["root"]).await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let mut alice = world.signed_in("alice").await;
    let admin = &world.administration;
    admin
        .set_role("alice", Role::Auditor)
        .await
        .expect("raised");
    assert_eq!(
        alice.get(&world, "/setup/done").await.status,
        303,
        "signed out"
    );
    let refreshed = world.refresh(&client, &tokens.refresh).await.tokens();
    admin
        .set_role("alice", Role::Member)
        .await
        .expect("lowered");
    world
        .refresh(&client, &refreshed.refresh)
        .await
        .refuses(400, "invalid_grant");
    let reasons = world.audit_records().await;
    let told = |text: &str| reasons.iter().any(|record| record["reason"] == text);
    assert!(told("role changed from member to auditor"));
    assert!(told("role changed from auditor to member"));
}

#[tokio::test]
async fn a_removed_account_leaves_nothing_that_opens_anything() {
    let world = with_administrators(&["root"]).await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let mut alice = world.signed_in("alice").await;
    world
        .administration
        .remove_user("alice")
        .await
        .expect("removed");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(alice.get(&world, "/setup/done").await.location(), "/");
    let again = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    assert_eq!(again.status, 422);
    let unknown = world.administration.user("alice").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchUser(_))));
}

#[tokio::test]
async fn a_profile_is_changed_in_parts_and_checked() {
    let world = World::new().await;
    let admin = &world.administration;
    let set = |mail: Option<&str>, shown: Option<&str>| Profile {
        mail: mail.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty())),
        display_name: shown.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty())),
    };
    let both = set(Some("Alice@Example.com"), Some("Alice\u{202e} A."));
    let user = admin.set_profile("alice", both).await.expect("set");
    assert_eq!(
        user.mail.map(|mail| mail.to_string()),
        Some("alice@example.com".to_owned())
    );
    assert_eq!(
        user.display_name.map(|name| name.to_string()),
        Some("Alice A.".to_owned())
    );
    let user = admin
        .set_profile("alice", set(Some(""), None))
        .await
        .expect("set");
    assert!(user.mail.is_none() && user.display_name.is_some());
    for bad in [set(Some("nobody"), None), set(None, Some("\u{200b}"))] {
        assert!(admin.set_profile("alice", bad).await.is_err()); // AD-04
    }
}
