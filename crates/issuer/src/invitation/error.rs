//! Why an invitation makes no account.

use doorward_core::user::{NotAUsername, PasswordError};
use doorward_pages::Text;
use doorward_store::StoreError;
use http::StatusCode;

use crate::{form::BodyError, passwords::Busy};

/// Why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvitationError {
    /// The link is unknown, used, revoked or too old.
    #[error("this invitation was used, was revoked or has expired")]
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
    /// The invitation is for another name.
    #[error("the invitation is for another name")]
    OtherName,
    /// Somebody has the name.
    #[error("the name is taken")]
    NameTaken,
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
    Store(#[from] StoreError),
}

impl InvitationError {
    /// What the person is told.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::Link => Text::of("invitation-over"),
            Self::CrossSite => Text::of("message-cross-site-lead"),
            Self::Form(error) => error.text(),
            Self::Name(error) => (*error).into(),
            Self::OtherName => Text::of("invitation-other-name"),
            Self::NameTaken => Text::of("invitation-name-taken"),
            Self::Password(error) => (*error).into(),
            Self::Different => Text::of("setup-different"),
            Self::Busy => Text::of("sign-in-busy"),
            Self::Store(_) => Text::of("message-storage"),
        }
    }

    /// Whether the form is shown again, for another try.
    pub(crate) fn shows_form(&self) -> bool {
        match self {
            Self::Name(_)
            | Self::OtherName
            | Self::NameTaken
            | Self::Password(_)
            | Self::Different
            | Self::Busy => true,
            Self::Link | Self::CrossSite | Self::Form(_) | Self::Store(_) => false,
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Link => StatusCode::GONE,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Form(error) => crate::wire::body_status(*error),
            Self::Name(_)
            | Self::OtherName
            | Self::NameTaken
            | Self::Password(_)
            | Self::Different => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<Busy> for InvitationError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}
