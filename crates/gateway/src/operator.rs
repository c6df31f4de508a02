//! What the operator is told of servers that are programs.

use std::io;

use doorward_box::{LAUNCHER, Report, Sandbox};
use doorward_core::server::ServerName;
use tokio::process::Command;

use crate::{
    config::Sharing,
    gateway::Gateway,
    upstream::{
        Kind,
        stdio::{ServerLine, StdioUpstream},
    },
};

/// A server that is a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFacts {
    /// Which server.
    pub server: ServerName,
    /// Who shares a process.
    pub sharing: Sharing,
    /// How many processes there are, those that are started ahead included.
    pub processes: usize,
    /// What its processes see and reach.
    pub sandbox: Sandbox,
    /// What of its box holds on this machine; `None` when it has none, or nobody could tell.
    pub report: Option<Report>,
    /// Why its program is not started on this machine: its sandbox does not hold (ST-03).
    pub refusal: Option<String>,
}

impl Gateway {
    /// The servers that are programs, by name, with what of their boxes holds: each is tried out.
    pub async fn programs(&self) -> Vec<ProgramFacts> {
        let mut all = Vec::new();
        for server in self.servers() {
            if let Kind::Stdio(upstream) = &server.upstream.kind {
                all.push(facts(server.name.clone(), upstream).await);
            }
        }
        all
    }

    /// The newest lines that the processes of a server, or one of them, wrote to their standard
    /// error, oldest first; `None` when there is no such server, or it is no program (ST-05).
    pub fn server_lines(
        &self,
        server: &ServerName,
        most: usize,
        process: Option<u64>,
    ) -> Option<Vec<ServerLine>> {
        let mut servers = self.servers().into_iter();
        let server = servers.find(|one| one.name == *server)?;
        match &server.upstream.kind {
            Kind::Stdio(upstream) => Some(upstream.lines(most, process)),
            Kind::Http(_) => None,
        }
    }
}

async fn facts(server: ServerName, upstream: &StdioUpstream) -> ProgramFacts {
    let launcher = upstream.launcher();
    let report = match launcher {
        None => None,
        Some(launcher) => {
            let mut plan = launcher.plan.clone();
            plan.parent = None;
            let told = doorward_box_report(&launcher.program, &plan).await;
            told.inspect_err(|error| tracing::warn!(%server, %error, "the box cannot be tried out"))
                .ok()
        }
    };
    let nothing = Report::default();
    let refusal = launcher.and_then(|launcher| {
        let report = report.as_ref().unwrap_or(&nothing);
        launcher.plan.refusal(report)
    });
    ProgramFacts {
        refusal,
        sharing: upstream.sharing(),
        processes: upstream.processes(),
        sandbox: launcher
            .map(|launcher| launcher.plan.sandbox)
            .unwrap_or_default(),
        report,
        server,
    }
}

/// Lets a launcher go into a box and say what of it holds.
async fn doorward_box_report(
    launcher: &std::path::Path,
    plan: &doorward_box::Plan,
) -> io::Result<Report> {
    let plan = serde_json::to_string(plan).map_err(io::Error::other)?;
    let output = Command::new(launcher)
        .arg(LAUNCHER)
        .arg(plan)
        .env_clear()
        .kill_on_drop(true)
        .output();
    let output = output.await?;
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}
