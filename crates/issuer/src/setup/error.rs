//! Why no account is made.

use doorward_core::user::{NotAUsername, PasswordError};
use doorward_pages::Text;
use doorward_store::StoreError;

use crate::{form::BodyError, passwords::Busy};

/// Why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// There is an account already: there is nothing to set up.
    #[error("this Doorward is set up already")]
    SetUp,
    /// The link is unknown, used or too old.
    #[error("this set-up link was used or has expired")]
    Link,
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] BodyError),
    /// The name cannot be one.
    #[error(transparent)]
    Name(#[from] NotAUsername),
    /// The password is too short or too long.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The two passwords differ.
    #[error("the two passwords are not the same")]
    Different,
    /// Too much at once.
    #[error("too many people are signing in right now: wait a moment and try again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl SetupError {
    /// What the person is told.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::SetUp => Text::of("setup-done-before"),
            Self::Link => Text::of("setup-link"),
            Self::CrossSite => Text::of("message-cross-site-lead"),
            Self::Form(error) => error.text(),
            Self::Name(error) => (*error).into(),
            Self::Password(error) => (*error).into(),
            Self::Different => Text::of("setup-different"),
            Self::Busy => Text::of("sign-in-busy"),
            Self::Store(_) => Text::of("message-storage"),
        }
    }
}

impl From<Busy> for SetupError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<StoreError> for SetupError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Link, // somebody used it at the same moment
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => Self::Store(error),
        }
    }
}
