//! The program of a stdio server: its command, environment, directory and box.
//!
//! All of it comes from the configuration; nothing that a caller sends has a
//! place here (ST-01, ST-02). The environment is emptied first: what a program
//! needs to run at all is put back, then what was configured (ST-03).

use std::{
    ffi::{OsStr, OsString},
    io,
    path::PathBuf,
    process::Stdio,
};

use doorward_box::{LAUNCHER, Plan, Sandbox, find};
use tokio::process::Command;

use super::{
    scratch::Scratch,
    secrets::Secrets,
    strays::{MARK, Mark},
};
use crate::config::{GatewayError, Launcher, ServerConfig, UpstreamConfig};

/// A program that can be started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    name: String,
    arguments: Vec<String>,
    inherited: Vec<(OsString, OsString)>,
    configured: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
    launcher: Option<Launcher>,
}

/// A program that is about to be started.
pub(super) struct Prepared {
    pub(super) command: Command,
    /// Its folder for temporary files, to be held until nothing of it is left.
    pub(super) scratch: Option<Scratch>,
}

impl Program {
    /// Checks the configuration of `server`.
    pub(crate) fn new(server: &ServerConfig) -> Result<Self, GatewayError> {
        let no_program = || GatewayError::Command(server.name.clone());
        let UpstreamConfig::Stdio {
            command,
            environment,
            directory,
            process,
        } = &server.upstream
        else {
            return Err(no_program());
        };
        let (name, arguments) = command.split_first().ok_or_else(no_program)?;
        if name.is_empty() || command.iter().any(|part| part.contains('\0')) {
            return Err(no_program());
        }
        for (key, value) in environment {
            if key.is_empty() || key.contains(['=', '\0']) || value.contains('\0') {
                return Err(GatewayError::Environment(server.name.clone(), key.clone()));
            }
        }
        let own = environment
            .iter()
            .map(|(key, value)| (key.into(), value.into()));
        Ok(Self {
            name: name.clone(),
            arguments: arguments.to_vec(),
            inherited: inherited(),
            configured: own.collect(),
            directory: directory.clone(),
            launcher: process.launcher.clone(),
        })
    }

    /// The program's name as configured, for logs.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it was configured with, to be kept out of what it says.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets::of(&self.configured)
    }

    /// What puts it into its box.
    pub(super) fn launcher(&self) -> Option<&Launcher> {
        self.launcher.as_ref()
    }

    /// Ready to be started with `mark`: pipes on all three streams, a process group of its own,
    /// and within its box.
    pub(super) fn prepare(&self, mark: &Mark) -> io::Result<Prepared> {
        let scratch = self.scratch(&mark.text)?;
        let mut command = match &self.launcher {
            None => Command::new(&self.name),
            Some(launcher) => {
                let mut plan = self.plan(launcher, scratch.as_ref());
                plan.mark = mark.tree;
                self.launched(launcher, &plan)?
            }
        };
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.inherited.iter().cloned())
            .envs(scratch.iter().flat_map(Scratch::environment))
            .envs(self.configured.iter().cloned())
            .env(MARK, &mark.text)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let own = scratch.as_ref().map(Scratch::path);
        if let Some(directory) = self.directory.as_deref().or(own) {
            command.current_dir(directory);
        }
        Ok(Prepared { command, scratch })
    }

    /// Whatever is in a sandbox has a folder of its own.
    fn scratch(&self, mark: &str) -> io::Result<Option<Scratch>> {
        let confined = |launcher: &&Launcher| launcher.plan.sandbox != Sandbox::Off;
        let launcher = self.launcher.as_ref().filter(confined);
        let scratch = launcher.map(|launcher| {
            let offline = launcher.plan.sandbox == Sandbox::Strict;
            Scratch::new(&launcher.scratch, mark, offline)
        });
        scratch.transpose()
    }

    /// The launcher, up to the program's own arguments.
    fn launched(&self, launcher: &Launcher, plan: &Plan) -> io::Result<Command> {
        let program = self.found()?;
        let plan = serde_json::to_string(plan).map_err(io::Error::other)?;
        let mut command = Command::new(&launcher.program);
        command.arg(LAUNCHER).arg(plan).arg(program);
        Ok(command)
    }

    /// The box of one process.
    pub(super) fn plan(&self, launcher: &Launcher, scratch: Option<&Scratch>) -> Plan {
        let mut plan = Plan::clone(&launcher.plan);
        plan.parent = Some(std::process::id());
        plan.read.extend(self.directory.clone());
        plan.scratch = scratch.map(|own| own.path().to_owned());
        plan
    }

    /// The program as the launcher finds it again. That there is none is said here, where it can
    /// be told from one that fails.
    fn found(&self) -> io::Result<OsString> {
        let name = match (&self.directory, self.name.contains('/')) {
            (Some(directory), true) => directory.join(&self.name),
            (None, true) => std::path::absolute(&self.name)?,
            (_, false) => PathBuf::from(&self.name),
        };
        let found = name.to_str().and_then(|name| find(name, self.path()));
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(name.into())
    }

    fn path(&self) -> Option<&OsStr> {
        let mut variables = self.configured.iter().chain(&self.inherited);
        let path = variables.find(|(name, _)| name == "PATH");
        path.map(|(_, value)| value.as_os_str())
    }
}

/// What is left of Doorward's own environment: where programs and homes are, and the language.
fn inherited() -> Vec<(OsString, OsString)> {
    let kept = INHERITED.iter();
    kept.filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
        .collect()
}

/// Enough for `npx`, `uvx` and the like; none of it is a secret.
const INHERITED: [&str; 9] = [
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ",
];
