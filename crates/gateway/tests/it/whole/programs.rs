//! Programs among all servers, which take nothing from one another.

use serde_json::json;

use super::{ALICE, BOB, ask, config_of_all};
use crate::{
    programs::{call_in, pid, session_era, stateless_era},
    world::{World, server},
};

#[tokio::test]
async fn no_process_in_which_somebody_works_goes_for_a_list_of_all() {
    // ST-06
    let mut config = config_of_all(vec![
        server("files", session_era()),
        server("mail", stateless_era()),
        server("notes", stateless_era()),
    ]);
    config.limits.processes_per_user = 2;
    let world = World::of(config);
    let baseline = doorward_core::scope::ScopeSet::baseline();
    world.tokens.grant_whole("alice", ALICE, &baseline);
    let session = world.session().await;
    let before = pid(&world.send(call_in(&session, "pid")).await);
    let full = json!("too many MCP server programs are running; try again later");
    for (number, method) in ["tools/list", "server/discover", "tools/list"]
        .iter()
        .enumerate()
    {
        let list = world.send(ask(method, None, "")).await.json();
        let absent = list["result"]["_meta"]["dev.doorward/absent"].as_array();
        let absent = absent.expect("two are absent");
        assert_eq!(absent.len(), 2, "{list}");
        let told = absent.iter().all(|one| one["reason"] == full);
        assert!(told || number > 0, "{list}");
    }
    let filter = r#""notifications":{"toolsListChanged":true}"#;
    let stream = world.open(ask("subscriptions/listen", None, filter)).await;
    assert_eq!(stream.status(), 200);
    let after = pid(&world.send(call_in(&session, "pid")).await);
    assert_eq!(before, after, "her session goes on where it was");
}

#[tokio::test]
async fn no_process_of_another_goes_to_find_out_how_programs_are_spoken_to() {
    // ST-06
    let mut config = config_of_all(vec![
        server("files", session_era()),
        server("mail", stateless_era()),
    ]);
    config.limits.processes = 2;
    let world = World::of(config);
    let baseline = doorward_core::scope::ScopeSet::baseline();
    world.tokens.grant_whole("bob", BOB, &baseline);
    let one = world.session().await;
    let first = pid(&world.send(call_in(&one, "pid")).await); // its tools are known from now on
    let other = world.session().await;
    let pids = async || {
        let one = pid(&world.send(call_in(&one, "pid")).await);
        (one, pid(&world.send(call_in(&other, "pid")).await))
    };
    let before = pids().await;
    assert_eq!(before.0, first);
    let full = json!("too many MCP server programs are running; try again later");
    for _ in 0..2 {
        let list = ask("tools/list", None, "").token(BOB);
        let list = world.send(list).await.json();
        let absent = list["result"]["_meta"]["dev.doorward/absent"].as_array();
        let absent = absent.expect("both are absent").iter();
        let told: Vec<_> = absent.map(|one| &one["reason"]).collect();
        assert_eq!(told, [&full, &full]);
    }
    assert_eq!(pids().await, before, "alice works on in both");
}
