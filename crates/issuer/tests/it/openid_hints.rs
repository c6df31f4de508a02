//! `id_token_hint` and `prompt=none` (OpenID Connect Core sections 3.1.2.1 and 3.1.2.6).

use crate::{
    authorize::preregistered,
    openid::{sign_in, text, who},
    world::{AuthorizeRequest, FILES, PASSWORD, World},
};

async fn hint(world: &World, client: &str) -> String {
    let answer = sign_in(world, client, &who(client, "openid")).await;
    text(&answer, "id_token")
}

fn quiet(client: &str, hint: &str) -> AuthorizeRequest {
    who(client, "openid")
        .set("prompt", "none")
        .set("id_token_hint", hint)
}

#[tokio::test]
async fn a_tool_asks_quietly_whether_the_same_person_is_still_there() {
    let world = World::new().await;
    world.add_user("bob").await;
    let client = preregistered(&world).await;
    let hint = hint(&world, &client).await;
    let request = quiet(&client, &hint);

    let mut alice = world.signed_in("alice").await;
    let answer = alice.get(&world, &request.path()).await;
    assert!(answer.parameter("code").starts_with("dwk_"));

    let mut bob = world.signed_in("bob").await;
    bob.allow(&world, &who(&client, "openid")).await;
    let answer = bob.get(&world, &request.path()).await;
    assert_eq!(answer.parameter("error"), "login_required");
    let without = request.without("id_token_hint");
    let answer = bob.get(&world, &without.path()).await;
    assert!(answer.parameter("code").starts_with("dwk_"), "it is bob");

    let mut nobody = crate::world::Person::default();
    let answer = nobody.get(&world, &quiet(&client, &hint).path()).await;
    assert_eq!(answer.parameter("error"), "login_required");
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_code_without_asking() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut alice = world.signed_in("alice").await;
    alice.allow(&world, &who(&client, "openid")).await;
    let request = who(&client, "openid").set("prompt", "none");
    for (site, error) in [
        ("none", ""),
        ("cross-site", "consent_required"), // CO-05
        ("same-site", "consent_required"),
    ] {
        alice.site = Some(site);
        let answer = alice.get(&world, &request.path()).await;
        assert_eq!(answer.parameter("error"), error, "{site}");
    }
    let mut nobody = crate::world::Person {
        site: Some("cross-site"),
        ..crate::world::Person::default()
    };
    let answer = nobody.get(&world, &request.path()).await;
    assert_eq!(answer.parameter("error"), "login_required");
}

#[tokio::test]
async fn how_old_a_hint_is_does_not_matter() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let hint = hint(&world, &client).await;
    world.pass(std::time::Duration::from_secs(30 * 86_400));
    let mut alice = world.signed_in("alice").await;
    let answer = alice.get(&world, &quiet(&client, &hint).path()).await;
    assert!(answer.parameter("code").starts_with("dwk_"));
}

#[tokio::test]
async fn whom_the_client_does_not_expect_is_asked_to_sign_in_and_never_answered_for() {
    let world = World::new().await;
    world.add_user("bob").await;
    let client = preregistered(&world).await;
    let hint = hint(&world, &client).await;
    let request = who(&client, "openid").set("id_token_hint", &hint);
    let mut person = world.signed_in("bob").await;
    person.allow(&world, &who(&client, "openid")).await; // remembered, and of no use
    world.pass(std::time::Duration::from_secs(1));

    let begun = person.get(&world, &request.path()).await;
    let flow = begun.location();
    let flow = flow
        .strip_prefix("/login?flow=")
        .expect("to the sign-in page");
    let next = person.sign_in(&world, "bob", PASSWORD, flow).await;
    let refused = person.get(&world, &next.location()).await;
    assert_eq!(refused.parameter("error"), "login_required");

    let next = person.sign_in(&world, "alice", PASSWORD, flow).await;
    let answer = person.get(&world, &next.location()).await;
    assert!(
        answer.parameter("code").starts_with("dwk_"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_hint_whose_key_is_gone_names_nobody_and_asks_for_a_new_sign_in() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let hint = hint(&world, &client).await;
    let keys = world.issuer.key_administration();
    let old = world.issuer.public_keys().keys[0].kid.to_string();
    keys.retire(&old, true).await.expect("removed");
    let _ = world.issuer.tend_keys().await.expect("a working store");
    let mut alice = world.signed_in("alice").await;
    world.pass(std::time::Duration::from_secs(1));
    let answer = alice.get(&world, &quiet(&client, &hint).path()).await;
    assert_eq!(answer.parameter("error"), "login_required");

    let request = who(&client, "openid").set("id_token_hint", &hint);
    let begun = alice.get(&world, &request.path()).await;
    let flow = begun.location();
    let flow = flow
        .strip_prefix("/login?flow=")
        .expect("to the sign-in page");
    let early = alice.get(&world, &format!("/consent?flow={flow}")).await;
    assert!(
        early.location().starts_with("/login"),
        "not by the back door"
    );
    let next = alice.sign_in(&world, "alice", PASSWORD, flow).await;
    let answer = alice.get(&world, &next.location()).await;
    assert!(
        answer.parameter("code").starts_with("dwk_"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn only_an_id_token_that_this_client_got_here_is_a_hint() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let other = world.client().await;
    let answer = sign_in(&world, &client, &who(&client, "openid")).await;
    let good = text(&answer, "id_token");
    let foreign = sign_in(&world, &other, &who(&other, "openid")).await;
    let (head, _) = good.rsplit_once('.').expect("a JWS");
    let unsigned = format!("{head}.");
    let foreign_token = text(&foreign, "id_token");
    let (_, of_another) = foreign_token.rsplit_once('.').expect("a JWS");
    let damaged = format!("{head}.{of_another}");
    let hints = [
        ("of another client", foreign_token.clone()),
        ("an access token, TK-10", text(&answer, "access_token")),
        ("a refresh token, TK-10", text(&answer, "refresh_token")),
        ("no token", "alice".to_owned()),
    ];
    let mut alice = world.signed_in("alice").await;
    for (name, hint) in hints {
        let answer = alice.get(&world, &quiet(&client, &hint).path()).await;
        assert_eq!(answer.parameter("error"), "invalid_request", "{name}");
    }
    world.pass(std::time::Duration::from_secs(1));
    // Nobody can say whose these were: they name nobody, and are not held against the client.
    for hint in [damaged, unsigned] {
        let answer = alice.get(&world, &quiet(&client, &hint).path()).await;
        assert_eq!(answer.parameter("error"), "login_required"); // TK-08
    }
    // Where it is no OpenID Connect, the word means nothing (RFC 6749 section 3.1).
    let plain = AuthorizeRequest::new(&client).set("id_token_hint", "alice");
    let page = alice.consent_page(&world, &plain).await;
    assert!(page.shows(FILES));
}
