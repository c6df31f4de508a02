//! The launcher of stdio servers: this very program, run once more.

use std::{
    io,
    path::{Path, PathBuf},
};

use doorward_box::{Plan, Report, Sandbox};
use doorward_gateway::{Gateway, Launcher, ProgramFacts};

use crate::config::{Configuration, Server, Upstream, crowding, unpinned};

/// What puts the processes of a server into their box; temporary files are kept below `scratch`.
pub(super) fn of(plan: &Plan, scratch: &Path) -> Option<Launcher> {
    let program = program();
    let program = program.inspect_err(|error| tracing::error!(%error, "servers run without a box"));
    Some(Launcher {
        program: program.ok()?,
        plan: plan.clone(),
        scratch: scratch.to_owned(),
    })
}

/// This program, also after its file was replaced.
pub(crate) fn program() -> io::Result<PathBuf> {
    match cfg!(target_os = "linux") {
        true => Ok(PathBuf::from("/proc/self/exe")),
        false => std::env::current_exe(),
    }
}

/// Says at start what of each box holds and what does not.
pub(super) async fn announce(gateway: &Gateway) {
    for facts in gateway.programs().await {
        let (server, sandbox) = (&facts.server, facts.sandbox.as_str());
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

/// Warns of commands that run whatever version is newest, and of more of them than a user may run.
pub(crate) fn warn_of_commands(configuration: &Configuration) {
    for (server, advice) in versions(&configuration.servers) {
        tracing::warn!("server {server}: {advice}");
    }
    if let Some(advice) = crowding(configuration) {
        tracing::warn!("{advice}");
    }
}

/// What there is to say of versions, by server.
pub(crate) fn versions(servers: &[Server]) -> Vec<(String, String)> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let advice = servers.iter().filter_map(|server| match &server.upstream {
        Upstream::Command { command, .. } => {
            let found = unpinned(command, home.as_deref())?;
            Some((server.name.to_string(), found.to_string()))
        }
        Upstream::Http { .. } => None,
    });
    advice.collect()
}
