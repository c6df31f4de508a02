//! Why something is not done with an account.

use std::time::Duration;

use doorward_core::user::{NotADisplayName, PasswordError};
use doorward_pages::Text;
use doorward_store::StoreError;

use crate::passwords::Busy;

/// Why a form does not count.
#[derive(Debug)]
pub enum FormRefused {
    /// It came from another site, or does not say from where.
    CrossSite,
    /// It was made for another session or page: the person loads the page again.
    Stale,
    /// It cannot be read; what the person is told.
    Unreadable(Text),
}

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// There is no such thing, or it is somebody else's: nobody can tell (AD-02).
    #[error("there is no such thing in this account")]
    NotThere,
    /// The old password is wrong.
    #[error("the old password is not right")]
    WrongPassword,
    /// The account has no password that could be changed.
    #[error("this account has no password")]
    NoPassword,
    /// The new password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The new password was typed in two ways.
    #[error("the two passwords are not the same")]
    Different,
    /// Nothing to show is left of the name.
    #[error(transparent)]
    Name(#[from] NotADisplayName),
    /// Too many wrong passwords.
    #[error("there were too many tries")]
    TooMany(Duration),
    /// Too many passwords are hashed right now.
    #[error("too many people at once")]
    Busy,
    /// Nobody else could administer any more.
    #[error("this is the last administrator that can sign in")]
    LastAdministrator,
    /// The name was not typed as it is.
    #[error("the user name was not typed as it is")]
    Unconfirmed,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Busy> for AccountError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// What changed or went meanwhile is not there.
impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::NotThere,
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => Self::Store(error),
        }
    }
}
