//! Signing keys are exchanged while clients go on as if nothing happened.

use std::time::Duration;

use doorward_issuer::Begin;
use doorward_testkit::{
    client::{Client, Tokens},
    world::World,
};
use serde_json::json;
use tokio::task::JoinSet;

fn call() -> serde_json::Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}})
}

/// Calls and refreshes, 250 requests in all, and returns every status that was not 200.
async fn work(router: axum::Router, client: Client, mut tokens: Tokens) -> Vec<u16> {
    let mut refused = Vec::new();
    for round in 1..=250 {
        let answer = if round % 25 == 0 {
            let answer = client.refresh(&tokens.refresh).send(&router).await;
            tokens = Tokens::of(&answer);
            answer
        } else {
            client.message(&tokens.access, &call()).send(&router).await
        };
        if answer.status != 200 {
            refused.push(answer.status.as_u16());
        }
    }
    refused
}

#[tokio::test]
async fn rotating_under_a_thousand_requests_refuses_none_of_them() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let tokens = client.login(&world.router, &mut world.alice()).await;
        workers.spawn(work(world.router.clone(), client.clone(), tokens));
    }
    let keys = world.issuer().key_administration();
    for _ in 0..40 {
        world.clock.advance(Duration::from_secs(2));
        keys.rotate(Begin::Now).await.expect("another key");
        world.tend_keys().await;
        tokio::task::yield_now().await;
    }
    for refused in workers.join_all().await {
        assert_eq!(refused, [0_u16; 0], "CR-04: no false refusal");
    }
    assert_eq!(world.issuer().public_keys().keys.len(), 41);
}

#[tokio::test]
async fn tokens_of_a_retired_key_live_on_and_those_of_a_compromised_one_end_at_once() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let ask = async |token: &str| {
        let answer = client.message(token, &call()).send(&world.router).await;
        answer.status.as_u16()
    };
    assert_eq!(ask(&tokens.access).await, 200, "now remembered");
    let keys = world.issuer().key_administration();
    let kid = world.issuer().public_keys().keys[0].kid.clone();

    world.clock.advance(Duration::from_secs(1));
    keys.retire(kid.as_str(), false).await.expect("retired");
    world.tend_keys().await;
    assert_eq!(ask(&tokens.access).await, 200); // CR-04

    keys.retire(kid.as_str(), true).await.expect("removed");
    world.tend_keys().await;
    assert_eq!(ask(&tokens.access).await, 401); // TK-08, MD-04
    let next = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    assert_eq!(ask(&next.access).await, 200, "people stay signed in");
}
