//! Administration with and without a running process.

use serde_json::Value;

use crate::process::{Place, complaint, said};

fn json(place: &Place, arguments: &[&str]) -> Value {
    serde_json::from_str(&place.done(arguments)).expect("JSON")
}

#[test]
fn accounts_are_managed_the_same_with_and_without_a_running_process() {
    manage_accounts(Place::new);
}

#[test]
fn accounts_are_managed_the_same_with_and_without_a_running_process_in_postgres() {
    manage_accounts(Place::in_postgres);
}

fn manage_accounts(new: fn() -> Place) {
    for running in [false, true] {
        let place = new();
        let _running = running.then(|| place.up(&["--demo"]));
        place.add_user("Alice", "correct horse");
        let users = json(&place, &["user", "list", "--json"]);
        assert_eq!(users[0]["name"], "alice");
        assert_eq!(users[0]["role"], "member");
        assert!(users[0]["disabled_at"].is_null());
        assert!(
            users[0]["created_at"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z'))
        );

        let again = place.run_with_input(
            &["user", "add", "alice", "--password-stdin"],
            "correct horse\n",
        );
        assert_eq!(again.status.code(), Some(1));
        assert!(complaint(&again).contains("already a user named alice"));
        let short = place.run_with_input(&["user", "add", "bob", "--password-stdin"], "short\n");
        assert_eq!(short.status.code(), Some(1));
        assert!(complaint(&short).contains("at least 8"));

        assert!(
            place
                .done(&["user", "disable", "alice"])
                .contains("Disabled alice")
        );
        assert!(place.done(&["user", "list"]).contains("disabled"));
        assert!(
            place
                .done(&["user", "enable", "alice"])
                .contains("Enabled alice")
        );
        let nobody = place.run(&["user", "disable", "nobody"]);
        assert_eq!(nobody.status.code(), Some(1));
        assert!(complaint(&nobody).contains("no user named nobody"));
    }
}

#[test]
fn clients_are_managed_and_a_secret_is_shown_once() {
    manage_clients(Place::new);
}

#[test]
fn clients_are_managed_and_a_secret_is_shown_once_in_postgres() {
    manage_clients(Place::in_postgres);
}

#[test]
fn a_client_is_registered_with_the_keys_of_a_file() {
    let place = Place::new();
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}""#);
    let set = place.write("keys.json", &format!(r#"{{"keys":[{key},"kid":"k"}}]}}"#));
    let add = |set: &str| {
        let redirect = ["--redirect-uri", "https://app.example/cb"];
        let words = ["client", "add", "An app", "--json", "--jwks", set];
        place.run(&[&words[..], &redirect[..]].concat())
    };
    let added: Value =
        serde_json::from_str(&said(&add(set.to_str().expect("path")))).expect("JSON");
    assert_eq!(added["client_secret"], Value::Null, "{added}");
    for (name, text) in [
        (
            "private.json",
            format!(r#"{{"keys":[{key},"d":"AAAA"}}]}}"#),
        ),
        ("empty.json", r#"{"keys":[]}"#.to_owned()),
        ("text.json", "keys".to_owned()),
    ] {
        let file = place.write(name, &text);
        let refused = add(file.to_str().expect("path"));
        assert_eq!(refused.status.code(), Some(1), "{name}");
        let complaint = complaint(&refused);
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
        assert!(
            complaint.contains(name) && complaint.contains("JWK Set"),
            "{complaint}"
        );
    }
    assert_eq!(add("nowhere.json").status.code(), Some(1));
}

#[test]
fn a_client_with_keys_elsewhere_pushes_and_signs_as_it_was_told_to() {
    let place = Place::new();
    let keys = "https://app.example/keys";
    let add = |more: &[&str]| {
        let words = [
            "client",
            "add",
            "An app",
            "--redirect-uri",
            "https://app.example/cb",
        ];
        place.run(&[&words[..], more].concat())
    };
    let added = |more: &[&str]| -> Value {
        let output = add(&[more, &["--json"]].concat());
        serde_json::from_str(&said(&output)).expect("JSON")
    };
    for (more, method, secret) in [
        (&["--jwks-uri", keys][..], "private_key_jwt", false),
        (
            &["--jwks-uri", keys, "--confidential"],
            "client_secret_basic",
            true,
        ),
        (&["--jwks-uri", keys, "--public"], "none", false),
    ] {
        let made = added(&[more, &["--only-signed-requests"]].concat());
        let client = &made["client"];
        assert_eq!(client["authentication"], method, "{made}");
        assert_eq!(made["client_secret"].is_string(), secret, "{made}");
        assert_eq!(client["jwks_uri"], keys);
        assert_eq!(client["only_signed_requests"], true);
        assert_eq!(client["only_pushed_requests"], false);
    }
    let pushing = added(&["--only-pushed-requests"]);
    let id = pushing["client"]["id"].as_str().expect("a name");
    assert!(place.done(&["client", "show", id]).contains("only pushed")); // A-080
    let keyless = add(&["--only-signed-requests"]);
    assert!(complaint(&keyless).contains("needs --jwks or --jwks-uri")); // A-081
    let proving = add(&["--public", "--grant", "client_credentials"]);
    assert!(complaint(&proving).contains("a public client"));
    for address in [
        "http://app.example/keys",
        "https://u:p@app.example/keys",
        "keys",
    ] {
        let refused = add(&["--jwks-uri", address]);
        assert_eq!(refused.status.code(), Some(2), "{address}");
        assert!(complaint(&refused).contains("https URL"), "{address}");
    }
}

fn manage_clients(new: fn() -> Place) {
    for running in [false, true] {
        let place = new();
        let _running = running.then(|| place.up(&["--demo"]));
        let redirect = "https://app.example/cb";
        let added = json(
            &place,
            &[
                "client",
                "add",
                "An app",
                "--redirect-uri",
                redirect,
                "--confidential",
                "--json",
            ],
        );
        let id = added["client"]["id"].as_str().expect("id");
        let secret = added["client_secret"].as_str().expect("secret");
        let shown = json(&place, &["client", "show", id, "--json"]);
        assert_eq!(shown["redirect_uris"][0], redirect);
        let everything = format!(
            "{}{}",
            place.done(&["client", "list", "--json"]),
            place.done(&["client", "show", id])
        );
        assert!(everything.contains("An app") && !everything.contains(secret));
        assert!(shown["access_ttl"].is_null());
        place.done(&["client", "set", id, "--access-ttl", "2m"]);
        assert_eq!(
            json(&place, &["client", "show", id, "--json"])["access_ttl"],
            120
        );
        let long = place.run(&["client", "set", id, "--access-ttl", "2h"]);
        assert!(complaint(&long).contains("between 30 seconds and 1 hour"));
        place.done(&["client", "set", id, "--access-ttl", "default"]);
        assert!(json(&place, &["client", "show", id, "--json"])["access_ttl"].is_null());
        place.done(&["client", "revoke", id]);
        assert!(place.done(&["client", "list"]).contains("revoked"));
        let unknown = place.run(&["client", "show", "nothing"]);
        assert_eq!(unknown.status.code(), Some(1));
    }
}

#[test]
fn signing_keys_are_exchanged_retired_and_moved_with_and_without_a_running_process() {
    for running in [false, true] {
        let place = Place::new();
        drop(place.up(&["--demo"])); // makes the first key
        let _running = running.then(|| place.up(&["--demo"]));
        let states = || {
            let keys = json(&place, &["key", "list", "--json"]);
            let keys = keys.as_array().expect("a list").iter();
            let word = |key: &Value| key["state"].as_str().expect("a state").to_owned();
            keys.map(word).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(states(), "active");
        let announced = json(&place, &["key", "rotate", "--json"]);
        assert_eq!(
            (&announced["state"], &announced["algorithm"]),
            (&"announced".into(), &"ES256".into())
        );
        assert_eq!(states(), "announced active");
        for odd in [["-A", "--compromised"], ["--compromised", "-A"]] {
            let unknown = place.run(&[&["key", "retire"], &odd[..]].concat());
            assert_eq!(unknown.status.code(), Some(1), "{}", complaint(&unknown));
        }
        let again = place.run(&["key", "rotate"]);
        assert_eq!(again.status.code(), Some(1));
        assert!(complaint(&again).contains("announced already"));
        let active = json(&place, &["key", "rotate", "--now", "--json"]);
        assert_eq!(active["kid"], announced["kid"]);
        assert_eq!(states(), "active retired");

        let kid = active["kid"].as_str().expect("a name");
        let file = place.path().join(format!("key-{running}.json"));
        let file = file.to_str().expect("a path");
        let export = ["key", "export", kid, file, "--passphrase-stdin"];
        let short = place.run_with_input(&export, "short\n");
        assert_eq!(short.status.code(), Some(1));
        assert!(complaint(&short).contains("between 12 and 1024"));
        said(&place.run_with_input(&export, "correct horse battery\n"));
        let sealed = std::fs::read_to_string(file).expect("written");
        assert!(sealed.contains(kid) && !sealed.contains("\"d\""));
        let twice = place.run_with_input(&export, "correct horse battery\n");
        assert!(complaint(&twice).contains("cannot make"));

        let removed = json(&place, &["key", "retire", kid, "--compromised", "--json"]);
        assert_eq!(removed["state"], "removed");
        assert_eq!(states(), "active removed retired");

        let elsewhere = Place::new();
        let import = ["key", "import", file, "--passphrase-stdin"];
        let wrong = elsewhere.run_with_input(&import, "wrong horse battery\n");
        assert!(complaint(&wrong).contains("does not open"));
        said(&elsewhere.run_with_input(&import, "correct horse battery\n"));
        assert!(elsewhere.done(&["key", "list"]).contains(kid));
    }
}

#[test]
fn initial_access_tokens_are_made_listed_and_taken_back() {
    for running in [false, true] {
        let place = Place::new();
        let _running = running.then(|| place.up(&["--demo"]));
        let words = ["client", "token", "add", "--note", "build server"];
        let made = json(
            &place,
            &[
                &words[..],
                &["--uses", "3", "--expires-in", "12h", "--json"],
            ]
            .concat(),
        );
        let id = made["token"]["id"].as_str().expect("a name");
        let secret = made["initial_access_token"].as_str().expect("a token");
        assert!(secret.starts_with("dwt_"), "{made}");
        let listed = json(&place, &["client", "token", "list", "--json"]);
        assert_eq!(listed[0]["id"], id);
        assert_eq!(
            (&listed[0]["uses"], &listed[0]["most_uses"]),
            (&0.into(), &3.into())
        );
        let everything = format!(
            "{listed}{}{}",
            place.done(&["client", "token", "list"]),
            place.done(&["audit", "list"])
        );
        assert!(everything.contains("build server") && everything.contains("0 of 3"));
        assert!(!everything.contains(secret)); // never again
        place.done(&["client", "token", "revoke", id]);
        assert_eq!(
            place.done(&["client", "token", "list", "--json"]).trim(),
            "[]"
        );
        let again = place.run(&["client", "token", "revoke", id]);
        assert!(complaint(&again).contains("no initial access token"));
        let long = place.run(&["client", "token", "add", "--expires-in", "400d"]);
        assert!(complaint(&long).contains("366 days"));
        let none = place.run(&["client", "token", "add", "--uses", "0"]);
        assert_eq!(none.status.code(), Some(2));
    }
}

#[test]
fn tokens_of_identity_providers_are_made_listed_and_taken_back() {
    for running in [false, true] {
        let place = Place::new();
        let _running = running.then(|| place.up(&["--demo"]));
        let made = json(&place, &["scim", "token", "add", "okta", "--json"]);
        let id = made["token"]["id"].as_str().expect("a name");
        let secret = made["scim_token"].as_str().expect("a token");
        assert!(secret.starts_with("dws_"), "{made}");
        assert!(made["token"]["expires_at"].is_null());
        place.done(&["scim", "token", "add", "entra", "--expires-in", "90d"]);
        let listed = place.done(&["scim", "token", "list"]);
        assert!(
            listed.contains("entra") && listed.contains("never"),
            "{listed}"
        );
        let audit = place.done(&["audit", "list"]);
        assert!(audit.contains("scim.token"), "{audit}");
        assert!(!format!("{listed}{audit}").contains(secret)); // never again
        place.done(&["scim", "token", "revoke", id]);
        let again = place.run(&["scim", "token", "revoke", id]);
        assert!(complaint(&again).contains("no token"));
        let left = json(&place, &["scim", "token", "list", "--json"]);
        assert_eq!(left.as_array().map(Vec::len), Some(1));
        let bad = place.run(&["scim", "token", "add", "Not A Name"]);
        assert_eq!(bad.status.code(), Some(2));
    }
}

#[test]
fn accounts_are_linked_to_people_elsewhere_and_unlinked() {
    const ISSUER: &str = "https://idp.example";
    for running in [false, true] {
        let place = Place::new();
        let _running = running.then(|| place.up(&["--demo"]));
        for name in ["alice", "bob"] {
            place.add_user(name, "correct horse");
        }
        place.done(&["user", "link", "alice", ISSUER, "00u1"]);
        place.done(&["user", "link", "bob", ISSUER, "00u2"]);
        let links = json(&place, &["user", "links", "--json"]);
        assert_eq!(links.as_array().map(Vec::len), Some(2));
        assert_eq!(links[0]["subject"], "00u1");
        let bobs = json(&place, &["user", "links", "--user", "Bob", "--json"]);
        assert_eq!(
            (&bobs[0]["user"], &bobs[0]["issuer"]),
            (&"bob".into(), &ISSUER.into())
        );
        assert!(bobs[0]["used_at"].is_null());
        assert!(place.done(&["user", "links"]).contains("never"));
        let again = place.run(&["user", "link", "bob", ISSUER, "00u1"]);
        assert!(complaint(&again).contains("linked already")); // X-011
        let nobody = place.run(&["user", "link", "nobody", ISSUER, "00u3"]);
        assert!(complaint(&nobody).contains("no user named nobody"));
        place.done(&["user", "unlink", ISSUER, "00u1"]);
        let gone = place.run(&["user", "unlink", ISSUER, "00u1"]);
        assert!(complaint(&gone).contains("no link"));
    }
}

#[test]
fn the_audit_log_is_listed_followed_and_verified() {
    let place = Place::new();
    place.add_user("alice", "correct horse");
    let tail = place.run(&["audit", "tail"]);
    assert!(String::from_utf8_lossy(&tail.stdout).contains("user=alice"));
    assert!(complaint(&tail).contains("nothing is running"));
    let records = json(&place, &["audit", "verify", "--json"]);
    assert_eq!(records["intact"], true);
    let lines = place.done(&["audit", "list", "--json", "--user", "alice"]);
    let record: Value =
        serde_json::from_str(lines.lines().next().expect("a record")).expect("JSON");
    assert_eq!(
        (&record["event"], &record["user"]),
        (&"user.change".into(), &"alice".into())
    );
    assert_eq!(place.done(&["audit", "list", "--user", "nobody"]), "");
}

#[test]
fn a_follower_sees_what_happens_while_it_follows() {
    use std::io::{BufRead, BufReader};
    let place = Place::new();
    let _running = place.up(&["--demo"]);
    let mut follower = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["audit", "tail", "--json", "--data"])
        .arg(place.data())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(follower.stdout.take().expect("output")).lines();
    lines
        .next()
        .expect("the record of the set-up link")
        .expect("text");
    place.add_user("bob", "correct horse");
    let line = lines.next().expect("the next record").expect("text");
    assert!(line.contains("\"user\":\"bob\""), "{line}");
    follower.kill().expect("killed");
    follower.wait().expect("gone");
}
