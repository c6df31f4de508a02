//! The main job, end to end: discover, register, log in, call, refresh, be revoked.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    browser::{Browser, log_in},
    http::request,
    mcp::call,
    process::Place,
};

const PASSWORD: &str = "correct horse battery";

#[test]
fn a_newcomer_logs_in_to_the_demo_and_calls_a_tool() {
    log_in_and_call(&Place::new());
}

#[test]
fn the_set_up_link_makes_the_first_account_once() {
    set_up_once(&Place::new());
}

#[test]
fn a_login_survives_a_restart_and_ends_within_a_second_of_its_revocation() {
    restart_and_revoke(&Place::new());
}

#[test]
fn a_disabled_user_and_a_revoked_client_are_refused_at_once_and_after_a_restart() {
    disable_and_revoke(&Place::new());
}

/// The same with everything in PostgreSQL.
mod in_postgres {
    use super::*;

    #[test]
    fn a_newcomer_logs_in_to_the_demo_and_calls_a_tool() {
        log_in_and_call(&Place::in_postgres());
    }

    #[test]
    fn the_set_up_link_makes_the_first_account_once() {
        set_up_once(&Place::in_postgres());
    }

    #[test]
    fn a_login_survives_a_restart_and_ends_within_a_second_of_its_revocation() {
        restart_and_revoke(&Place::in_postgres());
    }

    #[test]
    fn a_disabled_user_and_a_revoked_client_are_refused_at_once_and_after_a_restart() {
        disable_and_revoke(&Place::in_postgres());
    }
}

fn log_in_and_call(place: &Place) {
    place.add_user("alice", PASSWORD);
    let running = place.up(&["--demo"]);
    assert!(
        !running.greeting.contains("/setup"),
        "there is an account already"
    );

    let refused = request(running.authority(), "POST", "/mcp/demo", &[], "{}").expect("answer");
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").expect("challenge");
    assert!(challenge.contains("resource_metadata="), "{challenge}");
    let metadata = "/.well-known/oauth-protected-resource/mcp/demo";
    let metadata = request(running.authority(), "GET", metadata, &[], "")
        .expect("answer")
        .json();
    assert_eq!(metadata["resource"], running.endpoint());
    assert_eq!(
        metadata["authorization_servers"][0],
        format!("http://{}", running.authority())
    );

    let tokens = log_in(&running, "alice", PASSWORD);
    let tools = call(&running, &tokens, "tools/list", json!({}));
    assert_eq!(tools.status, 200, "{tools:?}");
    let names: Vec<String> = tools.json()["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| tool["name"].as_str().expect("name").to_owned())
        .collect();
    assert!(names.contains(&"delete_note".to_owned()), "{names:?}");
    let notes = call(
        &running,
        &tokens,
        "tools/call",
        json!({ "name": "list_notes", "arguments": {} }),
    );
    assert!(
        notes.json()["result"]["content"][0]["text"]
            .as_str()
            .is_some_and(|text| text.contains("Welcome")),
        "{notes:?}"
    );

    let audit = place.done(&["audit", "list", "--event", "tool.call"]);
    assert!(
        audit.contains("user=alice") && audit.contains("tool=list_notes"),
        "{audit}"
    );
    assert!(
        place
            .done(&["audit", "verify"])
            .contains("follow from one another")
    );
}

fn set_up_once(place: &Place) {
    let running = place.up(&["--demo"]);
    let (_, link) = running.greeting.split_once("/setup?").expect("a link");
    let target = format!("/setup?{}", link.lines().next().expect("a line"));
    let mut browser = Browser::new(running.authority());
    let page = browser.open(&target);
    let fields = [
        ("username", "root"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let done = browser.submit(&page, &fields);
    assert_eq!(done.status, 200, "{done:?}");
    let users: Value =
        serde_json::from_str(&place.done(&["user", "list", "--json"])).expect("JSON");
    assert_eq!(
        (&users[0]["name"], &users[0]["role"]),
        (&"root".into(), &"administrator".into())
    );
    let again = Browser::new(running.authority()).open(&target);
    assert!(
        !again
            .body
            .contains("<form method=\"post\" action=\"/setup\""),
        "{again:?}"
    );
}

fn restart_and_revoke(place: &Place) {
    place.add_user("alice", PASSWORD);
    let mut running = place.up(&["--demo", "--name", "notes"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    let (status, took) = running.terminate();
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}"); // CR-07

    // The same port, because the tokens are for that endpoint.
    let authority = running.authority().to_owned();
    let running = place.up(&["--demo", "--name", "notes", "--listen", &authority]);
    assert_eq!(call(&running, &tokens, "tools/list", json!({})).status, 200);
    let response = tokens.refresh(&authority).expect("answer");
    let tokens = tokens.successor(&response);
    assert_eq!(call(&running, &tokens, "tools/list", json!({})).status, 200);

    let grants: Value =
        serde_json::from_str(&place.done(&["grant", "list", "--json"])).expect("JSON");
    assert_eq!(
        (&grants[0]["user"], &grants[0]["client_name"]),
        (&"alice".into(), &"A test".into())
    );
    place.done(&["grant", "revoke", grants[0]["id"].as_str().expect("id")]);
    let revoked = Instant::now();
    let refused = call(&running, &tokens, "tools/list", json!({}));
    assert_eq!(refused.status, 401, "{refused:?}"); // TK-18
    assert!(revoked.elapsed() < Duration::from_secs(1));
    assert_eq!(tokens.refresh(&authority).expect("answer").status, 400);
}

fn disable_and_revoke(place: &Place) {
    place.add_user("alice", PASSWORD);
    place.add_user("bob", PASSWORD);
    let mut running = place.up(&["--demo"]);
    let (alice, bob) = (
        log_in(&running, "alice", PASSWORD),
        log_in(&running, "bob", PASSWORD),
    );
    place.done(&["user", "disable", "alice"]);
    assert_eq!(call(&running, &alice, "tools/list", json!({})).status, 401);
    assert_eq!(call(&running, &bob, "tools/list", json!({})).status, 200);
    running.kill();
    let authority = running.authority().to_owned();
    let running = place.up(&["--demo", "--listen", &authority]);
    assert_eq!(call(&running, &alice, "tools/list", json!({})).status, 401);
    assert_eq!(call(&running, &bob, "tools/list", json!({})).status, 200);
    place.done(&["client", "revoke", &bob.client]);
    assert_eq!(call(&running, &bob, "tools/list", json!({})).status, 401);
}
