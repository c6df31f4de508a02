//! Who hears of changes, and for how long.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::fake::{World, able, call, eventually, plain, settle};
use crate::upstream::Fault;

fn listen(id: Value, filter: Value) -> Value {
    plain(
        id,
        "subscriptions/listen",
        json!({ "notifications": filter }),
    )
}

fn changed(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

fn updated(uri: &str) -> Value {
    changed("notifications/resources/updated", json!({ "uri": uri }))
}

#[tokio::test(start_paused = true)]
async fn what_the_server_offers_and_agreed_to_is_acknowledged_and_told_with_the_id() {
    // P-026, R-053, P-009
    let world = World::new();
    let filter = json!({
        "toolsListChanged": true,
        "promptsListChanged": true,
        "resourceSubscriptions": ["a:", "secret:", "b:"],
    });
    let mut heard = world.ask(listen(json!("l-1"), filter)).await;
    let first = heard.next().await;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(
        first["params"]["notifications"],
        json!({ "toolsListChanged": true, "resourceSubscriptions": ["a:", "b:"] })
    );
    let session = world.server.session(0);
    session.say(updated("a:")).await;
    session.say(updated("secret:")).await;
    session
        .say(changed("notifications/prompts/list_changed", json!({})))
        .await;
    session
        .say(changed(
            "notifications/message",
            json!({ "level": "error", "data": 1 }),
        ))
        .await;
    session
        .say(changed(
            "notifications/progress",
            json!({ "progressToken": 1, "progress": 1 }),
        ))
        .await;
    session
        .say(json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" }))
        .await;
    for message in [heard.next().await, heard.next().await] {
        let meta = &message["params"]["_meta"];
        assert_eq!(meta["io.modelcontextprotocol/subscriptionId"], "l-1");
        let method = message["method"].as_str().expect("a method");
        assert!(
            [
                "notifications/resources/updated",
                "notifications/tools/list_changed"
            ]
            .contains(&method)
        );
    }
    assert_eq!(
        first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        "l-1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_is_subscribed_to_once_for_all_who_want_it_and_released_with_the_last() {
    // P-026
    let world = World::new();
    let wants =
        |id: u64, uris: &[&str]| listen(json!(id), json!({ "resourceSubscriptions": uris }));
    let mut one = world.ask(wants(1, &["a:", "b:"])).await;
    let mut two = world.ask(wants(2, &["b:", "c:"])).await;
    let (_, _) = (one.next().await, two.next().await);
    let session = world.server.session(0);
    assert_eq!(world.server.sessions().len(), 1);
    let own = || {
        let own = session.own().into_iter();
        let own = own.map(|own| {
            format!(
                "{} {}",
                own["method"]
                    .as_str()
                    .expect("text")
                    .trim_start_matches("resources/"),
                own["params"]["uri"].as_str().expect("text")
            )
        });
        own.collect::<Vec<_>>()
    };
    assert_eq!(own(), ["subscribe a:", "subscribe b:", "subscribe c:"]);
    session.say(updated("b:")).await;
    assert_eq!(
        one.next().await["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        1
    );
    assert_eq!(
        two.next().await["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        2
    );
    drop(one);
    eventually("the release", || (own().len() == 4).then_some(())).await;
    assert_eq!(own()[3], "unsubscribe a:");
    assert!(session.is_read());
    drop(two);
    eventually("the release", || (own().len() == 6).then_some(())).await;
    assert_eq!(own()[4..], ["unsubscribe b:", "unsubscribe c:"]);
    eventually("the end of the stream", || {
        (!session.is_read()).then_some(())
    })
    .await;
    // Who comes later begins anew.
    let mut three = world.ask(wants(3, &["a:"])).await;
    three.next().await;
    assert_eq!(own()[6..], ["subscribe a:"]);
}

#[tokio::test(start_paused = true)]
async fn changes_never_cross_owners() {
    // P-007, GW-20
    let world = World::new();
    let filter = || json!({ "toolsListChanged": true });
    let mut alice = world.ask(listen(json!(1), filter())).await;
    let mut bob = world.ask_as("bob", listen(json!(1), filter())).await;
    let (_, _) = (alice.next().await, bob.next().await);
    let bobs = world.server.session(1);
    assert_eq!(bobs.owner, super::fake::owner("bob"));
    bobs.say(changed(
        "notifications/tools/list_changed",
        json!({ "of": "bob" }),
    ))
    .await;
    assert_eq!(bob.next().await["params"]["of"], "bob");
    world
        .server
        .session(0)
        .say(changed(
            "notifications/tools/list_changed",
            json!({ "of": "alice" }),
        ))
        .await;
    assert_eq!(alice.next().await["params"]["of"], "alice");
}

#[tokio::test(start_paused = true)]
async fn what_a_server_asks_while_nobody_asked_it_anything_is_declined() {
    // P-021
    let world = World::new();
    let mut heard = world
        .ask(listen(json!(1), json!({ "toolsListChanged": true })))
        .await;
    heard.next().await;
    let session = world.server.session(0);
    session
        .say(json!({ "jsonrpc": "2.0", "id": "q", "method": "roots/list" }))
        .await;
    session
        .say(json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" }))
        .await;
    let told = session.told_at_least(2).await;
    assert_eq!(
        (&told[0]["id"], &told[0]["error"]["code"]),
        (&json!("q"), &json!(-32601))
    );
    assert_eq!(
        told[1],
        json!({ "jsonrpc": "2.0", "id": "p", "result": {} })
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_on_the_wrong_stream_reaches_the_call_that_has_the_session_to_itself() {
    // P-019, P-021
    let world = World::of_a_program();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let mut listening = world
        .ask(able(
            json!(1),
            "subscriptions/listen",
            json!({ "elicitation": {} }),
            filter,
        ))
        .await;
    listening.next().await;
    let mut heard = world.ask(call(json!(2))).await;
    let _asked = world.server.asked().await;
    assert_eq!(
        world.server.sessions().len(),
        1,
        "who listens hears what their calls change"
    );
    let params = json!({ "message": "x", "requestedSchema": {} });
    world.server.session(0).say(json!({ "jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": params })).await;
    assert_eq!(heard.next().await["result"]["resultType"], "input_required");
    assert!(world.server.session(0).told().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_changes_while_a_call_is_answered_is_heard_by_who_listens() {
    // P-026
    let world = World::new();
    let mut listening = world
        .ask(listen(json!(1), json!({ "toolsListChanged": true })))
        .await;
    listening.next().await;
    let mut heard = world
        .ask(plain(json!(2), "tools/call", json!({ "name": "grow" })))
        .await;
    let asked = world.server.asked().await;
    asked.say(changed("notifications/tools/list_changed", json!({})));
    asked.answer(json!({}));
    assert_eq!(heard.next().await["id"], 2);
    assert_eq!(
        listening.next().await["method"],
        "notifications/tools/list_changed"
    );
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_let_go_with_a_word_and_nobody_waits_for_them() {
    // GW-25, R-054
    let world = World::new();
    let filter = || json!({ "toolsListChanged": true });
    let mut slow = world.ask(listen(json!("slow"), filter())).await;
    let mut quick = world.ask(listen(json!("quick"), filter())).await;
    slow.next().await;
    quick.next().await;
    let session = world.server.session(0);
    for number in 0..300 {
        session
            .say(changed(
                "notifications/tools/list_changed",
                json!({ "n": number }),
            ))
            .await;
        assert_eq!(quick.next().await["params"]["n"], number);
    }
    settle().await;
    for number in 0..256 {
        assert_eq!(slow.next().await["params"]["n"], number);
    }
    assert_eq!(slow.fault().await, Fault::Unread);
    slow.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_gone_ends_who_listens_to_it() {
    // R-054, P-029
    let world = World::new();
    let mut heard = world
        .ask(listen(json!(1), json!({ "toolsListChanged": true })))
        .await;
    heard.next().await;
    let session = world.server.session(0);
    session.forgotten.store(true, Ordering::Relaxed);
    session.hang_up();
    assert_eq!(heard.fault().await, Fault::Ended);
    heard.end().await;
    // The next one opens another session.
    let mut heard = world
        .ask(listen(json!(2), json!({ "toolsListChanged": true })))
        .await;
    heard.next().await;
    assert_eq!(world.server.sessions().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_is_opened_again_and_nobody_notices() {
    // P-029
    let world = World::new();
    let mut heard = world
        .ask(listen(json!(1), json!({ "toolsListChanged": true })))
        .await;
    heard.next().await;
    let session = world.server.session(0);
    session.hang_up();
    settle().await;
    super::fake::pass(2).await;
    session
        .say(changed("notifications/tools/list_changed", json!({})))
        .await;
    assert_eq!(
        heard.next().await["method"],
        "notifications/tools/list_changed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_cannot_be_read_is_refused() {
    //
    let world = World::new();
    for filter in [
        json!(null),
        json!([]),
        json!({ "toolsListChanged": 1 }),
        json!({ "resourceSubscriptions": [1] }),
    ] {
        let answer = world.ask(listen(json!(1), filter)).await.next().await;
        assert_eq!(answer["error"]["code"], -32602);
    }
    assert!(world.server.sessions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_the_server_does_not_answer_for_holds_up_nobody_else() {
    // P-026, GW-26, GW-27
    let world = World::new();
    let filter = json!({ "toolsListChanged": true });
    let mut heard = world.ask(listen(json!(1), filter)).await;
    heard.next().await;
    let (session, begun) = (world.server.session(0), tokio::time::Instant::now());
    let stuck = listen(
        json!(2),
        json!({ "resourceSubscriptions": ["a:", "slow:", "z:"] }),
    );
    let stuck = world.ask(stuck);
    let others = async {
        eventually("the question", || {
            let unanswered = session.unanswered.lock().expect("lock");
            (!unanswered.is_empty()).then_some(())
        })
        .await;
        session
            .say(changed("notifications/tools/list_changed", json!({})))
            .await;
        let change = heard.next().await;
        assert_eq!(change["method"], "notifications/tools/list_changed");
        let joining = listen(json!(3), json!({ "resourceSubscriptions": ["b:"] }));
        let mut joined = world.ask(joining).await;
        let granted = joined.next().await["params"]["notifications"].clone();
        assert_eq!(granted, json!({ "resourceSubscriptions": ["b:"] }));
        assert_eq!(begun.elapsed().as_secs(), 0, "nobody waited");
    };
    let (mut stuck, ()) = tokio::join!(stuck, others);
    let granted = stuck.next().await["params"]["notifications"].clone();
    assert_eq!(
        granted,
        json!({ "resourceSubscriptions": ["a:", "z:"] }),
        "what is agreed to"
    );
    assert_eq!(begun.elapsed().as_secs(), 60);
    // What is agreed to when nobody wants it any more is taken back.
    let asked = session.unanswered.lock().expect("lock").pop();
    asked.expect("it was asked").answer(json!({}));
    eventually("the release", || {
        let unanswered = session.unanswered.lock().expect("lock");
        let last = unanswered.last()?;
        (last.json["method"] == "resources/unsubscribe").then_some(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_resource_that_is_not_taken_back_keeps_no_other_and_a_silent_server_is_not_asked_on() {
    // P-026, GW-27
    for (failing, spared) in [("broken:", 0), ("silent:", 5)] {
        let world = World::new();
        let others = (0..20).map(|number| format!("{failing}{number:02}"));
        let uris: Vec<_> = std::iter::once(failing.to_owned()).chain(others).collect();
        let filter = json!({ "resourceSubscriptions": uris });
        let mut heard = world.ask(listen(json!(1), filter)).await;
        heard.next().await;
        drop(heard);
        let session = world.server.session(0);
        eventually("the end of the stream", || {
            (!session.is_read()).then_some(())
        })
        .await;
        let own = session.own();
        let ended = own
            .iter()
            .filter(|own| own["method"] == "resources/unsubscribe");
        assert_eq!(ended.count(), 21 - spared, "{failing}"); // 16 are asked for at a time
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_while_they_join_takes_nobodys_place() {
    // GW-26
    let world = World::new();
    let filter = || json!({ "toolsListChanged": true });
    let mut first = world.ask(listen(json!("first"), filter())).await;
    first.next().await;
    for number in 0..800_usize {
        let joining = world.ask(listen(json!(number), filter()));
        let mut joining = std::pin::pin!(joining);
        for _ in 0..number % 8 {
            if futures_util::poll!(joining.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        if number % 2 == 0 {
            tokio::task::yield_now().await; // the hub may have answered, unheard
        }
    }
    settle().await;
    let mut last = world.ask(listen(json!("last"), filter())).await;
    let told = last.next().await;
    assert_eq!(told["method"], "notifications/subscriptions/acknowledged");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_has_no_place_any_more() {
    // GW-25
    let world = World::new();
    let filter = || json!({ "toolsListChanged": true });
    let mut slow = Vec::new();
    for number in 0..64 {
        let mut heard = world.ask(listen(json!(number), filter())).await;
        heard.next().await;
        slow.push(heard);
    }
    let mut crowded = world.ask(listen(json!("late"), filter())).await;
    assert_eq!(crowded.next().await["error"]["code"], 429);
    let session = world.server.session(0);
    for _ in 0..300 {
        session
            .say(changed("notifications/tools/list_changed", json!({})))
            .await;
    }
    settle().await;
    let mut late = world.ask(listen(json!("late"), filter())).await;
    let told = late.next().await;
    assert_eq!(told["method"], "notifications/subscriptions/acknowledged");
}
