//! Every way in which the gateway itself says no, and how it is told.
//!
//! One table: a refusal, its HTTP status, its headers, its JSON-RPC error. The
//! body is JSON-RPC always, because clients take a bare 400 or 404 for a server
//! of another era; it carries the request's id when it was readable.

use std::{borrow::Cow, time::Duration};

use axum::{body::Body, response::Response};
use doorward_mcp::{
    envelope::EnvelopeError,
    era::Era,
    error::{Code, RpcError},
};
use doorward_verify::Lines;
use http::{HeaderValue, StatusCode, header};

use crate::upstream::Fault;

/// Why a request goes no further.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No such server, or none that this caller may know of (GW-04).
    UnknownServer,
    /// A page that may not call.
    ForeignOrigin,
    /// No token, a bad one, or none that was proven.
    Unauthenticated(Lines),
    /// Credentials in a way that they must not be sent.
    Malformed(HeaderValue),
    /// The token cannot be judged right now.
    Unjudged,
    /// Not one of these methods.
    Method(&'static str),
    /// The body is not JSON by its own account (GW-23).
    Media,
    /// The caller reads none of the types that there are.
    Unacceptable,
    /// The body is too long.
    TooLarge,
    /// The body takes too long.
    TooSlow,
    /// The body broke off.
    Incomplete,
    /// Too many requests and streams of this caller are open (GW-25).
    Streams,
    /// Nothing may happen unrecorded, and it cannot be recorded now.
    Unrecorded,
    /// More scope would cure it.
    Scope {
        challenge: HeaderValue,
        needed: &'static str,
        id: Option<String>,
    },
    /// The token is for single calls, and this is none of them (RFC 9396).
    Details {
        challenge: HeaderValue,
        id: Option<String>,
    },
    /// The sign-in behind the token is too old or too weak for this (RFC 9470 section 3).
    SignIn {
        challenge: HeaderValue,
        id: Option<String>,
    },
    /// A JSON-RPC error.
    Rpc {
        error: Box<RpcError>,
        id: Option<String>,
        era: Era,
    },
    /// The upstream gave no answer that could be passed on.
    Upstream {
        fault: Fault,
        id: Option<String>,
        reference: Option<String>,
    },
}

impl Refusal {
    /// A JSON-RPC error to a message with this id.
    pub(super) fn rpc(error: RpcError, id: Option<&str>, era: Era) -> Self {
        Self::Rpc {
            error: Box::new(error),
            id: id.map(str::to_owned),
            era,
        }
    }

    /// The same in answer to another request: for one that was judged on the way to a member.
    pub(super) fn with_id(mut self, asked: Option<&str>) -> Self {
        match &mut self {
            Self::Scope { id, .. }
            | Self::Details { id, .. }
            | Self::SignIn { id, .. }
            | Self::Rpc { id, .. }
            | Self::Upstream { id, .. } => *id = asked.map(str::to_owned),
            _ => {}
        }
        self
    }

    /// A body that is no message.
    pub(super) fn envelope(error: &EnvelopeError, era: Era) -> Self {
        Self::rpc(error.to_rpc(), error.id(), era)
    }

    /// A session that does not exist, or is somebody else's: the same in every case.
    pub(super) fn no_session() -> Self {
        Self::Upstream {
            fault: Fault::NoSession,
            id: None,
            reference: None,
        }
    }

    /// Whether it says nothing of the caller, and the same may be allowed a moment later.
    pub(super) const fn passes(&self) -> bool {
        matches!(
            self,
            Self::Unjudged | Self::Unrecorded | Self::Streams | Self::Upstream { .. }
        )
    }

