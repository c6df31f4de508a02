//! Forgotten passwords (LG-03, LG-09).

use std::time::Duration;

use doorward_core::user::Role;
use doorward_issuer::{AdministrationError, Profile};

use crate::world::{Answer, ISSUER, PASSWORD, Person, World, request};

const NEW: &str = "a quite different sentence";

async fn link(world: &World, name: &str) -> String {
    let made = world.administration.reset_password(name).await;
    let (_, secret, _) = made.expect("a link");
    secret.expose().to_owned()
}

async fn submit(world: &World, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("token", token), ("password", NEW), ("again", NEW)];
    pairs.extend_from_slice(more);
    Person::default().post(world, "/reset", &pairs).await
}

async fn with_address(world: &World, name: &str, mail: &str) {
    world.add_user(name).await;
    let profile = Profile {
        mail: Some(Some(mail.to_owned())),
        ..Profile::default()
    };
    let set = world.administration.set_profile(name, profile).await;
    set.expect("an address");
}

async fn forget(world: &World, who: &str) -> Answer {
    Person::default()
        .post(world, "/forgot", &[("who", who)])
        .await
}

#[tokio::test]
async fn a_link_sets_the_password_ends_sessions_and_signs_nobody_in() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let mut alice = world.signed_in("alice").await;
    let token = link(&world, "alice").await;
    let page = world.get(&format!("/reset?token={token}")).await;
    assert!(page.status == 200 && page.shows("alice"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let done = submit(&world, &token, &[]).await;
    assert_eq!(done.status, 200);
    assert!(
        done.headers.get("set-cookie").is_none(),
        "what else is owed stays owed"
    );
    assert!(done.shows("/login"));
    assert_eq!(alice.get(&world, "/setup/done").await.location(), "/"); // LG-08
    let old = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    assert_eq!(old.status, 422);
    let new = Person::default().sign_in(&world, "alice", NEW, "").await;
    assert_eq!(new.status, 303);
    world.refresh(&client, &tokens.refresh).await.tokens(); // grants stay unless it is said
}

#[tokio::test]
async fn grants_end_when_the_person_says_so() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let token = link(&world, "alice").await;
    let done = submit(&world, &token, &[("grants", "end")]).await;
    assert_eq!(done.status, 200);
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
}

// LG-09
#[tokio::test]
async fn only_the_newest_link_works_once_and_for_an_hour() {
    let world = World::new().await;
    let (old, used) = (link(&world, "alice").await, link(&world, "alice").await);
    assert_eq!(submit(&world, &old, &[]).await.status, 410);
    assert_eq!(submit(&world, &used, &[]).await.status, 200);
    let late = link(&world, "alice").await;
    world.pass(Duration::from_secs(3600));
    for token in [old.as_str(), &used, &late, "", "dwp_unknown"] {
        assert_eq!(
            world.get(&format!("/reset?token={token}")).await.status,
            410,
            "{token}"
        );
        assert_eq!(submit(&world, token, &[]).await.status, 410, "{token}");
    }
    let elsewhere = link(&world, "alice").await;
    let set = world
        .administration
        .set_password("alice", doorward_core::secret::Secret::presented(NEW));
    set.await.expect("set");
    assert_eq!(
        submit(&world, &elsewhere, &[]).await.status,
        410,
        "it was for the old one"
    );
}

#[tokio::test]
async fn weak_and_different_passwords_leave_the_link_good() {
    let world = World::new().await;
    let token = link(&world, "alice").await;
    for (password, again) in [
        ("short", "short"),
        ("alice2026", "alice2026"),
        (NEW, PASSWORD),
    ] {
        let pairs = [
            ("token", token.as_str()),
            ("password", password),
            ("again", again),
        ];
        let answer = Person::default().post(&world, "/reset", &pairs).await;
        assert_eq!(answer.status, 422, "{password}");
        assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains(password));
    }
    let evil = [("origin", "https://evil.example")];
    let pairs = [("token", token.as_str()), ("password", NEW), ("again", NEW)];
    assert_eq!(world.post_with("/reset", &evil, &pairs).await.status, 403); // CO-02
    assert_eq!(submit(&world, &token, &[]).await.status, 200);
}

