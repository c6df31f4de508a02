//! Sessions with programs of this machine.

use std::time::Duration;

use doorward_core::scope::ScopeSet;
use doorward_gateway::Sharing;
use http::Method;
use http_body_util::BodyExt;

use crate::{
    programs::{begun, call_in, call_late, echoed, event, is_alive, pid, session_era, shared_by},
    world::{CANARY, INITIALIZE, World, call, get, list, only, pass, post},
};

#[tokio::test]
async fn each_session_has_a_process_of_its_own() {
    // ST-07, R-060, GW-15
    let world = World::new(session_era());
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let (one, two) = (world.session().await, world.session().await);
    let first = pid(&world.send(call_in(&one, "pid")).await);
    assert_eq!(pid(&world.send(call_in(&one, "pid")).await), first);
    assert_ne!(pid(&world.send(call_in(&two, "pid")).await), first);
    world
        .until("the probe is gone", || world.gateway.load().processes == 2)
        .await;
    let unknown = world.send(call_in("unknown", "pid")).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(
        world.send(call_in(&one, "pid").token("bobs")).await,
        unknown
    );
    assert_eq!(
        world
            .send(get("/mcp/files").with("mcp-session-id", &one).token("bobs"))
            .await,
        unknown
    );
    assert_eq!(world.send(call("pid")).await.status, 400, "R-059");
}

#[tokio::test]
async fn sessions_share_a_process_only_where_the_operator_says_so() {
    // ST-07
    for (sharing, own, others) in [
        (Sharing::PerUser, true, false),
        (Sharing::Shared, true, true),
    ] {
        let world = World::new(shared_by(sharing, session_era()));
        world
            .tokens
            .grant("bob", "bobs", "files", &ScopeSet::baseline());
        let (one, two) = (world.session().await, world.session().await);
        let first = pid(&world.send(call_in(&one, "pid")).await);
        let second = pid(&world.send(call_in(&two, "pid")).await);
        let opened = world.send(post(INITIALIZE).token("bobs")).await;
        let bobs = opened.header("mcp-session-id").to_owned();
        let third = pid(&world.send(call_in(&bobs, "pid").token("bobs")).await);
        assert_eq!(
            (second == first, third == first),
            (own, others),
            "{sharing:?}"
        );
        let stolen = world.send(call_in(&one, "pid").token("bobs")).await;
        assert_eq!(stolen.status, 404, "sessions stay apart");
        let end = get("/mcp/files")
            .verb(Method::DELETE)
            .with("mcp-session-id", &one);
        assert_eq!(world.send(end).await.status, 204);
        let after = pid(&world.send(call_in(&two, "pid")).await);
        assert_eq!(after, first, "the process is for who is left");
    }
}

#[tokio::test]
async fn a_message_arrives_as_one_line_and_else_as_it_was() {
    let world = World::new(session_era());
    let session = world.session().await;
    let body = "{\n \"x\":\"\u{fc}\\n\", \"jsonrpc\":\"2.0\",\r\n\"id\":\"a\",\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"n\":1.50}}\n";
    let answer = world
        .send(post(body).with("mcp-session-id", &session))
        .await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["id"], "a");
    let line = body.trim_end().replace(['\n', '\r'], " ");
    assert!(answer.text().contains(&line), "{}", answer.text());
}

#[tokio::test]
async fn progress_comes_before_the_answer_on_the_stream_of_its_request() {
    // R-062, R-063
    let world = World::new(session_era());
    let session = world.session().await;
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"progress","_meta":{"progressToken":"t"}}}"#;
    let answer = world
        .send(post(body).with("mcp-session-id", &session))
        .await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    let events = answer.events();
    assert_eq!(events[0]["params"]["progressToken"], "t");
    assert_eq!(events[1]["id"], 7);
    assert_eq!(events.len(), 2);
    let answer = world
        .send(
            post(body)
                .with("mcp-session-id", &session)
                .with("accept", "application/json"),
        )
        .await;
    assert_eq!(answer.json()["id"], 7, "R-031");
}

