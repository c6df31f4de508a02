//! OAuth 2.1 section 4.1.3 and RFC 7636: redeeming codes.

use std::time::Duration;

use doorward_core::secret::Secret;

use crate::world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, VERIFIER, World, config};

async fn redeem(world: &World, client: &str, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
    ];
    pairs.extend_from_slice(more);
    world.post("/token", &pairs).await
}

#[tokio::test]
async fn a_wrong_verifier_spoils_the_code() {
    let world = World::new().await;
    let client = world.client().await;
    for wrong in ["", "short", &"x".repeat(43), &"x".repeat(129)] {
        let code = world.code(&client).await;
        let answer = redeem(&world, &client, &code, &[("code_verifier", wrong)]).await;
        answer.refuses(400, "invalid_grant"); // A-047, AZ-07
        world
            .redeem(&client, &code)
            .await
            .refuses(400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_is_for_its_client_and_its_redirect_only() {
    let world = World::new().await;
    let client = world.client().await;
    let other = world.client_named("Other", CALLBACK).await;
    let code = world.code(&client).await;
    world
        .redeem(&other, &code)
        .await
        .refuses(400, "invalid_grant"); // A-050, AZ-08
    let elsewhere = [
        ("code_verifier", VERIFIER),
        ("redirect_uri", "https://client.example/other"),
    ];
    redeem(&world, &client, &code, &elsewhere)
        .await
        .refuses(400, "invalid_grant");
    let answer = redeem(&world, &client, &code, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(
        answer.status, 200,
        "A-049: absent is fine, and the refusals cost nothing"
    );
}

#[tokio::test]
async fn a_wrong_resource_is_named_so_and_costs_nothing() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let code = world.code(&client).await;
    for resource in ["https://mcp.example/mcp/mail", "https://mcp.example", "x"] {
        let pairs = [("code_verifier", VERIFIER), ("resource", resource)];
        redeem(&world, &client, &code, &pairs)
            .await
            .refuses(400, "invalid_target"); // A-051, TK-05, interop 31
    }
    let pairs = [
        ("code_verifier", VERIFIER),
        ("resource", "https://MCP.example/mcp/files/"),
    ];
    assert_eq!(redeem(&world, &client, &code, &pairs).await.status, 200); // A-026, interop 28
}

#[tokio::test]
async fn the_origin_means_the_only_server_here_too() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("resource", "https://mcp.example/");
    let code = person.allow(&world, &request).await.parameter("code");
    let pairs = [
        ("code_verifier", VERIFIER),
        ("resource", "https://mcp.example/"),
    ];
    assert_eq!(redeem(&world, &client, &code, &pairs).await.status, 200); // interop 29
}

#[tokio::test]
async fn a_code_dies_after_a_minute() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    world.pass(Duration::from_secs(60));
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant"); // A-029, AZ-10
    let code = world.code(&client).await;
    world.pass(Duration::from_millis(59_999));
    assert_eq!(world.redeem(&client, &code).await.status, 200);
}

#[tokio::test]
async fn an_unknown_code_is_refused() {
    let world = World::new().await;
    let client = world.client().await;
    world
        .redeem(&client, "dwk_unknown")
        .await
        .refuses(400, "invalid_grant");
    let missing = [("grant_type", "authorization_code"), ("client_id", &client)];
    world
        .post("/token", &missing)
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn a_replayed_code_revokes_what_it_made() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let tokens = world.redeem(&client, &code).await.tokens();
    let other = world.tokens(&client).await;
    let epoch = world.revocations.epoch();
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant"); // A-030, AZ-09
    assert_ne!(world.revocations.epoch(), epoch, "verifiers are told");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(
        world.refresh(&client, &other.refresh).await.status,
        200,
        "interop 20: other grants stay"
    );
    assert!(
        world
            .audited()
            .await
            .contains(&"code.replay denied".to_owned())
    );
}

#[tokio::test]
async fn a_replay_without_the_verifier_revokes_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let tokens = world.redeem(&client, &code).await.tokens();
    redeem(&world, &client, &code, &[])
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
}

#[tokio::test]
async fn a_code_is_redeemed_once_over_a_restart() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let again = world.restarted().await;
    let tokens = again.redeem(&client, &code).await.tokens();
    world
        .restarted()
        .await
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant"); // AZ-09
    again
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_worthless_once_its_person_is_cut_off() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant"); // TK-18
    world
        .administration
        .enable_user("alice")
        .await
        .expect("enabled");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant");
    world.pass(Duration::from_secs(1));
    let code = world.code(&client).await;
    let new = Secret::presented("another password");
    world
        .administration
        .set_password("alice", new)
        .await
        .expect("changed");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_waits_while_nobody_knows_what_was_revoked() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    world.revocations.suspend();
    let unsure = world.redeem(&client, &code).await;
    unsure.refuses(503, "temporarily_unavailable"); // TK-18
    assert_ne!(unsure.header("retry-after"), "");
    world.revocations.resume();
    assert_eq!(world.redeem(&client, &code).await.status, 200, "not spoilt");
}
