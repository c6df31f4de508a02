//! Why no password is replaced.

use std::time::Duration;

use doorward_core::user::PasswordError;
use doorward_pages::Text;
use doorward_store::StoreError;
use http::StatusCode;

use crate::{form::BodyError, limits::Wait, passwords::Busy};

/// Why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResetError {
    /// No letters are sent, so there is no such page.
    #[error("no mail is configured")]
    NoMail,
    /// The link is unknown, used or too old.
    #[error("this link was used or has expired")]
    Link,
    /// The network asked too often, for whomever.
    #[error("there were too many tries: wait a moment and try again")]
    TooMany(Duration),
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] BodyError),
    /// The password is too short, too long or too weak.
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

impl ResetError {
    /// What the person is told.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::NoMail => Text::of("forgot-no-mail"),
            Self::Link => Text::of("reset-over"),
            Self::TooMany(_) => Text::of("sign-in-too-many"),
            Self::CrossSite => Text::of("message-cross-site-lead"),
            Self::Form(error) => error.text(),
            Self::Password(error) => (*error).into(),
            Self::Different => Text::of("setup-different"),
            Self::Busy => Text::of("sign-in-busy"),
            Self::Store(_) => Text::of("message-storage"),
        }
    }

    /// Whether the form is shown again, for another try.
    pub(crate) fn shows_form(&self) -> bool {
        match self {
            Self::Password(_) | Self::Different | Self::Busy => true,
            Self::NoMail
            | Self::Link
            | Self::TooMany(_)
            | Self::CrossSite
            | Self::Form(_)
            | Self::Store(_) => false,
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoMail => StatusCode::NOT_FOUND,
            Self::Link => StatusCode::GONE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Form(error) => crate::wire::body_status(*error),
            Self::Password(_) | Self::Different => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<Busy> for ResetError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<Wait> for ResetError {
    fn from(Wait(time): Wait) -> Self {
        Self::TooMany(time)
    }
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Link, // somebody used it at the same moment
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => Self::Store(error),
        }
    }
}
