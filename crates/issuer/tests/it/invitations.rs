//! Links with which people make their own accounts (LG-09).

use std::time::Duration;

use doorward_core::user::Role;
use doorward_issuer::{AdministrationError, NewInvitation};

use crate::world::{Answer, PASSWORD, Person, World, claims};

fn new(whom: &str) -> NewInvitation {
    NewInvitation {
        whom: whom.to_owned(),
        role: Role::Member,
        groups: Vec::new(),
        lifetime: None,
    }
}

async fn invited(world: &World, new: NewInvitation) -> String {
    let (_, secret) = world.administration.invite(new).await.expect("invited");
    secret.expose().to_owned()
}

async fn submit(world: &World, person: &mut Person, fields: [&str; 4]) -> Answer {
    let [token, name, password, again] = fields;
    let pairs = [
        ("token", token),
        ("username", name),
        ("password", password),
        ("again", again),
        // AD-02: nothing of this is asked for
        ("role", "administrator"),
        ("groups", "ops"),
        ("mail", "eve@example.com"),
    ];
    person.post(world, "/invitation", &pairs).await
}

#[tokio::test]
async fn the_link_makes_the_account_that_was_described_and_signs_in() {
    let world = World::new().await;
    world.administration.add_group("staff").await.expect("made");
    let token = invited(
        &world,
        NewInvitation {
            role: Role::Auditor,
            groups: vec!["staff".to_owned()],
            ..new("Carol@Example.com")
        },
    )
    .await;
    let page = world.get(&format!("/invitation?token={token}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let mut carol = Person::default();
    let answer = submit(&world, &mut carol, [&token, "Carol", PASSWORD, PASSWORD]).await;
    assert_eq!(answer.location(), "/setup/done");
    assert!(carol.get(&world, "/setup/done").await.shows("carol"));
    let user = world.administration.user("carol").await.expect("made");
    assert_eq!(user.role, Role::Auditor);
    assert_eq!(
        user.mail.map(|mail| mail.to_string()),
        Some("carol@example.com".to_owned())
    );
    let groups = world
        .administration
        .memberships(&user.id)
        .await
        .expect("listed");
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].group.as_str(), "staff");
    assert!(
        world
            .audited()
            .await
            .contains(&"user.invite allowed".to_owned())
    );
    let client = world.client().await;
    assert!(
        claims(&world.tokens(&client).await.access)["groups"].is_null(),
        "alice's"
    );
}

// LG-09
#[tokio::test]
async fn a_link_works_once_and_not_after_its_time_or_its_end() {
    let world = World::new().await;
    let used = invited(&world, new("carol")).await;
    let mut carol = Person::default();
    let made = submit(&world, &mut carol, [&used, "carol", PASSWORD, PASSWORD]).await;
    assert_eq!(made.status, 303);
    let revoked = invited(&world, new("dave@example.com")).await;
    let gone = world
        .administration
        .revoke_invitations("dave@example.com")
        .await;
    assert_eq!(gone.expect("revoked"), 1);
    let late = invited(&world, new("erin")).await;
    world.pass(Duration::from_secs(3 * 24 * 3600));
    for token in [used.as_str(), &revoked, &late, "", "dwv_unknown", "%ff"] {
        let page = world.get(&format!("/invitation?token={token}")).await;
        assert_eq!(page.status, 410, "{token}");
        let mut person = Person::default();
        let sent = submit(&world, &mut person, [token, "mallory", PASSWORD, PASSWORD]).await;
        assert_eq!(sent.status, 410, "{token}");
    }
    assert_eq!(world.administration.users().await.expect("listed").len(), 2);
    let again = world
        .administration
        .revoke_invitations("dave@example.com")
        .await;
    assert!(matches!(
        again,
        Err(AdministrationError::NoSuchInvitation(_))
    ));
}

#[tokio::test]
async fn a_name_that_was_chosen_is_kept_and_a_free_one_is_checked() {
    let world = World::new().await;
    let bound = invited(&world, new("carol")).await;
    let page = world.get(&format!("/invitation?token={bound}")).await;
    assert!(page.body.contains("readonly") && page.shows("carol"));
    let mut person = Person::default();
    let other = submit(&world, &mut person, [&bound, "mallory", PASSWORD, PASSWORD]).await;
    assert_eq!(other.status, 422); // AD-02
    let open = invited(&world, new("dave@example.com")).await;
    for fields in [
        [open.as_str(), "alice", PASSWORD, PASSWORD],
        [&open, "not a name", PASSWORD, PASSWORD],
        [&open, "dave", "short", "short"],
        [&open, "dave", "dave-2026", "dave-2026"],
        [&open, "dave", PASSWORD, "something else"],
    ] {
        let answer = submit(&world, &mut person, fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains(PASSWORD));
    }
    let made = submit(&world, &mut person, [&open, "dave", PASSWORD, PASSWORD]).await;
    assert_eq!(made.status, 303, "the link stayed good");
}

// CO-02, AD-01
#[tokio::test]
async fn a_form_of_another_site_makes_no_account() {
    let world = World::new().await;
    let token = invited(&world, new("carol")).await;
    let pairs = [
        ("token", token.as_str()),
        ("username", "carol"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let evil = [("origin", "https://evil.example")];
    let refused = world.post_with("/invitation", &evil, &pairs).await;
    assert_eq!(refused.status, 403);
    assert!(world.administration.user("carol").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_at_once_make_one_account() {
    let world = World::new().await;
    let token = invited(&world, new("c@example.com")).await;
    let (mut one, mut two) = (Person::default(), Person::default());
    let (first, second) = tokio::join!(
        submit(&world, &mut one, [&token, "one", PASSWORD, PASSWORD]),
        submit(&world, &mut two, [&token, "two", PASSWORD, PASSWORD]),
    );
    let statuses = [first.status.as_u16(), second.status.as_u16()];
    assert_eq!(
        statuses.iter().filter(|status| **status == 303).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(world.administration.users().await.expect("listed").len(), 2); // LG-09
}

#[tokio::test]
async fn nobody_is_invited_who_is_here_or_into_what_is_not() {
    let world = World::new().await;
    let admin = &world.administration;
    let taken = admin.invite(new("alice")).await;
    assert!(matches!(taken, Err(AdministrationError::NameTaken(_))));
    let unknown = NewInvitation {
        groups: vec!["ops".to_owned()],
        ..new("carol")
    };
    let unknown = admin.invite(unknown).await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchGroup(_))));
    for seconds in [0, 59, 31 * 24 * 3600] {
        let lifetime = Some(Duration::from_secs(seconds));
        let refused = admin
            .invite(NewInvitation {
                lifetime,
                ..new("carol")
            })
            .await;
        assert!(matches!(
            refused,
            Err(AdministrationError::InvitationLifetime)
        ));
    }
    for bad in ["two words", "a@b@c", "x\n@example.com"] {
        assert!(admin.invite(new(bad)).await.is_err(), "{bad}");
    }
}
