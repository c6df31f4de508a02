//! One JSON-RPC message, read once and borrowed from its body.
//!
//! ```text
//! bytes -- Message::parse --> Request | Notification | Response
//!                \--> EnvelopeError { code, message, id when it was readable }
//! ```
//!
//! A [`Message`] proves that its body is strict JSON (see [`crate::json`]), that
//! `jsonrpc` is `"2.0"`, that ids and tokens are strings of at most
//! [`MAX_ID`] bytes or integers, that no key of the envelope, of `params` or of
//! `_meta` is a case variant of one that has a meaning, and that a method which
//! is about something says what (R-035). Everything in it knows its place in the
//! body, so that a gateway can replace an id and leave the rest as it was.
//!
//! It refuses arrays; only [`parse_batch`] reads those, for the one revision
//! that has them. It knows no revision otherwise: whether a method exists, and
//! what headers and `_meta` a revision wants, is decided by
//! [`crate::method`] and [`crate::headers`].

mod batch;
mod error;
mod id;
mod meta;
mod params;
mod read;
mod response;
mod variant;

pub use batch::{MAX_BATCH, is_batch, parse_batch};
pub use error::{EnvelopeError, Refusal};
pub use id::{Id, IdValue, MAX_ID};
pub use meta::{LogLevel, Meta};
pub use params::{Params, Subject, SubjectKind};
pub use response::{ErrorView, Outcome, Response, ResultView};

use std::borrow::Cow;

use crate::json::Raw;

/// A well formed JSON-RPC message.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// Has an id and a method: wants an answer.
    Request(Request<'a>),
    /// Has a method and no id: wants none.
    Notification(Notification<'a>),
    /// Has a result or an error: is an answer.
    Response(Response<'a>),
}

/// A message that wants an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The whole message.
    pub raw: Raw<'a>,
    /// The id that the answer must carry.
    pub id: Id<'a>,
    /// The method's name, decoded; known or not.
    pub method: Cow<'a, str>,
    /// What was asked for.
    pub params: Params<'a>,
}

/// A message that wants no answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification<'a> {
    /// The whole message.
    pub raw: Raw<'a>,
    /// The method's name, decoded; known or not.
    pub method: Cow<'a, str>,
    /// What is said.
    pub params: Params<'a>,
}

impl<'a> Message<'a> {
    /// Reads a body that must be one message.
    pub fn parse(body: &'a [u8]) -> Result<Self, EnvelopeError> {
        read::message(body)
    }

    /// The whole message as it stood in the body.
    pub fn raw(&self) -> Raw<'a> {
        match self {
            Self::Request(request) => request.raw,
            Self::Notification(notification) => notification.raw,
            Self::Response(response) => response.raw,
        }
    }

    /// The id of a request, or of a response that has one.
    pub fn id(&self) -> Option<&Id<'a>> {
        match self {
            Self::Request(request) => Some(&request.id),
            Self::Notification(_) => None,
            Self::Response(response) => response.id.as_ref(),
        }
    }

    /// The method's name of a request or notification.
    pub fn method(&self) -> Option<&str> {
        match self {
            Self::Request(request) => Some(&request.method),
            Self::Notification(notification) => Some(&notification.method),
            Self::Response(_) => None,
        }
    }

    /// The parameters of a request or notification.
    pub fn params(&self) -> Option<&Params<'a>> {
        match self {
            Self::Request(request) => Some(&request.params),
            Self::Notification(notification) => Some(&notification.params),
            Self::Response(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
