//! The launcher: a process that goes into its box and becomes the program.

use std::{
    ffi::OsString,
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use rustix::{fs::Mode, process};

use crate::{limits, plan::Plan, report::Report, sandbox};

/// The first argument of a Doorward that is to be a launcher. The plan comes next, and then the
/// program with its arguments; without one, the report is written to standard output.
pub const LAUNCHER: &str = "box-launch";

/// Goes into the box and becomes the program. Returns only when that failed, or to report.
pub fn launch(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let plan = arguments.next();
    let plan = plan.as_ref().and_then(|text| text.to_str());
    let Some(plan) = plan.and_then(|text| serde_json::from_str::<Plan>(text).ok()) else {
        return failed("this is for Doorward itself to use");
    };
    let program = arguments.next();
    if end_with_parent(&plan).is_err() {
        return ExitCode::FAILURE; // it is gone already
    }
    process::umask(Mode::from_raw_mode(0o077));
    close_everything();
    let mut report = Report::default();
    limits::mark(plan.mark, &mut report);
    limits::apply(&plan.limits, &mut report);
    sandbox::enter(&plan, program.as_deref(), &mut report);
    match program {
        Some(program) => {
            if let Some(why) = plan.refusal(&report) {
                return failed(&why);
            }
            let error = Command::new(&program).args(arguments).exec();
            failed(&format!("cannot start {}: {error}", program.display()))
        }
        None => told(&report),
    }
}

/// The kernel ends this process, and what it becomes, when the one that started it is gone.
fn end_with_parent(plan: &Plan) -> io::Result<()> {
    let Some(parent) = plan.parent else {
        return Ok(());
    };
    #[cfg(target_os = "linux")]
    process::set_parent_process_death_signal(Some(process::Signal::KILL))?;
    let now = process::getppid().map(|pid| pid.as_raw_nonzero().get());
    let same = now.and_then(|pid| u32::try_from(pid).ok()) == Some(parent);
    same.then_some(())
        .ok_or_else(|| io::Error::other("the parent is gone"))
}

/// Whatever somebody left open for Doorward is not for its servers.
fn close_everything() {
    #[cfg(target_os = "linux")]
    close_fds::set_fds_cloexec(3, &[]);
}

fn told(report: &Report) -> ExitCode {
    let text = serde_json::to_string(report).unwrap_or_default();
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn failed(cause: &str) -> ExitCode {
    // Nobody may be listening, and there is nobody else to tell.
    writeln!(io::stderr(), "doorward: {cause}").ok();
    ExitCode::from(127)
}
