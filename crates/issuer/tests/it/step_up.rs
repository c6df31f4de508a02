//! RFC 9470: fresh sign-ins, and what tokens say about them.

use std::time::Duration;

use crate::{
    authorize::preregistered,
    world::{AuthorizeRequest, ISSUER, PASSWORD, World, claims, config},
};

const ACR: &str = "urn:doorward:acr:password";

//
#[tokio::test]
async fn a_token_says_when_and_how_its_person_signed_in() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let signed_in_at = 1_800_000_000;
    world.pass(Duration::from_secs(40));
    let answer = person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let tokens = world.redeem(&client, &answer.parameter("code")).await;
    let access = claims(&tokens.tokens().access);
    assert_eq!(access["acr"], ACR);
    assert_eq!(access["auth_time"], signed_in_at);
    world.pass(Duration::from_secs(40));
    let refreshed = world.refresh(&client, &tokens.tokens().refresh).await;
    let access = claims(&refreshed.tokens().access);
    assert_eq!(
        (&access["acr"], &access["auth_time"]),
        (&ACR.into(), &signed_in_at.into())
    );
}

#[tokio::test]
async fn max_age_makes_a_token_with_a_new_sign_in() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(400));
    let request = AuthorizeRequest::new(&client)
        .set("max_age", "300")
        .set("acr_values", ACR);
    let begun = person.get(&world, &request.path()).await;
    let flow = begun.location();
    let flow = flow
        .strip_prefix("/login?flow=")
        .expect("to the sign-in page");
    let next = person.sign_in(&world, "alice", PASSWORD, flow).await;
    let page = person.get(&world, &next.location()).await;
    let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
    let tokens = world.redeem(&client, &answer.parameter("code")).await;
    let access = claims(&tokens.tokens().access);
    assert_eq!(access["auth_time"], 1_800_000_400);
}

#[tokio::test]
async fn what_no_sign_in_here_can_meet_is_told_before_any_page() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("acr_values", "phr phrh");
    let refused = person.get(&world, &request.path()).await;
    assert_eq!(
        refused.parameter("error"),
        "unmet_authentication_requirements"
    );
}

#[tokio::test]
async fn a_server_that_wants_recent_sign_ins_gets_one_from_clients_that_ask_for_none() {
    let mut wanting = config(ISSUER, &["files"]);
    wanting.servers[0].sign_in.max_age = Some(Duration::from_secs(300));
    let world = World::with(wanting).await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client);
    person.allow(&world, &request).await;
    world.pass(Duration::from_secs(301));
    for asked in [request.clone(), request.clone().set("max_age", "9000")] {
        let begun = person.get(&world, &asked.path()).await;
        assert!(
            begun.location().starts_with("/login?flow="),
            "{}",
            begun.body
        );
    }
    let quiet = request.set("prompt", "none");
    let refused = person.get(&world, &quiet.path()).await;
    assert_eq!(refused.parameter("error"), "login_required");
}
