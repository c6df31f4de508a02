//! Programs of 2026-07-28: one process for all requests of a user and client.

use doorward_core::scope::ScopeSet;
use doorward_gateway::Sharing;

use crate::{
    programs::{
        begun, call_in, call_now, echoed, event, next_event, pid, session_era, shared_by,
        stateless_era,
    },
    world::{Ask, World, modern, post},
};

fn ask(id: &str, tool: &str, meta: &str) -> Ask {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","_meta":{{{meta}"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    post(body)
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", "tools/call")
        .with("mcp-name", tool)
}

#[tokio::test]
async fn requests_of_one_user_share_a_process_and_those_of_others_do_not() {
    // ST-07, P-007
    let world = World::new(stateless_era());
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let first = pid(&world.send(call_now("pid")).await);
    let second = world.send(call_now("pid")).await;
    assert_eq!(pid(&second), first);
    assert!(!second.headers.contains_key("mcp-session-id"), "R-047");
    assert_ne!(pid(&world.send(call_now("pid").token("bobs")).await), first);
}

#[tokio::test]
async fn requests_of_others_share_a_process_only_where_the_operator_says_so() {
    // ST-07
    for (sharing, others) in [
        (Sharing::PerSession, false),
        (Sharing::PerUser, false),
        (Sharing::Shared, true),
    ] {
        let world = World::new(shared_by(sharing, stateless_era()));
        world
            .tokens
            .grant("bob", "bobs", "files", &ScopeSet::baseline());
        let first = pid(&world.send(call_now("pid")).await);
        let theirs = pid(&world.send(call_now("pid").token("bobs")).await);
        assert_eq!(theirs == first, others, "{sharing:?}");
    }
}

#[tokio::test]
async fn ids_and_progress_tokens_are_the_callers_own_outside_and_ours_inside() {
    // P-006
    let world = World::new(stateless_era());
    for id in ["5", "\"5\"", "-1", "\"\\u0061\"", "18446744073709551615"] {
        let answer = world.send(ask(id, "echo", "")).await;
        assert!(
            answer.text().contains(&format!(r#""id":{id},"#)),
            "{}",
            answer.text()
        );
        let inside = echoed(&answer.json());
        assert!(
            inside["id"].is_u64() && inside["id"] != answer.json()["id"],
            "{inside}"
        );
    }
    for token in ["7", "\"7\""] {
        let meta = format!(r#""progressToken":{token},"#);
        let answer = world.send(ask("1", "progress", &meta)).await;
        let events = answer.events();
        assert_eq!(events[0]["params"]["progressToken"].to_string(), token);
        assert_eq!(events[1]["method"], "notifications/message");
        assert_eq!(events[2]["id"], 1);
    }
}

#[tokio::test]
async fn two_requests_with_one_id_get_their_own_answers() {
    // P-006, GW-19
    let world = World::new(stateless_era());
    world.send(call_now("pid")).await;
    let mut late = begun(&world, ask("1", "later", r#""progressToken":1,"#)).await;
    let quick = world.send(ask("1", "release", "")).await;
    let late = event(&mut late).await;
    assert_eq!(
        (&late["id"], &late["result"]["late"]),
        (&1.into(), &true.into())
    );
    assert_eq!(quick.json()["result"], serde_json::json!({}));
}

#[tokio::test]
async fn a_caller_who_leaves_cancels_and_nothing_is_left_of_it() {
    // R-049, P-048, GW-26
    let world = World::new(stateless_era());
    world.send(call_now("pid")).await;
    for _ in 0..3 {
        drop(begun(&world, ask("1", "never", r#""progressToken":1,"#)).await);
    }
    let answer = world.send(call_now("cancelled")).await;
    let cancelled = answer.json()["result"]["cancelled"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(cancelled.split_whitespace().count(), 3, "{cancelled}");
}

#[tokio::test]
async fn a_subscription_hears_what_is_its_own_under_its_own_id() {
    // R-053, P-048, GW-20
    let world = World::new(stateless_era());
    let key = "io.modelcontextprotocol/subscriptionId";
    let mut body = world
        .open(modern(
            "subscriptions/listen",
            None,
            r#""notifications":{}"#,
        ))
        .await
        .into_body();
    let first = next_event(&mut body).await.expect("acknowledged");
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(first["params"]["_meta"][key], "m-1");
    assert_eq!(
        world.send(call_now("changed")).await.header("content-type"),
        "application/json"
    );
    let changed = next_event(&mut body).await.expect("changed");
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    assert_eq!(changed["params"]["_meta"][key], "m-1");
    world.send(call_now("teardown")).await;
    let last = next_event(&mut body).await.expect("R-054");
    assert_eq!(
        (&last["id"], &last["result"]["resultType"]),
        (&"m-1".into(), &"complete".into())
    );
    assert_eq!(next_event(&mut body).await, None);
}

#[tokio::test]
async fn a_server_that_asks_its_client_is_refused() {
    // R-048
    let world = World::new(stateless_era());
    let answer = world.send(call_now("ask")).await;
    assert_eq!(answer.json()["result"]["heard"]["id"], "s1");
    assert_eq!(answer.json()["result"]["heard"]["error"]["code"], -32601);
}

#[tokio::test]
async fn errors_get_the_status_that_a_server_over_http_would_give_them() {
    // R-038
    let world = World::new(stateless_era());
    let missing = world
        .send(modern("prompts/get", Some("x"), r#""name":"x""#))
        .await;
    assert_eq!((missing.status.as_u16(), missing.code()), (404, -32601));
    let unknown = world.send(call_now("unknown")).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (200, -32602));
}

#[tokio::test]
async fn a_program_of_the_session_era_serves_both_eras() {
    // P-001
    let world = World::new(session_era());
    let first = pid(&world.send(call_now("pid")).await);
    let second = world.send(call_now("pid")).await;
    assert_eq!(second.json()["id"], "m-1");
    assert_eq!(second.json()["result"]["initialized"], "yes");
    assert_eq!(pid(&second), first, "the process is used again");
    let session = world.session().await;
    let own = pid(&world.send(call_in(&session, "pid")).await);
    assert_ne!(own, first, "a session has a process of its own");
}

#[tokio::test]
async fn initialize_with_a_program_of_2026_opens_a_session_that_the_gateway_hosts() {
    // P-001, P-032
    let world = World::new(stateless_era());
    let session = world.session().await;
    let called = world.send(crate::programs::call_in(&session, "pid")).await;
    assert_eq!(called.json()["id"], 5);
    assert!(crate::programs::pid(&called) > 0);
}
