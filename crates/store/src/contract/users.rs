//! Accounts.

use doorward_core::user::{PasswordHash, Role, User};

use super::{
    Subject,
    samples::{at, name, user, user_id},
    steps::{conflict, reader, write},
};

pub(crate) async fn a_user_reads_back_by_identity_and_by_name(store: Subject) {
    assert!(!reader(&store).await.has_users().await.expect("readable"));
    let alice = User {
        role: Role::Administrator,
        disabled_at: Some(at(3)),
        ..user("alice")
    };
    write(&store, |tx| tx.add_user(&alice)).await;

    let mut tx = reader(&store).await;
    assert!(tx.has_users().await.expect("readable"));
    assert_eq!(
        tx.user(&alice.id).await.expect("readable"),
        Some(alice.clone())
    );
    assert_eq!(
        tx.user_by_name(&alice.name).await.expect("readable"),
        Some(alice)
    );
    assert_eq!(tx.user(&user_id("bob")).await.expect("readable"), None);
    assert_eq!(tx.user_by_name(&name("bob")).await.expect("readable"), None);
}

pub(crate) async fn a_name_is_taken_once(store: Subject) {
    write(&store, |tx| tx.add_user(&user("alice"))).await;
    let namesake = User {
        id: user_id("another"),
        ..user("alice")
    };
    conflict(&store, |tx| tx.add_user(&namesake)).await;
    conflict(&store, |tx| tx.add_user(&user("alice"))).await;
}

pub(crate) async fn changes_of_a_user_are_kept(store: Subject) {
    let (alice, password) = (user("alice"), PasswordHash::from_phc("$argon2id$new"));
    write(&store, |tx| tx.add_user(&alice)).await;
    write(&store, |tx| {
        tx.set_password(&alice.id, &password);
        tx.set_role(&alice.id, Role::Administrator);
        tx.set_disabled(&alice.id, Some(at(9)));
    })
    .await;

    let changed = User {
        password,
        role: Role::Administrator,
        disabled_at: Some(at(9)),
        ..alice.clone()
    };
    let found = reader(&store).await.user(&alice.id).await;
    assert_eq!(found.expect("readable"), Some(changed));

    write(&store, |tx| tx.set_disabled(&alice.id, None)).await;
    let found = reader(&store)
        .await
        .user(&alice.id)
        .await
        .expect("readable");
    assert_eq!(found.map(|user| user.disabled_at), Some(None));
}

pub(crate) async fn changing_an_unknown_user_conflicts(store: Subject) {
    let nobody = user_id("nobody");
    conflict(&store, |tx| {
        tx.set_password(&nobody, &PasswordHash::from_phc("x"))
    })
    .await;
    conflict(&store, |tx| tx.set_role(&nobody, Role::Member)).await;
    conflict(&store, |tx| tx.set_disabled(&nobody, None)).await;
}

pub(crate) async fn users_are_listed_by_name(store: Subject) {
    write(&store, |tx| {
        for name in ["carol", "alice", "bob"] {
            tx.add_user(&user(name));
        }
    })
    .await;
    let users = reader(&store).await.users().await.expect("readable");
    let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["alice", "bob", "carol"]);
}
