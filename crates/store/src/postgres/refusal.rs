//! Why a database was not opened, and what helps.

use tokio_postgres::{Error, error::SqlState};

use super::fault::told;
use crate::StoreError;

/// Why a PostgreSQL database was refused when it was opened. It was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PostgresRefusal {
    /// Nobody answers, or not as PostgreSQL does.
    #[error("cannot connect to PostgreSQL: {0}")]
    Unreachable(String),
    /// The server does not let this user in.
    #[error("PostgreSQL does not let the user in: {0}")]
    Denied(String),
    /// The server has no such database.
    #[error("{0}")]
    NoDatabase(String),
    /// The user may not do what is needed.
    #[error("the user of the database may not do what Doorward needs: {0}")]
    Forbidden(String),
    /// The server only reads.
    #[error("the PostgreSQL server is read-only")]
    ReadOnly,
    /// The certificates to trust cannot be read.
    #[error("cannot read certificates to trust: {0}")]
    Roots(String),
    /// The server is too old.
    #[error("PostgreSQL {0} is too old")]
    TooOld(i64),
    /// Not every text can be stored.
    #[error("the database has the encoding {0}")]
    Encoding(String),
    /// The schema that the connection selects does not exist.
    #[error("the search path of the connection names no schema that exists")]
    NoSchema,
    /// The tables in the database are not ours.
    #[error("the database belongs to another program")]
    Foreign,
    /// The database was written by a newer version.
    #[error("the database has schema {found} and this version knows {known}")]
    Newer {
        /// The schema of the database.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// A migration that was applied is not the one known here.
    #[error("migration {version} of the database is not the one that this version knows")]
    Altered {
        /// Its number.
        version: i64,
    },
    /// Another process uses the database.
    #[error("the database is in use by another Doorward{by}")]
    InUse {
        /// Where from, when that is known.
        by: String,
    },
}

impl PostgresRefusal {
    /// What helps.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "check that it runs, and host and port in storage.url",
            Self::Denied(_) => {
                "check user and password in storage.url, and pg_hba.conf of the server"
            }
            Self::NoDatabase(_) => "create it with createdb, or correct storage.url",
            Self::Forbidden(_) => "make that user the owner of the database",
            Self::ReadOnly => {
                "name the primary in storage.url, or all servers and target_session_attrs=read-write"
            }
            Self::Roots(_) => "correct sslrootcert in storage.url",
            Self::TooOld(_) => "use PostgreSQL 13 or newer",
            Self::Encoding(_) => "create it with the encoding UTF8",
            Self::NoSchema => "create the schema, or correct options in storage.url",
            Self::Foreign => "create an empty database for Doorward alone",
            Self::Newer { .. } => "use a newer Doorward",
            Self::Altered { .. } => "use the Doorward that made it, or restore a backup",
            Self::InUse { .. } => "stop that one, or use another database",
        }
    }

    /// Sorts an error of connecting or of the first statements.
    pub(super) fn of(error: &Error) -> Self {
        let told = told(error);
        match error.code() {
            Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
                Self::Denied(told)
            }
            Some(&SqlState::INVALID_CATALOG_NAME) => Self::NoDatabase(told),
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Self::Forbidden(told),
            Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Self::ReadOnly,
            _ => Self::Unreachable(told),
        }
    }
}

impl From<PostgresRefusal> for StoreError {
    fn from(refusal: PostgresRefusal) -> Self {
        Self::Unavailable(refusal.into())
    }
}
