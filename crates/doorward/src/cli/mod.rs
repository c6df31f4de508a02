//! The command line: what can be asked for, and nothing else.
//!
//! Exit status: 0 done, 1 refused or failed, 2 wrong usage. Results go to
//! standard output, everything else to standard error.

mod administration;
mod arguments;
mod certificates;
mod configuration;
mod keys;
mod output;
mod password;
mod people;
mod scim;
mod servers;
mod time;
mod tokens;
mod users;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

pub(crate) use self::arguments::{
    AuditCommand, ClientCommand, ConfigCommand, GrantCommand, KeyCommand, ScimCommand,
    ServeArguments, UpArguments, UserCommand,
};
use self::{
    people::{GroupCommand, MailCommand},
    servers::ServerCommand,
};
use crate::{data::DataFolder, failure::Failure, serve, telemetry, up};

/// The front door of MCP servers: login, consent and per-tool permissions in front of any of them
#[derive(Debug, Parser)]
#[command(
    name = "doorward",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// The folder of database, keys and control socket [default: $XDG_DATA_HOME/doorward]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "DOORWARD_DATA",
        hide_env_values = true
    )]
    data: Option<std::path::PathBuf>,
    /// What to log, like info or doorward=debug [default: RUST_LOG, else warn for up, info for serve]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// How to write logs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
}

/// How to write logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put a door in front of a command, a URL or the demo, without any configuration
    Up(UpArguments),
    /// Serve everything that the configuration file names
    Serve(ServeArguments),
    /// Manage the accounts of people
    #[command(subcommand)]
    User(UserCommand),
    /// Manage groups of people
    #[command(subcommand)]
    Group(GroupCommand),
    /// Manage the programs that ask for access
    #[command(subcommand)]
    Client(ClientCommand),
    /// Manage who gave which program access to what
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Manage the identity providers that provision users and groups
    #[command(subcommand)]
    Scim(ScimCommand),
    /// Look at servers that are programs: their processes, their boxes, what they say
    #[command(subcommand)]
    Server(ServerCommand),
    /// Manage the keys that tokens are signed with
    #[command(subcommand)]
    Key(KeyCommand),
    /// Try out the mail that is configured
    #[command(subcommand)]
    Mail(MailCommand),
    /// Read and check the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Check a configuration file, print its JSON Schema, or write out the pages
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let default = match &self.command {
            Command::Serve(_) => LevelFilter::INFO,
            _ => LevelFilter::WARN,
        };
        telemetry::start(self.global.log.as_deref(), default, self.global.log_format)?;
        let folder = || DataFolder::chosen(self.global.data.as_deref());
        match self.command {
            Command::Up(arguments) => up::run(arguments, &folder()?),
            Command::Serve(arguments) => serve::run(&arguments, &folder()?),
            Command::User(command) => users::run(command, &folder()?),
            Command::Group(command) => people::group(command, &folder()?),
            Command::Mail(command) => people::mail(command),
            Command::Client(command) => administration::client(command, &folder()?),
            Command::Grant(command) => administration::grant(command, &folder()?),
            Command::Scim(ScimCommand::Token(command)) => scim::run(command, &folder()?),
            Command::Server(command) => servers::run(command, folder),
            Command::Key(command) => keys::run(command, &folder()?),
            Command::Audit(command) => administration::audit(command, &folder()?),
            Command::Config(command) => configuration::run(command, folder),
            Command::Completions { shell } => output::write(|out| {
                clap_complete::generate(shell, &mut Self::command(), "doorward", out);
                Ok(())
            }),
            Command::Man => output::write(|out| clap_mangen::Man::new(Self::command()).render(out)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
    const START: &str = "<!-- help: made from the command line -->\n";

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_reference_shows_the_help_of_every_command() {
        let written = std::fs::read_to_string(REFERENCE).expect("docs/cli.md");
        let (head, listed) = written.split_once(START).expect("start mark");
        let mut expected = String::new();
        describe(Cli::command().term_width(100), "doorward", &mut expected);
        if std::env::var_os("DOORWARD_WRITE_DOCS").is_some() {
            std::fs::write(REFERENCE, format!("{head}{START}{expected}")).expect("written");
            return;
        }
        assert_eq!(
            listed, expected,
            "run the tests once with DOORWARD_WRITE_DOCS=1"
        );
    }

    fn describe(command: clap::Command, path: &str, out: &mut String) {
        // Global options belong to the root and are shown there only.
        let help = command.clone().bin_name(path).render_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        out.push_str(&format!(
            "\n## {path}\n\n```text\n{}\n```\n",
            lines.join("\n").trim_end()
        ));
        for child in command
            .get_subcommands()
            .filter(|child| child.get_name() != "help")
        {
            describe(
                child.clone().term_width(100),
                &format!("{path} {}", child.get_name()),
                out,
            );
        }
    }
}
