//! Programs that crash, flood, babble or are not there.

use std::time::Duration;

use doorward_gateway::{ProcessConfig, UpstreamConfig};

use crate::{
    programs::{
        begun, call_in, call_late, call_now, event, is_alive, pid, program, session_era,
        stateless_era,
    },
    world::{INITIALIZE, World, pass, post},
};

#[tokio::test]
async fn a_crash_fails_everybody_at_once_and_the_session_goes_on_after_a_pause() {
    // ST-06
    let world = World::new(session_era());
    let session = world.session().await;
    let before = pid(&world.send(call_in(&session, "pid")).await);
    let mut waiting = begun(&world, call_late(&session, 6)).await;
    let crashed = world.send(call_in(&session, "crash")).await;
    for (answer, id) in [(event(&mut waiting).await, 6), (crashed.json(), 5)] {
        let code = &answer["error"]["code"];
        assert_eq!((code, &answer["id"]), (&(-32603).into(), &id.into()));
    }
    let resting = world.send(call_in(&session, "pid")).await;
    assert_eq!((resting.status.as_u16(), resting.code()), (503, -32603));
    assert_eq!(resting.header("retry-after"), "1");
    pass(Duration::from_secs(1)).await;
    let answer = world.send(call_in(&session, "pid")).await;
    assert_ne!(pid(&answer), before);
    assert_eq!(
        answer.json()["result"]["initialized"],
        "yes",
        "it was told what the first one knew"
    );
}

#[tokio::test]
async fn a_stateless_crash_is_an_error_and_then_a_new_process() {
    let world = World::new(stateless_era());
    let before = pid(&world.send(call_now("pid")).await);
    let answer = world.send(call_now("crash")).await;
    assert_eq!(
        (answer.code(), &answer.json()["id"]),
        (-32603, &"m-1".into())
    );
    assert_eq!(world.send(call_now("pid")).await.status, 503);
    pass(Duration::from_secs(1)).await;
    assert_ne!(pid(&world.send(call_now("pid")).await), before);
}

#[tokio::test]
async fn a_refused_initialize_opens_no_session_whatever_was_said_before() {
    // R-060
    let world = World::new(program(
        r#"next
        tell notifications/message '"level":"info","data":"x"'
        fail -32602
        next"#,
    ));
    let answer = world.send(post(INITIALIZE)).await;
    assert!(!answer.headers.contains_key("mcp-session-id"));
    let events = answer.events();
    assert_eq!(events[0]["method"], "notifications/message");
    assert_eq!(events[1]["error"]["code"], -32602);
}

#[tokio::test]
async fn a_program_that_ends_at_once_is_left_alone_longer_and_longer() {
    // ST-06
    let world = World::new(program("exit 1"));
    let first = world.send(post(INITIALIZE)).await;
    assert_eq!((first.code(), &first.json()["id"]), (-32603, &0.into()));
    assert!(!first.headers.contains_key("mcp-session-id"));
    assert_eq!(world.send(post(INITIALIZE)).await.status, 503);
    pass(Duration::from_secs(1)).await;
    assert_ne!(world.send(post(INITIALIZE)).await.status, 503);
    assert_eq!(
        world.send(post(INITIALIZE)).await.header("retry-after"),
        "2"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told_at_start_and_to_callers() {
    let missing = UpstreamConfig::Stdio {
        command: vec!["/no/such/program".to_owned()],
        environment: Vec::new(),
        directory: None,
        process: ProcessConfig::default(),
    };
    let world = World::new(missing);
    let checked = world.gateway.check().await;
    let error = checked[0].tools.as_ref().expect_err("not there");
    assert!(error.to_string().contains("cannot be started"), "{error}");
    let answer = world.send(post(INITIALIZE)).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (502, -32603));
    assert!(!answer.text().contains("/no/such"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_no_message_is_dropped_and_the_rest_goes_on() {
    // ST-05
    let world = World::new(session_era());
    let session = world.session().await;
    let answer = world.send(call_in(&session, "garbage")).await;
    assert_eq!(
        answer.json()["result"]["after"],
        "garbage",
        "{}",
        answer.text()
    );
    let bad = world.send(call_in(&session, "bad")).await;
    assert_eq!(
        (bad.code(), &bad.json()["id"]),
        (-32603, &5.into()),
        "an answer that two readers could read differently"
    );
    let answer = world.send(call_in(&session, "stderr")).await;
    assert_eq!(answer.json()["result"]["drained"], true);
}

#[tokio::test]
async fn a_line_without_end_ends_the_process() {
    // ST-05, GW-28
    let world = World::with(session_era(), |config| {
        config.limits.message_bytes = 100_000
    });
    let session = world.session().await;
    let server = pid(&world.send(call_in(&session, "pid")).await);
    let answer = world.send(call_in(&session, "flood")).await;
    assert_eq!(answer.code(), -32603);
    world.until("it is gone", || !is_alive(server)).await;
}

#[tokio::test]
async fn a_program_that_does_not_read_ends_and_holds_up_nobody() {
    // ST-05
    let world = World::new(program(
        r#"next
        reply '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"p","version":"1"}}'
        exec sleep 1000"#,
    ));
    let session = world.session().await;
    let padding = "x".repeat(300_000);
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{{"name":"x","arguments":{{"a":"{padding}"}}}}}}"#
    );
    tokio::time::pause(); // the ten seconds that it is waited for
    let answer = world
        .send(post(body).with("mcp-session-id", &session))
        .await;
    tokio::time::resume();
    assert_eq!((answer.code(), &answer.json()["id"]), (-32603, &5.into()));
    world
        .until("it is gone", || world.gateway.load().processes == 0)
        .await;
}
