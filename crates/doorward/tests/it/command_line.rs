//! What the command line does with good and bad input.

use std::net::TcpListener;

use serde_json::Value;

use crate::{
    http::request,
    process::{Place, complaint, on_free_ports, said},
};

/// The complaint of a command that failed with this status: one line that holds all `parts`.
fn fails(place: &Place, arguments: &[&str], status: i32, parts: &[&str]) {
    // Another test may listen on the ports that are taken by default.
    let output = match arguments {
        ["up", rest @ ..] if status == 1 => place.run(&on_free_ports(rest)),
        _ => place.run(arguments),
    };
    let complaint = complaint(&output);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {complaint}"
    );
    if status == 1 {
        assert_eq!(
            complaint.trim_end().lines().count(),
            1,
            "{arguments:?}: {complaint}"
        );
    }
    for part in parts {
        assert!(
            complaint.contains(part),
            "{arguments:?}: {complaint} lacks {part}"
        );
    }
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result");
}

#[test]
fn wrong_usage_is_status_2() {
    let place = Place::new();
    fails(&place, &["frobnicate"], 2, &["frobnicate"]);
    fails(&place, &["up"], 2, &["--demo"]);
    fails(
        &place,
        &["up", "--demo", "http://127.0.0.1:1/mcp"],
        2,
        &["--demo"],
    );
    fails(
        &place,
        &["up", "npx"],
        2,
        &["`npx` is not a URL", "after --"],
    );
    fails(
        &place,
        &["up", "--demo", "--name", "Not A Name"],
        2,
        &["--name", "lower-case"],
    );
    fails(
        &place,
        &["up", "--demo", "--listen", "8080"],
        2,
        &["--listen", "127.0.0.1:8080"],
    );
    fails(
        &place,
        &["up", "--demo", "--public-url", "http://mcp.example.com"],
        2,
        &["https"],
    );
    fails(&place, &["user", "add"], 2, &["<NAME>"]);
}

#[test]
fn a_port_that_is_taken_is_one_line_with_the_fix() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = taken.local_addr().expect("address").to_string();
    let arguments = [
        "up",
        "--demo",
        "--ops-listen",
        "127.0.0.1:0",
        "--listen",
        &address,
    ];
    fails(
        &place,
        &arguments,
        1,
        &[&address, "another program", "--listen 127.0.0.1:0"],
    );
}

#[test]
fn an_ops_port_that_is_taken_stops_serve_and_only_warns_up() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = taken.local_addr().expect("address").to_string();
    let place = Place::new();
    let config = place.write(
        "doorward.toml",
        &format!("listen = '127.0.0.1:0'\npublic_url = 'http://127.0.0.1:1'\nops_listen = '{address}'\nservers = [{{ name = 'a', command = ['cat'] }}]"),
    );
    let arguments = ["serve", "--config", config.to_str().expect("path")];
    fails(
        &place,
        &arguments,
        1,
        &[&address, "another program", "ops_listen"],
    );
    let running = place.up(&["--demo", "--ops-listen", &address]);
    let complaints = running.complaints();
    assert!(
        complaints.contains("no health and metrics") && complaints.contains(&address),
        "{complaints}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_one_line_with_the_fix() {
    let place = Place::new();
    place.write("data", "a file where the folder should be");
    for arguments in [["up", "--demo"], ["user", "list"]] {
        fails(&place, &arguments, 1, &["data folder", "--data DIR"]);
    }
}

