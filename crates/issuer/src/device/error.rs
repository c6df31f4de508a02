//! Why the device page does nothing.

use doorward_pages::Text;
use doorward_store::StoreError;

use crate::{form::BodyError, limits::Wait};

/// Why.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeviceError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignIn,
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form was made for another sign-in or another request.
    #[error("the page was made for another sign-in or another code")]
    StaleForm,
    /// The form cannot be read, or says neither yes nor no.
    #[error("the form cannot be read")]
    Unreadable,
    /// The code is unknown, expired or used. The page tells these apart for nobody.
    #[error(
        "this code is not known here, or it has expired: check it, or start again on the device"
    )]
    UnknownCode,
    /// Too many codes were tried.
    #[error("too many codes were tried: wait a moment, then try again")]
    TooMany(Wait),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl DeviceError {
    /// What the person is told.
    pub(super) fn text(&self) -> Text {
        Text::of(match self {
            Self::SignIn => "device-sign-in",
            Self::CrossSite => "message-cross-site-lead",
            Self::StaleForm => "device-stale",
            Self::Unreadable => "consent-unreadable-lead",
            Self::UnknownCode => "device-unknown",
            Self::TooMany(_) => "device-too-many",
            Self::Store(_) => "message-storage",
        })
    }
}

impl From<BodyError> for DeviceError {
    fn from(_: BodyError) -> Self {
        Self::Unreadable
    }
}
