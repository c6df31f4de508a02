//! `doorward server`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use doorward_box::{Fact, LAUNCHER, Plan, Report};
use doorward_core::server::ServerName;

use super::{
    administration::{ask, unexpected},
    output,
};
use crate::{
    config::{self, Configuration, Server, Upstream, unpinned},
    control::{AdminRequest, AdminResponse, ProgramRow, ServerLineRow},
    data::DataFolder,
    failure::Failure,
    wire::launcher,
};

/// What can be done with servers.
#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// List the servers that are programs and run
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one server that is a program, and what of its box is enforced
    Show {
        /// Its name
        #[arg(value_parser = ServerName::parse)]
        name: ServerName,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try out on this machine, without starting it, what of a server's box would be enforced
    Check {
        /// Its name
        #[arg(value_parser = ServerName::parse)]
        name: ServerName,
        /// The configuration file
        #[arg(long, value_name = "FILE", default_value = "doorward.toml")]
        config: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what the processes of a server wrote to their standard error lately
    Logs {
        /// Its name
        #[arg(value_parser = ServerName::parse)]
        name: ServerName,
        /// How many lines
        #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 100)]
        lines: usize,
        /// Of one process only: the number that its lines have
        #[arg(long, value_name = "NUMBER")]
        process: Option<u64>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// `doorward server`.
pub(super) fn run(
    command: ServerCommand,
    folder: impl FnOnce() -> Result<DataFolder, Failure>,
) -> Result<(), Failure> {
    match command {
        ServerCommand::List { json } => list(asked(&folder()?, None)?, json),
        ServerCommand::Show { name, json } => show(asked(&folder()?, Some(name))?, json),
        ServerCommand::Check { name, config, json } => {
            let configuration = config::read_apart(&config, &folder()?)?;
            check(&name, (&configuration, &config), json)
        }
        ServerCommand::Logs {
            name,
            lines,
            process,
            json,
        } => {
            let request = AdminRequest::ServerLines {
                name,
                lines,
                process,
            };
            match ask(&folder()?, request)? {
                AdminResponse::ServerLines { lines } => logs(&lines, json),
                other => Err(unexpected(&other)),
            }
        }
    }
}

fn asked(folder: &DataFolder, name: Option<ServerName>) -> Result<Vec<ProgramRow>, Failure> {
    match ask(folder, AdminRequest::Programs { name })? {
        AdminResponse::Programs { programs } => Ok(programs),
        other => Err(unexpected(&other)),
    }
}

fn list(programs: Vec<ProgramRow>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&programs);
    }
    let row = |program: &ProgramRow| {
        let held = program.rules.iter().filter(|fact| is_enforced(fact));
        [
            program.server.as_str().to_owned(),
            program.process.clone(),
            program.processes.to_string(),
            program.sandbox.clone(),
            format!("{} of {}", held.count(), program.rules.len()),
        ]
    };
    output::table(
        ["NAME", "PROCESS", "RUNNING", "SANDBOX", "ENFORCED"],
        &programs.iter().map(row).collect::<Vec<_>>(),
    )
}

fn is_enforced(fact: &Fact) -> bool {
    fact.held == doorward_box::Held::Enforced
}

fn show(programs: Vec<ProgramRow>, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&programs.first());
    }
    output::write(|out| {
        programs.iter().try_for_each(|program| {
            writeln!(out, "name      {}", program.server)?;
            writeln!(out, "process   {}", program.process)?;
            writeln!(out, "running   {}", program.processes)?;
            writeln!(out, "sandbox   {}", program.sandbox)?;
            let mut facts = program.rules.iter();
            facts.try_for_each(|fact| writeln!(out, "box       {fact}"))?;
            match &program.refusal {
                None => Ok(()),
                Some(why) => writeln!(out, "refused   {why}"),
            }
        })
    })
}

fn logs(lines: &[ServerLineRow], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&lines);
    }
    output::write(|out| {
        lines.iter().try_for_each(|line| {
            let ServerLineRow {
                seconds_ago,
                process,
                text,
            } = line;
            let text = output::harmless(text);
            writeln!(out, "{seconds_ago:>6} s ago  process {process:<5} {text}")
        })
    })
}

/// Tries the box of a server out, by the configuration file alone.
fn check(
    name: &ServerName,
    (configuration, file): (&Configuration, &Path),
    json: bool,
) -> Result<(), Failure> {
    let mut servers = configuration.servers.iter();
    let server = servers.find(|server| server.name == *name).ok_or_else(|| {
        Failure::new(format!("{} has no server `{name}`", file.display()))
            .fix("name one of its [[servers]]")
    })?;
    let Upstream::Command { command, plan, .. } = &server.upstream else {
        return Err(Failure::new(format!("server `{name}` is no program"))
            .fix("only servers with a command have a box"));
    };
    let report = tried(plan)?;
    match json {
        true => output::json(&report)?,
        false => checked(server, (command, plan), &report)?,
    }
    match plan.refusal(&report) {
        None => Ok(()),
        Some(why) => Err(Failure::new(format!("server `{name}`: {why}"))),
    }
}

fn checked(
    server: &Server,
    (command, plan): (&[String], &Plan),
    report: &Report,
) -> Result<(), Failure> {
    output::write(|out| {
        writeln!(out, "sandbox   {}", plan.sandbox.as_str())?;
        let mut facts = report.facts.iter();
        facts.try_for_each(|fact| writeln!(out, "box       {fact}"))?;
        match advice(server, command) {
            None => Ok(()),
            Some(advice) => writeln!(out, "version   {advice}"),
        }
    })
}

fn tried(plan: &Plan) -> Result<Report, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("the box cannot be tried out: {error}"))
    };
    let text = serde_json::to_string(plan).map_err(|error| failed(&error))?;
    let program = launcher::program().map_err(|error| failed(&error))?;
    let mut command = std::process::Command::new(program);
    let output = command.arg(LAUNCHER).arg(text).output();
    let output = output.map_err(|error| failed(&error))?;
    serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
}

fn advice(server: &Server, command: &[String]) -> Option<String> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let found = unpinned(command, home.as_deref())?;
    let _ = server;
    Some(found.to_string())
}
