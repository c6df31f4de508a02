//! Why a client is not registered.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use doorward_core::registration::RegistrationError;
use doorward_store::StoreError;
use http::StatusCode;

use crate::{form::BodyError, limits::Wait, wire::OAuthError};

/// Why. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// Registration is switched off.
    #[error("dynamic registration is switched off here: ask the administrator for a client_id")]
    Off,
    /// The metadata cannot be accepted.
    #[error(transparent)]
    Metadata(#[from] RegistrationError),
    /// The body is no JSON object.
    #[error("the body must be a JSON object of at most 16 KB")]
    NotAnObject,
    /// The body is too long.
    #[error("the body has more than 16 KB")]
    TooLarge,
    /// The same registration was revoked.
    #[error("this client was revoked by an administrator")]
    Revoked,
    /// Too many registrations from one peer.
    #[error("too many registrations: wait a moment and try again")]
    TooMany(Duration),
    /// Too many clients that nobody used yet.
    #[error("too many unused registrations: try again later")]
    Full,
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl From<Wait> for RegisterError {
    fn from(Wait(time): Wait) -> Self {
        Self::TooMany(time)
    }
}

impl From<BodyError> for RegisterError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::MediaType | BodyError::Interrupted | BodyError::Malformed => {
                Self::NotAnObject
            }
        }
    }
}

impl IntoResponse for RegisterError {
    fn into_response(self) -> Response {
        const METADATA: &str = "invalid_client_metadata";
        const LATER: &str = "temporarily_unavailable";
        let (status, error, retry_after) = match &self {
            Self::Off => (StatusCode::FORBIDDEN, "access_denied", None),
            Self::Metadata(error) => (StatusCode::BAD_REQUEST, error.code(), None),
            Self::NotAnObject | Self::Revoked => (StatusCode::BAD_REQUEST, METADATA, None),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, METADATA, None),
            Self::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, LATER, Some(*wait)),
            Self::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                LATER,
                Some(Duration::from_secs(600)),
            ),
            Self::Store(error) => {
                tracing::error!(%error, "storage failed");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    LATER,
                    Some(Duration::from_secs(2)),
                )
            }
        };
        let description = self.to_string();
        let wire = OAuthError {
            status,
            error,
            description: &description,
            retry_after,
        };
        wire.into_response()
    }
}
