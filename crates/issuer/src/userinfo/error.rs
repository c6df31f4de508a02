//! Why nothing is told (OpenID Connect Core section 5.3.3, RFC 6750 section 3.1, RFC 9449
//! section 7.1).

use axum::response::{IntoResponse, Response};
use doorward_core::{
    bearer::BearerFault,
    dpop::{ALGORITHMS, Mismatch, ProofFault, Scheme},
    openid::UserInfoFault,
    scope::OPENID,
};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    limits::Wait,
    proof::ProofError,
    token::{ClientError, client_error, store_error},
    wire::{OAuthError, json, printable},
};

/// Why. Nothing of the request is repeated.
#[derive(Debug, thiserror::Error)]
pub(super) enum UserInfoError {
    /// The operator turned it off.
    #[error("there is no such endpoint here")]
    Off,
    /// No token was sent that could be judged.
    #[error(transparent)]
    Credentials(#[from] BearerFault),
    /// The token was judged, and does not count.
    #[error("{0}")]
    Refused(Refusal, Scheme),
    /// The token is good, and its proof is not.
    #[error(transparent)]
    Proof(ProofFault),
    /// The same approval is asked about too often.
    #[error("too many requests with tokens of this grant")]
    TooMany(Wait),
    /// The store failed, or nobody knows what was revoked.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// By what it says.
    #[error(transparent)]
    Token(#[from] UserInfoFault),
    /// By how it was sent.
    #[error(transparent)]
    Kind(#[from] Mismatch),
}

impl From<ProofError> for UserInfoError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Fault(fault) => Self::Proof(fault),
            ProofError::Store(error) => Self::Store(error),
        }
    }
}

impl UserInfoError {
    /// Whether it only asks for what is missing, so that the next request is a good one.
    pub(super) fn is_a_step(&self) -> bool {
        match self {
            Self::Proof(fault) => *fault == ProofFault::Nonce,
            Self::Off
            | Self::Credentials(_)
            | Self::Refused(..)
            | Self::TooMany(_)
            | Self::Store(_) => false,
        }
    }
}

impl IntoResponse for UserInfoError {
    fn into_response(self) -> Response {
        let description = self.to_string();
        let unauthorized = StatusCode::UNAUTHORIZED;
        let (status, error, challenges) = match &self {
            Self::Off => (StatusCode::NOT_FOUND, "not_found", Vec::new()),
            Self::Credentials(BearerFault::Missing) => {
                let challenge = vec![bearer(None, &description), bound(None, &description)];
                return challenged(
                    json(
                        unauthorized,
                        &Missing {
                            error_description: &description,
                        },
                    ),
                    challenge,
                );
            }
            Self::Credentials(BearerFault::Malformed) => {
                let error = "invalid_request";
                let challenge = bearer(Some(error), &description);
                (StatusCode::BAD_REQUEST, error, vec![challenge])
            }
            Self::Refused(refusal, scheme) => {
                let (status, error) = refused(*refusal);
                let challenge = challenges(error, *scheme, &description);
                (status, error, challenge)
            }
            Self::Proof(fault) => {
                let error = fault.code();
                let challenge = bound(Some(error), &description);
                (unauthorized, error, vec![challenge])
            }
            Self::TooMany(wait) => return client_error(&ClientError::TooMany(*wait)),
            Self::Store(error) => return store_error(error),
        };
        answer(status, error, (&description, challenges))
    }
}

/// Where no token was sent there is no error, so none is named (RFC 6750 section 3.1).
#[derive(Serialize)]
struct Missing<'a> {
    error_description: &'a str,
}

fn refused(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::Token(UserInfoFault::Scope) => (StatusCode::FORBIDDEN, "insufficient_scope"),
        Refusal::Token(UserInfoFault::Invalid) | Refusal::Kind(_) => {
            (StatusCode::UNAUTHORIZED, "invalid_token")
        }
    }
}

fn answer(
    status: StatusCode,
    error: &str,
    (description, challenges): (&str, Vec<String>),
) -> Response {
    let body = OAuthError {
        status,
        error,
        description,
        retry_after: None,
    };
    challenged(body.into_response(), challenges)
}

fn challenged(mut response: Response, challenges: Vec<String>) -> Response {
    let lines = challenges.iter().map(HeaderValue::try_from);
    for line in lines.filter_map(Result::ok) {
        response
            .headers_mut()
            .append(header::WWW_AUTHENTICATE, line);
    }
    response
}

/// With an error, in the scheme of the request; the other one is offered beside it.
fn challenges(error: &str, scheme: Scheme, description: &str) -> Vec<String> {
    match scheme {
        Scheme::Bearer => vec![bearer(Some(error), description), bound(None, description)],
        Scheme::Dpop => vec![bound(Some(error), description)],
    }
}

fn bearer(error: Option<&str>, description: &str) -> String {
    let challenge = format!("Bearer realm=\"doorward\", scope=\"{OPENID}\"");
    with_error(challenge, error, description)
}

fn bound(error: Option<&str>, description: &str) -> String {
    let algorithms = ALGORITHMS.join(" ");
    let challenge = format!("DPoP realm=\"doorward\", scope=\"{OPENID}\", algs=\"{algorithms}\"");
    with_error(challenge, error, description)
}

/// Without credentials there is no error to tell of.
fn with_error(challenge: String, error: Option<&str>, description: &str) -> String {
    match error {
        Some(error) => {
            let description = printable(description);
            format!("{challenge}, error=\"{error}\", error_description=\"{description}\"")
        }
        None => challenge,
    }
}
