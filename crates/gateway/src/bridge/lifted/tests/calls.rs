//! Requests and answers.

use serde_json::{Value, json};

use super::fake::{World, able, call, pass, plain, settle};
use crate::upstream::Fault;

#[tokio::test(start_paused = true)]
async fn a_request_is_asked_in_the_words_of_a_session_and_answered_in_those_of_2026() {
    // P-006, P-016, P-018, P-025, R-045
    let world = World::new();
    let params = json!({
        "name": "book",
        "_meta": { "progressToken": "mine", "traceparent": "00-1" },
        "task": { "ttl": 1 },
    });
    let mut heard = world
        .ask(able(
            json!("a-1"),
            "tools/call",
            json!({ "roots": {} }),
            params,
        ))
        .await;
    let asked = world.server.asked().await;
    assert_eq!(asked.json["params"]["name"], "book");
    assert_eq!(
        asked.json["params"]["_meta"],
        json!({ "progressToken": asked.id(), "traceparent": "00-1" })
    );
    assert!(asked.json["params"].get("task").is_none(), "P-043");
    assert!(asked.id().is_u64(), "an id of the bridge's own");
    let session = world.server.session(0);
    assert_eq!(&*session.opening.capabilities, r#"{"roots":{}}"#);
    asked.say(json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": asked.id(), "progress": 1 } }));
    asked.say(json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": 99, "progress": 2 } }));
    asked.answer(json!({ "content": [] }));
    let progress = heard.next().await;
    assert_eq!(
        progress["params"],
        json!({ "progressToken": "mine", "progress": 1 })
    ); // P-028
    let answer = heard.next().await;
    assert_eq!(answer["id"], "a-1");
    assert_eq!(
        answer["result"],
        json!({ "content": [], "resultType": "complete" })
    );
    heard.end().await;
    settle().await;
    assert!(
        session.told().is_empty(),
        "an answered request is not cancelled"
    );
}

#[tokio::test(start_paused = true)]
async fn lists_get_hints_and_lose_what_cannot_be_called() {
    // R-046, P-015, P-043
    let world = World::new();
    let mut heard = world
        .ask(plain(json!(1), "tools/list", json!({ "cursor": "c" })))
        .await;
    let asked = world.server.asked().await;
    assert_eq!(asked.json["params"], json!({ "cursor": "c" }));
    let tool = |name: &str, support: &str| json!({ "name": name, "inputSchema": { "type": "object" }, "execution": { "taskSupport": support } });
    asked.answer(
        json!({ "tools": [tool("a", "optional"), tool("b", "required")], "nextCursor": "d" }),
    );
    let result = heard.next().await["result"].clone();
    assert_eq!(
        result["tools"],
        json!([{ "name": "a", "inputSchema": { "type": "object" } }])
    );
    assert_eq!(
        (&result["ttlMs"], &result["cacheScope"]),
        (&json!(0), &json!("private"))
    );
    assert_eq!(result["nextCursor"], "d");
}

#[tokio::test(start_paused = true)]
async fn errors_keep_their_words_and_change_the_numbers_that_mean_something_else_now() {
    // P-025, R-051
    let world = World::new();
    for (code, told) in [
        (-32002, -32602),
        (-32601, -32601),
        (-32050, -33050),
        (-32021, -33021),
        (7, 7),
    ] {
        let mut heard = world
            .ask(plain(json!(1), "resources/read", json!({ "uri": "a:" })))
            .await;
        world
            .server
            .asked()
            .await
            .error(code, json!({ "uri": "a:" }));
        let error = heard.next().await["error"].clone();
        assert_eq!(
            error,
            json!({ "code": told, "message": "no", "data": { "uri": "a:" } })
        );
        heard.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_is_comes_from_its_answer_to_initialize() {
    // R-044, P-009, P-015
    let world = World::new();
    let answer = world
        .ask(plain(json!(1), "server/discover", json!({})))
        .await
        .next()
        .await;
    let result = &answer["result"];
    assert_eq!(result["supportedVersions"], json!(["2026-07-28"]));
    assert_eq!(result["instructions"], "ask");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "fake"
    );
    assert!(result["capabilities"].get("tasks").is_none(), "P-043");
    assert_eq!(result["capabilities"]["tools"]["listChanged"], true);
    assert!(result.get("protocolVersion").is_none() && result.get("serverInfo").is_none());
    assert!(!world.server.is_asked());
}

#[tokio::test(start_paused = true)]
async fn methods_that_2026_does_not_have_are_unknown_and_open_no_session() {
    // R-038, P-043
    let world = World::new();
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "tasks/list",
        "tasks/result",
        "nonsense",
    ] {
        let answer = world
            .ask(plain(
                json!(1),
                method,
                json!({ "uri": "a:", "taskId": "t" }),
            ))
            .await
            .next()
            .await;
        assert_eq!(answer["error"]["code"], -32601, "{method}");
    }
    assert!(world.server.sessions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_leaves_before_the_answer_has_cancelled() {
    // P-017, GW-26, R-049
    let world = World::new();
    for count in 1..=1000 {
        let heard = world.ask(call(json!(1))).await;
        let asked = world.server.asked().await;
        drop(heard);
        let session = world.server.session(0);
        let told = session.told_at_least(count).await;
        let last = told.last().expect("told");
        assert_eq!(last["method"], "notifications/cancelled");
        assert_eq!(last["params"]["requestId"], asked.id());
        asked.answer(json!({}));
    }
    settle().await;
    assert_eq!(world.server.session(0).told().len(), 1000);
    assert_eq!(
        world.server.sessions().len(),
        1,
        "the session is used again"
    );
}

#[tokio::test(start_paused = true)]
async fn who_leaves_while_the_server_has_said_nothing_at_all_has_cancelled_too() {
    // P-017, GW-26
    let world = World::new();
    drop(
        world
            .ask(plain(json!(1), "server/discover", json!({})))
            .await,
    );
    let session = world.server.session(0);
    session
        .stalls
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let asking = world.ask(plain(json!(2), "tools/call", json!({ "name": "book" })));
    let asked = tokio::select! {
        _ = asking => panic!("nothing was said"),
        asked = world.server.asked() => asked,
    };
    let told = session.told_at_least(1).await;
    assert_eq!(told[0]["params"]["requestId"], asked.id());
}

#[tokio::test(start_paused = true)]
async fn log_messages_come_only_to_who_wants_them_and_as_grave_as_they_want() {
    // P-027, R-050
    let world = World::new();
    let log = |level: &str| json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": level, "data": 1 } });
    let levelled = |level: Option<&str>| {
        let mut request = call(json!(1));
        if let Some(level) = level {
            request["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!(level);
        }
        request
    };
    for (level, heard_levels) in [
        (None, vec![]),
        (Some("warning"), vec!["warning", "error"]),
        (Some("debug"), vec!["debug", "warning", "error"]),
    ] {
        let mut heard = world.ask(levelled(level)).await;
        let asked = world.server.asked().await;
        assert!(asked.json["params"].get("_meta").is_none());
        for level in ["debug", "warning", "error", "shouting"] {
            asked.say(log(level));
        }
        asked.answer(json!({}));
        for level in heard_levels {
            assert_eq!(heard.next().await["params"]["level"], level);
        }
        assert!(heard.next().await.get("result").is_some());
    }
    let levels: Vec<Value> = world.server.session(0).own();
    let levels: Vec<_> = levels
        .iter()
        .map(|own| own["params"]["level"].clone())
        .collect();
    assert_eq!(levels, ["warning", "debug"]);
}

#[tokio::test(start_paused = true)]
async fn changes_are_not_told_on_the_stream_of_a_call() {
    // R-048, GW-20
    let world = World::new();
    let mut heard = world.ask(call(json!(1))).await;
    let asked = world.server.asked().await;
    for method in [
        "notifications/tools/list_changed",
        "notifications/elicitation/complete",
        "notifications/nonsense",
    ] {
        asked.say(json!({ "jsonrpc": "2.0", "method": method, "params": {} }));
    }
    asked.say(json!({ "jsonrpc": "2.0", "id": 12345, "result": { "of": "somebody else" } }));
    asked.answer(json!({}));
    assert_eq!(heard.next().await["id"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_server_forgot_is_opened_again_for_what_it_never_heard() {
    // P-016
    let world = World::new();
    let mut heard = world.ask(call(json!(1))).await;
    world.server.asked().await.answer(json!({ "n": 1 }));
    heard.next().await;
    let first = world.server.session(0);
    first
        .forgotten
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let mut heard = world.ask(call(json!(2))).await;
    world.server.asked().await.answer(json!({ "n": 2 }));
    assert_eq!(heard.next().await["result"]["n"], 2);
    assert_eq!(world.server.sessions().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_broke_in_the_middle_is_not_made_again() {
    // P-016, GW-27
    let world = World::new();
    for (fault, told) in [
        (Fault::Broken, Fault::Broken),
        (Fault::NoSession, Fault::Broken),
        (Fault::TooLarge, Fault::TooLarge),
    ] {
        let mut heard = world.ask(call(json!(1))).await;
        world.server.asked().await.fail(fault);
        assert_eq!(heard.fault().await, told);
        heard.end().await;
    }
    pass(1).await;
    assert!(!world.server.is_asked());
}

#[tokio::test(start_paused = true)]
async fn what_a_client_says_of_itself_is_bounded() {
    // DS-05, R-055
    let world = World::new();
    let long = json!({ "experimental": { "n": "x".repeat(64 * 1024) } });
    let mut named = plain(json!(2), "server/discover", json!({}));
    named["params"]["_meta"]["io.modelcontextprotocol/clientInfo"] =
        json!({ "name": "x".repeat(64 * 1024), "version": "1" });
    for request in [able(json!(1), "tools/list", long, json!({})), named] {
        let mut heard = world.ask(request).await;
        assert_eq!(heard.next().await["error"]["code"], -32602);
    }
    assert!(world.server.sessions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_accepted_is_cancelled_when_its_answer_fails() {
    // R-066, GW-28
    for fault in [
        Fault::Timeout,
        Fault::TooLarge,
        Fault::NotMcp,
        Fault::Unread,
    ] {
        let world = World::new();
        let mut heard = world.ask(call(json!(1))).await;
        let asked = world.server.asked().await;
        asked.fail(fault);
        assert_eq!(heard.fault().await, fault);
        let told = world.server.session(0).told_at_least(1).await;
        assert_eq!(told[0]["params"]["requestId"], asked.id());
    }
}
