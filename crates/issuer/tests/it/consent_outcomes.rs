//! Answering twice, coming back, and browsers that keep nothing.

use std::time::Duration;

use crate::world::{AuthorizeRequest, CALLBACK, ISSUER, PASSWORD, Person, World};

const ALLOW: [(&str, &str); 1] = [("decision", "allow")];
const DENY: [(&str, &str); 1] = [("decision", "deny")];

// CO-09, CO-10
#[tokio::test]
async fn a_second_click_shows_what_became_of_the_first_and_offers_the_same_code() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let first = person.answer(&world, &page, &ALLOW).await;
    let code = first.parameter("code");
    let second = person.answer(&world, &page, &ALLOW).await;
    assert_eq!(
        (second.status.as_u16(), second.location()),
        (200, String::new())
    );
    assert!(second.shows(&format!("code={code}")), "{}", second.body);
    assert!(second.shows(CALLBACK) && !second.body.contains("dwk_dwk_"));

    let flow = page.field("flow");
    let back = person.get(&world, &format!("/consent?flow={flow}")).await;
    assert!(back.shows("You allowed Client already"), "the back button");

    let tokens = world.redeem(&client, &code).await.tokens();
    let third = person.answer(&world, &page, &ALLOW).await;
    assert!(third.shows("It has collected its access") && !third.shows(&code));
    world.refresh(&client, &tokens.refresh).await.tokens(); // nobody lost anything
}

// CO-09
#[tokio::test]
async fn a_no_stays_a_no() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    person.answer(&world, &page, &DENY).await;
    for decision in [ALLOW, DENY] {
        let again = person.answer(&world, &page, &decision).await;
        assert_eq!(again.status, 200);
        assert!(again.shows("This was denied already") && again.shows("error=access_denied"));
        assert!(!again.body.contains("dwk_"));
    }
}

#[tokio::test]
async fn what_was_not_collected_in_time_is_said_to_be_over() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    person.answer(&world, &page, &ALLOW).await;
    world.pass(Duration::from_secs(61));
    let late = person.answer(&world, &page, &ALLOW).await;
    assert!(late.shows("did not collect its access") && !late.body.contains("dwk_"));
}

// CO-09
#[tokio::test]
async fn somebody_else_learns_nothing_of_an_answer() {
    let world = World::new().await;
    world.add_user("mallory").await;
    let client = world.client().await;
    let mut alice = world.signed_in("alice").await;
    let page = alice
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    alice.answer(&world, &page, &ALLOW).await;
    let mut mallory = world.signed_in("mallory").await;
    let flow = page.field("flow");
    let seen = mallory.get(&world, &format!("/consent?flow={flow}")).await;
    assert_eq!(seen.status, 409);
    assert!(!seen.body.contains("dwk_") && !seen.body.contains("alice"));
}

// CO-09
#[tokio::test]
async fn somebody_else_learns_nothing_of_a_no() {
    let world = World::new().await;
    world.add_user("mallory").await;
    let client = world.client().await;
    let mut alice = world.signed_in("alice").await;
    let page = alice
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    alice.answer(&world, &page, &DENY).await;
    let path = format!("/consent?flow={}", page.field("flow"));
    let mut mallory = world.signed_in("mallory").await;
    let seen = mallory.get(&world, &path).await;
    assert_eq!(seen.status, 409);
    assert!(!seen.body.contains("access_denied") && !seen.shows("denied"));
    assert!(
        alice
            .get(&world, &path)
            .await
            .shows("This was denied already")
    );
}

// CO-10
#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so_and_how_to_go_on() {
    let world = World::new().await;
    let client = world.client().await;
    let mut webview = Person::default();
    let begun = webview
        .get(&world, &AuthorizeRequest::new(&client).path())
        .await;
    let flow = begun
        .location()
        .split_once("flow=")
        .expect("a flow")
        .1
        .to_owned();
    let signed_in = webview.sign_in(&world, "alice", PASSWORD, &flow).await;
    webview.cookie = None;
    let page = webview.get(&world, &signed_in.location()).await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (401, String::new()),
        "no loop"
    );
    assert!(page.shows("did not keep your sign-in"));
    let link = format!("{ISSUER}/login?flow={flow}");
    assert!(page.shows(&link), "{}", page.body);

    // The link works in another browser.
    let mut browser = Person::default();
    let path = link.strip_prefix(ISSUER).expect("ours");
    assert_eq!(browser.get(&world, path).await.status, 200);
    let signed_in = browser.sign_in(&world, "alice", PASSWORD, &flow).await;
    let page = browser.get(&world, &signed_in.location()).await;
    let answer = browser.answer(&world, &page, &ALLOW).await;
    assert!(answer.location().starts_with(CALLBACK));

    // Whoever comes without having signed in signs in.
    let mut stranger = Person::default();
    let begun = stranger.get(&world, &format!("/consent?flow={flow}")).await;
    assert_eq!(begun.location(), format!("/login?flow={flow}"));
}

// CO-03
#[tokio::test]
async fn what_was_allowed_to_others_opens_nothing_to_a_new_client_without_asking() {
    let world = World::new().await;
    let mut alice = world.signed_in("alice").await;
    let known = crate::authorize::preregistered(&world).await;
    alice.allow(&world, &AuthorizeRequest::new(&known)).await;
    let silent = alice
        .get(&world, &AuthorizeRequest::new(&known).path())
        .await;
    assert!(silent.parameters().contains_key("code"));

    // The same name and the same target, by somebody else.
    let attacker = world.client_named("Desk", CALLBACK).await;
    let request = AuthorizeRequest::new(&attacker);
    let begun = alice.get(&world, &request.path()).await;
    assert!(
        begun.location().starts_with("/consent?"),
        "{}",
        begun.location()
    );
    let page = alice.get(&world, &begun.location()).await;
    assert_eq!(page.status, 200);
    for answer in [&begun, &page] {
        assert_eq!(
            answer.header("set-cookie"),
            "",
            "nothing before the approval"
        );
    }
    let quiet = alice
        .get(&world, &request.set("prompt", "none").path())
        .await;
    assert!(!quiet.body.contains("dwk_") && !quiet.location().contains("code="));
}
