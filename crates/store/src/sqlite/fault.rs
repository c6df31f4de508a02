//! What an error of SQLite means to whoever asked for a read or a commit.

use rusqlite::{Error, ErrorCode, ffi};

use crate::StoreError;

/// Why a write was not applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteFault {
    /// The record is not in the state that the write expects.
    #[error("a record is not in the expected state")]
    Conflict,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl WriteFault {
    /// Sorts an error of a statement that writes: what must be free is taken, or what is
    /// referred to is gone, is a conflict.
    pub(super) fn of(error: Error) -> Self {
        match &error {
            Error::SqliteFailure(failure, _)
                if matches!(
                    failure.extended_code,
                    ffi::SQLITE_CONSTRAINT_UNIQUE
                        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                        | ffi::SQLITE_CONSTRAINT_ROWID
                        | ffi::SQLITE_CONSTRAINT_FOREIGNKEY
                ) =>
            {
                Self::Conflict
            }
            _ => Self::Database(error),
        }
    }
}

impl From<WriteFault> for StoreError {
    fn from(fault: WriteFault) -> Self {
        match fault {
            WriteFault::Conflict => Self::Conflict,
            WriteFault::Database(error) => error.into(),
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let unreadable = matches!(
            error,
            Error::FromSqlConversionFailure(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::InvalidColumnType(..)
                | Error::Utf8Error(..)
        ) || matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        );
        if unreadable {
            Self::Corrupt(error.into())
        } else {
            Self::Unavailable(error.into())
        }
    }
}
