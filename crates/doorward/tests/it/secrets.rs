//! No secret is in clear where it is kept or told of.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{browser::log_in, http::request, mcp::call, process::Place};

const PASSWORD: &str = "correct horse battery";
/// What codes, refresh tokens and session cookies begin with.
const KINDS: [&str; 3] = ["dwk_", "dwr_", "dws_"];

#[test]
fn neither_the_data_folder_nor_the_log_holds_a_secret_that_was_given_out() {
    let place = Place::new();
    place.add_user("alice", PASSWORD);
    let redirect = "https://desk.example/cb";
    let add = ["client", "add", "Desk", "--redirect-uri", redirect];
    let added = place.done(&[&add[..], &["--confidential", "--json"]].concat());
    let added: Value = serde_json::from_str(&added).expect("JSON");
    let mut secrets = vec![added["client_secret"].as_str().expect("text").to_owned()];

    let running = place.up(&["--demo", "--log", "doorward=trace"]);
    let first = log_in(&running, "alice", PASSWORD);
    let response = first.refresh(running.authority()).expect("answer");
    let next = first.successor(&response);
    assert_eq!(call(&running, &next, "tools/list", json!({})).status, 200);
    secrets.extend([first.access, first.refresh, next.access, next.refresh]);
    secrets.push(PASSWORD.to_owned());
    secrets.extend(KINDS.map(str::to_owned));

    let log = running.complaints();
    let files = files_of(&place.data());
    assert!(files.iter().any(|file| file.ends_with("doorward.db")));
    for secret in secrets {
        assert!(
            !log.contains(&secret),
            "AD-07, S-017: the log holds {secret}"
        );
        for file in &files {
            let bytes = std::fs::read(file).expect("readable");
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "S-011, AZ-10: {} holds {secret}", file.display());
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_file()).collect()
}

#[test]
fn the_log_tells_by_name_what_a_client_registered_in_vain() {
    let place = Place::new();
    let running = place.up(&["--demo", "--log", "doorward=debug"]);
    let body = json!({
        "redirect_uris": ["https://c.example/cb"],
        "sector_identifier_uri": "https://c.example/C4NARY",
    });
    let headers = [("content-type", "application/json")];
    let text = body.to_string();
    let answer = request(running.authority(), "POST", "/register", &headers, &text);
    assert_eq!(answer.expect("answer").status, 201);
    let log = running.complaints();
    assert!(log.contains("sector_identifier_uri"), "{log}");
    assert!(!log.contains("C4NARY"), "{log}");
}
