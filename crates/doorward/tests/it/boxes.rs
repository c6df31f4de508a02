//! The boxes of stdio servers, tried out for real: each rule refused and allowed.

use std::{
    fs,
    net::TcpListener,
    os::unix::net::UnixListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kernel::{LANDLOCK_KEPT_AWAY, LANDLOCK_OFF, NO_FILTERS, NO_LANDLOCK, doorward_on};

/// A plan that puts nothing around anything.
fn open() -> Value {
    json!({
        "limits": { "memory": null, "processes": null, "open_files": null, "file_size": null,
                    "cpu_seconds": null },
        "sandbox": "off", "read": [], "write": [], "parent": null
    })
}

fn sandbox(kind: &str, write: &Path) -> Value {
    let mut plan = open();
    plan["sandbox"] = kind.into();
    plan["write"] = json!([write]);
    plan
}

/// Runs a script in a box.
fn run(plan: &Value, script: &str) -> Output {
    program(plan, &["sh", "-c", script])
}

fn program(plan: &Value, command: &[&str]) -> Output {
    launched(Command::new(env!("CARGO_BIN_EXE_doorward")), plan, command)
}

fn launched(mut binary: Command, plan: &Value, command: &[&str]) -> Output {
    binary
        .arg("box-launch")
        .arg(plan.to_string())
        .args(command)
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).trim().to_owned()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn report(plan: &Value) -> Value {
    serde_json::from_slice(&program(plan, &[]).stdout).expect("a report")
}

/// Whether this kernel enforces what a rule beginning so says.
fn holds(plan: &Value, rule: &str) -> bool {
    let facts = report(plan)["facts"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut facts = facts.iter();
    let fact = facts.find(|fact| {
        fact["rule"]
            .as_str()
            .is_some_and(|text| text.contains(rule))
    });
    fact.expect("a rule")["held"]["state"] == "enforced"
}

#[test]
fn a_program_starts_in_any_box_and_one_that_is_not_there_is_told() {
    let own = folder();
    for plan in [
        open(),
        sandbox("strict", own.path()),
        sandbox("network", own.path()),
    ] {
        let output = run(&plan, "echo started");
        assert_eq!(said(&output), "started", "{plan}");
        assert!(output.status.success());
        let missing = program(&plan, &["no-such-program-here"]);
        assert_eq!(missing.status.code(), Some(127));
        assert!(said(&missing).contains("cannot start no-such-program-here"));
    }
}

#[test]
fn a_program_does_not_start_where_its_sandbox_does_not_hold_unless_less_is_accepted() {
    // ST-03
    let own = folder();
    for (kernel, lacking) in [
        (NO_LANDLOCK, "this kernel has no Landlock"),
        (LANDLOCK_OFF, "not switched on"),
        (LANDLOCK_KEPT_AWAY, "a container keeps it away"),
        (NO_FILTERS, "seccomp"),
    ] {
        let run = |plan: &Value| launched(doorward_on(kernel), plan, &["echo", "started"]);
        for kind in ["strict", "network"] {
            let mut plan = sandbox(kind, own.path());
            let refused = run(&plan);
            assert_eq!(refused.status.code(), Some(127), "{kernel:?}");
            assert_eq!(refused.stdout, b"", "it did not start");
            let why = said(&refused);
            assert_eq!(why.lines().count(), 1, "{why}");
            for part in [lacking, kind, "sandbox_missing = \"start\""] {
                assert!(why.contains(part), "{part}: {why}");
            }
            plan["missing"] = "start".into();
            assert_eq!(said(&run(&plan)), "started", "{kernel:?}");
        }
        assert_eq!(said(&run(&open())), "started", "nothing was promised");
    }
}

#[test]
fn what_doorward_keeps_is_not_seen_whatever_folder_it_is_in() {
    // ST-03
    let home = folder();
    let at = |path: &str| home.path().join(path);
    // A folder that every program sees, like those of the system.
    let data = at(".local/lib/doorward/data");
    fs::create_dir_all(&data).expect("made");
    fs::create_dir_all(at("srv")).expect("made");
    fs::write(data.join("master.key"), "secret").expect("written");
    fs::write(at(".local/lib/doorward/library"), "library").expect("written");
    std::os::unix::fs::symlink(&data, at("srv/link")).expect("linked");
    let script = r#"cd "$HOME"; cat .local/lib/doorward/library .local/lib/doorward/data/master.key
                    ls .local/lib/doorward/data srv/link; cat srv/link/master.key"#;
    let seen = |plan: &Value| {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_doorward"));
        binary.env("HOME", home.path());
        launched(binary, plan, &["sh", "-c", script]).stdout
    };
    let own = folder();
    let mut plan = sandbox("strict", own.path());
    let open = String::from_utf8(seen(&plan)).expect("text");
    assert!(open.contains("secret"), "nothing is hidden yet: {open}");
    plan["hidden"] = json!([data]);
    assert_eq!(seen(&plan), b"library");
    // What would show it is left out, whatever the configuration said when it was read.
    plan["read"] = json!([at("srv/link"), at(".local"), "/"]);
    assert_eq!(seen(&plan), b"library");
    assert!(!holds(&plan, "srv/link") && !holds(&plan, "path /"));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_by_their_other_numbers_do_not_exist() {
    // ST-03: ptrace (101) by the numbers of 32-bit pointers, and their own (521), getpid (39)
    let own = folder();
    let script = "
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for call in (101, 521, 39, 547):
    print(libc.syscall(0x40000000 | call, 0, 0, 0, 0), ctypes.get_errno())";
    for kind in ["strict", "network"] {
        let plan = sandbox(kind, own.path());
        let told = said(&program(&plan, &["/usr/bin/python3", "-c", script]));
        assert_eq!(told, "-1 38\n-1 38\n-1 38\n-1 38", "{kind}");
    }
}

#[test]
fn files_are_private_to_who_made_them() {
    // ST-03
    let own = folder();
    let path = own.path().join("file");
    let script = format!("umask; echo x > {0}; stat -c %a {0}", path.display());
    assert_eq!(said(&run(&open(), &script)), "0077\n600");
}

#[test]
fn what_somebody_left_open_does_not_reach_the_program() {
    // ST-03
    let launcher = env!("CARGO_BIN_EXE_doorward");
    let script = format!(
        r#"exec 7</dev/null; "$0" box-launch '{}' sh -c 'ls /proc/self/fd | tr "\n" " "'"#,
        open()
    );
    let shell = Command::new("sh").args(["-c", &script, launcher]).output();
    let output = said(&shell.expect("it runs"));
    assert!(output.starts_with("0 1 2 "), "{output}");
    assert!(!output.contains('7'), "{output}");
}

#[test]
fn in_a_sandbox_only_what_was_named_is_seen_and_changed() {
    // ST-03
    for kind in ["strict", "network"] {
        let (own, elsewhere, shown) = (folder(), folder(), folder());
        let secret = elsewhere.path().join("master.key");
        let readable = shown.path().join("data");
        fs::write(&secret, "secret").expect("written");
        fs::write(&readable, "data").expect("written");
        let mut plan = sandbox(kind, own.path());
        assert!(holds(&plan, "Landlock"), "this machine can show it");
        plan["read"] = json!([shown.path()]);
        let script = format!(
            "cat {secret}; ls {elsewhere}; echo x > {elsewhere}/new; rm {secret}
             cat {readable}; echo; echo x > {readable}; echo y > {own}/new && cat {own}/new",
            secret = secret.display(),
            elsewhere = elsewhere.path().display(),
            readable = readable.display(),
            own = own.path().display(),
        );
        let output = run(&plan, &script);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "data\ny\n");
        let errors = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert_eq!(errors.matches("permission denied").count(), 5, "{errors}");
        assert!(secret.exists() && !elsewhere.path().join("new").exists());
        let open = run(&open(), &format!("cat {}", secret.display()));
        assert_eq!(said(&open), "secret", "without a sandbox it is seen");
    }
}

#[test]
fn a_strict_program_reaches_nothing_and_one_with_the_network_reaches_that_alone() {
    let own = folder();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let socket = own.path().join("control.sock");
    let _control = UnixListener::bind(&socket).expect("a socket");
    let script = format!(
        r#"
import socket
def tried(name, act):
    try:
        act(); print(name, "reached")
    except OSError as error:
        print(name, "refused", error.errno)
tried("tcp", lambda: socket.create_connection(("127.0.0.1", {port}), 5))
tried("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
tried("unix", lambda: socket.socket(socket.AF_UNIX).connect({socket:?}))
tried("pair", socket.socketpair)
tried("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
"#
    );
    let python = |plan: &Value| said(&program(plan, &["/usr/bin/python3", "-c", &script]));
    let strict = sandbox("strict", own.path());
    assert!(holds(&strict, "seccomp"), "this machine can show it");
    assert_eq!(
        python(&strict),
        "tcp refused 1\nudp refused 1\nunix refused 1\npair reached\nraw refused 1"
    );
    assert_eq!(
        python(&sandbox("network", own.path())),
        "tcp reached\nudp reached\nunix refused 1\npair reached\nraw refused 1"
    );
    let free = python(&open());
    assert!(
        free.starts_with("tcp reached\nudp reached\nunix reached"),
        "{free}"
    );
}

#[test]
fn a_program_in_a_sandbox_cannot_look_into_or_end_what_is_outside() {
    // ST-03
    let own = folder();
    let mut outside = Command::new("sleep")
        .arg("100")
        .env("SECRET", "canary")
        .spawn()
        .expect("it runs");
    let script = format!(
        "cat /proc/{0}/environ; kill -9 {0}; prlimit --pid {0} --nofile=7:7 && echo limited; \
         ipcmk -M 4096 && echo shared; sh -c 'sleep 0' && echo own children run",
        outside.id()
    );
    let output = run(&sandbox("strict", own.path()), &script);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "own children run\n"
    );
    assert!(outside.try_wait().expect("a status").is_none(), "it lives");
    let free = run(&open(), &format!("cat /proc/{}/environ", outside.id()));
    assert!(said(&free).contains("canary"), "without a sandbox it can");
    outside.kill().expect("killed");
    outside.wait().expect("reaped");
}

#[test]
fn a_program_in_a_sandbox_leaves_others_their_share_of_the_processor() {
    // ST-06
    let own = folder();
    // Without capabilities, as Doorward mostly is: the kernel lets its user change it.
    let mut outside = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["box-launch", &sandbox("network", own.path()).to_string()])
        .args(["sleep", "100"])
        .spawn()
        .expect("it runs");
    let script = format!(
        r#"
import os
idle = (os.SCHED_IDLE, os.sched_param(0))
def tried(name, act, *arguments):
    try:
        act(*arguments); print(name, "done")
    except OSError as error:
        print(name, "refused", error.errno)
for who in (0, {}):
    tried("nice", os.setpriority, os.PRIO_PROCESS, who, 5)
    tried("affinity", os.sched_setaffinity, who, os.sched_getaffinity(0))
    tried("scheduler", os.sched_setscheduler, who, *idle)
tried("user", os.setpriority, os.PRIO_USER, 0, 19)
tried("group", os.setpriority, os.PRIO_PGRP, 0, 19)"#,
        outside.id()
    );
    let python = |plan: &Value| said(&program(plan, &["/usr/bin/python3", "-c", &script]));
    for kind in ["strict", "network"] {
        assert_eq!(
            python(&sandbox(kind, own.path())),
            "nice done\naffinity done\nscheduler done\n\
             nice refused 1\naffinity refused 1\nscheduler refused 1\n\
             user refused 1\ngroup refused 1"
        );
    }
    outside.kill().expect("killed");
    outside.wait().expect("reaped");
}

#[test]
fn a_program_in_a_sandbox_gains_no_rights() {
    let own = folder();
    let status = [
        "grep",
        "-E",
        "NoNewPrivs|CapEff|Seccomp:",
        "/proc/self/status",
    ];
    let output = said(&program(&sandbox("strict", own.path()), &status));
    let expected = "CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2";
    assert_eq!(output, expected);
    let unshared = run(
        &sandbox("network", own.path()),
        "unshare -U true && echo gained",
    );
    assert!(!said(&unshared).contains("gained"), "{}", said(&unshared));
}

#[test]
fn a_process_has_no_more_memory_files_and_time_than_it_may() {
    // ST-06
    let allocate = "b = bytearray(200 << 20); print(len(b) >> 20)";
    let python = |plan: &Value, script: &str| program(plan, &["/usr/bin/python3", "-c", script]);
    let mut plan = open();
    assert_eq!(said(&python(&plan, allocate)), "200");
    plan["limits"]["memory"] = (100 << 20).into();
    assert!(said(&python(&plan, allocate)).contains("MemoryError"));
    assert_eq!(said(&python(&plan, "print(1)")), "1", "what fits runs");
    let files = "f = [open('/dev/null') for _ in range(50)]; print(len(f))";
    assert_eq!(said(&python(&plan, files)), "50");
    plan["limits"]["open_files"] = 32.into();
    assert!(said(&python(&plan, files)).contains("Too many open files"));
    let write = "head -c 3000000 /dev/zero > \"$TMPDIR/big\"; stat -c %s \"$TMPDIR/big\"";
    let own = folder();
    let written = |plan: &Value| {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_doorward"));
        binary.env("TMPDIR", own.path());
        said(&launched(binary, plan, &["sh", "-c", write]))
    };
    assert_eq!(written(&plan), "3000000");
    plan["limits"]["file_size"] = (1 << 20).into();
    assert!(written(&plan).contains("1048576"), "no more fits");
    plan["limits"]["cpu_seconds"] = 1.into();
    let busy = run(&plan, "while :; do :; done");
    assert!(!busy.status.success(), "a busy loop ends");
}

#[test]
fn what_does_not_hold_is_reported_with_the_reason() {
    let own = folder();
    let mut plan = sandbox("strict", own.path());
    plan["read"] = json!(["/no/such/folder"]);
    plan["limits"]["processes"] = 64.into();
    let facts = report(&plan)["facts"].as_array().cloned().expect("facts");
    let state = |rule: &str| {
        let mut facts = facts.iter();
        let fact = facts.find(|fact| {
            fact["rule"]
                .as_str()
                .is_some_and(|text| text.contains(rule))
        });
        fact.map(|fact| fact["held"].clone())
    };
    let missing = state("/no/such/folder").expect("named");
    assert_eq!(missing["state"], "partly");
    assert!(
        missing["why"]
            .as_str()
            .is_some_and(|why| why.contains("no such file"))
    );
    let processes = state("64 processes").expect("named");
    let root = rustix::process::getuid().is_root();
    assert_eq!(processes["state"] == "not-enforced", root, "{processes}");
    assert_eq!(report(&open())["facts"], json!([]), "nothing was asked for");
}
