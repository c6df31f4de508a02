//! Why somebody is not signed in.

use std::time::Duration;

use doorward_pages::Text;
use doorward_store::StoreError;
use http::StatusCode;

use crate::{authorize::AuthorizeRefused, form::BodyError, limits::Wait, passwords::Busy};

/// Why. The first three show the form again, the others a page of their own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// The name or the password is wrong, or the account may not be used.
    #[error("the user name or the password is not right")]
    Refused,
    /// Too many tries.
    #[error("there were too many tries: wait a moment and try again")]
    TooMany(Duration),
    /// Too many people at once.
    #[error("too many people are signing in right now: wait a moment and try again")]
    Busy,
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] BodyError),
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The authorization request that it belongs to is not usable.
    #[error(transparent)]
    Flow(#[from] AuthorizeRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Wait> for SignInError {
    fn from(Wait(time): Wait) -> Self {
        Self::TooMany(time)
    }
}

impl From<Busy> for SignInError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl SignInError {
    /// Whether the form is shown again, for another try.
    pub(crate) fn shows_form(&self) -> bool {
        match self {
            Self::Refused | Self::TooMany(_) | Self::Busy => true,
            Self::Form(_) | Self::CrossSite | Self::Flow(_) | Self::Store(_) => false,
        }
    }

    /// What the person is told beside the form.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::Refused => Text::of("sign-in-refused"),
            Self::TooMany(_) => Text::of("sign-in-too-many"),
            Self::Busy => Text::of("sign-in-busy"),
            Self::Form(error) => error.text(),
            Self::CrossSite => Text::of("message-cross-site-lead"),
            Self::Flow(_) => Text::of("authorize-unusable"),
            Self::Store(_) => Text::of("message-storage"),
        }
    }

    /// The status of the answer, and when to come again.
    pub(crate) fn status(&self) -> (StatusCode, Option<Duration>) {
        match self {
            Self::Refused => (StatusCode::UNPROCESSABLE_ENTITY, None),
            Self::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, Some(*wait)),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(Duration::from_secs(2)),
            ),
            Self::Form(error) => (crate::wire::body_status(*error), None),
            Self::CrossSite => (StatusCode::FORBIDDEN, None),
            Self::Flow(_) => (StatusCode::BAD_REQUEST, None),
            Self::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(Duration::from_secs(2)),
            ),
        }
    }
}
