//! Who may go on with what waits, and how often.

use serde_json::{Value, json};

use super::fake::{World, able, accepted, call, pass, retry, settle};
use crate::bridge::lifted::talk;

/// A call of alice's that waits, and the answer that says so.
async fn parked(world: &World) -> (super::fake::Asked, Value) {
    let mut heard = world.ask(call(json!(1))).await;
    let asked = world.server.asked().await;
    asked.form("q");
    let wanted = heard.next().await;
    assert_eq!(wanted["result"]["resultType"], "input_required", "{wanted}");
    (asked, wanted)
}

#[tokio::test(start_paused = true)]
async fn of_two_tries_at_once_one_goes_on() {
    // P-022, P-023
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    let again = |id: u64| world.ask(retry(json!(id), &wanted, json!({ "1": accepted() })));
    let (mut one, mut other) = tokio::join!(again(2), again(3));
    asked.answer(json!({ "content": [] }));
    let (one, other) = (one.next().await, other.next().await);
    assert_eq!(one["result"]["resultType"], "complete");
    assert_eq!(
        (&other["id"], &other["error"]["code"]),
        (&json!(3), &json!(-32602))
    );
    settle().await;
    assert_eq!(world.server.session(0).told().len(), 1, "answered once");
    assert!(!world.server.is_asked(), "and never made again");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_hold_is_refused_and_the_call_waits_on() {
    // P-022, GW-15
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    let good = |id: u64| retry(json!(id), &wanted, json!({ "1": accepted() }));
    let changed = |change: fn(&mut Value)| {
        let mut request = good(2);
        change(&mut request["params"]);
        request
    };
    #[rustfmt::skip]
    let cases = [
        ("another user",         "bob",   good(2)),
        ("other arguments",      "alice", changed(|params| params["arguments"]["day"] = json!(2))),
        ("another tool",         "alice", changed(|params| params["name"] = json!("cancel"))),
        ("a forged state",       "alice", changed(|params| params["requestState"] = json!("AAAA"))),
        ("an empty state",             "alice", changed(|params| params["requestState"] = json!(""))),
        ("a state of no text",   "alice", changed(|params| params["requestState"] = json!(1))),
        ("answers of no object", "alice", changed(|params| params["inputResponses"] = json!([]))),
        ("no such answer",       "alice", changed(|params| params["inputResponses"]["1"] = json!({ "action": "dance" }))),
    ];
    for (name, user, request) in cases {
        let mut heard = world.ask_as(user, request).await;
        assert_eq!(heard.next().await["error"]["code"], -32602, "{name}");
        heard.end().await;
    }
    let mut prompt = good(2);
    prompt["method"] = json!("prompts/get");
    assert_eq!(
        world.ask(prompt).await.next().await["error"]["code"],
        -32602
    );
    // A try that can no longer be asked what is left to ask.
    let mut unable = able(
        json!(2),
        "tools/call",
        json!({}),
        json!({ "name": "book", "arguments": { "day": 1 } }),
    );
    unable["params"]["requestState"] = wanted["result"]["requestState"].clone();
    assert_eq!(
        world.ask(unable).await.next().await["error"]["code"],
        -32021
    );
    settle().await;
    assert!(
        world.server.session(0).told().is_empty(),
        "without any effect"
    );
    assert!(!world.server.is_asked());

    let mut heard = world.ask(good(9)).await;
    asked.answer(json!({ "content": [] }));
    assert_eq!(heard.next().await["id"], 9);
}

#[tokio::test(start_paused = true)]
async fn a_session_rests_while_a_call_waits_in_it() {
    // P-023, DS-05
    let world = World::new();
    let rests = || {
        world
            .server
            .session(0)
            .rests
            .load(std::sync::atomic::Ordering::Relaxed)
    };
    let (asked, wanted) = parked(&world).await;
    assert!(rests());
    let mut heard = world
        .ask(retry(json!(2), &wanted, json!({ "1": accepted() })))
        .await;
    assert!(!rests());
    asked.answer(json!({}));
    heard.next().await;
    parked(&world).await;
    pass(talk::lot::PATIENCE.as_secs()).await;
    world.lifted.sweep();
    assert!(!rests());
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_asked_for_make_no_retry() {
    // P-019: every question comes with a state
    let world = World::new();
    let mut request = call(json!(1));
    request["params"]["inputResponses"] = json!({ "wrong": accepted() });
    let mut heard = world.ask(request).await;
    let asked = world.server.asked().await;
    assert!(asked.json["params"].get("inputResponses").is_none());
    asked.form("q");
    assert_eq!(heard.next().await["result"]["resultType"], "input_required");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_back_has_cancelled_and_comes_too_late_then() {
    // P-023
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    pass(talk::lot::PATIENCE.as_secs() - 1).await;
    world.lifted.sweep();
    settle().await;
    assert!(world.server.session(0).told().is_empty());
    pass(1).await;
    world.lifted.sweep();
    let told = world.server.session(0).told_at_least(1).await;
    assert_eq!(told[0]["params"]["requestId"], asked.id());
    let mut late = world
        .ask(retry(json!(2), &wanted, json!({ "1": accepted() })))
        .await;
    assert_eq!(late.next().await["error"]["code"], -32602);
    settle().await;
    assert!(!world.server.is_asked(), "never a silent repetition");
}

#[tokio::test(start_paused = true)]
async fn so_many_calls_of_a_subject_wait_and_one_more_is_refused_in_words() {
    // P-023, DS-05
    let world = World::new();
    let mut waiting = Vec::new();
    for _ in 0..talk::lot::MOST_PER_SUBJECT {
        waiting.push(parked(&world).await);
    }
    let mut heard = world.ask(call(json!(2))).await;
    let asked = world.server.asked().await;
    asked.form("q");
    assert_eq!(heard.next().await["error"]["code"], 429);
    heard.end().await;
    let told = world.server.session(0).told_at_least(1).await;
    assert_eq!(
        told[0]["params"]["requestId"],
        asked.id(),
        "it is cancelled"
    );
    // Others have their own room.
    let mut bobs = world.ask_as("bob", call(json!(1))).await;
    let bobs_asked = world.server.asked().await;
    bobs_asked.form("q");
    assert_eq!(bobs.next().await["result"]["resultType"], "input_required");
    // Who answers makes room.
    let (asked, wanted) = waiting.remove(0);
    let mut heard = world
        .ask(retry(json!(3), &wanted, json!({ "1": accepted() })))
        .await;
    asked.answer(json!({}));
    heard.next().await;
    parked(&world).await;
}

#[tokio::test(start_paused = true)]
async fn what_came_while_a_call_waited_is_not_lost() {
    // P-019, P-029
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    asked.form("second");
    asked.say(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "q" } }));
    pass(60).await;
    let mut heard = world
        .ask(retry(json!(2), &wanted, json!({ "1": accepted() })))
        .await;
    let wanted = heard.next().await;
    assert_eq!(
        wanted["result"]["inputRequests"]["2"]["params"]["message"],
        "second"
    );
    let mut heard = world
        .ask(retry(json!(3), &wanted, json!({ "2": accepted() })))
        .await;
    asked.answer(json!({}));
    assert_eq!(heard.next().await["id"], 3);
}

#[tokio::test(start_paused = true)]
async fn bad_answers_do_not_make_a_call_wait_longer() {
    // P-023
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    pass(talk::lot::PATIENCE.as_secs() - 1).await;
    let bad = json!({ "1": { "action": "dance" } });
    let mut heard = world.ask(retry(json!(2), &wanted, bad)).await;
    assert_eq!(heard.next().await["error"]["code"], -32602);
    pass(1).await;
    world.lifted.sweep();
    let told = world.server.session(0).told_at_least(1).await;
    assert_eq!(told[0]["params"]["requestId"], asked.id());
}

#[tokio::test(start_paused = true)]
async fn a_parked_call_whose_session_is_gone_is_gone() {
    // P-023
    let world = World::new();
    let (asked, wanted) = parked(&world).await;
    asked.fail(crate::upstream::Fault::NoSession);
    world
        .server
        .session(0)
        .forgotten
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let mut heard = world
        .ask(retry(json!(2), &wanted, json!({ "1": accepted() })))
        .await;
    assert_eq!(heard.next().await["error"]["code"], -32602);
    settle().await;
    assert!(!world.server.is_asked());
}
