//! What a server asks while it serves a request.

use serde_json::json;

use super::fake::{World, able, accepted, call, pass, plain, retry, settle};
use crate::upstream::Fault;

#[tokio::test(start_paused = true)]
async fn a_question_becomes_a_result_that_wants_input_and_the_answer_lets_the_call_go_on() {
    // P-019, P-022, R-046
    let world = World::new();
    let mut heard = world.ask(call(json!(1))).await;
    let asked = world.server.asked().await;
    asked.form("q-1");
    let wanted = heard.next().await;
    heard.end().await;
    let result = &wanted["result"];
    assert_eq!(wanted["id"], 1);
    assert_eq!(result["resultType"], "input_required");
    assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none());
    let requests = result["inputRequests"].as_object().expect("questions");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests["1"]["method"], "elicitation/create");
    assert_eq!(requests["1"]["params"]["message"], "q-1");
    let session = world.server.session(0);
    settle().await;
    assert!(session.told().is_empty(), "nothing is told while it waits");

    let mut heard = world
        .ask(retry(json!("again"), &wanted, json!({ "1": accepted() })))
        .await;
    assert_eq!(
        session.told(),
        [json!({ "jsonrpc": "2.0", "id": "q-1", "result": accepted() })]
    );
    assert!(!world.server.is_asked(), "the call is not made again");
    asked.answer(json!({ "content": [] }));
    let answer = heard.next().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["resultType"]),
        (&json!("again"), &json!("complete"))
    );
    heard.end().await;
    settle().await;
    assert_eq!(session.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn progress_goes_to_the_try_that_waits_now() {
    // P-028, P-006
    let world = World::new();
    let with_token = |mut request: serde_json::Value, token: serde_json::Value| {
        request["params"]["_meta"]["progressToken"] = token;
        request
    };
    let mut heard = world.ask(with_token(call(json!(1)), json!("one"))).await;
    let asked = world.server.asked().await;
    let progress = || json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": asked.id(), "progress": 1 } });
    asked.say(progress());
    asked.form("q");
    assert_eq!(heard.next().await["params"]["progressToken"], "one");
    let wanted = heard.next().await;
    let again = retry(json!(2), &wanted, json!({ "1": accepted() }));
    let mut heard = world.ask(with_token(again, json!(2.to_string()))).await;
    asked.say(progress());
    asked.answer(json!({}));
    assert_eq!(heard.next().await["params"]["progressToken"], "2");
    assert_eq!(heard.next().await["id"], 2);
}

#[tokio::test(start_paused = true)]
async fn several_questions_are_asked_together_and_what_is_not_answered_is_asked_again() {
    // P-020
    let world = World::new();
    let capabilities = json!({ "elicitation": {}, "sampling": {}, "roots": {} });
    let request = |id| {
        able(
            json!(id),
            "tools/call",
            capabilities.clone(),
            json!({ "name": "book" }),
        )
    };
    let again = |id, before: &serde_json::Value, answers| {
        let mut request = request(id);
        request["params"]["requestState"] = before["result"]["requestState"].clone();
        request["params"]["inputResponses"] = answers;
        request
    };
    let mut heard = world.ask(request(1)).await;
    let asked = world.server.asked().await;
    asked.form("f");
    asked.question(
        "s",
        "sampling/createMessage",
        json!({ "messages": [], "maxTokens": 1 }),
    );
    asked.question("r", "roots/list", json!({}));
    let wanted = heard.next().await;
    let requests = wanted["result"]["inputRequests"]
        .as_object()
        .expect("questions");
    let methods: Vec<_> = requests
        .values()
        .map(|request| request["method"].clone())
        .collect();
    assert_eq!(
        methods,
        ["elicitation/create", "sampling/createMessage", "roots/list"]
    );

    let session = world.server.session(0);
    let roots = json!({ "roots": [{ "uri": "file:///a" }] });
    let mut heard = world
        .ask(again(2, &wanted, json!({ "3": roots, "nonsense": {} })))
        .await;
    asked.form("late");
    let rest = heard.next().await;
    assert_eq!(
        session.told(),
        [json!({ "jsonrpc": "2.0", "id": "r", "result": roots })]
    );
    let keys: Vec<_> = rest["result"]["inputRequests"]
        .as_object()
        .expect("questions")
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys, ["1", "2", "4"], "no key is used twice");
    assert_ne!(
        rest["result"]["requestState"],
        wanted["result"]["requestState"]
    );

    let said =
        json!({ "role": "assistant", "content": { "type": "text", "text": "x" }, "model": "m" });
    let answers = json!({ "1": { "action": "decline" }, "2": said, "4": { "action": "cancel" } });
    let mut heard = world.ask(again(3, &rest, answers)).await;
    asked.answer(json!({}));
    assert_eq!(heard.next().await["id"], 3);
    let ids: Vec<_> = session
        .told()
        .iter()
        .map(|told| told["id"].clone())
        .collect();
    assert_eq!(ids, ["r", "f", "s", "late"]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_the_server_takes_back_is_not_asked() {
    // P-020
    let world = World::new();
    let mut heard = world.ask(call(json!(1))).await;
    let asked = world.server.asked().await;
    asked.form("q");
    asked.say(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "q" } }));
    let asking = tokio::spawn(async move { heard.next().await });
    pass(5).await;
    asked.answer(json!({ "content": [] }));
    assert_eq!(
        asking.await.expect("an answer")["result"]["resultType"],
        "complete"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_request_does_not_declare_is_not_asked_and_the_caller_is_told_what_it_takes() {
    // R-043, P-018
    #[rustfmt::skip]
    let cases = [
        ("elicitation/create", json!({ "message": "x", "requestedSchema": {} }), json!({ "roots": {} }), json!({ "elicitation": { "form": {} } })),
        ("elicitation/create", json!({ "mode": "url", "message": "x", "url": "https://a", "elicitationId": "e" }), json!({ "elicitation": {} }), json!({ "elicitation": { "url": {} } })),
        ("sampling/createMessage", json!({ "messages": [], "maxTokens": 1 }), json!({}), json!({ "sampling": {} })),
        ("sampling/createMessage", json!({ "messages": [], "tools": [] }), json!({ "sampling": {} }), json!({ "sampling": { "tools": {} } })),
        ("roots/list", json!({}), json!({ "sampling": {} }), json!({ "roots": {} })),
    ];
    for (number, (method, params, declared, required)) in cases.into_iter().enumerate() {
        let world = World::new();
        let mut heard = world
            .ask(able(
                json!(1),
                "tools/call",
                declared,
                json!({ "name": "book" }),
            ))
            .await;
        let asked = world.server.asked().await;
        asked.question("q", method, params);
        let error = heard.next().await["error"].clone();
        assert_eq!(
            (&error["code"], &error["data"]["requiredCapabilities"]),
            (&json!(-32021), &required),
            "{number}"
        );
        heard.end().await;
        let told = world.server.session(0).told_at_least(2).await;
        assert_eq!(told[0]["id"], "q");
        assert_eq!(told[1]["params"]["requestId"], asked.id(), "and cancelled");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_where_nobody_can_be() {
    // P-021
    for method in ["tools/list", "completion/complete"] {
        let world = World::new();
        let params = json!({ "ref": { "type": "ref/prompt", "name": "p" }, "argument": {} });
        let mut heard = world
            .ask(able(json!(1), method, json!({ "elicitation": {} }), params))
            .await;
        let asked = world.server.asked().await;
        asked.form("q");
        asked.answer(json!({ "tools": [], "completion": { "values": [] } }));
        assert!(heard.next().await.get("result").is_some(), "{method}");
        let told = world.server.session(0).told();
        assert_eq!(
            (&told[0]["id"], &told[0]["error"]["code"]),
            (&json!("q"), &json!(-32601))
        );
    }
    // What is no question, or a malformed one, is declined as well.
    let world = World::new();
    let mut heard = world.ask(call(json!(1))).await;
    let asked = world.server.asked().await;
    asked.question("a", "tools/call", json!({ "name": "x" }));
    asked.question("b", "elicitation/create", json!({ "mode": "dance" }));
    asked.question("c", "ping", json!({}));
    asked.answer(json!({}));
    heard.next().await;
    let told = world.server.session(0).told();
    assert_eq!(
        (&told[0]["error"]["code"], &told[1]["error"]["code"]),
        (&json!(-32601), &json!(-32602))
    );
    assert_eq!(
        told[2],
        json!({ "jsonrpc": "2.0", "id": "c", "result": {} })
    );
}

#[tokio::test(start_paused = true)]
async fn prompts_and_resources_may_ask_too() {
    // P-019
    for (method, params) in [
        ("prompts/get", json!({ "name": "p" })),
        ("resources/read", json!({ "uri": "a:" })),
    ] {
        let world = World::new();
        let mut heard = world
            .ask(able(json!(1), method, json!({ "elicitation": {} }), params))
            .await;
        let asked = world.server.asked().await;
        asked.form("q");
        let result = heard.next().await["result"].clone();
        assert_eq!(result["resultType"], "input_required", "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_to_visit_are_asked_for_and_the_call_is_made_again_afterwards() {
    // P-024
    let world = World::new();
    let pages = || json!({ "elicitations": [{ "mode": "url", "elicitationId": "e-1", "url": "https://a.example/x", "message": "Sign in" }] });
    let request = |id: u64, capabilities| {
        able(
            json!(id),
            "tools/call",
            capabilities,
            json!({ "name": "book" }),
        )
    };
    let able_to_visit = || json!({ "elicitation": { "url": {} } });
    let again = |before: &serde_json::Value, answers| {
        let mut request = request(2, able_to_visit());
        request["params"]["requestState"] = before["result"]["requestState"].clone();
        request["params"]["inputResponses"] = answers;
        request
    };

    let mut heard = world.ask(request(1, json!({ "elicitation": {} }))).await;
    world.server.asked().await.error(-32042, pages());
    let error = heard.next().await["error"].clone();
    assert_eq!(
        (&error["code"], &error["data"]["requiredCapabilities"]),
        (&json!(-32021), &json!({ "elicitation": { "url": {} } }))
    );

    let mut heard = world.ask(request(1, able_to_visit())).await;
    world.server.asked().await.error(-32042, pages());
    let wanted = heard.next().await;
    let question = &wanted["result"]["inputRequests"]["1"];
    assert_eq!(question["params"]["url"], "https://a.example/x");
    assert!(question["params"].get("elicitationId").is_none());

    for refusal in ["decline", "cancel"] {
        let answers = json!({ "1": { "action": refusal } });
        let answer = world.ask(again(&wanted, answers)).await.next().await;
        assert_eq!(answer["error"]["code"], 403);
    }
    settle().await;
    assert!(
        !world.server.is_asked(),
        "who does not want to is not made to"
    );

    let mut heard = world
        .ask(again(&wanted, json!({ "1": { "action": "accept" } })))
        .await;
    let asked = world.server.asked().await;
    assert!(asked.json["params"].get("requestState").is_none());
    asked.answer(json!({ "content": [] }));
    assert_eq!(heard.next().await["id"], 2);

    // P-022, P-023: the same try once more is none.
    let accept = json!({ "1": { "action": "accept" } });
    let answer = world.ask(again(&wanted, accept)).await.next().await;
    assert_eq!(answer["error"]["code"], -32602);
    settle().await;
    assert!(!world.server.is_asked(), "the tool runs once");
}

#[tokio::test(start_paused = true)]
async fn pages_with_names_of_any_length_can_be_answered() {
    // P-024
    let world = World::new();
    let name = "e".repeat(20_000);
    let page = json!({ "mode": "url", "elicitationId": name, "url": "https://a.example/x", "message": "m" });
    let request = || {
        able(
            json!(1),
            "tools/call",
            json!({ "elicitation": { "url": {} } }),
            json!({ "name": "book" }),
        )
    };
    let mut heard = world.ask(request()).await;
    let pages = vec![page; 4];
    let asked = world.server.asked().await;
    asked.error(-32042, json!({ "elicitations": pages }));
    let state = heard.next().await["result"]["requestState"].clone();
    let mut again = request();
    again["params"]["requestState"] = state;
    again["params"]["inputResponses"] = json!({ "1": { "action": "accept" } });
    let _heard = world.ask(again).await;
    world.server.asked().await;
}

#[tokio::test(start_paused = true)]
async fn a_program_is_asked_one_thing_at_a_time_when_it_may_ask_back() {
    // P-019: what it says names no request
    let world = World::of_a_program();
    let _first = world.ask(call(json!(1))).await;
    world.server.asked().await;
    let _second = world.ask(call(json!(2))).await;
    world.server.asked().await;
    assert_eq!(world.server.sessions().len(), 2);
    let _plain = world
        .ask(able(
            json!(3),
            "tools/list",
            json!({ "elicitation": {} }),
            json!({}),
        ))
        .await;
    world.server.asked().await;
    assert_eq!(world.server.sessions().len(), 3);
    let _other = world
        .ask(plain(json!(4), "tools/call", json!({ "name": "book" })))
        .await;
    let _another = world
        .ask(plain(json!(5), "tools/call", json!({ "name": "book" })))
        .await;
    world.server.asked().await;
    assert_eq!(
        world.server.sessions().len(),
        4,
        "who cannot be asked shares"
    );

    let world = World::new();
    let _first = world.ask(call(json!(1))).await;
    let _second = world.ask(call(json!(2))).await;
    let shared = world.server.sessions().len();
    assert_eq!(shared, 1, "where streams tell them apart all share");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_may_be_another_requests_is_only_declined() {
    // R-043
    let world = World::of_a_program();
    let mut first = world
        .ask(plain(json!(1), "tools/call", json!({ "name": "book" })))
        .await;
    let asked = world.server.asked().await;
    let second = world
        .ask(plain(json!(2), "tools/call", json!({ "name": "book" })))
        .await;
    world.server.asked().await;
    asked.form("q");
    asked.answer(json!({ "content": [] }));
    assert_eq!(first.next().await["result"]["resultType"], "complete");
    assert_eq!(
        world.server.session(0).told()[0]["result"]["action"],
        "cancel"
    );
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn a_program_is_for_others_only_once_it_was_told_that_a_call_is_cancelled() {
    // P-017, P-019
    for fault in [None, Some(Fault::Unread)] {
        a_program_whose_call_ended_by(fault).await;
    }
}

/// The caller left, or heard of this fault.
async fn a_program_whose_call_ended_by(fault: Option<Fault>) {
    let world = World::of_a_program();
    let mut heard = world.ask(call(json!(1))).await;
    let unanswered = world.server.asked().await;
    let first = world.server.session(0);
    first
        .is_deaf
        .store(true, std::sync::atomic::Ordering::Relaxed);
    if let Some(fault) = fault {
        unanswered.fail(fault);
        assert_eq!(heard.fault().await, fault);
    }
    drop(heard);
    settle().await;
    let mut second = world.ask(call(json!(2))).await;
    let asked = world.server.asked().await;
    assert_eq!(
        world.server.sessions().len(),
        2,
        "what the first one asks late is not this one's"
    );
    asked.answer(json!({ "content": [] }));
    assert_eq!(second.next().await["id"], 2);
    second.end().await;
    pass(10).await; // for so long the first one is waited for
    let mut third = world.ask(call(json!(3))).await;
    world.server.asked().await.answer(json!({ "content": [] }));
    assert_eq!(third.next().await["id"], 3);
    assert_eq!(world.server.sessions().len(), 2);
}
