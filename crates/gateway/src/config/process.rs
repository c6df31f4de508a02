//! How the processes of a stdio server are run.

use std::path::PathBuf;

use doorward_box::Plan;

/// How the processes of a stdio server are run. By default nothing is shared and nothing is
/// started ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessConfig {
    /// Who shares a process.
    pub sharing: Sharing,
    /// So many processes are started ahead, for whoever comes next.
    pub warm: usize,
    /// So many processes of this server there may be at a time, those that are started ahead
    /// included; only the limits of the gateway count when not stated.
    pub most: Option<usize>,
    /// What puts them into their box; without it there are no limits and no sandbox.
    pub launcher: Option<Launcher>,
}

/// What puts the processes of a server into their box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    /// A program that calls [`doorward_box::launch`] with what follows
    /// [`doorward_box::LAUNCHER`] among its arguments.
    pub program: PathBuf,
    /// The box.
    pub plan: Box<Plan>,
    /// Where each process in a sandbox gets a folder of its own for temporary files: the first that
    /// takes one, and is nobody else's.
    pub scratch: Vec<PathBuf>,
}

/// Who shares a process (ST-07).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Everybody: for servers that keep nothing of anybody.
    Shared,
    /// All sessions and clients of one user.
    PerUser,
    /// Nobody: each session has its own, and in the stateless era each client of each user.
    #[default]
    PerSession,
}
