//! Why a client is not registered.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use doorward_core::registration::{RegistrationError, StatementFault};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};

use crate::{directory::DocumentFault, form::BodyError, limits::Wait, wire::OAuthError};

/// Why. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// Registration is switched off.
    #[error("dynamic registration is switched off here: ask the administrator for a client_id")]
    Off,
    /// The metadata cannot be accepted.
    #[error(transparent)]
    Metadata(#[from] RegistrationError),
    /// There is no initial access token, or one that is not known.
    #[error("registration needs an initial access token of this server")]
    Token,
    /// A software statement does not hold.
    #[error(transparent)]
    Statement(#[from] StatementFault),
    /// Nobody here trusts the issuer of the software statement.
    #[error("the issuer of the software statement is not trusted here")]
    Unapproved,
    /// The keys of the issuer of the software statement cannot be had.
    #[error("the keys of the issuer of the software statement cannot be had: {0}")]
    StatementKeys(DocumentFault),
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
            Self::Token => return unauthorized(&self.to_string()),
            Self::Statement(_) => (StatusCode::BAD_REQUEST, "invalid_software_statement", None),
            Self::Unapproved => (
                StatusCode::BAD_REQUEST,
                "unapproved_software_statement",
                None,
            ),
            Self::StatementKeys(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                LATER,
                Some(Duration::from_secs(60)),
            ),
            Self::NotAnObject | Self::Revoked => (StatusCode::BAD_REQUEST, METADATA, None),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, METADATA, None),
            Self::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, LATER, Some(*wait)),
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

/// An initial access token is demanded (RFC 7591 section 3.2.2, A-061).
fn unauthorized(description: &str) -> Response {
    const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"doorward\"");
    let refused = OAuthError {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_token",
        description,
        retry_after: None,
    };
    let mut response = refused.into_response();
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    response
}
