//! `doorward server`: what the operator is told of servers that are programs.

use std::time::{Duration, Instant};

use crate::{
    kernel::{NO_LANDLOCK, doorward_on},
    process::{Place, complaint, said},
    serving::{Serving, free_port},
};

const CHATTY: &str = "printf 'hello \\033[31m red\\n' >&2; while read -r line; do :; done";

fn config(place: &Place, keys: &str) -> std::path::PathBuf {
    let (port, ops) = (free_port(), free_port());
    let text = format!(
        "listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n[[servers]]\n\
         name = 'chatty'\ncommand = ['sh', '-c', \"\"\"{}\"\"\"]\nwarm = 1\n{keys}",
        CHATTY.replace('\\', "\\\\")
    );
    place.write("doorward.toml", &text)
}

#[test]
fn the_operator_sees_processes_boxes_and_what_servers_say() {
    // ST-05
    let place = Place::new();
    let file = config(
        &place,
        "sandbox = 'strict'\nprocess_limits = { cpu_time = '1h' }\n",
    );
    let serving = Serving::start(&place, &file);
    serving.until("box");
    let start = Instant::now();
    let logs = loop {
        let logs = said(&place.run(&["server", "logs", "chatty"]));
        if !logs.is_empty() || start.elapsed() > Duration::from_secs(60) {
            break logs;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    };
    assert!(logs.contains("hello \\u{1b}[31m red"), "{logs}");
    let shown = said(&place.run(&["server", "show", "chatty"]));
    for text in [
        "per-session",
        "strict",
        "3600 s of processor time a process: enforced",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let list = said(&place.run(&["server", "list", "--json"]));
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(
        (&list[0]["server"], &list[0]["sandbox"]),
        (&"chatty".into(), &"strict".into())
    );
    let unknown = complaint(&place.run(&["server", "logs", "nobody"]));
    assert!(unknown.contains("no server `nobody`"), "{unknown}");
}

#[test]
fn a_box_is_tried_out_without_starting_anything_and_versions_are_told() {
    let place = Place::new();
    let text = "[[servers]]\nname = 'files'\ncommand = ['npx', '-y', 'no-such-package-here']\n\
                sandbox = 'network'\nwrite = ['/no/such/folder']\nmax_processes = 8\n\
                [[servers]]\nname = 'far'\nurl = 'http://127.0.0.1:9/mcp'\n";
    let file = place.write("doorward.toml", text).display().to_string();
    let checked = said(&place.run(&["server", "check", "files", "--config", &file]));
    for text in [
        "sandbox   network",
        "memory 2048 MiB a process: enforced",
        "path /no/such/folder: partly enforced",
        "write `no-such-package-here@VERSION`",
    ] {
        assert!(checked.contains(text), "{text}: {checked}");
    }
    let far = complaint(&place.run(&["server", "check", "far", "--config", &file]));
    assert!(far.contains("is no program"), "{far}");
    let output = place.run(&["config", "check", &file]);
    assert!(output.status.success());
    let warned = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        warned.contains("server files: `no-such-package-here` runs whatever"),
        "{warned}"
    );
    let crowding = "server files: max_processes is 8, and one user may have 8";
    assert!(warned.contains(crowding), "{warned}"); // ST-06
}

#[test]
fn a_server_whose_sandbox_does_not_hold_is_not_started_and_the_operator_is_told_before_and_after() {
    // ST-03
    let place = Place::new();
    let ran = place.path().join("ran");
    std::fs::create_dir(&ran).expect("made");
    let script = format!(
        "date > {}/it; while read -r line; do :; done",
        ran.display()
    );
    let (port, ops) = (free_port(), free_port());
    let text = |more: &str| {
        format!(
            "listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n[[servers]]\n\
             name = 'notes'\ncommand = ['sh', '-c', '{script}']\nwarm = 1\n\
             sandbox = 'strict'\nwrite = ['{}']\n{more}",
            ran.display()
        )
    };
    let file = place.write("doorward.toml", &text(""));
    let shown = file.display().to_string();
    let mut check = doorward_on(NO_LANDLOCK);
    let check = check.args(["server", "check", "notes", "--config", &shown]);
    let checked = check.output().expect("ended");
    assert_eq!(checked.status.code(), Some(1));
    let fix = "sandbox_missing = \"start\"";
    assert!(complaint(&checked).contains(fix), "{}", complaint(&checked));
    let serving = Serving::start_as(doorward_on(NO_LANDLOCK), &place, &file);
    let told = serving.until("ERROR");
    for part in ["notes", "not started", "this kernel has no Landlock", fix] {
        assert!(told.contains(part), "{part}: {told}");
    }
    serving.until("server process failed");
    let lines = said(&place.run(&["server", "show", "notes"]));
    assert!(
        lines.contains("refused   the program is not started"),
        "{lines}"
    );
    assert!(std::fs::read_dir(&ran).expect("a folder").next().is_none());
    // Who accepts less says so, and only then it runs.
    place.write("doorward.toml", &text("sandbox_missing = 'start'\n"));
    let told = serving.until("NOT enforced");
    assert!(told.contains("WARN"), "{told}");
    let start = Instant::now();
    while std::fs::read_dir(&ran).expect("a folder").next().is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "it starts");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
