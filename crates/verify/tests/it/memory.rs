//! What is remembered of a token, and what overrules the memory.

use doorward_core::{
    clock::Clock,
    id::{ClientId, GrantId, TokenId, UserId},
    resource::Resource,
    revocation::Revocation,
};
use doorward_verify::{Refusal, VerifyToken};
use serde_json::json;

use crate::{
    signer::Signer,
    world::{NOW, World, claims_with},
};

#[tokio::test]
async fn a_token_seen_before_costs_no_second_look_at_the_keys() {
    let world = World::new();
    let token = world.token();
    assert_eq!(world.cached(&token), None);
    let first = world.verify(&token).await.expect("good");
    assert_eq!(world.keys.asked(), 1);

    let again = world.verify(&token).await.expect("good");
    let at_once = world.cached(&token).expect("remembered").expect("good");
    assert_eq!(world.keys.asked(), 1);
    assert!(std::sync::Arc::ptr_eq(&first, &again));
    assert!(std::sync::Arc::ptr_eq(&first, &at_once));
}

#[tokio::test]
async fn a_remembered_token_opens_no_other_resource() {
    let world = World::new();
    let token = world.token();
    world.verify(&token).await.expect("good");
    let other = Resource::from_known("https://mcp.example/mcp/other");
    assert_eq!(world.verifier.cached(&token, &other), None);
    let verdict = world.verifier.verify(&token, &other).await;
    assert!(matches!(verdict, Err(Refusal::Invalid(_)))); // GW-02
    assert!(world.cached(&token).is_some(), "its own entry stands");
}

#[tokio::test]
async fn a_remembered_token_dies_at_its_expiry() {
    let world = World::new();
    let token = world.signer.token(&claims_with("exp", json!(NOW + 100)));
    world.verify(&token).await.expect("good");
    world.clock.advance(100 + 29);
    assert!(matches!(world.cached(&token), Some(Ok(_))));
    world.clock.advance(1);
    assert!(matches!(
        world.cached(&token),
        Some(Err(Refusal::Invalid(_)))
    ));
    assert!(matches!(
        world.verify(&token).await,
        Err(Refusal::Invalid(_))
    ));
}

#[tokio::test]
async fn a_revocation_is_seen_at_the_next_call() {
    // TK-18
    for what in [
        Revocation::Grant(GrantId::from_known("grant-1")),
        Revocation::Token(TokenId::from_known("token-1")),
        Revocation::User(UserId::from_known("user-1")),
        Revocation::Client(ClientId::from_known("client-1")),
    ] {
        let world = World::new();
        let (token, fresh) = (
            world.token(),
            world.signer.token(&claims_with("x", json!(1))),
        );
        world.verify(&token).await.expect("good");
        world.revocations.add(what, world.clock.now());
        for _ in 0..2 {
            assert_eq!(world.cached(&token), Some(Err(Refusal::Revoked)));
            assert_eq!(world.verify(&token).await, Err(Refusal::Revoked));
            assert_eq!(world.verify(&fresh).await, Err(Refusal::Revoked));
        }
        assert_eq!(world.cached(&fresh), None, "a refusal is not remembered");
    }
}

#[tokio::test]
async fn while_it_is_not_known_what_was_revoked_no_token_is_judged() {
    // TK-18, R-023
    let world = World::new();
    let (token, fresh) = (
        world.token(),
        world.signer.token(&claims_with("x", json!(1))),
    );
    world.verify(&token).await.expect("good");
    world.revocations.suspend();
    assert_eq!(world.cached(&token), Some(Err(Refusal::Unknown)));
    assert_eq!(world.verify(&fresh).await, Err(Refusal::Unknown));
    world.revocations.resume();
    assert!(matches!(world.cached(&token), Some(Ok(_))));
    assert!(world.verify(&fresh).await.is_ok());
}

#[tokio::test]
async fn a_revocation_of_something_else_disturbs_nobody() {
    let world = World::new();
    let token = world.token();
    world.verify(&token).await.expect("good");
    let other = Revocation::Grant(GrantId::from_known("grant-2"));
    world.revocations.add(other, world.clock.now());
    assert!(matches!(world.cached(&token), Some(Ok(_))));
    assert_eq!(world.keys.asked(), 1);

    let ours = Revocation::Grant(GrantId::from_known("grant-1"));
    world.revocations.add(ours, world.clock.now());
    assert_eq!(
        world.cached(&token),
        Some(Err(Refusal::Revoked)),
        "each epoch counts"
    );
}

#[tokio::test]
async fn forgetting_makes_a_withdrawn_key_count_at_once() {
    let world = World::new();
    let token = world.token();
    world.verify(&token).await.expect("good");
    world.keys.set(Some(vec![Signer::es256("key-2").public()]));
    world.verifier.forget();
    assert!(matches!(
        world.verify(&token).await,
        Err(Refusal::Invalid(_))
    ));
}

// CR-04, R-024
#[tokio::test]
async fn a_token_of_a_withdrawn_key_is_not_remembered_for_long() {
    let world = World::new();
    let token = world.token();
    world.verify(&token).await.expect("good");
    world.keys.set(Some(Vec::new()));
    world.clock.advance(299);
    assert!(matches!(world.cached(&token), Some(Ok(_))));
    world.clock.advance(1);
    assert_eq!(world.cached(&token), None, "looked at anew");
    assert!(world.verify(&token).await.is_err());
}

#[tokio::test]
async fn the_memory_is_bounded() {
    let world = World::new(); // 100 tokens
    let mut tokens = Vec::new();
    for n in 0..300 {
        let token = world
            .signer
            .token(&claims_with("jti", json!(format!("token-{n}"))));
        world.verify(&token).await.expect("good");
        tokens.push(token);
    }
    let remembered = tokens.iter().filter(|token| world.cached(token).is_some());
    assert!(remembered.count() <= 110);
    assert!(
        world.verify(&tokens[0]).await.is_ok(),
        "forgotten is not refused"
    );
}
