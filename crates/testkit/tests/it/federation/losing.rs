//! Losing access over there is losing it here.

use std::time::Duration;

use doorward_core::{grant::Grant, id::GrantId};
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Answer, post_form},
    provider::{Fault, Somebody},
};
use serde_json::json;

use super::scene::{Scene, browser, nadia};

const QUARTER: Duration = Duration::from_secs(15 * 60);

async fn refresh(scene: &Scene, client: &Client, tokens: &Tokens) -> Answer {
    client
        .refresh(&tokens.refresh)
        .send(&scene.world.router)
        .await
}

//
#[tokio::test]
async fn what_came_by_the_word_of_a_provider_ends_with_it_and_nothing_else() {
    for lost in ["invalid_grant", "left the group"] {
        let scene = Scene::new().await;
        let client = Client::register(&scene.world.router, "notes").await;
        let mut person = browser();
        let tokens = scene.tokens(&client, &mut person, &nadia()).await;
        let alices = client
            .login(&scene.world.router, &mut scene.world.alice())
            .await;
        scene.world.clock.advance(QUARTER);
        match lost {
            "invalid_grant" => scene.provider.fails(&[Fault::AccessLost]),
            _ => scene
                .provider
                .changes(&Somebody::named("nadia", &["others"])),
        }
        let refused = refresh(&scene, &client, &tokens).await;
        assert_eq!(refused.status, 400, "{lost}: {}", refused.text());
        assert_eq!(refused.json()["error"], "invalid_grant");
        assert_eq!(
            scene.user(&mut person).await,
            None,
            "{lost}: the session ended too"
        );
        assert_eq!(scene.reasons("access.lost").await.len(), 1);
        let goes_on = refresh(&scene, &client, &alices).await;
        assert_eq!(goes_on.status, 200, "{}", goes_on.text());
    }
}

//
#[tokio::test]
async fn what_came_by_an_entry_that_is_removed_is_not_refreshed() {
    let mut scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let tokens = scene.tokens(&client, &mut browser(), &nadia()).await;
    let alices = client
        .login(&scene.world.router, &mut scene.world.alice())
        .await;
    scene.world.federation.providers.clear();
    scene.world.restart().await;
    let refused = refresh(&scene, &client, &tokens).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert_eq!(refresh(&scene, &client, &alices).await.status, 200);
}

//
#[tokio::test]
async fn an_administrator_who_cuts_a_link_ends_what_stood_by_it() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let tokens = scene.tokens(&client, &mut person, &nadia()).await;
    let administration = &scene.world.administration;
    let cut = administration.unlink_user(&scene.provider.issuer, "sub-nadia");
    cut.await.expect("linked");
    assert_eq!(scene.user(&mut person).await, None);
    let refused = refresh(&scene, &client, &tokens).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}});
    let call = client.message(&tokens.access, &call);
    assert_eq!(call.send(&scene.world.router).await.status, 401, "at once");
    let users = administration.users().await.expect("readable");
    let user = users.iter().find(|user| user.name.as_str() == "nadia");
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let groups = tx.memberships_of(&user.expect("stays").id).await;
    assert!(groups.expect("readable").is_empty());
}

//
#[tokio::test]
async fn losing_access_ends_what_assertions_brought() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let tokens = scene.tokens(&client, &mut person, &nadia()).await;
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let grants = tx.grants(None, None).await.expect("readable");
    let id = GrantId::from_known("asserted");
    tx.add_grant(&Grant {
        id: id.clone(),
        authenticated_at: None,
        ..grants.first().expect("a grant").clone()
    });
    tx.commit().await.expect("written");
    scene.world.clock.advance(QUARTER);
    scene.provider.fails(&[Fault::AccessLost]);
    refresh(&scene, &client, &tokens).await;
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let asserted = tx.grant(&id).await.expect("readable").expect("there");
    assert!(asserted.revoked.is_some());
}

//
#[tokio::test]
async fn a_provider_is_asked_no_more_often_than_configured() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let tokens = scene.tokens(&client, &mut browser(), &nadia()).await;
    let asked = || scene.provider.asked("/token");
    let before = asked();
    let tokens = Tokens::of(&refresh(&scene, &client, &tokens).await);
    assert_eq!(asked(), before, "asked at the sign-in");
    scene.world.clock.advance(QUARTER);
    let tokens = Tokens::of(&refresh(&scene, &client, &tokens).await);
    assert_eq!(asked(), before + 1);
    refresh(&scene, &client, &tokens).await;
    assert_eq!(asked(), before + 1);
    let nobodys = client
        .refresh("dwr_made-up")
        .send(&scene.world.router)
        .await;
    assert_eq!(nobodys.status, 400);
    assert_eq!(
        asked(),
        before + 1,
        "a token that is not good costs no question"
    );
}

