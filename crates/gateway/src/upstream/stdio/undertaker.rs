//! Sees to it that no server process outlives Doorward, however Doorward ends (ST-04).
//!
//! A small shell script holds one end of a pipe and the list of process groups.
//! When Doorward is gone, killed outright included, the pipe closes and the
//! script ends every group on its list, and what left its group but still carries
//! the mark of the gateway, or of a process on the list (see [`super::strays`]). It runs in a group of its own, so that a
//! terminal's interrupt does not reach it first. A system without `/bin/sh` has
//! no undertaker; there, the closing of their input ends well-behaved servers.

use std::{
    io::Write,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// The one undertaker of a gateway; started with the first process.
pub(super) struct Undertaker {
    mark: String,
    script: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    NotStarted,
    Running(Child),
    Missing,
}

impl Undertaker {
    /// Nothing runs yet. What this gateway starts carries `mark`.
    pub(super) fn new(mark: &str) -> Self {
        Self {
            mark: mark.to_owned(),
            script: Mutex::default(),
        }
    }

    /// Puts a process group on the list, and the mark of all that belongs to it.
    pub(super) fn watch(&self, group: u32, tree: Option<u64>) {
        let mut state = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::NotStarted) {
            *state = start(&self.mark);
        }
        let tree = tree.map(|tree| tree.to_string());
        state.say(&format!("+ {group} {}\n", tree.unwrap_or_default()));
    }

    /// Takes a process group that is gone off the list.
    pub(super) fn forget(&self, group: u32) {
        let mut state = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        state.say(&format!("- {group}\n"));
    }

    /// Ends the script, which then ends whatever is still on its list, and waits for it.
    pub(super) fn dismiss(&self) {
        let mut state = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Running(mut child) = std::mem::take(&mut *state) {
            drop(child.stdin.take());
            if let Err(error) = child.wait() {
                tracing::debug!(%error, "the undertaker could not be waited for");
            }
        }
    }
}

/// As if Doorward were gone: what is left on the list ends, and nobody waits for it.
impl Drop for Undertaker {
    fn drop(&mut self) {
        *self
            .script
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner) = State::Missing;
    }
}

impl State {
    fn say(&mut self, line: &str) {
        let Self::Running(child) = self else { return };
        let written = match &mut child.stdin {
            Some(pipe) => pipe.write_all(line.as_bytes()),
            None => Ok(()),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "the undertaker is gone: server processes may outlive a crash");
            *self = Self::Missing;
        }
    }
}

fn start(mark: &str) -> State {
    let started = Command::new("/bin/sh")
        .args(["-c", SCRIPT, "undertaker", mark])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    match started {
        Ok(child) => State::Running(child),
        Err(error) => {
            tracing::warn!(%error, "no /bin/sh: server processes may outlive a crash");
            State::Missing
        }
    }
}

/// The list is the positional parameters, each a group and a mark, so that no other program is
/// needed until the end.
const SCRIPT: &str = r#"
mark=$1
set --
while read -r what group tree; do
  if [ "$what" = + ]; then
    set -- "$@" "$group:$tree"
  else
    count=$#
    while [ "$count" -gt 0 ]; do
      [ "${1%:*}" = "$group" ] || set -- "$@" "$1"
      shift
      count=$((count - 1))
    done
  fi
done
[ $# -eq 0 ] && exit
trees=none
for one; do
  kill -s TERM -- "-${one%:*}"
  [ -z "${one#*:}" ] || trees="$trees|${one#*:}"
done
PATH=/usr/bin:/bin
sleep 2
for one; do kill -s KILL -- "-${one%:*}"; done
for process in /proc/[0-9]*; do
  if grep -qsF "DOORWARD_PROCESS=$mark." "$process/environ" ||
    grep -qsE "^Max file locks +[^ ]+ +($trees) " "$process/limits"; then
    kill -s KILL "${process#/proc/}"
  fi
done
"#;

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn sleeper() -> Child {
        let mut command = Command::new("sleep");
        command.arg("100").process_group(0);
        command.spawn().expect("sleep runs")
    }

    #[test]
    fn when_the_pipe_closes_what_is_on_the_list_ends_and_what_was_taken_off_lives() {
        // ST-04: a killed Doorward closes the pipe just the same
        let undertaker = Undertaker::new("nobodys");
        let mut groups = [sleeper(), sleeper(), sleeper()];
        for child in &groups {
            undertaker.watch(child.id(), None);
        }
        undertaker.forget(groups[1].id());
        drop(undertaker);
        for number in [0, 2] {
            let status = groups[number].wait().expect("ended");
            assert_eq!(status.signal(), Some(15));
        }
        assert!(groups[1].try_wait().expect("a status").is_none());
        groups[1].kill().expect("killed");
        groups[1].wait().expect("reaped");
    }
}
