//! Why a revocation request is refused.

use axum::response::{IntoResponse, Response};
use doorward_store::StoreError;

use crate::token::{ClientError, RequestError, client_error, request_error, store_error};

/// Why. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeError {
    /// The form is not a revocation request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The client is not known.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl IntoResponse for RevokeError {
    fn into_response(self) -> Response {
        match self {
            Self::Request(error) => request_error(error),
            Self::Client(error) => client_error(&error),
            Self::Store(error) => store_error(&error),
        }
    }
}
