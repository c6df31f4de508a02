//! How the process of a stdio server is run, and who reaches a server at all.

use doorward_gateway::{Exposure, ProcessConfig, Sharing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::ServerEntry;

/// Who shares a process of a stdio server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SharingName {
    /// Everybody: only for servers that keep nothing of anybody.
    Shared,
    /// All sessions and clients of one user.
    PerUser,
    /// Nobody: every session has its own.
    #[default]
    PerSession,
}

/// Who reaches a server at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExposureName {
    /// Whoever reaches Doorward.
    #[default]
    Public,
    /// Programs of this very machine.
    Local,
}

impl From<ExposureName> for Exposure {
    fn from(name: ExposureName) -> Self {
        match name {
            ExposureName::Public => Self::Public,
            ExposureName::Local => Self::Local,
        }
    }
}

/// Checks what an entry with a command says of its processes.
pub(super) fn check(entry: &ServerEntry) -> Result<ProcessConfig, String> {
    let (warm, most) = (count(entry.warm.unwrap_or(0)), entry.max_processes);
    let most = most.map(|most| count(most.get()));
    if most.is_some_and(|most| warm > most) {
        return Err(format!(
            "warm is {warm}, more than max_processes allows; at most that many can be ready"
        ));
    }
    Ok(ProcessConfig {
        sharing: match entry.process.unwrap_or_default() {
            SharingName::Shared => Sharing::Shared,
            SharingName::PerUser => Sharing::PerUser,
            SharingName::PerSession => Sharing::PerSession,
        },
        warm,
        most,
        launcher: None, // where processes keep their files is not known here
    })
}

/// The first key that only goes with a command.
pub(super) fn only_with_command(entry: &ServerEntry) -> Option<&'static str> {
    let stated = [
        ("process", entry.process.is_some()),
        ("warm", entry.warm.is_some()),
        ("max_processes", entry.max_processes.is_some()),
    ];
    let stated = stated.into_iter().find(|(_, stated)| *stated);
    stated.map(|(key, _)| key)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
