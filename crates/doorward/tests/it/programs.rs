//! A door in front of a program of this machine.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::process::Place;

/// Waits until `done`, for a while.
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn the_programs_behind_the_door_are_gone_when_it_is() {
    // CR-07
    let place = Place::new();
    let noted = place.path().join("processes");
    let script = format!("echo $$ >> {}; exec cat > /dev/null", noted.display());
    let mut running = place.up(&["--name", "mute", "--", "sh", "-c", &script]);
    let processes = || -> Vec<String> {
        let text = std::fs::read_to_string(&noted).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    wait_until("a process started", || !processes().is_empty());
    let (status, took) = running.terminate();
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    for process in processes() {
        let place = format!("/proc/{process}");
        assert!(
            !Path::new(&place).exists(),
            "process {process} outlived the door"
        );
    }
}

#[test]
fn a_program_that_ends_at_once_is_told_and_the_door_stays_open() {
    let place = Place::new();
    let mut running = place.up(&["--name", "broken", "--", "sh", "-c", "exit 3"]);
    let complaint = running.until("broken does not answer");
    assert!(complaint.contains("`sh` starts by itself"), "{complaint}");
}