#[test]
fn a_data_folder_with_a_very_long_path_is_refused_for_its_socket() {
    let place = Place::new();
    let deep = place.path().join("d".repeat(120));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args([
            "up",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--ops-listen",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(&deep)
        .output()
        .expect("ended");
    let complaint = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("shorter path"), "{complaint}");
}

#[test]
fn a_second_process_on_a_data_folder_is_told_who_has_it() {
    let place = Place::new();
    let _running = place.up(&["--demo"]);
    let arguments = [
        "up",
        "--demo",
        "--listen",
        "127.0.0.1:0",
        "--ops-listen",
        "127.0.0.1:0",
    ];
    fails(&place, &arguments, 1, &["in use by process", "--data DIR"]);
}

#[test]
fn a_command_that_is_missing_is_one_line_with_the_fix() {
    let place = Place::new();
    let arguments = ["up", "--", "no-such-program-here", "--flag"];
    fails(
        &place,
        &arguments,
        1,
        &["no program `no-such-program-here`", "install it"],
    );
    assert!(!place.data().exists(), "nothing is left behind");
}

#[test]
fn listening_on_a_network_in_clear_is_refused() {
    let place = Place::new();
    let arguments = ["up", "--demo", "--listen", "0.0.0.0:0"];
    fails(&place, &arguments, 1, &["in clear", "doorward serve"]); // S-024
}

#[test]
fn a_configuration_is_checked_with_its_line_and_the_nearest_key() {
    let place = Place::new();
    let path = place.write(
        "a.toml",
        "[[servers]]\nname = 'a'\nurll = 'http://127.0.0.1:1/mcp'\n",
    );
    let path = path.to_str().expect("path");
    fails(
        &place,
        &["config", "check", path],
        1,
        &["a.toml:3: unknown key `urll`; did you mean `url`?"],
    );
    fails(&place, &["serve", "--config", path], 1, &["a.toml:3"]);
    fails(
        &place,
        &["config", "check", "absent.toml"],
        1,
        &["absent.toml"],
    );
    place.write(
        "a.toml",
        "[[servers]]\nname = 'a'\nurl = 'http://127.0.0.1:1/mcp'\n",
    );
    assert!(place.done(&["config", "check", path]).contains("is fine"));
    assert!(!place.data().exists(), "checking makes no data folder");
}

#[test]
fn the_schema_completions_and_manual_are_printed() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(&place.done(&["config", "schema"])).expect("JSON");
    assert!(schema["properties"]["servers"].is_object());
    assert!(place.done(&["completions", "bash"]).contains("_doorward"));
    assert!(place.done(&["man"]).contains(".TH doorward"));
}

#[test]
fn a_password_is_asked_for_on_a_terminal_only() {
    let place = Place::new();
    // Without a controlling terminal; setsid is part of every Debian.
    let output = std::process::Command::new("setsid")
        .args([
            "--wait",
            env!("CARGO_BIN_EXE_doorward"),
            "user",
            "add",
            "alice",
            "--data",
        ])
        .arg(place.data())
        .stdin(std::process::Stdio::null())
        .output()
        .expect("ended");
    let complaint = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("--password-stdin"), "{complaint}");
}

#[test]
fn a_lost_key_or_database_stops_everything_and_nothing_is_made_anew() {
    // CR-03
    for (lost, expected) in [("master.key", "master key"), ("doorward.db", "database")] {
        let place = Place::new();
        place.add_user("alice", "correct horse");
        for file in std::fs::read_dir(place.data()).expect("folder").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.starts_with(lost) {
                std::fs::remove_file(file.path()).expect("removed");
            }
        }
        fails(
            &place,
            &["user", "list"],
            1,
            &[expected, "missing", "backup"],
        );
        fails(
            &place,
            &["up", "--demo"],
            1,
            &[expected, "missing", "backup"],
        );
        assert!(!place.data().join(lost).exists());
    }
}

#[test]
fn a_foreign_master_key_is_refused() {
    let place = Place::new();
    place.up(&["--demo"]).kill();
    std::fs::write(place.data().join("master.key"), [7; 32]).expect("written");
    fails(
        &place,
        &[
            "up",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--ops-listen",
            "127.0.0.1:0",
        ],
        1,
        &["master key", "restore"],
    ); // TK-17
}

#[test]
fn a_url_that_does_not_answer_is_told_and_the_door_stays_open() {
    let place = Place::new();
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("port")
        .local_addr()
        .expect("address");
    let mut running = place.up(&[&format!("http://{closed}/mcp")]);
    let complaint = running.until(&closed.to_string());
    assert!(complaint.contains("WARN"), "{complaint}");
    let response = request(running.authority(), "GET", "/jwks", &[], "").expect("answer");
    assert_eq!(response.status, 200);
}

#[test]
fn results_go_to_standard_output_only() {
    let place = Place::new();
    let output = place.run(&["user", "list", "--json"]);
    assert_eq!(said(&output).trim(), "[]");
    assert!(output.stderr.is_empty());
}
