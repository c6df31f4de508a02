//! Why a token request is refused.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use doorward_core::{
    access::Confirmation, client::OwnError, details::DetailsError, dpop::ProofFault,
    exchange::ExchangeError, grant::OpeningError, jwt_bearer::AssertionError, scope::ScopeError,
};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};

use super::{authentication::ClientError, request::RequestError};
use crate::{
    keys::SigningFailed,
    limits::Wait,
    proof::ProofError,
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
    #[error("grant_type is not one that is offered here")]
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
    /// Nobody answered the device authorization request yet (RFC 8628 section 3.5).
    #[error("nobody has answered yet")]
    AuthorizationPending,
    /// The device polls too often (RFC 8628 section 3.5).
    #[error("wait five seconds longer between two requests from now on")]
    SlowDown,
    /// A person said no (RFC 8628 section 3.5).
    #[error("the request was denied")]
    AccessDenied,
    /// Nobody answered in time (RFC 8628 section 3.5).
    #[error("the device code has expired: begin again")]
    ExpiredCode,
    /// The subject token is not valid here (RFC 8693 section 2.2.2).
    #[error("the subject_token is not a valid access token of this server")]
    InvalidSubject,
    /// The actor token is not valid here.
    #[error("the actor_token is not a valid access token of this server")]
    InvalidActor,
    /// The type of a token is not one that is taken or given.
    #[error("only access tokens are exchanged: urn:ietf:params:oauth:token-type:access_token")]
    TokenType,
    /// The exchange is not allowed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The assertion is not one of a trusted issuer that is good here and now. More is not said,
    /// so that nobody learns who is known.
    #[error("the assertion is not accepted")]
    Assertion,
    /// The assertion is good, and grants nothing.
    #[error(transparent)]
    Judged(#[from] AssertionError),
    /// The keys of a trusted issuer cannot be fetched.
    #[error("the keys of the issuer cannot be reached right now")]
    KeysUnavailable,
    /// The identity provider of the person has been silent for too long.
    #[error("the identity provider of the person cannot be reached right now")]
    ProviderSilent,
    /// The limit of this address is reached.
    #[error("too many requests from this address")]
    TooMany(Wait),
    /// The DPoP proof is missing or proves nothing.
    #[error(transparent)]
    Proof(ProofFault),
    /// A client that only gets tokens that are bound to its certificate shows none.
    #[error(
        "this client shows its certificate, at the endpoints in mtls_endpoint_aliases if there are such"
    )]
    CertificateMissing,
    /// A request proves a key and shows a certificate that the token is to be bound to.
    #[error("the tokens of this client are bound to its certificate: leave the DPoP proof away")]
    BoundTwice,
    /// The grant is bound to another certificate (RFC 8705 section 4).
    #[error("the grant is bound to another certificate")]
    OtherCertificate,
    /// Something that was made here does not open or sign.
    #[error("the server failed")]
    Internal,
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

impl From<OwnError> for TokenError {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::Target => Self::Target,
            OwnError::Scope(error) => Self::Scope(error),
        }
    }
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

impl From<ProofError> for TokenError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Fault(fault) => Self::Proof(fault),
            ProofError::Store(error) => Self::Store(error),
        }
    }
}

impl TokenError {
    /// The grant is bound to a key, and this is not the proof of it (TK-12).
    pub(super) fn wrong_key(proven: Option<&Confirmation>) -> Self {
        Self::Proof(match proven {
            Some(Confirmation::Key(_)) => ProofFault::OtherKey,
            Some(Confirmation::Certificate(_)) | None => ProofFault::Missing,
        })
    }

    /// What else becomes of it but its answer.
    pub(super) fn aftermath(&self) -> Aftermath {
        match self {
            Self::GrantSettled | Self::AuthorizationPending | Self::SlowDown => Aftermath::Nothing,
            Self::Proof(ProofFault::Nonce) => Aftermath::Step,
            Self::Request(_)
            | Self::Client(_)
            | Self::KeysUnavailable
            | Self::ProviderSilent
            | Self::TooMany(_)
            | Self::Internal
            | Self::Store(_)
            | Self::GrantType
            | Self::NotForThisClient
            | Self::GrantRejected
            | Self::Scope(_)
            | Self::Details(_)
            | Self::Target
            | Self::Environment
            | Self::AccessDenied
            | Self::ExpiredCode
            | Self::InvalidSubject
            | Self::InvalidActor
            | Self::TokenType
            | Self::Exchange(_)
            | Self::Assertion
            | Self::Judged(_)
            | Self::Proof(_)
            | Self::CertificateMissing
            | Self::BoundTwice
            | Self::OtherCertificate => Aftermath::Refused,
        }
    }
}

/// What becomes of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aftermath {
    /// All of it was committed, or it is no refusal.
    Nothing,
    /// It is recorded, and takes nothing of what may be refused: a step of the protocol.
    Step,
    /// It is recorded, as often as who asks may be refused.
    Refused,
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
            Self::AuthorizationPending => (bad, "authorization_pending"),
            Self::SlowDown => (bad, "slow_down"),
            Self::AccessDenied => (bad, "access_denied"),
            Self::ExpiredCode => (bad, "expired_token"),
            Self::InvalidSubject | Self::InvalidActor | Self::TokenType => (bad, "invalid_request"),
            Self::Exchange(error) => (bad, exchange_error(error)),
            Self::Assertion => (bad, "invalid_grant"),
            Self::Judged(error) => (bad, judged_error(error)),
            Self::KeysUnavailable | Self::ProviderSilent => return unavailable(&self.to_string()),
            Self::TooMany(wait) => return too_many(*wait, &self.to_string()),
            Self::Proof(fault) => (bad, fault.code()),
            Self::CertificateMissing | Self::BoundTwice => (bad, "invalid_request"),
            Self::OtherCertificate => (bad, "invalid_grant"),
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

/// RFC 8693 section 2.2.2.
fn exchange_error(error: &ExchangeError) -> &'static str {
    match error {
        ExchangeError::Target => "invalid_target",
        ExchangeError::Scope(_) => "invalid_scope",
        ExchangeError::Details(_) => "invalid_authorization_details",
        ExchangeError::Foreign
        | ExchangeError::MayNotAct
        | ExchangeError::Unproven
        | ExchangeError::Actor
        | ExchangeError::Chain(_) => "invalid_request",
    }
}

fn judged_error(error: &AssertionError) -> &'static str {
    match error {
        AssertionError::Scope(_) => "invalid_scope",
        AssertionError::Audience
        | AssertionError::Time
        | AssertionError::Client
        | AssertionError::Unnamed
        | AssertionError::Subject => "invalid_grant",
    }
}

fn unavailable(description: &str) -> Response {
    let refused = OAuthError {
        status: StatusCode::SERVICE_UNAVAILABLE,
        error: "temporarily_unavailable",
        description,
        retry_after: Some(Duration::from_secs(10)),
    };
    refused.into_response()
}

fn too_many(wait: Wait, description: &str) -> Response {
    let refused = OAuthError {
        status: StatusCode::TOO_MANY_REQUESTS,
        error: "slow_down",
        description,
        retry_after: Some(wait.0),
    };
    refused.into_response()
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
        ClientError::TooMany(wait) => {
            let refused = OAuthError {
                status: StatusCode::TOO_MANY_REQUESTS,
                error: "temporarily_unavailable",
                description: &description,
                retry_after: Some(wait.0),
            };
            refused.into_response()
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
