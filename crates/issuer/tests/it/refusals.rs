//! Who is refused too often is put off, and nobody else is (DS-05, AD-06, interop 17).

use std::time::Duration;

use doorward_core::client::GrantType;
use doorward_issuer::{IssuerConfig, NewClient};
use http::{Method, StatusCode};

use crate::{
    holder::Holder,
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, World, config, request},
};

/// Asks with a refresh token that nobody has.
async fn guess(world: &World, client: &str) -> Answer {
    world.refresh(client, "dwr_guess").await
}

/// Is refused until that is too often, and then a thousand times more.
async fn flood(world: &World, client: &str) {
    for number in 0..120 {
        let refused = guess(world, client).await;
        assert_eq!(refused.json()["error"], "invalid_grant", "{number}");
    }
    for _ in 0..1_000 {
        let refused = guess(world, client).await;
        refused.refuses(429, "temporarily_unavailable");
        assert_eq!(refused.header("retry-after"), "1");
    }
}

/// A client with a secret, as its form says it.
async fn confidential(world: &World) -> [(String, String); 2] {
    let (id, secret) = world
        .registered(NewClient {
            name: "Desk".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            confidential: true,
            ..NewClient::default()
        })
        .await;
    [
        ("client_id".to_owned(), id),
        ("client_secret".to_owned(), secret),
    ]
}

#[tokio::test]
async fn guesses_are_put_off_and_the_log_says_how_it_went_on_without_a_row_for_each() {
    let world = World::new().await;
    let client = world.client().await;
    let before = world.audited().await.len();
    flood(&world, &client).await;
    let records = world.audit_records().await;
    assert_eq!(records.len(), before + 121); // DS-05, AD-06
    let summed = records.iter().filter(|record| {
        let reason = record["reason"].as_str().unwrap_or_default();
        reason.contains("not recorded one by one")
    });
    assert_eq!(summed.count(), 1);
    world.pass(Duration::from_millis(500));
    guess(&world, &client).await.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn whoever_has_what_it_takes_gets_it_from_the_same_address() {
    let world = World::new().await;
    let client = world.client().await;
    let (tokens, code) = (world.tokens(&client).await, world.code(&client).await);
    flood(&world, &client).await;
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    assert_eq!(world.redeem(&client, &code).await.status, 200);
    let holder = Holder::new();
    let push = AuthorizeRequest::new(&client);
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let headers = [("dpop", proof.as_str())];
    let pushed = world.post_with("/par", &headers, &push.pairs()).await;
    assert_eq!(pushed.status, 201);
    let elsewhere = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", "x"),
    ];
    let refused = world.post_from(1, "/token", &elsewhere).await;
    refused.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn who_polls_as_it_should_is_never_put_off() {
    let world = World::new().await;
    let device = world
        .registered(NewClient {
            name: "Television".to_owned(),
            grants: vec![GrantType::DeviceCode],
            ..NewClient::default()
        })
        .await
        .0;
    let begun = world
        .post("/device_authorization", &[("client_id", &*device)])
        .await;
    let code = begun.json()["device_code"]
        .as_str()
        .expect("text")
        .to_owned();
    flood(&world, &world.client().await).await;
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", device.as_str()),
        ("device_code", code.as_str()),
    ];
    world
        .post("/token", &poll)
        .await
        .refuses(400, "authorization_pending");
    world.post("/token", &poll).await.refuses(400, "slow_down");
    world.pass(Duration::from_secs(5));
    world
        .post("/token", &poll)
        .await
        .refuses(400, "authorization_pending");
}

#[tokio::test]
async fn a_client_that_proves_who_it_is_is_told_what_is_wrong_each_time() {
    let world = World::new().await;
    let client = world.client().await;
    let [id, secret] = confidential(&world).await;
    flood(&world, &client).await;
    let pairs = [
        (id.0.as_str(), id.1.as_str()),
        (secret.0.as_str(), secret.1.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", "dwr_guess"),
    ];
    let before = world.audited().await.len();
    for _ in 0..150 {
        world
            .post("/token", &pairs)
            .await
            .refuses(400, "invalid_grant");
    }
    assert_eq!(world.audited().await.len(), before + 150, "AD-06");
    let wrong = [pairs[0], ("client_secret", "wrong"), pairs[2], pairs[3]];
    let refused = world.post("/token", &wrong).await;
    refused.refuses(429, "temporarily_unavailable");
}

#[tokio::test]
async fn a_nonce_is_told_however_often_others_are_refused() {
    let world = World::with(IssuerConfig {
        dpop_nonces: true,
        ..config(ISSUER, &["files"])
    })
    .await;
    let client = world.client().await;
    flood(&world, &client).await;
    let holder = Holder::new();
    let pairs = [("grant_type", "refresh_token"), ("client_id", &*client)];
    let headers = [("dpop", &*holder.proof(&world))];
    let refused = world.post_with("/token", &headers, &pairs).await;
    refused.refuses(400, "use_dpop_nonce");
    assert!(!refused.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn pushes_that_are_refused_and_pushes_of_public_clients_are_counted_apart() {
    let world = World::new().await;
    let client = world.client().await;
    let good = AuthorizeRequest::new(&client);
    let bad = good.clone().set("redirect_uri", "https://evil.test/");
    for _ in 0..120 {
        world
            .post("/par", &bad.pairs())
            .await
            .refuses(400, "invalid_request");
    }
    let refused = world.post("/par", &bad.pairs()).await;
    refused.refuses(429, "temporarily_unavailable"); // DS-05
    for _ in 0..120 {
        assert_eq!(world.post("/par", &good.pairs()).await.status, 201);
    }
    let refused = world.post("/par", &good.pairs()).await;
    refused.refuses(429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(world.post_from(1, "/par", &good.pairs()).await.status, 201);
    let [id, secret] = confidential(&world).await;
    let own = good.set(&id.0, &id.1).set(&secret.0, &secret.1);
    assert_eq!(world.post("/par", &own.pairs()).await.status, 201);
}

#[tokio::test]
async fn pages_look_the_same_however_often_they_are_asked_for_and_the_log_stays_short() {
    let world = World::new().await;
    let before = world.audited().await.len();
    let path = AuthorizeRequest::new("nobody").path();
    for _ in 0..1_000 {
        let sent = request(Method::GET, &path, &[], String::new());
        let page = world.send_from(1, sent).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.audited().await.len(), before + 121); // DS-05
}

#[tokio::test]
async fn revocations_and_registrations_that_change_nothing_do_not_fill_the_log() {
    let world = World::new().await;
    world.client().await;
    let before = world.audited().await.len();
    for _ in 0..300 {
        world.post("/revoke", &[("token", "x")]).await;
        world.client().await; // the same: it is known
    }
    let records = world.audited().await.len() - before;
    assert!(records <= 121 + 120, "{records}"); // DS-05
}
