//! What a program may take up, see and reach. It comes from the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::report::Report;

/// The box of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// What it may take up.
    pub limits: Limits,
    /// What it may see and reach.
    pub sandbox: Sandbox,
    /// What becomes of it where the sandbox does not hold.
    pub missing: Missing,
    /// What it may read besides, where there is a sandbox.
    pub read: Vec<PathBuf>,
    /// What it may read and change besides, where there is a sandbox.
    pub write: Vec<PathBuf>,
    /// A folder for its temporary files, where there is a sandbox.
    pub scratch: Option<PathBuf>,
    /// Whether temporary files are on the disk of what Doorward keeps.
    pub crowded: bool,
    /// What it never sees in a sandbox, whatever holds it.
    pub hidden: Vec<PathBuf>,
    /// What it and all that it starts carry in a limit that the kernel uses for nothing, less than
    /// what is allowed now. It can never be raised, nor in a sandbox lowered (ST-04).
    pub mark: Option<u64>,
    /// Who starts it: it ends with that process.
    pub parent: Option<u32>,
}

/// What one process may take up; nothing is limited that is not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of its own memory: what it writes to, not the addresses that it sets aside.
    pub memory: Option<u64>,
    /// Processes and threads more than the user has at its start.
    pub processes: Option<u64>,
    /// Open files.
    pub open_files: Option<u64>,
    /// Bytes of one file that it writes.
    pub file_size: Option<u64>,
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
            file_size: Some(4 << 30),
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

/// What becomes of a program where its sandbox does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It is not started.
    #[default]
    Refuse,
    /// It is started with what does hold.
    Start,
}

impl Plan {
    /// Why its program is not started where this is what holds, and what to do about it (ST-03).
    /// A sandbox of which nobody could say whether it holds is one that does not.
    pub fn refusal(&self, report: &Report) -> Option<String> {
        if self.sandbox == Sandbox::Off || self.missing == Missing::Start {
            return None;
        }
        let promises: Vec<_> = report.facts.iter().filter(|fact| fact.promised).collect();
        let why = match promises.iter().find(|fact| fact.fails()) {
            Some(broken) => broken.to_string(),
            None if promises.is_empty() => "nothing of it is known to hold".to_owned(),
            None => return None,
        };
        let sandbox = self.sandbox.as_str();
        Some(format!(
            "the program is not started, because sandbox = \"{sandbox}\" does not hold here ({why}); \
             run Doorward where it does, or accept less with sandbox_missing = \"start\""
        ))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Fact, Held};

    #[test]
    fn a_program_starts_only_where_its_sandbox_holds_or_less_is_accepted() {
        // ST-03
        let fact = |promised: bool, held: Held| Fact {
            rule: "files".to_owned(),
            held,
            promised,
        };
        let no = || Held::NotEnforced("this kernel has none".to_owned());
        #[rustfmt::skip]
        let cases = [
            ("all holds",         vec![fact(true, Held::Enforced)],                         false),
            ("an older kernel",   vec![fact(true, Held::Partly("old".into()))],             false),
            ("a limit does not",  vec![fact(true, Held::Enforced), fact(false, no())],      false),
            ("a promise does not", vec![fact(true, Held::Enforced), fact(true, no())],      true),
            ("nothing is known",  vec![],                                                   true),
            ("only limits are",   vec![fact(false, Held::Enforced)],                        true),
        ];
        for (name, facts, refused) in cases {
            let report = Report { facts };
            for sandbox in [Sandbox::Strict, Sandbox::Network] {
                let mut plan = Plan {
                    sandbox,
                    ..Plan::default()
                };
                let refusal = plan.refusal(&report);
                assert_eq!(refusal.is_some(), refused, "{name}");
                let fix = "sandbox_missing = \"start\"";
                assert!(refusal.is_none_or(|why| why.contains(fix)), "{name}");
                plan.missing = Missing::Start;
                assert_eq!(plan.refusal(&report), None, "{name}");
            }
            assert_eq!(
                Plan::default().refusal(&report),
                None,
                "no sandbox, no promise"
            );
        }
    }
}
