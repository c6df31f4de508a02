//! Who may ask at all.

use std::time::Duration;

use doorward_core::provisioning::Authority;
use http::Method;
use serde_json::Value;

use crate::world::{TOKEN, World, config, provider, request};

async fn status(world: &World, token: &str) -> u16 {
    let answer = world
        .send(request(Method::GET, "/Users", token, Value::Null))
        .await;
    answer.status.as_u16()
}

#[tokio::test]
async fn a_token_that_was_made_by_command_speaks_for_its_provider_in_its_time() {
    let world = World::new().await;
    let day = Duration::from_secs(86_400);
    let desk = &world.administration;
    let (token, secret) = desk
        .add_provisioning_token(provider("okta"), Some(day))
        .await
        .expect("made");
    assert!(secret.expose().starts_with("dws_"));
    assert_eq!(status(&world, secret.expose()).await, 200);
    world.clock.advance(day);
    assert_eq!(status(&world, secret.expose()).await, 401);

    let (endless, secret) = desk
        .add_provisioning_token(provider("okta"), None)
        .await
        .expect("made");
    assert_eq!(status(&world, secret.expose()).await, 200);
    assert_eq!(
        desk.provisioning_tokens().await.expect("read"),
        [endless.clone(), token]
    );
    desk.revoke_provisioning_token(endless.id.as_str())
        .await
        .expect("revoked");
    assert_eq!(status(&world, secret.expose()).await, 401);
    let again = desk.revoke_provisioning_token(endless.id.as_str()).await;
    assert!(again.is_err());
    let records = world.records().await.join("\n");
    assert!(records.contains("scim.token") && !records.contains(secret.expose())); // AD-07
}

#[tokio::test]
async fn without_a_token_there_is_nothing() {
    let world = World::new().await;
    let mut bare = request(Method::GET, "/Schemas", TOKEN, Value::Null);
    bare.headers_mut().remove("authorization");
    let answer = world.send(bare).await;
    assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"scim\"");
    answer.refused(401, None);
    let mut basic = request(Method::GET, "/Users", TOKEN, Value::Null);
    basic
        .headers_mut()
        .insert("authorization", "Basic b2t0YTp4".parse().expect("a value"));
    world.send(basic).await.refused(401, None);
    let mut twice = request(Method::GET, "/Users", TOKEN, Value::Null);
    twice
        .headers_mut()
        .append("authorization", "Bearer x".parse().expect("a value"));
    world.send(twice).await.refused(401, None);
    let wrong = world
        .send(request(Method::GET, "/Users", "wrong", Value::Null))
        .await;
    let challenge = wrong.headers["www-authenticate"].to_str().expect("text");
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let records = world.records().await.join("\n");
    assert!(
        records.contains("scim.refused  the token is unknown, expired or revoked"),
        "{records}"
    );
}

// LG-02
#[tokio::test]
async fn whoever_shows_wrong_tokens_waits_and_whoever_is_right_does_not() {
    let world = World::new().await;
    for _ in 0..200 {
        assert_eq!(status(&world, TOKEN).await, 200);
    }
    for _ in 0..60 {
        assert_eq!(status(&world, "wrong").await, 401);
    }
    let refused = world
        .send(request(Method::GET, "/Users", "wrong", Value::Null))
        .await;
    assert_eq!(refused.headers["retry-after"], "2");
    refused.refused(429, None);
    // Others at the address of a provider do not put it off.
    assert_eq!(status(&world, TOKEN).await, 200);
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(status(&world, "wrong").await, 401);
}

// DS-05, AD-06
#[tokio::test]
async fn strangers_leave_no_more_records_than_they_may() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for _ in 0..100 {
        statuses.push(status(&world, "a b").await); // no token at all
    }
    assert!(statuses[..60].iter().all(|status| *status == 401));
    assert!(statuses[60..].iter().all(|status| *status == 429));
    for third in 0..8_u8 {
        for _ in 0..60 {
            let mut other = request(Method::GET, "/Users", "wrong", Value::Null);
            let peer: std::net::IpAddr = format!("2001:db8:0:{third}::1").parse().expect("it");
            other
                .extensions_mut()
                .insert(doorward_core::peer::Peer(peer));
            assert_eq!(world.send(other).await.status.as_u16(), 401);
        }
    }
    let records = world.records().await;
    let of = |what: &str| {
        records
            .iter()
            .filter(|record| record.contains(what))
            .count()
    };
    let refused = of("scim.refused  the token is unknown");
    assert!(refused <= 60 + 120, "{refused}");
    assert_eq!(of("many more like this"), 1);
}

#[tokio::test]
async fn where_scim_is_not_enabled_there_is_nothing() {
    let world = World::new().await;
    let disabled = doorward_scim::ScimConfig {
        enabled: false,
        ..config(Authority::default())
    };
    world.scim.reconfigure(disabled);
    assert_eq!(status(&world, TOKEN).await, 404);
    let mut other = config(Authority::default());
    other.tokens.clear();
    world.scim.reconfigure(other);
    assert_eq!(
        status(&world, TOKEN).await,
        401,
        "its token is not configured any more"
    );
}
