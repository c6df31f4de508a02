//! `doorward config`.

use super::{ConfigCommand, output};
use crate::{config, failure::Failure};

/// Checks a file, or prints the schema of all of them.
pub(super) fn run(command: ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check { file } => {
            let configuration = config::read(&file)?;
            output::write(|out| {
                let servers: Vec<&str> = configuration
                    .servers
                    .iter()
                    .map(|server| server.name.as_str())
                    .collect();
                writeln!(
                    out,
                    "{} is fine: {} with {}",
                    file.display(),
                    configuration.public_url,
                    servers.join(", ")
                )
            })
        }
        ConfigCommand::Schema => output::json(&config::schema()),
    }
}
