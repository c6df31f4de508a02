//! Whose a session is, and how many there are.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};

use super::fake::{Heard, World, able, owner, pass, plain, settle};
use crate::{config::GatewayLimits, upstream::Fault};

fn list(capabilities: Value) -> Value {
    able(json!(1), "prompts/list", capabilities, json!({}))
}

/// Asks and is answered.
async fn served(world: &World, user: &str, request: Value) {
    let mut heard = world.ask_as(user, request).await;
    world.server.asked().await.answer(json!({ "prompts": [] }));
    heard.next().await;
    heard.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_is_of_one_owner_and_of_the_very_capabilities_that_were_declared() {
    // P-007, P-016, P-018, GW-19
    let world = World::new();
    for _ in 0..3 {
        served(&world, "alice", list(json!({}))).await;
    }
    assert_eq!(world.server.sessions().len(), 1);
    served(&world, "bob", list(json!({}))).await;
    served(&world, "alice", list(json!({ "elicitation": {} }))).await;
    served(
        &world,
        "alice",
        list(json!({ "elicitation": { "url": {} } })),
    )
    .await;
    served(&world, "alice", list(json!({}))).await;
    served(&world, "alice", list(json!({ "a": 1, "b": {} }))).await;
    served(&world, "alice", list(json!({ "b": {}, "a": 1 }))).await;
    let sessions = world.server.sessions();
    let told: Vec<_> = sessions
        .iter()
        .map(|session| (session.owner.clone(), &*session.opening.capabilities))
        .collect();
    #[rustfmt::skip]
    assert_eq!(told, [
        (owner("alice"), "{}"),
        (owner("bob"), "{}"),
        (owner("alice"), r#"{"elicitation":{}}"#),
        (owner("alice"), r#"{"elicitation":{"url":{}}}"#),
        (owner("alice"), r#"{"a":1,"b":{}}"#),
    ]);
}

#[tokio::test(start_paused = true)]
async fn many_who_come_at_once_wait_for_one_opening() {
    // P-016
    let world = World::new();
    let asks = (0..20).map(|_| world.ask(list(json!({}))));
    let heard: Vec<Heard> = futures_util::future::join_all(asks).await;
    assert_eq!((heard.len(), world.server.sessions().len()), (20, 1));
    let ids: std::collections::HashSet<_> = {
        let mut ids = std::collections::HashSet::new();
        for _ in 0..20 {
            ids.insert(world.server.asked().await.id().to_string());
        }
        ids
    };
    assert_eq!(ids.len(), 20, "P-006");
}

#[tokio::test(start_paused = true)]
async fn an_opening_that_fails_is_told_and_tried_again_by_the_next() {
    // GW-27
    let world = World::new();
    world.server.refuse(Fault::Unreachable);
    let refused = world.try_as("alice", list(json!({}))).await;
    assert_eq!(refused.err(), Some(Fault::Unreachable));
    served(&world, "alice", list(json!({}))).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_uses_ends_and_one_that_is_used_does_not() {
    // P-016, DS-05
    let world = World::new();
    served(&world, "alice", list(json!({}))).await;
    let _waits = world.ask_as("bob", list(json!({}))).await;
    world.server.asked().await;
    let idle = GatewayLimits::default().process_idle.as_secs();
    pass(idle - 1).await;
    world.lifted.sweep();
    assert_eq!(world.lifted.home.pool.count(), 2);
    pass(1).await;
    world.lifted.sweep();
    assert_eq!(world.lifted.home.pool.count(), 1);
    let sessions = world.server.sessions();
    let ended = sessions
        .iter()
        .map(|session| session.ended.load(Ordering::Relaxed));
    assert_eq!(ended.collect::<Vec<_>>(), [true, false]);
}

#[tokio::test(start_paused = true)]
async fn who_has_all_the_sessions_of_a_subject_waits_a_moment_and_is_refused_then() {
    // DS-05, GW-25
    let limits = GatewayLimits {
        sessions_per_user: 2,
        ..GatewayLimits::default()
    };
    let world = World::with(false, limits);
    let call = |id: u64| super::fake::call(json!(id));
    let _one = world.ask(call(1)).await;
    let two = world.ask(call(2)).await;
    let _asked = (world.server.asked().await, world.server.asked().await);
    let refused =
        tokio::time::timeout(Duration::from_secs(31), world.try_as("alice", call(3))).await;
    assert_eq!(refused.expect("in time").err(), Some(Fault::Crowded));
    served(&world, "bob", list(json!({}))).await;
    // Who leaves makes room for who waits.
    let (third, ()) = tokio::join!(world.try_as("alice", call(4)), async {
        settle().await;
        drop(two);
    });
    assert!(third.is_ok());
    assert_eq!(
        world.server.sessions().len(),
        3,
        "two of alice's, one of bob's"
    );
}

#[tokio::test(start_paused = true)]
async fn the_longest_unused_session_of_a_subject_makes_room() {
    // DS-05
    let limits = GatewayLimits {
        sessions_per_user: 2,
        ..GatewayLimits::default()
    };
    let world = World::with(true, limits);
    for capabilities in [json!({}), json!({ "roots": {} }), json!({ "sampling": {} })] {
        served(&world, "alice", list(capabilities)).await;
        pass(1).await;
    }
    let ended = world.server.sessions().into_iter();
    let ended: Vec<_> = ended
        .map(|session| session.ended.load(Ordering::Relaxed))
        .collect();
    assert_eq!(ended, [true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn when_the_gateway_ends_everything_of_it_ends() {
    // P-016, P-023
    let world = World::new();
    served(&world, "alice", list(json!({}))).await;
    world.lifted.end_all();
    assert!(world.server.session(0).ended.load(Ordering::Relaxed));
    let refused = world
        .try_as("alice", plain(json!(1), "prompts/list", json!({})))
        .await;
    assert_eq!(refused.err(), Some(Fault::Ended));
}
