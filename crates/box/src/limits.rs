//! What a process may take up (ST-06).
//!
//! Memory is limited by what a process may write to (`RLIMIT_DATA`), not by its addresses
//! (`RLIMIT_AS`): JavaScript engines set many GiB of those aside and use little of it.

use std::{fs, io, os::unix::fs::MetadataExt};

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use crate::{
    Limits,
    report::{Held, Report},
};

/// Marks this process and whatever it starts (ST-04).
pub(crate) fn mark(mark: Option<u64>, report: &mut Report) {
    #[cfg(target_os = "linux")]
    if let Some(mark) = mark
        && let Err(error) = set(Resource::Locks, mark)
    {
        report.tried("a mark on all that it starts", Err(error));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (mark, report);
}

/// Limits this process and whatever it starts.
pub(crate) fn apply(limits: &Limits, report: &mut Report) {
    // What a process had in its memory when it crashed is nobody's.
    if let Err(error) = set(Resource::Core, 0) {
        report.tried("no core files", Err(error));
    }
    if let Some(bytes) = limits.memory {
        let rule = format!("memory {} MiB a process", bytes >> 20);
        report.tried(rule, set(Resource::Data, bytes));
    }
    if let Some(count) = limits.open_files {
        let rule = format!("{count} open files a process");
        report.tried(rule, set(Resource::Nofile, count));
    }
    if let Some(bytes) = limits.file_size {
        let rule = format!("{} MiB a file", bytes >> 20);
        report.tried(rule, set(Resource::Fsize, bytes));
    }
    if let Some(seconds) = limits.cpu_seconds {
        let rule = format!("{seconds} s of processor time a process");
        report.tried(rule, set(Resource::Cpu, seconds));
    }
    if let Some(count) = limits.processes {
        let rule = format!("{count} processes and threads");
        if getuid().is_root() {
            let why = "the kernel exempts root: run Doorward as another user";
            return report.note(rule, Held::NotEnforced(why.to_owned()));
        }
        // The kernel counts all of a user's, those that run already included.
        let running = tasks_of(getuid().as_raw());
        report.tried(rule, set(Resource::Nproc, running.saturating_add(count)));
    }
}

/// Never more than what is allowed already.
fn set(resource: Resource, most: u64) -> io::Result<()> {
    let allowed = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let most = Some(most.min(allowed));
    let limit = Rlimit {
        current: most,
        maximum: most,
    };
    Ok(setrlimit(resource, limit)?)
}

/// How many processes and threads of this user there are.
fn tasks_of(user: u32) -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let theirs = processes.filter_map(|entry| {
        let is_process = entry.file_name().to_str()?.parse::<u32>().is_ok();
        let owner = entry.metadata().ok().filter(|_| is_process)?.uid();
        let tasks = fs::metadata(entry.path().join("task")).ok()?;
        // A folder has one link for each folder in it, and two of its own.
        (owner == user).then(|| tasks.nlink().saturating_sub(2))
    });
    theirs.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_is_counted() {
        assert!(tasks_of(getuid().as_raw()) >= 1);
        assert_eq!(tasks_of(u32::MAX - 7), 0);
    }
}
