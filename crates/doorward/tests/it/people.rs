//! People, their groups and the links that they get, with and without a running process.

use serde_json::{Value, json};

use crate::{
    browser::{Tokens, log_in},
    http::request,
    mcp::call,
    process::{Place, complaint},
};

const PASSWORD: &str = "correct horse battery";

fn read(place: &Place, arguments: &[&str]) -> Value {
    serde_json::from_str(&place.done(arguments)).expect("JSON")
}

fn refused(place: &Place, arguments: &[&str], expected: &str) {
    let output = place.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let said = complaint(&output);
    assert!(said.contains(expected), "{arguments:?}: {said}");
}

#[test]
fn people_are_managed_the_same_with_and_without_a_running_process() {
    manage_people(Place::new);
}

#[test]
fn people_are_managed_the_same_with_and_without_a_running_process_in_postgres() {
    manage_people(Place::in_postgres);
}

fn manage_people(new: fn() -> Place) {
    for running in [false, true] {
        let place = new();
        drop(place.up(&["--demo"])); // the public URL is known from now on
        let _running = running.then(|| place.up(&["--demo"]));
        place.add_user("root", PASSWORD);
        place.done(&["user", "role", "root", "administrator"]);
        for last in [
            &["user", "role", "root", "member"] as &[&str],
            &["user", "disable", "root"],
            &["user", "remove", "root"],
        ] {
            refused(&place, last, "the last administrator"); // AD-03
        }
        place.done(&["user", "set", "root", "--mail", "Root@Example.com"]);
        place.done(&["group", "add", "staff"]);
        place.done(&["group", "member", "add", "staff", "root"]);
        let shown = read(&place, &["user", "show", "root", "--json"]);
        assert_eq!(shown["user"]["role"], "administrator");
        assert_eq!(shown["user"]["mail"], "root@example.com");
        assert_eq!(shown["groups"][0]["group"], "staff");
        assert_eq!(shown["groups"][0]["source"], "local");
        let group = read(&place, &["group", "show", "staff", "--json"]);
        assert_eq!(group["members"][0]["user"], "root");
        place.done(&["group", "member", "remove", "staff", "root"]);
        refused(
            &place,
            &["group", "member", "remove", "staff", "root"],
            "is not in the group",
        );

        let invite = [
            "user",
            "invite",
            "carol",
            "--group",
            "staff",
            "--expires",
            "12h",
        ];
        let made = read(&place, &[&invite[..], &["--json"]].concat());
        let link = made["link"].as_str().expect("a link");
        assert!(link.contains("/invitation?token=dwv_"), "{link}");
        let listed = place.done(&["user", "invitations", "--json"]);
        assert!(
            listed.contains("carol") && !listed.contains("dwv_"),
            "{listed}"
        ); // LG-09
        refused(
            &place,
            &["user", "invite", "eve", "--group", "none"],
            "no group named none",
        );
        refused(
            &place,
            &["user", "invite", "e@example.com", "--send"],
            if running {
                "no mail is configured"
            } else {
                "start it first"
            },
        );
        place.done(&["user", "invite", "carol", "--revoke"]);
        refused(
            &place,
            &["user", "invite", "carol", "--revoke"],
            "no invitation of carol",
        );
        let reset = place.done(&["user", "reset", "root"]);
        assert!(reset.contains("/reset?token=dwp_"), "{reset}");
        refused(&place, &["user", "reset", "nobody"], "no user named nobody");

        place.add_user("eve", PASSWORD);
        place.done(&["user", "role", "eve", "administrator"]);
        place.done(&["user", "remove", "root"]);
        assert!(!place.done(&["user", "list"]).contains("root"));
        place.done(&["group", "remove", "staff"]);
        assert_eq!(
            read(&place, &["group", "list", "--json"]),
            Value::Array(Vec::new())
        );
        let log = place.done(&["audit", "list", "-n", "0", "--json"]);
        assert!(log.contains("group.change") && log.contains("user.invite"));
        assert!(!log.contains("dwv_") && !log.contains("dwp_")); // AD-07
    }
}

#[test]
fn links_need_a_public_url_that_is_known() {
    let place = Place::new();
    place.add_user("alice", PASSWORD);
    refused(&place, &["user", "reset", "alice"], "start Doorward once");
}

#[test]
fn whoever_loses_a_group_loses_it_with_the_next_call() {
    let place = Place::new();
    place.add_user("alice", PASSWORD);
    place.done(&["group", "add", "ops"]);
    place.done(&["group", "member", "add", "ops", "alice"]);
    let running = place.up(&["--demo"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    let list = |tokens: &Tokens| call(&running, tokens, "tools/list", json!({})).status;
    assert_eq!(list(&tokens), 200);
    place.done(&["group", "member", "remove", "ops", "alice"]);
    assert_eq!(list(&tokens), 401); // LG-08
    let form = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={}",
        tokens.client, tokens.refresh
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let next = request(running.authority(), "POST", "/token", &headers, &form);
    let next = next.expect("answer").json();
    let access = next["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(list(&Tokens { access, ..tokens }), 200);
}