#[tokio::test]
async fn a_server_may_ask_its_client_in_the_middle_of_a_call() {
    let world = World::new(session_era());
    let session = world.session().await;
    let mut body = world.open(call_in(&session, "ask")).await.into_body();
    let asked = event(&mut body).await;
    assert_eq!(asked["method"], "roots/list");
    let reply = r#"{"jsonrpc":"2.0","id":"s1","result":{"roots":[]}}"#;
    let told = world
        .send(post(reply).with("mcp-session-id", &session))
        .await;
    assert_eq!(told.status, 202);
    let answer = event(&mut body).await;
    assert_eq!(answer["result"]["heard"]["id"], "s1");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn what_a_server_says_unasked_waits_for_the_get_stream_and_goes_to_one_only() {
    // R-062, R-063
    let world = World::new(session_era());
    let session = world.session().await;
    world.send(call_in(&session, "pid")).await; // by now it has said it
    let open = || world.open(get("/mcp/files").with("mcp-session-id", &session));
    let mut first = open().await.into_body();
    assert_eq!(
        event(&mut first).await["method"],
        "notifications/tools/list_changed"
    );
    let mut second = open().await.into_body();
    assert!(first.frame().await.is_none(), "a newer stream takes over");
    let again = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    world
        .send(post(again).with("mcp-session-id", &session))
        .await;
    assert_eq!(
        event(&mut second).await["method"],
        "notifications/tools/list_changed"
    );
}

#[tokio::test]
async fn answers_find_their_requests_in_any_order() {
    let world = World::new(session_era());
    let session = world.session().await;
    let mut later = begun(&world, call_late(&session, 5)).await;
    let repeated = world.send(call_in(&session, "pid")).await;
    assert_eq!(
        (repeated.status.as_u16(), repeated.code()),
        (400, -32600),
        "that id is waiting"
    );
    let release = post(crate::world::call_body("release").replace(":5", ":6"));
    let release = world.send(release.with("mcp-session-id", &session)).await;
    assert_eq!(release.json()["id"], 6);
    let later = event(&mut later).await;
    assert_eq!(
        (&later["id"], &later["result"]["late"]),
        (&5.into(), &true.into())
    );
}

#[tokio::test]
async fn the_end_of_a_session_is_the_end_of_its_process_and_of_its_children() {
    // R-061, ST-04
    let world = World::new(session_era());
    let session = world.session().await;
    let server = pid(&world.send(call_in(&session, "pid")).await);
    let child = pid(&world.send(call_in(&session, "child")).await);
    assert!(is_alive(server) && is_alive(child));
    let end = || {
        get("/mcp/files")
            .verb(Method::DELETE)
            .with("mcp-session-id", &session)
    };
    assert_eq!(world.send(end()).await.status, 204);
    assert_eq!(world.send(end()).await.status, 404);
    assert_eq!(world.send(call_in(&session, "pid")).await.status, 404);
    world
        .until("both are gone", || !is_alive(server) && !is_alive(child))
        .await;
    world
        .until("it is reaped", || world.gateway.load().processes == 0)
        .await;
}

#[tokio::test]
async fn the_gateways_end_is_the_end_of_every_process() {
    // ST-04, CR-07
    let world = World::new(session_era());
    let session = world.session().await;
    let server = pid(&world.send(call_in(&session, "pid")).await);
    world.gateway.shutdown().await;
    assert!(!is_alive(server));
    assert_eq!(world.send(post(INITIALIZE)).await.status, 503);
}

#[tokio::test]
async fn an_idle_session_ends_and_one_in_use_does_not() {
    let world = World::with(session_era(), |config| {
        config.limits.process_idle = Duration::from_secs(1)
    });
    let (idle, listening) = (world.session().await, world.session().await);
    let _stream = world
        .open(get("/mcp/files").with("mcp-session-id", &listening))
        .await;
    pass(Duration::from_secs(1)).await;
    world
        .until("one is gone", || world.gateway.load().processes == 1)
        .await;
    assert_eq!(world.send(call_in(&idle, "pid")).await.status, 404);
    assert_eq!(world.send(call_in(&listening, "pid")).await.status, 200);
}

#[tokio::test]
async fn a_user_with_too_many_processes_loses_the_one_that_was_idle_longest() {
    // ST-06
    let world = World::with(session_era(), |config| config.limits.processes_per_user = 2);
    let (one, two) = (world.session().await, world.session().await);
    world.send(call_in(&one, "pid")).await;
    let three = world.session().await;
    for (session, status) in [(&one, 200), (&two, 404), (&three, 200)] {
        assert_eq!(world.send(call_in(session, "pid")).await.status, status);
    }
}

#[tokio::test]
async fn lists_of_programs_are_cut_too() {
    // GW-13
    let world = World::with(session_era(), |config| {
        config.servers[0].allow = only(&["pid"], &[], &[])
    });
    let session = world.session().await;
    let answer = world
        .send(post(list("tools/list")).with("mcp-session-id", &session))
        .await;
    assert_eq!(
        answer.json()["result"]["tools"].as_array().map(Vec::len),
        Some(1)
    );
    let hidden = world.send(call_in(&session, "crash")).await;
    assert_eq!(hidden.json()["error"]["message"], "Unknown tool: crash");
    assert_eq!(world.send(call_in(&session, "pid")).await.status, 200);
}

#[tokio::test]
async fn tasks_are_for_programs_whose_process_is_ones_own() {
    // R-070
    let world = World::new(session_era());
    let session = world.session().await;
    let body = r#"{"jsonrpc":"2.0","id":6,"method":"tasks/get","params":{"taskId":"t"}}"#;
    let answer = world
        .send(post(body).with("mcp-session-id", &session))
        .await;
    assert_eq!(answer.json()["result"]["status"], "working");
}

#[tokio::test]
async fn a_batch_is_answered_by_a_stream_of_all_its_answers() {
    // R-067
    let world = World::new(session_era());
    let session = world.session().await;
    let body = r#"[{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo"}},
        {"jsonrpc":"2.0","id":"b","method":"tools/call",
         "params":{"name":"echo"}}]"#;
    let answer = world
        .send(post(body).with("mcp-session-id", &session))
        .await;
    let events = answer.events();
    assert_eq!(events.len(), 2, "{}", answer.text());
    assert_eq!(echoed(&events[0])["id"], "a");
    assert_eq!(echoed(&events[1])["id"], "b");
}