    /// The reason for the audit record.
    pub(super) fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Rpc { error, .. } => error.message().to_owned().into(),
            Self::Upstream { fault, .. } => fault.to_string().into(),
            Self::Scope { needed, .. } => format!("needs scope {needed}").into(),
            other => other.message().into(),
        }
    }

    /// The same as a JSON-RPC error, for where HTTP has nothing to say.
    pub(super) fn into_rpc(self) -> RpcError {
        match self {
            Self::Rpc { error, .. } => *error,
            Self::Upstream {
                fault,
                reference: Some(reference),
                ..
            } => fault
                .rpc()
                .with_data(serde_json::json!({ "reference": reference })),
            Self::Upstream { fault, .. } => fault.rpc(),
            Self::Scope { needed, .. } => {
                let message = format!("This needs the scope {needed}: ask for it and try again");
                RpcError::answer(self.code(), message)
            }
            other => RpcError::answer(other.code(), other.message()),
        }
    }

    /// The answer.
    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.status();
        let retry = self.retry_after();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry.map(|left| left.as_secs() + 1) {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        match self {
            Self::Unauthenticated(challenges) => {
                for challenge in challenges.iter() {
                    headers.append(header::WWW_AUTHENTICATE, challenge.clone());
                }
            }
            Self::Malformed(challenge)
            | Self::Scope { challenge, .. }
            | Self::Details { challenge, .. }
            | Self::SignIn { challenge, .. } => {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Self::Method(allowed) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            _ => {}
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownServer => StatusCode::NOT_FOUND,
            Self::ForeignOrigin | Self::Scope { .. } | Self::Details { .. } => {
                StatusCode::FORBIDDEN
            }
            Self::Unauthenticated(_) | Self::SignIn { .. } => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) | Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::Unjudged | Self::Unrecorded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Media => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unacceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Streams => StatusCode::TOO_MANY_REQUESTS,
            Self::Rpc { error, era, .. } => {
                StatusCode::from_u16(error.http_status(*era)).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::Upstream { fault, .. } => fault.status(),
        }
    }

    /// The JSON-RPC error that tells it.
    pub(super) fn body(&self) -> String {
        match self {
            Self::Rpc { error, id, .. } => error.to_body(id.as_deref()),
            Self::Scope { needed, id, .. } => {
                let message = format!("This needs the scope {needed}: ask for it and try again");
                RpcError::answer(self.code(), message).to_body(id.as_deref())
            }
            Self::Details { id, .. } | Self::SignIn { id, .. } => {
                RpcError::answer(self.code(), self.message()).to_body(id.as_deref())
            }
            Self::Upstream {
                fault,
                id,
                reference,
            } => {
                let error = match reference {
                    Some(reference) => fault
                        .rpc()
                        .with_data(serde_json::json!({ "reference": reference })),
                    None => fault.rpc(),
                };
                error.to_body(id.as_deref())
            }
            other => RpcError::answer(other.code(), other.message()).to_body(None),
        }
    }

    /// Where HTTP has said it all, the code repeats the status: our own codes stay clear of
    /// those that JSON-RPC and MCP reserve.
    fn code(&self) -> Code {
        Code::application(self.status().as_u16().into()).unwrap_or(Code::InvalidRequest)
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unjudged | Self::Unrecorded | Self::Streams => Some(Duration::from_secs(1)),
            Self::Upstream { fault, .. } => fault.retry_after(),
            _ => None,
        }
    }

    fn message(&self) -> &'static str {
        match self {
            Self::UnknownServer => "There is no such MCP server here",
            Self::ForeignOrigin => "Pages of this origin may not call this server",
            Self::Unauthenticated(_) => "Sign in: WWW-Authenticate says where",
            Self::Malformed(_) => "Send one token, in one Authorization header",
            Self::Unjudged => "Tokens cannot be checked right now: try again",
            Self::Method(_) => "This method is not allowed here",
            Self::Media => "Content-Type must be application/json",
            Self::Unacceptable => "Accept must allow application/json or text/event-stream",
            Self::TooLarge => "The message is too large",
            Self::TooSlow => "The message did not arrive in time",
            Self::Incomplete => "The message broke off",
            Self::Streams => "Too many requests and streams are open: close some first",
            Self::Unrecorded => "Calls cannot be recorded right now: try again",
            Self::Scope { .. } => "More scope is needed",
            Self::SignIn { .. } => "This needs a stronger or more recent sign-in: sign in again",
            Self::Details { .. } => {
                "The authorization_details of this token do not cover this call: ask for it and try again"
            }
            Self::Rpc { .. } | Self::Upstream { .. } => "The request failed",
        }
    }
}
