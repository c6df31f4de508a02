//! One good token, and every way to spoil it (appendix "Access-token mutations").

mod claims;
mod header;
mod signatures;
mod times;

use doorward_core::{
    id::{ClientId, GrantId, TokenId, UserId},
    resource::Resource,
    scope::ScopeSet,
    subject::Subject,
    time::UnixTime,
};
use doorward_verify::{Refusal, VerifyToken};
use serde_json::json;

use crate::world::{NOW, RESOURCE, World, claims_with};

async fn refused(world: &World, name: &str, token: &str) {
    let verdict = world.verify(token).await;
    assert!(
        matches!(verdict, Err(Refusal::Invalid(_))),
        "{name}: {verdict:?}"
    );
    assert_eq!(world.cached(token), None, "{name}: nothing is remembered");
}

#[tokio::test]
async fn a_good_token_says_who_is_calling() {
    let world = World::new();
    let principal = world.verify(&world.token()).await.expect("good");
    let user = Subject::User(UserId::from_known("user-1"));
    assert_eq!(principal.subject, user);
    assert_eq!(principal.username.as_deref(), Some("alice"));
    assert_eq!(principal.client, ClientId::from_known("client-1"));
    assert_eq!(principal.grant, GrantId::from_known("grant-1"));
    assert_eq!(principal.token, TokenId::from_known("token-1"));
    assert_eq!(principal.resource, Resource::from_known(RESOURCE));
    assert_eq!(principal.scopes, ScopeSet::baseline());
    assert_eq!(principal.issued_at, UnixTime::from_seconds(NOW));
    assert_eq!(principal.expires_at, UnixTime::from_seconds(NOW + 600));
    let authenticated_at = Some(UnixTime::from_seconds(NOW - 100));
    assert_eq!(principal.authenticated_at, authenticated_at);
}

#[tokio::test]
async fn a_token_of_a_client_that_acts_for_itself_speaks_of_no_user() {
    let world = World::new();
    let mut own = claims_with("sub", json!("client:client-1"));
    let claims = own.as_object_mut().unwrap();
    claims.remove("preferred_username");
    claims.remove("auth_time");
    let principal = world.verify(&world.signer.token(&own)).await.expect("good");
    let client = ClientId::from_known("client-1");
    assert_eq!(principal.subject, Subject::Client(client));
    assert_eq!(principal.username, None);
    assert_eq!(principal.authenticated_at, None);

    own["preferred_username"] = json!("alice");
    refused(
        &world,
        "a client with a user's name",
        &world.signer.token(&own),
    )
    .await;
    let nobody = claims_with("sub", json!("client:"));
    refused(&world, "nobody", &world.signer.token(&nobody)).await;
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_anything_is_decoded() {
    let world = World::new();
    let fitting = |bytes: usize| claims_with("x", json!("x".repeat(bytes)));
    let large = world.signer.token(&fitting(11_000));
    assert!(large.len() < 16 * 1024);
    assert!(world.verify(&large).await.is_ok());

    let asked = world.keys.asked();
    for bytes in [12_500, 5_000_000] {
        let token = world.signer.token(&fitting(bytes));
        assert!(token.len() > 16 * 1024);
        refused(&world, "too long", &token).await; // TK-09
    }
    assert_eq!(world.keys.asked(), asked, "nobody looked for its key");
}

#[tokio::test]
async fn without_keys_there_is_no_verdict() {
    let world = World::new();
    let token = world.token();
    world.keys.set(None);
    assert_eq!(world.verify(&token).await, Err(Refusal::Unavailable));
    world.keys.set(Some(vec![world.signer.public()]));
    assert!(world.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_refusal_repeats_nothing_of_the_token() {
    let world = World::new();
    let token = world.signer.token(&claims_with("iss", json!("hunter2")));
    let error = world
        .verifier
        .verify(&token, &world.resource)
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
