//! What a process may see and reach (ST-03).
//!
//! ```text
//! no new privileges -> no capabilities -> files (Landlock) -> calls (seccomp)
//! ```
//!
//! Without new privileges first, or neither of the other two could be asked for; calls last,
//! because those that confine are among the refused ones.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod needs;

use std::ffi::OsStr;

use crate::{
    Plan, Sandbox,
    report::{Held, Report},
};

/// Confines this process and whatever it starts.
#[cfg(target_os = "linux")]
pub(crate) fn enter(plan: &Plan, program: Option<&OsStr>, report: &mut Report) {
    if plan.sandbox == Sandbox::Off {
        return;
    }
    report.note(
        "temporary files apart from what Doorward keeps",
        apart(plan),
    );
    let privileges = rustix::thread::set_no_new_privs(true);
    report.promise("no new privileges", Held::of(privileges));
    let none = rustix::thread::CapabilitySet::empty();
    let capabilities = rustix::thread::CapabilitySets {
        effective: none,
        permitted: none,
        inheritable: none,
    };
    let dropped = rustix::thread::set_capabilities(None, capabilities);
    report.promise("no capabilities", Held::of(dropped));
    let emptying = files::confine(plan, program, report);
    calls::confine(plan.sandbox, emptying, report);
}

#[cfg(target_os = "linux")]
fn apart(plan: &Plan) -> Held {
    if !plan.crowded {
        return Held::Enforced;
    }
    let why = "they are on one disk, and a program that fills it stops Doorward: \
               programs.scratch names another";
    Held::Partly(why.to_owned())
}

/// There is none on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enter(plan: &Plan, _: Option<&OsStr>, report: &mut Report) {
    if plan.sandbox != Sandbox::Off {
        let why = "this system has neither Landlock nor seccomp".to_owned();
        let rule = format!("sandbox {}", plan.sandbox.as_str());
        report.promise(rule, Held::NotEnforced(why));
    }
}
