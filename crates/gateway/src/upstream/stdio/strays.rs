//! What is left of a process when its group is gone (ST-04).
//!
//! Whatever a process starts has a mark of it, twice. One is in the environment that it was
//! started with, and whoever wants can empty that. The other is a limit that the kernel keeps for
//! each process, hands on to whatever it starts and uses for nothing: how many file locks there
//! may be (`RLIMIT_LOCKS`). It can be lowered, in a sandbox not even that, and never be raised.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process};

/// What marks a process and all that it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// In the environment.
    pub(super) text: String,
    /// In the limits: nobody can guess that of another.
    pub(super) tree: Option<u64>,
}

/// The environment variable that marks a process and all that it starts.
pub(super) const MARK: &str = "DOORWARD_PROCESS";

/// Kills everything with this mark, and says how many there were. Looks again as long as it finds
/// some, for they may start others meanwhile.
pub(super) fn kill(mark: &Mark) -> usize {
    let wanted = format!("{MARK}={}", mark.text);
    let mut killed = 0;
    for _ in 0..ROUNDS {
        let found = marked(wanted.as_bytes(), mark.tree);
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

/// The mark in the limits of the process of this folder, if they are limited at all.
pub(super) fn tree_of(process: &Path) -> Option<u64> {
    let limits = fs::read_to_string(process.join("limits")).ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max file locks"))?;
    line.split_whitespace().nth(4)?.parse().ok()
}

fn marked(wanted: &[u8], tree: Option<u64>) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let found = processes.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let path = entry.path();
        let is_of_tree = || tree.is_some() && tree_of(&path) == tree && !is_zombie(&path);
        let marked = carries(&path, wanted) || is_of_tree();
        marked.then(|| Pid::from_raw(pid)).flatten()
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

fn is_zombie(process: &Path) -> bool {
    standing(process).is_none_or(|standing| standing.is_zombie)
}

/// Where a process stands: its parent, and whether it only waits to be reaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) parent: u32,
    pub(super) is_zombie: bool,
}

/// Where the process of this folder stands, if there is one.
pub(super) fn standing(process: &Path) -> Option<Standing> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    // Its name, in parentheses, may hold anything.
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace();
    Some(Standing {
        is_zombie: matches!(fields.next()?, "Z" | "X"),
        parent: fields.next()?.parse().ok()?,
    })
}

const ROUNDS: usize = 5;

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::ExitStatusExt,
        process::{Child, Command},
    };

    use rustix::process::{Resource, getrlimit};

    use super::*;

    fn started(command: &mut Command) -> Child {
        command.spawn().expect("it runs")
    }

    #[test]
    fn what_carries_the_mark_is_killed_and_nothing_else() {
        // ST-04
        let text = format!("{}.strays", std::process::id());
        let start = |mark: &str| started(Command::new("sleep").arg("100").env(MARK, mark));
        let (mut one, mut other) = (start(&text), start(&format!("{text}2")));
        let mark = Mark { text, tree: None };
        assert!(kill(&mark) >= 1);
        assert_eq!(one.wait().expect("ended").signal(), Some(9));
        assert!(other.try_wait().expect("a status").is_none());
        other.kill().expect("killed");
        other.wait().expect("reaped");
    }

    #[test]
    fn what_emptied_its_environment_is_known_by_its_limits() {
        // ST-04
        let tree = 1_000_000_000 + u64::from(std::process::id());
        let start = |tree: u64| {
            let script = format!("ulimit -x {tree}; exec env -i /bin/sleep 100");
            started(Command::new("bash").args(["-c", &script]))
        };
        let (mut one, mut other) = (start(tree), start(tree - 1));
        let path = |child: &Child| format!("/proc/{}", child.id());
        for (child, tree) in [(&one, tree), (&other, tree - 1)] {
            while tree_of(Path::new(&path(child))) != Some(tree) {
                std::thread::yield_now(); // until it has limited itself
            }
        }
        let text = "nobodys".to_owned();
        let tree = Some(tree);
        assert!(kill(&Mark { text, tree }) >= 1);
        assert_eq!(one.wait().expect("ended").signal(), Some(9));
        assert!(other.try_wait().expect("a status").is_none());
        other.kill().expect("killed");
        other.wait().expect("reaped");
    }

    #[test]
    fn this_very_process_stands_under_its_parent() {
        let own = Path::new("/proc/self");
        let parent = std::os::unix::process::parent_id();
        let expected = Standing {
            parent,
            is_zombie: false,
        };
        assert_eq!(standing(own), Some(expected));
        assert_eq!(standing(Path::new("/proc/none")), None);
        assert_eq!(tree_of(own), getrlimit(Resource::Locks).maximum);
    }
}
