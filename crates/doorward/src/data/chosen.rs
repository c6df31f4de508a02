//! Which database belongs to a data folder, and how the command line finds it again.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Lock;
use crate::{
    config::{self, Database},
    failure::Failure,
};

/// Names a database where there is no configuration file; never shown in a list of processes.
const VARIABLE: &str = "DOORWARD_STORAGE";

/// A database and what names it.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    database: Database,
    named_by: Named,
}

/// What names a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// Its path.
    Path(PathBuf),
    /// `storage.url` in this configuration file. The URL itself may hold a password, so it is
    /// not written down.
    Configuration(PathBuf),
    /// The environment.
    Environment,
}

impl Chosen {
    /// The one that a configuration file names.
    pub(crate) fn configured(database: &Database, file: &Path) -> Self {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        Self::new(database.clone(), Named::Configuration(file))
    }

    /// The one that the environment names, or the default.
    pub(crate) fn without_configuration() -> Result<Self, Failure> {
        let named = from_environment()?;
        Ok(Self::new(named.unwrap_or_default(), Named::Environment))
    }

    /// The one that the environment names, or the one that was used last with a folder.
    pub(super) fn again(lock: &Lock) -> Result<Self, Failure> {
        if let Some(database) = from_environment()? {
            return Ok(Self::new(database, Named::Environment));
        }
        match lock.database() {
            None => Ok(Self::new(Database::default(), Named::Environment)),
            Some(Named::Path(path)) => {
                let database = Database::File(path.clone());
                Ok(Self::new(database, Named::Environment))
            }
            Some(Named::Configuration(file)) => {
                let database = config::read_storage(file).map_err(|failure| {
                    let fix = format!("mend that, or set {VARIABLE} to the URL of the database");
                    failure.fix(fix)
                })?;
                Ok(Self::configured(&database, file))
            }
            Some(Named::Environment) => Err(Failure::new(format!(
                "this folder belongs to a PostgreSQL database that {VARIABLE} named, and it is not set"
            ))
            .fix(format!("set {VARIABLE} to the URL of the database"))),
        }
    }

    /// The database itself.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    fn new(database: Database, named_by: Named) -> Self {
        Self { database, named_by }
    }

    /// What to write down to find it again.
    pub(super) fn name(&self) -> Named {
        match &self.database {
            Database::File(path) => Named::Path(path.clone()),
            Database::Served(_) => self.named_by.clone(),
        }
    }
}

impl Named {
    const CONFIGURATION: &str = "storage.url in ";
    const ENVIRONMENT: &str = "storage in the environment";

    /// As a line of the lock file.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Configuration(file) => format!("{}{}", Self::CONFIGURATION, file.display()),
            Self::Environment => Self::ENVIRONMENT.to_owned(),
        }
    }

    /// From a line of the lock file.
    pub(super) fn from_line(line: &str) -> Self {
        match line.strip_prefix(Self::CONFIGURATION) {
            Some(file) => Self::Configuration(PathBuf::from(file)),
            None if line == Self::ENVIRONMENT => Self::Environment,
            None => Self::Path(PathBuf::from(line)),
        }
    }
}

fn from_environment() -> Result<Option<Database>, Failure> {
    let Some(text) = env::var_os(VARIABLE) else {
        return Ok(None);
    };
    let wrong = |cause: &str| Failure::usage(format!("{VARIABLE} {cause}"));
    let text = text.to_str().ok_or_else(|| wrong("is not text"))?;
    Database::parse(text)
        .map(Some)
        .map_err(|cause| wrong(&cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_was_written() {
        let path = |text: &str| PathBuf::from(text);
        for name in [
            Named::Path(path("doorward.db")),
            Named::Configuration(path("/etc/door ward.toml")),
            Named::Environment,
        ] {
            assert_eq!(Named::from_line(&name.line()), name);
        }
    }

    #[test]
    fn the_url_of_a_served_database_is_not_written_down() {
        let database = Database::parse("postgres://u:s3cret@db.example/d").unwrap();
        let chosen = Chosen::configured(&database, Path::new("/etc/doorward.toml"));
        assert_eq!(chosen.name().line(), "storage.url in /etc/doorward.toml");
        assert!(!format!("{chosen:?}").contains("s3cret"));
    }
}