#[tokio::test]
async fn the_callers_token_is_nowhere_near_the_process() {
    // GW-01, ST-02, ST-03
    let world = World::new(session_era());
    let session = world.session().await;
    let server = pid(&world.send(call_in(&session, "pid")).await);
    let read = |what: &str| {
        String::from_utf8_lossy(&std::fs::read(format!("/proc/{server}/{what}")).expect("readable"))
            .into_owned()
    };
    let environment = read("environ");
    assert!(!environment.contains(CANARY) && !read("cmdline").contains(CANARY));
    let names: Vec<_> = environment
        .split('\0')
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    let known = [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TMPDIR",
        "TZ",
        "CONFIGURED",
        "PWD",
        "DOORWARD_PROCESS",
    ];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    assert!(
        names.contains(&"CONFIGURED") && names.contains(&"PATH"),
        "{names:?}"
    );
    assert_eq!(
        std::fs::read_link(format!("/proc/{server}/cwd"))
            .expect("link")
            .to_str(),
        Some("/")
    );
}

#[tokio::test]
async fn sessions_survive_a_new_configuration_that_leaves_their_server_alone() {
    // design 5
    let world = World::new(session_era());
    let session = world.session().await;
    let before = pid(&world.send(call_in(&session, "pid")).await);
    let mut config = crate::world::config(vec![crate::world::server("files", session_era())]);
    config.allowed_origins = vec!["https://app.example".to_owned()];
    world.gateway.reconfigure(config.clone()).expect("valid");
    assert_eq!(pid(&world.send(call_in(&session, "pid")).await), before);
    config.servers[0].allow = only(&["nothing"], &[], &[]);
    world.gateway.reconfigure(config.clone()).expect("valid");
    assert_eq!(
        world.send(call_in(&session, "pid")).await.code(),
        -32602,
        "and rights change at once"
    );
    config.servers.push(config.servers[0].clone());
    assert!(
        world.gateway.reconfigure(config.clone()).is_err(),
        "two servers of one name"
    );
    config.servers.clear();
    world.gateway.reconfigure(config).expect("valid");
    assert_eq!(world.send(call_in(&session, "pid")).await.status, 404);
    world
        .until("the process is gone", || !is_alive(before))
        .await;
}
