//! What is left of a process when its group is gone (ST-04).
//!
//! A grandchild that left the group (`setsid`) keeps the environment that it was started with,
//! and in it the mark of the process that it came from. Only one that empties its environment
//! *and* leaves the group is not found.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process};

/// The environment variable that marks a process and all that it starts.
pub(super) const MARK: &str = "DOORWARD_PROCESS";

/// Kills everything with this mark, and says how many there were. Looks again as long as it finds
/// some, for they may start others meanwhile.
pub(super) fn kill(mark: &str) -> usize {
    let wanted = format!("{MARK}={mark}");
    let mut killed = 0;
    for _ in 0..ROUNDS {
        let found = marked(wanted.as_bytes());
        if found.is_empty() {
            break;
        }
        killed += found.len();
        for pid in found {
            // It may have ended by itself meanwhile.
            kill_process(pid, Signal::KILL).ok();
        }
    }
    killed
}

fn marked(wanted: &[u8]) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let found = processes.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let carries = carries(&entry.path(), wanted);
        carries.then(|| Pid::from_raw(pid)).flatten()
    });
    found.collect()
}

/// Whether the process of this folder was started with `wanted`. Those of others cannot be read,
/// and zombies have nothing left.
fn carries(process: &Path, wanted: &[u8]) -> bool {
    let environment = fs::read(process.join("environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|pair| pair == wanted)
}

const ROUNDS: usize = 5;

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::Command};

    use super::*;

    #[test]
    fn what_carries_the_mark_is_killed_and_nothing_else() {
        // ST-04
        let start = |mark: &str| {
            let mut command = Command::new("sleep");
            command.arg("100").env(MARK, mark);
            command.spawn().expect("sleep runs")
        };
        let mark = format!("{}.strays", std::process::id());
        let (mut one, mut other) = (start(&mark), start(&format!("{mark}2")));
        assert!(kill(&mark) >= 1);
        assert_eq!(one.wait().expect("ended").signal(), Some(9));
        assert!(other.try_wait().expect("a status").is_none());
        other.kill().expect("killed");
        other.wait().expect("reaped");
    }
}
