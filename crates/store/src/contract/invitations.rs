//! Links for people without a password.

use doorward_core::{
    id::InvitationId,
    invitation::{Invitation, PasswordReset},
    user::{MailAddress, PasswordHash, Role},
};

use super::{
    Subject,
    samples::{at, digest, group_name, name, user_id},
    steps::{Filling, commit, conflict, populate, reader, write},
};

fn invitation(text: &str) -> Invitation {
    Invitation {
        id: InvitationId::from_known(text),
        digest: digest(text),
        name: None,
        mail: None,
        role: Role::Member,
        groups: Vec::new(),
        created_at: at(0),
        expires_at: at(10),
    }
}

fn reset(text: &str, user: &str) -> PasswordReset {
    PasswordReset {
        digest: digest(text),
        user: user_id(user),
        created_at: at(0),
        expires_at: at(10),
    }
}

pub(crate) async fn an_invitation_reads_back_as_it_was_made(store: Subject) {
    let bound = Invitation {
        name: Some(name("carol")),
        mail: Some(MailAddress::parse("carol@example.com").expect("an address")),
        role: Role::Auditor,
        groups: vec![group_name("b"), group_name("a c")],
        created_at: at(1),
        ..invitation("bound")
    };
    let open = invitation("open");
    write(&store, |tx| {
        tx.add_invitation(&open);
        tx.add_invitation(&bound);
    })
    .await;
    let mut tx = reader(&store).await;
    let found = tx.invitation(&digest("bound")).await.expect("readable");
    assert_eq!(found, Some(bound.clone()));
    let all = tx.invitations().await.expect("readable");
    assert_eq!(all, [bound, open], "newest first");
    conflict(&store, |tx| tx.add_invitation(&invitation("open"))).await;
}

// LG-09
pub(crate) async fn an_invitation_is_used_or_removed_once(store: Subject) {
    write(&store, |tx| {
        tx.add_invitation(&invitation("one"));
        tx.add_invitation(&invitation("two"));
    })
    .await;
    write(&store, |tx| tx.use_invitation(&digest("one"))).await;
    conflict(&store, |tx| tx.use_invitation(&digest("one"))).await;
    let (one, two) = (
        InvitationId::from_known("one"),
        InvitationId::from_known("two"),
    );
    conflict(&store, |tx| tx.remove_invitation(&one)).await;
    write(&store, |tx| tx.remove_invitation(&two)).await;
    conflict(&store, |tx| tx.use_invitation(&digest("two"))).await;
    assert_eq!(
        reader(&store).await.invitations().await.expect("readable"),
        []
    );
}

// LG-09
pub(crate) async fn only_the_newest_reset_of_a_user_works_and_once(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.replace_password_reset(&reset("old", "alice"));
        tx.replace_password_reset(&reset("bobs", "bob"));
    })
    .await;
    write(&store, |tx| {
        tx.replace_password_reset(&reset("new", "alice"))
    })
    .await;
    let mut tx = reader(&store).await;
    assert_eq!(
        tx.password_reset(&digest("old")).await.expect("readable"),
        None
    );
    let found = tx.password_reset(&digest("new")).await.expect("readable");
    assert_eq!(found, Some(reset("new", "alice")));
    conflict(&store, |tx| tx.use_password_reset(&digest("old"))).await;
    write(&store, |tx| tx.use_password_reset(&digest("new"))).await;
    conflict(&store, |tx| tx.use_password_reset(&digest("new"))).await;
    write(&store, |tx| tx.use_password_reset(&digest("bobs"))).await;
}

pub(crate) async fn a_reset_goes_with_the_password_the_address_and_the_user(store: Subject) {
    populate(&store).await;
    let alice = user_id("alice");
    let address = MailAddress::parse("a@example.com").expect("an address");
    let new = PasswordHash::from_phc("$argon2id$new");
    let end: [Filling<'_>; 3] = [
        &|tx| tx.set_password(&alice, &new),
        &|tx| tx.set_mail(&alice, Some(&address)),
        &|tx| tx.remove_user(&alice, at(3)),
    ];
    for end in end {
        write(&store, |tx| tx.replace_password_reset(&reset("r", "alice"))).await;
        write(&store, |tx| end(tx)).await;
        let found = reader(&store).await.password_reset(&digest("r")).await;
        assert_eq!(found.expect("readable"), None);
    }
    conflict(&store, |tx| tx.replace_password_reset(&reset("r", "alice"))).await;
    write(&store, |tx| tx.set_disabled(&user_id("bob"), Some(at(1)))).await;
    conflict(&store, |tx| tx.replace_password_reset(&reset("r", "bob"))).await;
}

pub(crate) async fn links_go_when_they_expire(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.add_invitation(&invitation("i"));
        tx.replace_password_reset(&reset("r", "alice"));
    })
    .await;
    assert_eq!(store.reap(at(9), at(0)).await.expect("reaped"), 0);
    assert_eq!(store.reap(at(10), at(0)).await.expect("reaped"), 2);
    assert!(
        commit(&store, |tx| tx.use_invitation(&digest("i")))
            .await
            .is_err()
    );
}
