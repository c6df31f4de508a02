//! Whose a conversation is, and for how long (P-007, P-022, P-051).

use doorward_core::scope::ScopeSet;
use http_body_util::BodyExt;
use serde_json::json;

use super::{again, answer, call, event, plain, server};
use crate::world::{CANARY, World, only};

async fn world() -> World {
    let world = World::new(server::start().await);
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    world
}

#[tokio::test]
async fn nobody_goes_on_with_what_is_anothers_and_nobody_twice() {
    // P-022, P-023, GW-15, GW-19
    let world = world().await;
    let wanted = answer(&world, call("elicit", json!({}))).await;
    let said = || json!({ "1": { "action": "accept" } });
    let stolen = answer(&world, again("elicit", &wanted, said()).token("bobs")).await;
    assert_eq!(stolen["error"]["code"], -32602);
    let done = answer(&world, again("elicit", &wanted, said())).await;
    assert_eq!(done["result"]["heard"]["result"]["action"], "accept");
    let twice = answer(&world, again("elicit", &wanted, said())).await;
    assert_eq!(twice["error"], stolen["error"], "in the very same words");
    // Each of them has a session of their own.
    let sessions = |token: &'static str| answer_session(&world, token);
    assert_ne!(sessions(CANARY).await, sessions("bobs").await);
}

async fn answer_session(world: &World, token: &str) -> serde_json::Value {
    let echoed = answer(
        world,
        plain("tools/call", json!({ "name": "echo" })).token(token),
    )
    .await;
    echoed["result"]["session"].clone()
}

#[tokio::test]
async fn each_try_is_judged_by_the_token_of_now() {
    // P-051, R-026
    let world = world().await;
    let wanted = answer(&world, call("elicit", json!({}))).await;
    world.tokens.revoke(CANARY);
    let said = || json!({ "1": { "action": "accept" } });
    let refused = world.send(again("elicit", &wanted, said())).await;
    assert_eq!(refused.status, 401);
    // With a token that opens less the call is refused as any other.
    world
        .tokens
        .grant("alice", CANARY, "files", &ScopeSet::from_stored("mcp:read"));
    let refused = world.send(again("elicit", &wanted, said())).await;
    assert_eq!(refused.status, 403);
    world
        .tokens
        .grant("alice", CANARY, "files", &ScopeSet::baseline());
    let done = answer(&world, again("elicit", &wanted, said())).await;
    assert_eq!(
        done["result"]["heard"]["result"]["action"], "accept",
        "it waited on"
    );
}

#[tokio::test]
async fn a_subscription_ends_with_its_token() {
    //
    let world = world().await;
    let filter = json!({ "notifications": { "resourceSubscriptions": ["note:1"] } });
    let mut body = world
        .open(plain("subscriptions/listen", filter))
        .await
        .into_body();
    event(&mut body).await;
    world.tokens.revoke(CANARY);
    let last = event(&mut body).await;
    assert_eq!(last["result"]["resultType"], "complete");
    assert_eq!(
        last["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        "m-1"
    );
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn lists_are_filtered_and_calls_judged_as_everywhere() {
    // GW-13, P-013
    let world = World::with(server::start().await, |config| {
        config.servers[0].allow = only(&["echo"], &[], &["note:1"]);
    });
    let list = answer(&world, plain("tools/list", json!({}))).await;
    let names: Vec<_> = list["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| tool["name"].clone())
        .collect();
    assert_eq!(names, ["echo"]);
    let refused = answer(&world, call("elicit", json!({}))).await;
    assert_eq!(refused["error"]["code"], -32602);
    let hidden = json!({ "notifications": { "resourceSubscriptions": ["note:2"] } });
    let refused = answer(&world, plain("subscriptions/listen", hidden)).await;
    assert_eq!(refused["error"]["code"], -32602);
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_opened_again_unnoticed() {
    // P-016
    let world = world().await;
    let before = answer_session(&world, CANARY).await;
    answer(&world, plain("tools/call", json!({ "name": "forget" }))).await;
    let after = answer_session(&world, CANARY).await;
    assert!(after.is_string() && after != before, "{before} {after}");
}
