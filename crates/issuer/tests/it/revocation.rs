//! RFC 7009.

use std::time::Duration;

use crate::world::{Answer, CALLBACK, World};

async fn revoke(world: &World, client: &str, token: &str) -> Answer {
    world
        .post("/revoke", &[("client_id", client), ("token", token)])
        .await
}

#[tokio::test]
async fn a_refresh_token_takes_its_grant_along() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let other = world.tokens(&client).await;
    let epoch = world.revocations.epoch();
    let answer = revoke(&world, &client, &tokens.refresh).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    assert_ne!(world.revocations.epoch(), epoch, "access tokens die too");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(world.refresh(&client, &other.refresh).await.status, 200);
    assert_eq!(
        revoke(&world, &client, &tokens.refresh).await.status,
        200,
        "again"
    );
}

#[tokio::test]
async fn an_access_token_dies_alone() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let epoch = world.revocations.epoch();
    assert_eq!(revoke(&world, &client, &tokens.access).await.status, 200);
    assert_ne!(world.revocations.epoch(), epoch);
    let mut tx = world.store.begin().await.expect("opens");
    let since = doorward_core::time::UnixTime::from_seconds(0);
    assert_eq!(
        tx.revocations_since(since).await.expect("read").len(),
        1,
        "a restart remembers"
    );
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
}

#[tokio::test]
async fn what_nobody_can_say_was_revoked_is_revoked() {
    // TK-14, CR-02
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    world.revocations.suspend();
    for _ in 0..2 {
        assert_eq!(revoke(&world, &client, &tokens.access).await.status, 200);
        let mut tx = world.store.begin().await.expect("opens");
        let since = doorward_core::time::UnixTime::from_seconds(0);
        let revoked = tx.revocations_since(since).await.expect("read");
        assert_eq!(revoked.len(), 1);
    }
}

#[tokio::test]
async fn tokens_of_others_unknown_forged_and_expired_ones_are_a_silent_no() {
    let world = World::new().await;
    let client = world.client().await;
    let other = world.client_named("Other", CALLBACK).await;
    let tokens = world.tokens(&client).await;
    let foreign = World::new().await;
    let foreign_client = foreign.client().await;
    let foreign_token = foreign.tokens(&foreign_client).await.access;
    let mut forged = tokens.access.clone();
    forged.push('A');
    let epoch = world.revocations.epoch();
    for (who, token) in [
        (&other, &tokens.refresh), // TK-14
        (&other, &tokens.access),
        (&client, &"unknown".to_owned()),
        (&client, &foreign_token),
        (&client, &forged),
        (&client, &"a.b.c".to_owned()),
        (&client, &"x".repeat(20_000)), // TK-09
    ] {
        let answer = revoke(&world, who, token).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    }
    world.pass(Duration::from_secs(600));
    assert_eq!(
        revoke(&world, &client, &tokens.access).await.status,
        200,
        "expired"
    );
    assert_eq!(world.revocations.epoch(), epoch, "nothing was revoked");
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
}

#[tokio::test]
async fn a_request_without_client_or_token_is_refused() {
    let world = World::new().await;
    let client = world.client().await;
    revoke(&world, "nobody", "x")
        .await
        .refuses(401, "invalid_client");
    world
        .post("/revoke", &[("token", "x")])
        .await
        .refuses(401, "invalid_client");
    world
        .post("/revoke", &[("client_id", &client)])
        .await
        .refuses(400, "invalid_request");
    let doubled = [
        ("client_id", client.as_str()),
        ("token", "x"),
        ("token", "y"),
    ];
    world
        .post("/revoke", &doubled)
        .await
        .refuses(400, "invalid_request");
    let hinted = [
        ("client_id", client.as_str()),
        ("token", "x"),
        ("token_type_hint", "magic"),
    ];
    assert_eq!(world.post("/revoke", &hinted).await.status, 200);
}
