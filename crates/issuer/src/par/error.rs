//! Why a request is not taken, and why a `request_uri` does not open.

use axum::response::{IntoResponse, Response};
use doorward_core::{
    authorize::{AuthorizeError, Fault, ShowFault},
    dpop::ProofFault,
};
use doorward_store::StoreError;
use http::StatusCode;

use crate::{
    authorize::ObjectError,
    proof::ProofError,
    token::{ClientError, RequestError, client_error, request_error, store_error},
    wire::OAuthError,
};

/// Why a request is not taken. Every variant is safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    /// The form cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The client is not known.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The DPoP proof proves nothing.
    #[error(transparent)]
    Proof(ProofFault),
    /// `request_uri` in a pushed request (RFC 9126 section 2.1).
    #[error("a pushed request must not have a request_uri")]
    RequestUri,
    /// More than a `request_uri` carries.
    #[error("the request is too large to be pushed")]
    TooLarge,
    /// The request has a fault that `/authorize` would only show to a person.
    #[error(transparent)]
    Show(ShowFault),
    /// The request has a fault that `/authorize` would tell the client.
    #[error(transparent)]
    Authorize(AuthorizeError),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl PushError {
    /// Whether it only asks for what is missing, so that the next request is a good one.
    pub(super) fn is_a_step(&self) -> bool {
        matches!(self, Self::Proof(ProofFault::Nonce))
    }
}

impl From<ProofError> for PushError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Fault(fault) => Self::Proof(fault),
            ProofError::Store(error) => Self::Store(error),
        }
    }
}

impl From<Fault> for PushError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Show(fault) => Self::Show(fault),
            Fault::Redirect(fault) => Self::Authorize(fault.error),
        }
    }
}

impl From<ObjectError> for PushError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Refused(error) => Self::Authorize(error),
            ObjectError::Store(error) => Self::Store(error),
        }
    }
}

impl IntoResponse for PushError {
    fn into_response(self) -> Response {
        let (status, error) = match &self {
            Self::Request(error) => return request_error(*error),
            Self::Client(error) => return client_error(error),
            Self::Store(error) => return store_error(error),
            Self::RequestUri | Self::Show(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::Authorize(error) => (StatusCode::BAD_REQUEST, error.code()),
            Self::Proof(fault) => (StatusCode::BAD_REQUEST, fault.code()),
        };
        let refused = OAuthError {
            status,
            error,
            description: &self.to_string(),
            retry_after: None,
        };
        refused.into_response()
    }
}

/// Why a `request_uri` of ours does not open. A page says it: where else the answer could go
/// is sealed in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestUriFault {
    /// It was not made here, or for another client.
    #[error("the request_uri was not made here for this application")]
    Unknown,
    /// It came too late.
    #[error("the request_uri has expired")]
    Expired,
    /// It came before.
    #[error("the request_uri was used before")]
    Used,
}