#[tokio::test]
async fn a_disabled_account_gets_no_link_and_cannot_use_one() {
    let world = World::new().await;
    let token = link(&world, "alice").await;
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    assert_eq!(submit(&world, &token, &[]).await.status, 410);
    let refused = world.administration.reset_password("alice").await;
    assert!(matches!(refused, Err(AdministrationError::Disabled(_))));
}

#[tokio::test]
async fn without_mail_there_is_no_page_for_forgotten_passwords() {
    let world = World::new().await;
    assert_eq!(world.get("/forgot").await.status, 404);
    assert_eq!(forget(&world, "alice").await.status, 404);
    assert!(!world.get("/login").await.shows("/forgot"));
}

// LG-03
#[tokio::test]
async fn whoever_forgot_is_answered_the_same_and_only_accounts_get_letters() {
    let (world, letters) = World::mailing().await;
    with_address(&world, "ada", "ada@example.com").await;
    with_address(&world, "off", "off@example.com").await;
    world.add_user("bare").await;
    world
        .administration
        .set_role("ada", Role::Administrator)
        .await
        .expect("made");
    world
        .administration
        .disable_user("off")
        .await
        .expect("disabled");
    assert!(world.get("/login").await.shows("/forgot"));
    assert_eq!(world.get("/forgot").await.status, 200);
    let known = forget(&world, "ada").await;
    assert_eq!(known.status, 200);
    for other in [
        "nobody",
        "off",
        "bare",
        "nobody@example.com",
        "",
        "a b",
        &"x".repeat(9999),
    ] {
        let answer = forget(&world, other).await;
        assert_eq!(
            (answer.status, &answer.body),
            (known.status, &known.body),
            "{other}"
        );
        assert_eq!(answer.headers, known.headers, "{other}");
    }
    let letter = letters.next().await;
    assert_eq!(letter.to.as_str(), "ada@example.com");
    let denied = |records: Vec<String>| {
        let denied = records.iter().filter(|it| *it == "user.reset denied");
        denied.count()
    };
    while denied(world.audited().await) < 7 {
        tokio::task::yield_now().await; // looked after behind the answers
    }
    assert!(letters.is_empty(), "one letter");
}

// LG-09
#[tokio::test]
async fn a_letter_carries_a_link_to_the_configured_host_and_nothing_that_was_sent() {
    let (world, letters) = World::mailing().await;
    with_address(&world, "ada", "ada@example.com").await;
    let headers = [
        ("origin", "null"),
        ("sec-fetch-site", "same-origin"),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let sent = request(
        http::Method::POST,
        "/forgot",
        &headers,
        "who=Ada%40Example.com".to_owned(),
    );
    assert_eq!(world.send(sent).await.status, 200);
    let letter = letters.next().await;
    assert!(!letter.text.contains("evil") && !letter.subject.contains("evil"));
    let start = format!("{ISSUER}/reset?token=");
    let token = letter.text.split_once(&start).expect("a link").1;
    let token = token.lines().next().expect("a token");
    assert!(token.starts_with("dwp_"));
    assert_eq!(submit(&world, token, &[]).await.status, 200);
    let log = world.audit_records().await;
    assert!(
        log.iter()
            .all(|record| !record.to_string().contains("dwp_"))
    ); // AD-07
}

// LG-02, LG-03
#[tokio::test]
async fn one_network_is_put_off_and_one_account_is_written_to_a_few_times() {
    let (world, letters) = World::mailing().await;
    with_address(&world, "ada", "ada@example.com").await;
    for _ in 0..10 {
        assert_eq!(forget(&world, "ada").await.status, 200);
    }
    let put_off = forget(&world, "ada").await;
    assert_eq!(put_off.status, 429);
    assert!(!put_off.header("retry-after").is_empty());
    let count = |records: Vec<String>, what: &str| {
        let found = records.iter().filter(|it| *it == what);
        found.count()
    };
    while count(world.audited().await, "user.reset denied") < 7 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count(world.audited().await, "user.reset allowed"), 3);
    for _ in 0..3 {
        letters.next().await;
    }
    assert!(letters.is_empty());
    let evil = [("origin", "https://evil.example")];
    let refused = world.post_with("/forgot", &evil, &[("who", "ada")]).await;
    assert_eq!(refused.status, 403); // CO-02
}
