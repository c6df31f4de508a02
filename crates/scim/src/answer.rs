//! Answers as HTTP has them (RFC 7644 sections 3.1 and 3.12).

use std::time::Duration;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use doorward_issuer::AdministrationError;
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::fault::{Fault, FaultKind};

/// The media type of every body.
const SCIM: HeaderValue = HeaderValue::from_static("application/scim+json; charset=utf-8");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// How long to wait when the store failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It is not what it should be, or not allowed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Nobody proved who it is from.
    #[error("a token of a provider is needed")]
    Unauthenticated,
    /// The token is nobody's.
    #[error("the token is unknown, expired or revoked")]
    WrongToken,
    /// There were too many wrong tokens.
    #[error("too many wrong tokens")]
    TooManyGuesses(Duration),
    /// There is something, which does not have this method.
    #[error("this endpoint does not have that method")]
    Method(&'static str),
    /// Somebody else changed the same thing, more than once.
    #[error("others are changing the same; try again")]
    Busy,
    /// It would leave nobody who administers.
    #[error("{0}")]
    LastAdministrator(String),
    /// The store failed.
    #[error("storage failed; try again")]
    Store(#[source] StoreError),
}

impl Refusal {
    /// Whether it is worth a record: somebody tried what they may not.
    pub(crate) fn is_notable(&self) -> bool {
        match self {
            Self::WrongToken | Self::LastAdministrator(_) => true,
            Self::Fault(fault) => fault.kind == FaultKind::Forbidden,
            Self::Unauthenticated
            | Self::TooManyGuesses(_)
            | Self::Method(_)
            | Self::Busy
            | Self::Store(_) => false,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Fault(fault) => {
                StatusCode::from_u16(fault.kind.status()).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::Unauthenticated | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::TooManyGuesses(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::LastAdministrator(_) => StatusCode::FORBIDDEN,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AdministrationError> for Refusal {
    fn from(error: AdministrationError) -> Self {
        match error {
            AdministrationError::Store(error) => Self::Store(error),
            error => Self::LastAdministrator(error.to_string()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut body = Map::new();
        let urn = "urn:ietf:params:scim:api:messages:2.0:Error";
        body.insert("schemas".to_owned(), json!([urn]));
        body.insert("status".to_owned(), json!(status.as_str()));
        if let Self::Fault(fault) = &self
            && let Some(kind) = fault.kind.scim_type()
        {
            body.insert("scimType".to_owned(), json!(kind));
        }
        body.insert("detail".to_owned(), json!(self.to_string()));
        let mut response = json_answer(status, &Value::Object(body));
        let headers = response.headers_mut();
        match &self {
            Self::Unauthenticated => {
                let challenge = HeaderValue::from_static("Bearer realm=\"scim\"");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Self::WrongToken => {
                let challenge = "Bearer realm=\"scim\", error=\"invalid_token\"";
                let challenge = HeaderValue::from_static(challenge);
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Self::TooManyGuesses(wait) => {
                headers.insert(header::RETRY_AFTER, seconds(*wait));
            }
            Self::Busy | Self::Store(_) => {
                headers.insert(header::RETRY_AFTER, seconds(PAUSE));
            }
            Self::Method(allowed) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            Self::Fault(_) | Self::LastAdministrator(_) => {}
        }
        response
    }
}

fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// A JSON body, which nobody stores.
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, SCIM);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// An answer without a body.
pub(crate) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
