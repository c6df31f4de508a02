//! The box of a stdio server in the configuration file.

use std::path::{Path, PathBuf};

use doorward_box::{Limits, Missing, Plan, Sandbox};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{document::ServerEntry, duration::Lasting, size::Size};

/// What a program sees and reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum SandboxName {
    /// Everything that Doorward's user may.
    #[default]
    Off,
    /// Its runtime, package caches, and the network.
    Network,
    /// Its runtime and package caches.
    Strict,
}

/// What becomes of a program where its sandbox is not enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum MissingName {
    /// It is not started.
    #[default]
    Refuse,
    /// It is started with what is enforced.
    Start,
}

/// What each process of a command may take up.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessLimits {
    /// Memory that one process may write to, like `2GiB`; `0KiB` lifts the limit. Default: `2GiB`.
    pub(super) memory: Option<Size>,
    /// How many processes and threads more than there are at its start; 0 lifts the limit. The
    /// kernel counts all of the user that runs Doorward, and exempts root: stated, what one server starts
    /// counts against the others too. Default: no limit.
    pub(super) processes: Option<u64>,
    /// How many files one process may have open; 0 lifts the limit. Default: 4096.
    pub(super) open_files: Option<u64>,
    /// How big one file may become that a process writes, like `4GiB`; `0KiB` lifts the limit.
    /// Default: `4GiB`.
    pub(super) file_size: Option<Size>,
    /// How much processor time one process may use before it is ended. Default: no limit.
    pub(super) cpu_time: Option<Lasting>,
}

/// Checks what an entry with a command says of its box; relative paths start at `base`.
pub(super) fn check(entry: &ServerEntry, base: &Path) -> Result<Plan, String> {
    let sandbox = match entry.sandbox.unwrap_or_default() {
        SandboxName::Off => Sandbox::Off,
        SandboxName::Network => Sandbox::Network,
        SandboxName::Strict => Sandbox::Strict,
    };
    if sandbox == Sandbox::Off && !(entry.read.is_empty() && entry.write.is_empty()) {
        return Err("read and write only mean something with a sandbox; \
             set sandbox = \"strict\" or \"network\""
            .to_owned());
    }
    if sandbox == Sandbox::Off && entry.sandbox_missing.is_some() {
        return Err("sandbox_missing only means something with a sandbox; \
             set sandbox = \"strict\" or \"network\""
            .to_owned());
    }
    Ok(Plan {
        limits: limits(&entry.process_limits),
        sandbox,
        missing: match entry.sandbox_missing.unwrap_or_default() {
            MissingName::Refuse => Missing::Refuse,
            MissingName::Start => Missing::Start,
        },
        read: paths(&entry.read, base)?,
        write: paths(&entry.write, base)?,
        ..Plan::default()
    })
}

/// The first key that only goes with a command.
pub(super) fn only_with_command(entry: &ServerEntry) -> Option<&'static str> {
    let stated = [
        ("sandbox", entry.sandbox.is_some()),
        ("sandbox_missing", entry.sandbox_missing.is_some()),
        ("read", !entry.read.is_empty()),
        ("write", !entry.write.is_empty()),
        ("process_limits", entry.process_limits.is_some()),
    ];
    let stated = stated.into_iter().find(|(_, stated)| *stated);
    stated.map(|(key, _)| key)
}

fn limits(stated: &Option<ProcessLimits>) -> Limits {
    let usual = Limits::default();
    let Some(stated) = stated else { return usual };
    let or_none = |stated: Option<u64>, usual: Option<u64>| match stated {
        None => usual,
        Some(0) => None,
        Some(most) => Some(most),
    };
    let seconds = stated.cpu_time.map(|time| time.duration().as_secs());
    Limits {
        memory: or_none(stated.memory.map(|size| size.0), usual.memory),
        processes: or_none(stated.processes, usual.processes),
        open_files: or_none(stated.open_files, usual.open_files),
        file_size: or_none(stated.file_size.map(|size| size.0), usual.file_size),
        cpu_seconds: or_none(seconds, usual.cpu_seconds),
    }
}

/// A path of the file, absolute: programs run in folders of their own.
pub(super) fn from(base: &Path, text: &str) -> Result<PathBuf, String> {
    std::path::absolute(base.join(text)).map_err(|error| format!("`{text}` is no path: {error}"))
}

/// Absolute paths; `~` is the home folder of the user that runs Doorward.
fn paths(texts: &[String], base: &Path) -> Result<Vec<PathBuf>, String> {
    let path = |text: &String| match text.strip_prefix("~/") {
        None => from(base, text),
        Some(below) => match std::env::var_os("HOME") {
            Some(home) => Ok(PathBuf::from(home).join(below)),
            None => Err(format!(
                "`{text}` is below a home folder, and HOME is not set"
            )),
        },
    };
    texts.iter().map(path).collect()
}
