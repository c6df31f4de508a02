//! Why a step of a sign-in, or a change of factors, is not taken.

use std::time::Duration;

use doorward_pages::Text;
use doorward_passkeys::Refused;
use doorward_store::StoreError;
use http::StatusCode;

use super::error::SignInError;
use crate::{form::BodyError, limits::Wait};

/// Why. The first three show the form again, the others a page of their own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    /// The code is wrong or was used.
    #[error("the code is not right, or was used already")]
    Refused,
    /// The passkey did not convince.
    #[error("{0}")]
    Passkey(#[from] Refused),
    /// The key on the page is too old.
    #[error("the page was open for too long")]
    Stale,
    /// The person has as many passkeys as are kept.
    #[error("there are too many passkeys")]
    Many,
    /// Too many tries.
    #[error("there were too many tries: wait a moment and try again")]
    TooMany(Duration),
    /// There is no half-finished sign-in in this browser, or not any more.
    #[error("this sign-in was begun in another browser, or took too long")]
    Lost,
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] BodyError),
    /// What waits behind it cannot be used.
    #[error(transparent)]
    Waiting(Box<SignInError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Wait> for StepError {
    fn from(Wait(time): Wait) -> Self {
        Self::TooMany(time)
    }
}

impl From<SignInError> for StepError {
    fn from(error: SignInError) -> Self {
        Self::Waiting(Box::new(error))
    }
}

impl StepError {
    /// What the person is told.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::Refused => Text::of("factor-refused"),
            Self::Passkey(refused) => passkey_text(*refused),
            Self::TooMany(_) => Text::of("sign-in-too-many"),
            Self::Stale => Text::of("factor-stale"),
            Self::Many => Text::of("passkey-many"),
            Self::Lost => Text::of("factor-lost-lead"),
            Self::CrossSite => Text::of("message-cross-site-lead"),
            Self::Form(error) => error.text(),
            Self::Waiting(error) => error.text(),
            Self::Store(_) => Text::of("message-storage"),
        }
    }

    /// The status of the answer, and when to come again.
    pub(crate) fn status(&self) -> (StatusCode, Option<Duration>) {
        let soon = Some(Duration::from_secs(2));
        match self {
            Self::Refused | Self::Stale | Self::Many | Self::Passkey(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, None)
            }
            Self::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, Some(*wait)),
            Self::Lost | Self::CrossSite => (StatusCode::FORBIDDEN, None),
            Self::Form(error) => (crate::wire::body_status(*error), None),
            Self::Waiting(error) => error.status(),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, soon),
        }
    }

    /// Whether the form is shown again, for another try.
    pub(crate) fn shows_form(&self) -> bool {
        match self {
            Self::Refused | Self::Stale | Self::Many | Self::Passkey(_) | Self::TooMany(_) => true,
            Self::Lost | Self::CrossSite | Self::Form(_) | Self::Waiting(_) | Self::Store(_) => {
                false
            }
        }
    }
}

fn passkey_text(refused: Refused) -> Text {
    match refused {
        Refused::Verification | Refused::Presence => Text::of("passkey-unverified"),
        Refused::Algorithm => Text::of("passkey-algorithm"),
        Refused::Copied => Text::of("passkey-copied"),
        Refused::Origin | Refused::RelyingParty => Text::of("passkey-elsewhere-used"),
        Refused::Challenge | Refused::Purpose => Text::of("passkey-stale"),
        Refused::Unreadable | Refused::Credential | Refused::Signature => {
            Text::of("passkey-unknown")
        }
    }
}
