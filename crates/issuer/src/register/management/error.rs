//! Why a registration is not shown or changed.

use axum::response::{IntoResponse, Response};
use doorward_core::registration::RegistrationError;
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};

use crate::{register::RegisterError, token::store_error, wire::OAuthError};

/// Why. An unknown client and a wrong token look the same.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManagementError {
    /// The token is not that of this client, or there is no such client (any more).
    #[error("the registration access token is not that of this client")]
    Unauthorized,
    /// The rules of every registration.
    #[error(transparent)]
    Registration(RegisterError),
    /// A member that must be as it is, or must not be there.
    #[error("{0}")]
    Member(&'static str),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(StoreError),
}

impl From<RegistrationError> for ManagementError {
    fn from(error: RegistrationError) -> Self {
        Self::Registration(error.into())
    }
}

impl From<StoreError> for ManagementError {
    /// Whoever loses a race shows a token that was exchanged meanwhile.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Unauthorized,
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => Self::Store(error),
        }
    }
}

impl IntoResponse for ManagementError {
    fn into_response(self) -> Response {
        let description = self.to_string();
        match self {
            Self::Unauthorized => unauthorized(&description),
            Self::Registration(error) => error.into_response(),
            Self::Member(_) => {
                let (status, error) = (StatusCode::BAD_REQUEST, "invalid_client_metadata");
                refusal(status, error, &description)
            }
            Self::Store(error) => store_error(&error),
        }
    }
}

fn unauthorized(description: &str) -> Response {
    const CHALLENGE: HeaderValue =
        HeaderValue::from_static("Bearer realm=\"doorward\", error=\"invalid_token\"");
    let mut response = refusal(StatusCode::UNAUTHORIZED, "invalid_token", description);
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    response
}

fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    let refused = OAuthError {
        status,
        error,
        description,
        retry_after: None,
    };
    refused.into_response()
}
