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
    report::{Held, Report},
};

/// What was tested; a kernel that knows more is asked for no more.
const NEWEST: ABI = ABI::V7;

/// Confines this process to what it needs and to what the plan names.
pub(super) fn confine(plan: &Plan, program: Option<&OsStr>, report: &mut Report) {
    for path in plan.read.iter().chain(&plan.write) {
        if !path.exists() {
            let why = "there is no such file or folder: it stays out of sight".to_owned();
            report.note(format!("path {}", path.display()), Held::Partly(why));
        }
    }
    let rule = "files outside of its paths (Landlock)";
    match restrict(plan, needs::reads(program)) {
        Ok(status) => report.note(rule, held(&status)),
        Err(error) => report.tried(rule, Err(error)),
    }
}

fn restrict(plan: &Plan, needed: Vec<PathBuf>) -> Result<RestrictionStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    if plan.sandbox == Sandbox::Strict {
        rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
    }
    rules
        .create()?
        .add_rules(path_beneath_rules(needed, AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(&plan.read, AccessFs::from_read(NEWEST)))?
        .add_rules(path_beneath_rules(
            needs::WRITES,
            AccessFs::from_all(NEWEST),
        ))?
        .add_rules(path_beneath_rules(&plan.write, AccessFs::from_all(NEWEST)))?
        .restrict_self()
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
        (_, LandlockStatus::NotImplemented) => {
            Held::NotEnforced("this kernel has no Landlock (Linux 5.13 and later do)".to_owned())
        }
        (status, _) => Held::NotEnforced(format!("the kernel says {status:?}")),
    }
}
