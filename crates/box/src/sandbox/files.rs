//! Which files a process sees (Landlock).

use std::{ffi::OsStr, path::PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, RestrictionStatus,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};

use super::needs;
use crate::{
    Plan, Sandbox,
    hidden::{beside, resolved, shown_by},
    report::{Held, Report},
};

/// Whether files outside of the paths of a process could be emptied by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emptying {
    /// Landlock refuses it.
    Refused,
    /// Landlock does not know it (before Linux 6.2).
    Unknown,
}

/// What was tested; a kernel that knows more is asked for no more.
const NEWEST: ABI = ABI::V7;

/// Confines this process to what it needs and to what the plan names.
pub(super) fn confine(plan: &Plan, program: Option<&OsStr>, report: &mut Report) -> Emptying {
    let read = granted(&plan.read, plan, report);
    let mut write = granted(&plan.write, plan, report);
    write.extend(plan.scratch.clone());
    let hidden: Vec<_> = plan.hidden.iter().map(|one| resolved(one)).collect();
    let needed = needs::reads(program);
    let needed = needed.iter().flat_map(|path| beside(path, &hidden));
    let rule = "files outside of its paths (Landlock)";
    match restrict(plan.sandbox, needed.chain(read).collect(), write) {
        Ok(status) => {
            report.promise(rule, held(&status));
            emptying(&status)
        }
        Err(error) => {
            report.promise(rule, Held::of(Err(error)));
            Emptying::Unknown
        }
    }
}

/// Those that are there and show nothing that is hidden: the configuration was checked for it,
/// but links may have been changed since.
fn granted(paths: &[PathBuf], plan: &Plan, report: &mut Report) -> Vec<PathBuf> {
    let mut granted = Vec::new();
    for path in paths {
        let why = if !path.exists() {
            "there is no such file or folder: it stays out of sight"
        } else if shown_by(path, &plan.hidden).is_some() {
            "it holds what Doorward keeps for itself: it stays out of sight"
        } else {
            granted.push(path.clone());
            continue;
        };
        report.note(
            format!("path {}", path.display()),
            Held::Partly(why.to_owned()),
        );
    }
    granted
}

fn restrict(
    sandbox: Sandbox,
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
) -> Result<RestrictionStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    if sandbox == Sandbox::Strict {
        rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
    }
    rules
        .create()?
        .add_rules(path_beneath_rules(read, AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(
            needs::WRITES,
            AccessFs::from_all(NEWEST),
        ))?
        .add_rules(path_beneath_rules(write, AccessFs::from_all(NEWEST)))?
        .restrict_self()
}

fn emptying(status: &RestrictionStatus) -> Emptying {
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } if effective_abi >= ABI::V3 => {
            Emptying::Refused
        }
        LandlockStatus::Available { .. }
        | LandlockStatus::NotEnabled
        | LandlockStatus::NotImplemented => Emptying::Unknown,
    }
}

fn held(status: &RestrictionStatus) -> Held {
    match (&status.ruleset, status.landlock) {
        (RulesetStatus::FullyEnforced, _) => Held::Enforced,
        (RulesetStatus::PartiallyEnforced, LandlockStatus::Available { effective_abi, .. }) => {
            Held::Partly(format!(
                "this kernel knows version {effective_abi:?} of Landlock and not all of {NEWEST:?}"
            ))
        }
        (_, LandlockStatus::NotEnabled) => Held::NotEnforced(
            "this kernel has Landlock, but not switched on (add landlock to lsm= at boot)"
                .to_owned(),
        ),
        (_, LandlockStatus::NotImplemented) => Held::NotEnforced(
            "this kernel has no Landlock (Linux 5.13 and later do), or a container keeps it away"
                .to_owned(),
        ),
        (status, _) => Held::NotEnforced(format!("the kernel says {status:?}")),
    }
}