//
#[tokio::test]
async fn a_provider_that_is_down_ends_nothing_and_its_silence_counts_for_so_long() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut tokens = scene.tokens(&client, &mut browser(), &nadia()).await;
    scene.provider.fails(&[Fault::Down("/token")]);
    for _ in 0..4 {
        scene.world.clock.advance(Duration::from_secs(6 * 3600));
        let answer = refresh(&scene, &client, &tokens).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        tokens = Tokens::of(&answer);
    }
    scene.world.clock.advance(Duration::from_secs(3600));
    let waits = refresh(&scene, &client, &tokens).await;
    assert_eq!(waits.status, 503, "{}", waits.text());
    assert!(!waits.header("retry-after").is_empty());
    scene.provider.fails(&[]);
    scene.world.clock.advance(QUARTER);
    let goes_on = refresh(&scene, &client, &tokens).await;
    assert_eq!(goes_on.status, 200, "{}", goes_on.text());
    assert!(scene.reasons("access.lost").await.is_empty());
}

#[tokio::test]
async fn groups_follow_the_provider() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let tokens = scene.tokens(&client, &mut browser(), &nadia()).await;
    scene
        .provider
        .changes(&Somebody::named("nadia", &["staff", "writers"]));
    scene.world.clock.advance(QUARTER);
    assert_eq!(refresh(&scene, &client, &tokens).await.status, 200);
    let users = scene.world.administration.users().await.expect("readable");
    let user = users
        .iter()
        .find(|user| user.name.as_str() == "nadia")
        .expect("there");
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let groups = tx.memberships_of(&user.id).await.expect("readable");
    let groups: Vec<_> = groups.iter().map(|it| it.group.to_string()).collect();
    assert_eq!(groups, ["idp:staff", "idp:writers"]);
}

fn logout(scene: &Scene, changes: &serde_json::Value) -> String {
    let now = doorward_core::clock::Clock::now(&*scene.world.clock).seconds();
    let mut claims = json!({
        "iss": scene.provider.issuer, "aud": "doorward", "iat": now, "exp": now + 120,
        "jti": "logout-1", "sub": "sub-nadia",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let members = claims.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    scene.provider.signs("logout+jwt", &claims)
}

async fn send(scene: &Scene, token: &str) -> u16 {
    let ask = post_form("/login/idp/backchannel-logout", &[("logout_token", token)]);
    ask.send(&scene.world.router).await.status.as_u16()
}

// LG-08
#[tokio::test]
async fn a_provider_ends_its_sessions_here_once_by_a_token_of_its_own() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let tokens = scene.tokens(&client, &mut person, &nadia()).await;
    let stranger = doorward_testkit::provider::TokenSigner::new("key-1");
    let forged = stranger.sign("logout+jwt", &json!({ "iss": scene.provider.issuer }));
    for bad in [
        forged.as_str(),
        "",
        "a.b.c",
        &logout(&scene, &json!({ "aud": "another" })),
    ] {
        assert_eq!(send(&scene, bad).await, 400, "{bad}");
    }
    assert!(scene.user(&mut person).await.is_some());
    let token = logout(&scene, &json!({}));
    assert_eq!(send(&scene, &token).await, 200);
    assert_eq!(scene.user(&mut person).await, None);
    assert_eq!(
        refresh(&scene, &client, &tokens).await.status,
        200,
        "grants were not meant"
    );
    assert_eq!(send(&scene, &token).await, 400, "a second time");
    let nobody = logout(&scene, &json!({ "jti": "2", "sub": "sub-nobody" }));
    assert_eq!(
        send(&scene, &nobody).await,
        200,
        "nobody learns who was here"
    );
}

#[tokio::test]
async fn the_end_of_a_session_over_there_ends_grants_where_that_is_configured() {
    let scene = Scene::with(|provider| provider.logout_ends_grants = true).await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let tokens = scene.tokens(&client, &mut person, &nadia()).await;
    let other = logout(&scene, &json!({ "sid": "another session" }));
    assert_eq!(send(&scene, &other).await, 200);
    assert_eq!(refresh(&scene, &client, &tokens).await.status, 200);
    let tokens = scene.tokens(&client, &mut browser(), &nadia()).await;
    let token = logout(
        &scene,
        &json!({ "jti": "2", "sub": null, "sid": "sid-sub-nadia" }),
    );
    assert_eq!(send(&scene, &token).await, 200);
    assert_eq!(refresh(&scene, &client, &tokens).await.status, 400);
    assert_eq!(scene.user(&mut person).await, None);
}

#[tokio::test]
async fn signing_out_goes_on_to_the_provider_where_that_is_configured() {
    for configured in [true, false] {
        let scene = Scene::with(|provider| provider.sign_out = configured).await;
        let mut person = browser();
        scene.come(&mut person, "/login", &nadia()).await;
        let router = &scene.world.router;
        let out = person.submit(router, "/logout", &[]).await;
        assert_eq!(scene.user(&mut person).await, None);
        let refresh = out.header("refresh");
        assert_eq!(
            refresh.contains(&format!("{}/end?", scene.provider.issuer)),
            configured
        );
        let mut alice = scene.world.alice();
        let client = Client::register(router, "notes").await;
        client.login(router, &mut alice).await;
        let out = alice.submit(router, "/logout", &[]).await;
        assert_eq!(
            out.header("refresh"),
            "",
            "who signed in here signs out here"
        );
    }
}
