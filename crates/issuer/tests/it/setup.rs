//! The first administrator.

use std::time::Duration;

use doorward_core::user::Role;

use crate::world::{Answer, FILES, PASSWORD, Person, World, config};

async fn empty() -> (World, String) {
    let world = World::empty(config("https://mcp.example", &["files"])).await;
    let link = world.administration.setup_link().await.expect("a link");
    let token = link.expose().to_owned();
    (world, token)
}

async fn submit(world: &World, person: &mut Person, fields: [&str; 4]) -> Answer {
    let [token, name, password, again] = fields;
    let pairs = [
        ("token", token),
        ("username", name),
        ("password", password),
        ("again", again),
    ];
    person.post(world, "/setup", &pairs).await
}

#[tokio::test]
async fn the_link_makes_the_first_administrator_and_signs_in() {
    let (world, token) = empty().await;
    let page = world.get(&format!("/setup?token={token}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("referrer-policy"),
        "no-referrer",
        "the link stays here"
    );
    let mut person = Person::default();
    let answer = submit(&world, &mut person, [&token, "Root", PASSWORD, PASSWORD]).await;
    assert_eq!(answer.location(), "/setup/done");
    let done = person.get(&world, "/setup/done").await;
    assert!(done.shows("root") && done.shows(FILES));
    let users = world.administration.users().await.expect("listed");
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].role, Role::Administrator);
    let mut again = Person::default();
    assert_eq!(
        again.sign_in(&world, "root", PASSWORD, "").await.status,
        303
    );
}

#[tokio::test]
async fn a_link_works_once_and_never_beside_an_account() {
    let (world, token) = empty().await;
    let mut person = Person::default();
    submit(&world, &mut person, [&token, "root", PASSWORD, PASSWORD]).await;
    let path = format!("/setup?token={token}");
    assert_eq!(world.get(&path).await.status, 404); // LG-09
    let again = submit(&world, &mut person, [&token, "mallory", PASSWORD, PASSWORD]).await;
    assert_eq!(again.status, 404);
    assert_eq!(world.administration.users().await.expect("listed").len(), 1);
    assert!(world.administration.setup_link().await.is_err());
}

#[tokio::test]
async fn a_link_dies_after_an_hour_and_when_a_newer_one_is_made() {
    let (world, old) = empty().await;
    let newer = world.administration.setup_link().await.expect("a link");
    assert_eq!(world.get(&format!("/setup?token={old}")).await.status, 410);
    let path = format!("/setup?token={}", newer.expose());
    assert_eq!(world.get(&path).await.status, 200);
    world.pass(Duration::from_secs(3600));
    assert_eq!(world.get(&path).await.status, 410); // LG-09
    for path in [
        "/setup",
        "/setup?token=",
        "/setup?token=x",
        "/setup?token=%ff",
    ] {
        assert_eq!(world.get(path).await.status, 410, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_an_account_is_explained_and_the_link_stays_good() {
    let (world, token) = empty().await;
    let mut person = Person::default();
    for fields in [
        [&token, "not a name", PASSWORD, PASSWORD],
        [&token, "root", "short", "short"],
        [&token, "root", PASSWORD, "something else"],
    ] {
        let answer = submit(&world, &mut person, fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("role=\"alert\""));
        assert!(!answer.body.contains(PASSWORD));
    }
    let weak = submit(
        &world,
        &mut person,
        [&token, "rooty", "Rooty-2026", "Rooty-2026"],
    )
    .await;
    assert_eq!(weak.status, 422);
    assert!(weak.shows("easy to guess") && weak.shows("made of your name"));
    let answer = submit(&world, &mut person, [&token, "root", PASSWORD, PASSWORD]).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_form_of_another_site_makes_no_account() {
    let (world, token) = empty().await;
    let pairs = [
        ("token", token.as_str()),
        ("username", "mallory"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let refused = world
        .post_with("/setup", &[("origin", "https://evil.example")], &pairs)
        .await;
    assert_eq!(refused.status, 403);
    assert!(
        world
            .administration
            .users()
            .await
            .expect("listed")
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_at_once_make_one_account() {
    let (world, token) = empty().await;
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
    assert_eq!(world.administration.users().await.expect("listed").len(), 1);
}

#[tokio::test]
async fn done_is_for_whoever_is_signed_in() {
    let world = World::new().await;
    assert_eq!(world.get("/setup/done").await.location(), "/");
}
