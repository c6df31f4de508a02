//! Why a token request is refused.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use doorward_core::{details::DetailsError, grant::OpeningError, scope::ScopeError};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};

use super::{authentication::ClientError, request::RequestError};
use crate::{
    keys::SigningFailed,
    wire::{OAuthError, body_status},
};

/// Why. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// The form is not a token request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The client is not known.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The grant type is not offered.
    #[error("grant_type must be authorization_code or refresh_token")]
    GrantType,
    /// The grant type is offered, and the client did not register it.
    #[error("the client is not registered for this grant type")]
    NotForThisClient,
    /// The code or token is unknown, expired, or not this client's.
    #[error("the grant is unknown, expired, used, revoked or issued to another client")]
    GrantRejected,
    /// The same, and what follows from it is committed with its record.
    #[error("the grant is unknown, expired, used, revoked or issued to another client")]
    GrantSettled,
    /// The scope was not granted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The details were not granted.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The resource was not granted, or several were and the request names none.
    #[error("resource must name one resource that was granted")]
    Target,
    /// The resource is that of a server in another environment.
    #[error("the client is not for the environment of this server")]
    Environment,
    /// Something that was made here does not open or sign.
    #[error("the server failed")]
    Internal,
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl From<SigningFailed> for TokenError {
    fn from(_: SigningFailed) -> Self {
        Self::Internal
    }
}

impl From<OpeningError> for TokenError {
    fn from(error: OpeningError) -> Self {
        match error {
            OpeningError::Scope(error) => Self::Scope(error),
            OpeningError::Details(error) => Self::Details(error),
        }
    }
}

impl TokenError {
    /// Whether the refusal still has to be recorded.
    pub(super) fn is_unrecorded(&self) -> bool {
        match self {
            Self::GrantSettled => false,
            Self::Request(_)
            | Self::Client(_)
            | Self::GrantType
            | Self::NotForThisClient
            | Self::GrantRejected
            | Self::Scope(_)
            | Self::Details(_)
            | Self::Target
            | Self::Environment
            | Self::Internal
            | Self::Store(_) => true,
        }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let bad = StatusCode::BAD_REQUEST;
        let (status, error) = match &self {
            Self::Request(error) => return request_error(*error),
            Self::Client(error) => return client_error(error),
            Self::GrantType => (bad, "unsupported_grant_type"),
            Self::NotForThisClient => (bad, "unauthorized_client"),
            Self::GrantRejected | Self::GrantSettled => (bad, "invalid_grant"),
            Self::Scope(_) => (bad, "invalid_scope"),
            Self::Details(_) => (bad, "invalid_authorization_details"),
            Self::Target | Self::Environment => (bad, "invalid_target"),
            Self::Internal => {
                tracing::error!(
                    "an access token could not be signed, or a sealed response not opened"
                );
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
            }
            Self::Store(error) => return store_error(error),
        };
        let description = self.to_string();
        plain(status, error, &description)
    }
}

/// The answer to a form that is not a request.
pub(crate) fn request_error(error: RequestError) -> Response {
    let status = match error {
        RequestError::Body(error) => body_status(error),
        RequestError::InQuery | RequestError::Repeated | RequestError::Missing(_) => {
            StatusCode::BAD_REQUEST
        }
    };
    plain(status, "invalid_request", &error.to_string())
}

/// The answer to a client that is not known. Clients register again when they see the 401
/// (interop 18).
pub(crate) fn client_error(error: &ClientError) -> Response {
    let description = error.to_string();
    match error {
        ClientError::TwoMethods => plain(StatusCode::BAD_REQUEST, "invalid_request", &description),
        ClientError::Unauthenticated { basic } => {
            let mut response = plain(StatusCode::UNAUTHORIZED, "invalid_client", &description);
            if *basic {
                let challenge = HeaderValue::from_static("Basic realm=\"doorward\"");
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
        ClientError::Store(error) => store_error(error),
    }
}

/// The answer when the store failed.
pub(crate) fn store_error(error: &StoreError) -> Response {
    tracing::error!(%error, "storage failed");
    let refused = OAuthError {
        status: StatusCode::SERVICE_UNAVAILABLE,
        error: "temporarily_unavailable",
        description: "the server is temporarily unavailable",
        retry_after: Some(Duration::from_secs(1)),
    };
    refused.into_response()
}

fn plain(status: StatusCode, error: &str, description: &str) -> Response {
    let refused = OAuthError {
        status,
        error,
        description,
        retry_after: None,
    };
    refused.into_response()
}
