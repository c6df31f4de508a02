//! How long access tokens live: as configured, per server, per client, never past the grant.

use std::time::Duration;

use doorward_core::{
    access::{AccessClaims, Principal},
    revocation::Standing,
};
use doorward_issuer::{AdministrationError, IssuerConfig};

use crate::world::{ISSUER, World, config};

const MINUTE: Duration = Duration::from_secs(60);

fn with_server_ttl(ttl: Option<Duration>) -> IssuerConfig {
    let mut config = config(ISSUER, &["files"]);
    config.servers[0].access_ttl = ttl;
    config
}

/// How many seconds a fresh token lives, as it says itself and as the response says.
async fn lives(world: &World, client: &str) -> i64 {
    let code = world.code(client).await;
    let answer = world.redeem(client, &code).await;
    let claims = world.verified(&answer.tokens().access, "at+jwt");
    let lives = claims["exp"]
        .as_i64()
        .zip(claims["iat"].as_i64())
        .map(|(exp, iat)| exp - iat);
    assert_eq!(answer.json()["expires_in"].as_i64(), lives);
    lives.expect("numbers")
}

#[tokio::test]
async fn what_is_decided_for_server_and_client_holds_and_the_shorter_of_both() {
    for (server, client, expected) in [
        (None, None, 600),
        (Some(2 * MINUTE), None, 120),
        (Some(30 * MINUTE), None, 1800),
        (None, Some(30 * MINUTE), 1800),
        (Some(2 * MINUTE), Some(30 * MINUTE), 120),
        (Some(30 * MINUTE), Some(MINUTE), 60),
    ] {
        let world = World::with(with_server_ttl(server)).await;
        let id = world.client().await;
        let set = world.administration.set_access_lifetime(&id, client).await;
        assert_eq!(set.expect("set").tokens.access_ttl, client);
        assert_eq!(lives(&world, &id).await, expected, "{server:?} {client:?}");
    }
}

#[tokio::test]
async fn a_lifetime_that_no_token_may_have_is_refused() {
    let world = World::new().await;
    let id = world.client().await;
    for ttl in [Duration::ZERO, 61 * MINUTE] {
        let refused = world
            .administration
            .set_access_lifetime(&id, Some(ttl))
            .await;
        assert!(
            matches!(refused, Err(AdministrationError::AccessLifetime)),
            "{ttl:?}"
        );
    }
    let unknown = world
        .administration
        .set_access_lifetime("nobody", None)
        .await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchClient(_))));
    assert_eq!(lives(&world, &id).await, 600);
}

#[tokio::test]
async fn no_token_outlives_its_grant() {
    let mut short = with_server_ttl(Some(60 * MINUTE));
    short.lifetimes.refresh_idle = 20 * MINUTE;
    short.lifetimes.refresh_absolute = 20 * MINUTE;
    let world = World::with(short).await;
    assert_eq!(lives(&world, &world.client().await).await, 1200);
}

#[tokio::test]
async fn a_revocation_is_remembered_as_long_as_the_longest_token_lives() {
    let world = World::with(with_server_ttl(Some(60 * MINUTE))).await;
    let client = world.client().await;
    let token = world.tokens(&client).await.access;
    let claims: AccessClaims =
        serde_json::from_value(world.verified(&token, "at+jwt")).expect("an access token");
    let principal = Principal::from(claims);
    let revoked = world.administration.revoke_client(&client).await;
    revoked.expect("revoked");
    world.pass(59 * MINUTE);
    world.issuer.reap().await.expect("reaped");
    let standing = || world.revocations.standing(&principal);
    assert_eq!(standing(), Standing::Revoked); // TK-18
    world.pass(5 * MINUTE);
    world.issuer.reap().await.expect("reaped");
    assert_eq!(standing(), Standing::Good, "it expired long ago");
}
