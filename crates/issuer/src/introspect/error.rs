//! Why an introspection request is refused.

use axum::response::{IntoResponse, Response};
use doorward_store::StoreError;

use crate::{
    keys::SigningFailed,
    token::{ClientError, RequestError, client_error, request_error, store_error},
    wire::server_error,
};

/// Why. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntrospectError {
    /// The form is not an introspection request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The client is not known, or public.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The answer could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl IntoResponse for IntrospectError {
    fn into_response(self) -> Response {
        match self {
            Self::Request(error) => request_error(error),
            Self::Client(error) => client_error(&error),
            Self::Signing(error) => {
                tracing::error!(%error, "an introspection answer could not be signed");
                server_error()
            }
            Self::Store(error) => store_error(&error),
        }
    }
}
