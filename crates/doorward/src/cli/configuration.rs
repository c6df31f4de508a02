//! `doorward config`.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{ConfigCommand, output};
use crate::{config, data::DataFolder, failure::Failure, wire::launcher};

/// Checks a file, or prints the schema of all of them.
pub(super) fn run(
    command: ConfigCommand,
    folder: impl FnOnce() -> Result<DataFolder, Failure>,
) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check { file } => {
            // Without a home there is no folder, and nothing in it that could be shown.
            let configuration = match folder() {
                Ok(folder) => config::read_apart(&file, &folder)?,
                Err(_) => config::read(&file)?,
            };
            for (server, advice) in launcher::advice(&configuration) {
                eprintln!("doorward: server {server}: {advice}");
            }
            if let Some(advice) = config::crowding(&configuration) {
                eprintln!("doorward: {advice}");
            }
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
        ConfigCommand::Pages { folder } => write_pages(&folder),
    }
}

/// Writes what is built in, over nothing that is there.
fn write_pages(folder: &Path) -> Result<(), Failure> {
    let mut count = 0_usize;
    for (name, content) in doorward_pages::built_in() {
        let path = folder.join(name);
        write_new(&path, &content).map_err(|error| {
            Failure::new(format!("cannot write {}: {error}", path.display()))
                .fix("name a folder that does not exist yet")
        })?;
        count += 1;
    }
    output::write(|out| writeln!(out, "{count} files are in {}", folder.display()))
}

fn write_new(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_written_once_and_over_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("pages");
        write_pages(&folder).expect("written");
        let consent = fs::read_to_string(folder.join("templates/consent.html"));
        assert!(consent.is_ok_and(|text| text.contains("consent-title")));
        assert!(folder.join("texts/zh-Hans.ftl").is_file());
        let again = write_pages(&folder).expect_err("there");
        assert!(again.to_string().contains("cannot write"), "{again}");
    }
}
