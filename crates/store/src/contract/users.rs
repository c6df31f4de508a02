//! Accounts.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    device::DeviceApproval,
    session::{Method, Methods},
    user::{DisplayName, MailAddress, PasswordHash, Role, User},
};

use super::{
    Subject,
    samples::{
        at, client_id, code, consent, device, digest, grant_id, membership, name, refresh_token,
        session, user, user_id,
    },
    steps::{Filling, conflict, populate_with_grant, reader, write},
};

pub(crate) async fn a_user_reads_back_by_identity_and_by_name(store: Subject) {
    assert!(!reader(&store).await.has_users().await.expect("readable"));
    let alice = User {
        role: Role::Administrator,
        password: None,
        display_name: DisplayName::parse("Alice").ok(),
        mail: MailAddress::parse("alice@mail.example").ok(),
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
    let another = User {
        role: Role::Administrator,
        ..user("root")
    };
    write(&store, |tx| {
        tx.add_user(&alice);
        tx.add_user(&another);
    })
    .await;
    write(&store, |tx| {
        tx.set_password(&alice.id, &password);
        tx.set_role(&alice.id, Role::Administrator);
        tx.set_disabled(&alice.id, Some(at(9)));
    })
    .await;

    let changed = User {
        password: Some(password),
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
    conflict(&store, |tx| tx.set_user_name(&nobody, &name("somebody"))).await;
    conflict(&store, |tx| tx.set_display_name(&nobody, None)).await;
    conflict(&store, |tx| tx.set_mail(&nobody, None)).await;
    conflict(&store, |tx| tx.remove_user(&nobody, at(1))).await;
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

pub(crate) async fn what_is_said_of_a_person_is_kept_and_taken_back(store: Subject) {
    let (alice, bob) = (user("alice"), user("bob"));
    let (called, mail) = (
        DisplayName::parse("Alice").expect("a name"),
        MailAddress::parse("shared@mail.example").expect("an address"),
    );
    write(&store, |tx| {
        tx.add_user(&alice);
        tx.add_user(&bob);
        tx.set_mail(&alice.id, Some(&mail));
        tx.set_mail(&bob.id, Some(&mail));
        tx.set_display_name(&alice.id, Some(&called));
        tx.set_user_name(&alice.id, &name("zoe"));
    })
    .await;
    conflict(&store, |tx| tx.set_user_name(&alice.id, &name("bob"))).await;
    let both = reader(&store).await.users_by_mail(&mail).await;
    let both = both.expect("readable");
    let found: Vec<_> = both
        .iter()
        .map(|user| (user.name.as_str(), user.display_name.clone()))
        .collect();
    assert_eq!(found, [("bob", None), ("zoe", Some(called))]);

    write(&store, |tx| {
        tx.set_mail(&alice.id, None);
        tx.set_display_name(&alice.id, None);
    })
    .await;
    let found = reader(&store).await.user(&alice.id).await;
    let found = found.expect("readable").expect("kept");
    assert_eq!((found.mail, found.display_name), (None, None));
}

pub(crate) async fn a_removed_user_leaves_nothing_but_what_was_revoked(store: Subject) {
    populate_with_grant(&store).await;
    let local = doorward_core::group::GroupSource::Local;
    write(&store, |tx| {
        tx.add_refresh_token(&refresh_token("r"));
        tx.add_session(&session("s", "alice"));
        tx.add_code(&code("c"));
        tx.remember_consent(&consent(doorward_core::scope::ScopeSet::baseline(), 1));
        tx.add_account_link(&AccountLink {
            foreign: ForeignSubject::claimed("https://idp.example", "1"),
            user: user_id("alice"),
            created_at: at(0),
            used_at: None,
        });
        tx.add_member(&membership("alice", "staff", &local));
        tx.add_device_authorization(&device("d", "editor"));
        let approval = DeviceApproval {
            user: user_id("alice"),
            authenticated_at: at(0),
            methods: Methods::of([Method::Link]),
            ends_at: None,
        };
        let asked = device("d", "editor");
        tx.approve_device(&digest("d"), &approval, (&asked.scopes, &asked.details));
    })
    .await;
    write(&store, |tx| tx.remove_user(&user_id("alice"), at(7))).await;

    let mut tx = reader(&store).await;
    assert_eq!(tx.user(&user_id("alice")).await.expect("readable"), None);
    assert_eq!(tx.session(&digest("s")).await.expect("readable"), None);
    assert_eq!(tx.account_links().await.expect("readable"), []);
    let members = tx.members_of(&super::samples::group_name("staff")).await;
    assert_eq!(members.expect("readable"), []);
    let grant = tx.grant(&grant_id("g")).await.expect("readable");
    let grant = grant.expect("remembered while its tokens could be shown");
    assert_eq!(grant.user, None);
    assert_eq!(grant.revoked.map(|revoked| revoked.at), Some(at(7)));
    assert!(
        tx.client(&client_id("editor"))
            .await
            .expect("readable")
            .is_some()
    );
    conflict(&store, |tx| tx.remove_user(&user_id("alice"), at(8))).await;
    write(&store, |tx| tx.add_user(&user("alice"))).await; // the name is free again
}

// AD-03
pub(crate) async fn the_last_who_can_administer_stays(store: Subject) {
    let administrator = |name| User {
        role: Role::Administrator,
        ..user(name)
    };
    let root = administrator("root");
    let away = User {
        disabled_at: Some(at(1)),
        ..administrator("away")
    };
    write(&store, |tx| {
        tx.add_user(&root);
        tx.add_user(&away);
        tx.add_user(&user("alice"));
    })
    .await;
    let end: [Filling<'_>; 4] = [
        &|tx| tx.set_role(&root.id, Role::Auditor),
        &|tx| tx.set_role(&root.id, Role::Member),
        &|tx| tx.set_disabled(&root.id, Some(at(2))),
        &|tx| tx.remove_user(&root.id, at(2)),
    ];
    for end in end {
        conflict(&store, |tx| end(tx)).await;
    }
    write(&store, |tx| tx.set_role(&root.id, Role::Administrator)).await;
    write(&store, |tx| {
        tx.set_role(&away.id, Role::Member); // could not sign in
        tx.set_disabled(&user_id("alice"), Some(at(2)));
        tx.add_user(&administrator("second"));
    })
    .await;
    write(&store, |tx| tx.remove_user(&root.id, at(3))).await;
    conflict(&store, |tx| tx.remove_user(&user_id("second"), at(3))).await;
}
