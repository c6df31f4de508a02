//! What an error of PostgreSQL means to whoever asked for a read or a commit.

use tokio_postgres::{
    Error,
    error::{Severity, SqlState},
};

use crate::StoreError;

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Fault {
    /// A record is not in the expected state: taken, gone, or referred to.
    Conflict,
    /// The transaction stood in the way of another one: the same again may succeed.
    Again,
    /// The connection is gone, and with it the transaction; another connection may work.
    Lost(Error),
    /// The database refused.
    Refused(Error),
}

impl Fault {
    pub(super) fn of(error: Error) -> Self {
        let Some(state) = error.code() else {
            return Self::Lost(error);
        };
        match *state {
            SqlState::UNIQUE_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => Self::Conflict,
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Self::Again,
            _ if ends_connection(&error) => Self::Lost(error),
            _ => Self::Refused(error),
        }
    }
}

/// Whether nothing more can be said over the connection, or nothing that it could do: a server
/// that became a standby only reads.
fn ends_connection(error: &Error) -> bool {
    let fatal = |severity| matches!(severity, Severity::Fatal | Severity::Panic);
    let severity = error
        .as_db_error()
        .and_then(|error| error.parsed_severity());
    severity.is_some_and(fatal) || error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Conflict => Self::Conflict,
            Fault::Again => {
                Self::Unavailable("transactions kept getting in each other's way".into())
            }
            Fault::Lost(error) | Fault::Refused(error) if is_damage(&error) => {
                Self::Corrupt(told(&error).into())
            }
            Fault::Lost(error) | Fault::Refused(error) => Self::Unavailable(told(&error).into()),
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        Fault::of(error).into()
    }
}

fn is_damage(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED)
    )
}

/// The reason in words, without values of rows: the server's message, or the causes one by one.
pub(super) fn told(error: &Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
