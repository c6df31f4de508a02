//! What a program may take up, see and reach. It comes from the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The box of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What it may take up.
    pub limits: Limits,
    /// What it may see and reach.
    pub sandbox: Sandbox,
    /// What it may read besides, where there is a sandbox.
    pub read: Vec<PathBuf>,
    /// What it may read and change besides, where there is a sandbox.
    pub write: Vec<PathBuf>,
    /// Who starts it: it ends with that process.
    pub parent: Option<u32>,
}

/// What one process may take up; nothing is limited that is not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of its own memory: what it writes to, not the addresses that it sets aside.
    pub memory: Option<u64>,
    /// Processes and threads more than the user has at its start.
    pub processes: Option<u64>,
    /// Open files.
    pub open_files: Option<u64>,
    /// Seconds of processor time.
    pub cpu_seconds: Option<u64>,
}

impl Default for Limits {
    /// What servers started by `npx` and `uvx` live with (docs/stdio-servers.md tells how it was
    /// measured).
    fn default() -> Self {
        Self {
            memory: Some(2 << 30),
            // The kernel counts all tasks of the user, whosever they are: what one process starts
            // would be held against all others.
            processes: None,
            open_files: Some(4096),
            cpu_seconds: None,
        }
    }
}

/// What a program may see and reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    /// Everything that Doorward's user may.
    #[default]
    Off,
    /// Its runtime, package caches, and the network.
    Network,
    /// Its runtime and package caches.
    Strict,
}

impl Sandbox {
    /// Its name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Network => "network",
            Self::Strict => "strict",
        }
    }
}
