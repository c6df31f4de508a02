//! The program of a stdio server: its command, environment and directory.
//!
//! All of it comes from the configuration; nothing that a caller sends has a
//! place here (ST-01, ST-02). The environment is emptied first: what a program
//! needs to run at all is put back, then what was configured (ST-03).

use std::{ffi::OsString, path::PathBuf, process::Stdio};

use tokio::process::Command;

use crate::config::{GatewayError, ServerConfig, UpstreamConfig};

/// A program that can be started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    name: String,
    arguments: Vec<String>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
}

impl Program {
    /// Checks the configuration of `server`.
    pub(crate) fn new(server: &ServerConfig) -> Result<Self, GatewayError> {
        let no_program = || GatewayError::Command(server.name.clone());
        let UpstreamConfig::Stdio {
            command,
            environment,
            directory,
            process: _,
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
            environment: inherited().into_iter().chain(own).collect(),
            directory: directory.clone(),
        })
    }

    /// The program's name as configured, for logs.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A command with pipes on all three streams and a process group of its own.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
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
