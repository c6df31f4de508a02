//! Each feature, end to end.

use doorward_core::audit::{AuditKind, Outcome};
use serde_json::json;

use super::{able, again, answer, call, event, messages, plain, worlds};
use crate::world::World;

#[tokio::test]
async fn a_server_is_discovered_listed_page_by_page_and_called() {
    // P-001, P-015, R-044, R-045, R-046
    for (carrier, world) in worlds().await {
        let discovered = answer(&world, plain("server/discover", json!({}))).await;
        assert_eq!(
            discovered["result"]["supportedVersions"],
            json!(["2026-07-28"]),
            "{carrier}"
        );
        assert_eq!(
            discovered["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
            "small"
        );
        let first = answer(&world, plain("tools/list", json!({}))).await;
        assert_eq!(first["result"]["tools"][0]["name"], "echo", "{carrier}");
        assert_eq!(
            (&first["result"]["ttlMs"], &first["result"]["cacheScope"]),
            (&json!(0), &json!("private"))
        );
        let cursor = &first["result"]["nextCursor"];
        let second = answer(&world, plain("tools/list", json!({ "cursor": cursor }))).await;
        assert_eq!(
            second["result"]["tools"][0]["name"], "progress",
            "{carrier}"
        );
        let called = answer(&world, call("echo", json!({}))).await;
        assert_eq!(
            (&called["id"], &called["result"]["resultType"]),
            (&json!("m-1"), &json!("complete"))
        );
        assert_eq!(
            called["result"]["heard"]["params"]["arguments"],
            json!({ "day": 1 }),
            "{carrier}"
        );
        assert!(called["result"]["heard"]["params"].get("_meta").is_none());
    }
}

#[tokio::test]
async fn progress_comes_with_the_clients_own_token_before_the_answer() {
    // P-006, P-028, R-048
    for (carrier, world) in worlds().await {
        let heard = messages(
            &world,
            call("progress", json!({ "_meta": { "progressToken": "mine" } })),
        )
        .await;
        let told: Vec<_> = heard
            .iter()
            .map(|message| message["params"]["progressToken"].clone())
            .collect();
        assert_eq!(told, [json!("mine"), json!(null)], "{carrier}");
        let heard = messages(&world, call("progress", json!({}))).await;
        assert_eq!(heard.len(), 1, "{carrier}: nobody wants it");
    }
}

#[tokio::test]
async fn who_hangs_up_has_cancelled() {
    // P-017, R-049, GW-26
    for (carrier, world) in worlds().await {
        let begun = plain(
            "tools/call",
            json!({ "name": "slow", "_meta": { "progressToken": 1 } }),
        );
        let mut body = world.open(begun).await.into_body();
        assert_eq!(event(&mut body).await["method"], "notifications/progress");
        drop(body);
        assert!(
            counts(&world, "cancelled", 1).await,
            "{carrier}: it was not cancelled"
        );
    }
}

#[tokio::test]
async fn a_program_that_was_started_anew_still_logs_at_the_level_of_the_request() {
    // P-027: the level of a session dies with its process
    let world = World::with(super::program(), |config| {
        config.limits.processes_per_user = 1
    });
    let log = || {
        call(
            "log",
            json!({ "_meta": { "io.modelcontextprotocol/logLevel": "debug" } }),
        )
    };
    let first = messages(&world, log()).await;
    assert_eq!(first[0]["method"], "notifications/message");
    let echo = plain("tools/call", json!({ "name": "echo" }));
    let echoed = answer(&world, echo).await; // needs its place
    assert_eq!(echoed["result"]["resultType"], "complete");
    let second = messages(&world, log()).await; // needs it again, and waits until it is free (ST-06)
    assert_eq!(second[0]["method"], "notifications/message");
    let process = |heard: &[serde_json::Value]| heard[1]["result"]["session"].clone();
    assert_ne!(process(&first), process(&second));
}

#[tokio::test]
async fn a_program_in_which_a_call_waits_makes_room_when_there_is_no_other() {
    // P-023, DS-05
    let world = World::with(super::program(), |config| {
        config.limits.processes_per_user = 1
    });
    let wanted = answer(&world, call("elicit", json!({}))).await;
    assert_eq!(wanted["result"]["resultType"], "input_required");
    let echo = plain("tools/call", json!({ "name": "echo" }));
    let other = answer(&world, echo).await;
    assert_eq!(other["result"]["resultType"], "complete");
    let said = json!({ "1": { "action": "accept" } });
    let late = answer(&world, again("elicit", &wanted, said)).await;
    assert_eq!(late["error"]["code"], -32602, "and it is not made again");
}

/// Whether the server counts so many sooner or later.
async fn counts(world: &World, what: &str, expected: u64) -> bool {
    for _ in 0..200 {
        let counted = answer(world, plain("tools/call", json!({ "name": what }))).await;
        if counted["result"]["count"] == expected {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn elicitation_sampling_and_roots_go_there_and_back() {
    // P-019, P-022, P-051
    #[rustfmt::skip]
    let cases = [
        ("elicit", "elicitation/create",     json!({ "action": "accept", "content": { "n": 1 } })),
        ("sample", "sampling/createMessage", json!({ "role": "assistant", "content": { "type": "text", "text": "x" }, "model": "m" })),
        ("roots",  "roots/list",             json!({ "roots": [{ "uri": "file:///a" }] })),
    ];
    for (carrier, world) in worlds().await {
        for (tool, method, said) in &cases {
            let wanted = answer(&world, call(tool, json!({}))).await;
            assert_eq!(
                wanted["result"]["resultType"], "input_required",
                "{carrier} {tool}"
            );
            assert_eq!(&wanted["result"]["inputRequests"]["1"]["method"], method);
            let done = answer(&world, again(tool, &wanted, json!({ "1": said }))).await;
            assert_eq!(&done["result"]["heard"]["result"], said, "{carrier} {tool}");
        }
        let used = (AuditKind::ToolCall, Outcome::Allowed);
        let events = world.store.events();
        let of_elicit = events
            .iter()
            .filter(|(kind, outcome, tool)| (*kind, *outcome) == used && tool == "elicit");
        assert_eq!(of_elicit.count(), 2, "{carrier}: each try is recorded");
    }
}

#[tokio::test]
async fn what_a_client_cannot_be_asked_it_is_told() {
    //
    for (carrier, world) in worlds().await {
        let lacking = able(
            "tools/call",
            json!({ "roots": {} }),
            json!({ "name": "elicit" }),
        );
        let refused = world.send(lacking).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (400, -32021),
            "{carrier}"
        );
        let required = &refused.json()["error"]["data"]["requiredCapabilities"];
        assert_eq!(required, &json!({ "elicitation": { "form": {} } }));
    }
}

#[tokio::test]
async fn resources_are_read_and_their_changes_heard() {
    // P-026, R-053, R-051
    for (carrier, world) in worlds().await {
        let read = answer(&world, plain("resources/read", json!({ "uri": "note:1" }))).await;
        assert_eq!(read["result"]["contents"][0]["text"], "one", "{carrier}");
        assert_eq!(read["result"]["ttlMs"], 0);
        let missing = world
            .send(plain("resources/read", json!({ "uri": "note:9" })))
            .await;
        assert_eq!(
            (missing.status.as_u16(), missing.code()),
            (200, -32602),
            "{carrier}"
        );

        let filter = json!({ "notifications": { "resourceSubscriptions": ["note:1"], "promptsListChanged": true } });
        let mut body = world
            .open(plain("subscriptions/listen", filter))
            .await
            .into_body();
        let first = event(&mut body).await;
        assert_eq!(
            first["params"]["notifications"],
            json!({ "resourceSubscriptions": ["note:1"] }),
            "{carrier}"
        );
        answer(&world, plain("tools/call", json!({ "name": "touch" }))).await;
        let change = event(&mut body).await;
        assert_eq!(change["params"]["uri"], "note:1", "{carrier}");
        assert_eq!(
            change["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
            "m-1"
        );
        drop(body);
        assert!(
            counts(&world, "subscribed", 0).await,
            "{carrier}: it was not released"
        );
    }
}

#[tokio::test]
async fn errors_have_the_codes_and_statuses_of_2026() {
    // P-025, R-038, R-051
    for (carrier, world) in worlds().await {
        for (ask, status, code) in [
            (
                plain("tools/call", json!({ "name": "nonsense" })),
                200,
                -32602,
            ),
            (plain("prompts/get", json!({ "name": "p" })), 404, -32601),
            (
                plain("resources/subscribe", json!({ "uri": "note:1" })),
                404,
                -32601,
            ),
            (
                plain("logging/setLevel", json!({ "level": "info" })),
                404,
                -32601,
            ),
        ] {
            let refused = world.send(ask).await;
            assert_eq!(
                (refused.status.as_u16(), refused.code()),
                (status, code),
                "{carrier}"
            );
            assert_eq!(refused.json()["id"], "m-1");
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_json_only_gets_the_response_alone() {
    //
    for (carrier, world) in worlds().await {
        let ask = call("progress", json!({ "_meta": { "progressToken": 1 } }));
        let answer = world.send(ask.with("accept", "application/json")).await;
        assert_eq!(
            answer.header("content-type"),
            "application/json",
            "{carrier}"
        );
        assert_eq!(answer.json()["result"]["resultType"], "complete");
    }
}
