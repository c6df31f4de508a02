//! The launcher of stdio servers: this very program, run once more.

use std::{
    io,
    path::{Path, PathBuf},
};

use doorward_box::{Plan, Report, Sandbox};
use doorward_gateway::{Gateway, Launcher, ProcessConfig, ProgramFacts, Sharing};

use crate::config::{Configuration, Upstream, crowding, unpinned};

/// What puts the processes of a server into their box; temporary files are kept in the
/// first of `scratch` that takes them.
pub(super) fn of(plan: &Plan, scratch: &[PathBuf]) -> Launcher {
    let program = program();
    let program = program.inspect_err(|error| tracing::error!(%error, "servers cannot be started"));
    Launcher {
        // Nothing starts without a launcher, rather than without its box.
        program: program.unwrap_or_default(),
        plan: Box::new(plan.clone()),
        scratch: scratch.to_vec(),
    }
}

/// This program, also after its file was replaced.
pub(crate) fn program() -> io::Result<PathBuf> {
    match cfg!(target_os = "linux") {
        true => Ok(PathBuf::from("/proc/self/exe")),
        false => std::env::current_exe(),
    }
}

/// Removes what processes of servers left behind when this one was killed.
pub(super) fn clear(scratch: &Path) {
    match doorward_box::clear(scratch) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            let folder = scratch.display();
            tracing::warn!(%folder, %error, "temporary files of servers cannot be removed");
        }
    }
}

/// Says at start what of each box holds and what does not.
pub(super) async fn announce(gateway: &Gateway) {
    for facts in gateway.programs().await {
        let (server, sandbox) = (&facts.server, facts.sandbox.as_str());
        if let Some(why) = &facts.refusal {
            tracing::error!(%server, sandbox, "{why}");
        }
        let Some(report) = &facts.report else {
            continue;
        };
        match report.is_whole() {
            true => tracing::info!(%server, sandbox, enforced = enforced(report), "box"),
            false => lacking(&facts, report),
        }
    }
}

/// What is not enforced matters more where a sandbox was asked for.
fn lacking(facts: &ProgramFacts, report: &Report) {
    let (server, sandbox) = (&facts.server, facts.sandbox.as_str());
    for fact in &report.facts {
        match (&fact.held, facts.sandbox) {
            (doorward_box::Held::Enforced, _) => tracing::info!(%server, sandbox, "box: {fact}"),
            (_, Sandbox::Off) => tracing::info!(%server, sandbox, "box: {fact}"),
            (_, Sandbox::Network | Sandbox::Strict) => {
                tracing::warn!(%server, sandbox, "box: {fact}");
            }
        }
    }
}

fn enforced(report: &Report) -> String {
    let rules: Vec<_> = report.facts.iter().map(|fact| fact.rule.as_str()).collect();
    rules.join("; ")
}

/// Warns of commands that run whatever version is newest, of more of them than a user may run, and
/// of so few that one user may have them all.
pub(crate) fn warn_of_commands(configuration: &Configuration) {
    for (server, advice) in advice(configuration) {
        tracing::warn!("server {server}: {advice}");
    }
    if let Some(advice) = crowding(configuration) {
        tracing::warn!("{advice}");
    }
}

/// What there is to say of versions and limits, by server.
pub(crate) fn advice(configuration: &Configuration) -> Vec<(String, String)> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let per_user = configuration.limits.processes_per_user;
    let mut told = Vec::new();
    for server in &configuration.servers {
        let Upstream::Command {
            command, process, ..
        } = &server.upstream
        else {
            continue;
        };
        let version = unpinned(command, home.as_deref()).map(|found| found.to_string());
        let advice = version.into_iter().chain(fillable(process, per_user));
        told.extend(advice.map(|advice| (server.name.to_string(), advice)));
    }
    told
}

/// Whether one user alone may have all the processes that there may be of a server.
fn fillable(process: &ProcessConfig, per_user: usize) -> Option<String> {
    let most = process.most.filter(|most| *most <= per_user)?;
    (process.sharing == Sharing::PerSession).then(|| {
        format!(
            "max_processes is {most}, and one user may have {per_user} processes: one user alone \
             can keep everybody else out; raise it, or lower programs.processes_per_user"
        )
    })
}
