//! Why a body is not a message that may go any further.

use super::{MAX_BATCH, MAX_ID};
use crate::{
    error::{Code, RpcError},
    json::Fault,
};

/// A refused body: the reason, and the id to answer with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{refusal}")]
pub struct EnvelopeError {
    pub(super) refusal: Refusal,
    pub(super) id: Option<String>,
}

/// Why a body was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not strict JSON.
    #[error("{0}")]
    Json(#[from] Fault),
    /// An array where one message was expected.
    #[error("batches are not accepted here: send one message")]
    Batch,
    /// Something other than an array where a batch was expected.
    #[error("expected an array of messages")]
    NotBatch,
    /// An array without messages.
    #[error("a batch must not be empty")]
    EmptyBatch,
    /// An array of too many messages.
    #[error("a batch may hold {MAX_BATCH} messages at most")]
    LongBatch,
    /// `initialize` within a batch.
    #[error("initialize must not be part of a batch")]
    BatchedInitialize,
    /// A value that is no object.
    #[error("a message must be a JSON object")]
    NotObject,
    /// `jsonrpc` is missing or is not the string `2.0`.
    #[error("jsonrpc must be \"2.0\"")]
    Version,
    /// `id` is neither a short string nor an integer.
    #[error("id must be a string of at most {MAX_ID} bytes or an integer")]
    Id,
    /// `method` is not a string.
    #[error("method must be a string")]
    Method,
    /// Neither a method nor an outcome, or more than one of them.
    #[error("a message has exactly one of method, result and error")]
    Shape,
    /// A result without an id.
    #[error("a result must carry the id of its request")]
    Unaddressed,
    /// `error` is not an object with an integer code and a message.
    #[error("error must be an object with an integer code and a message")]
    Error,
    /// A key that differs from a known one in case only (GW-09).
    #[error("a key differs from {0} in case only")]
    Variant(&'static str),
    /// A member of `params` of the wrong type.
    #[error("{field} must be {expected}")]
    Param {
        /// Its path.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl EnvelopeError {
    /// Why the body was refused.
    pub const fn refusal(&self) -> Refusal {
        self.refusal
    }

    /// The id of the refused message as JSON text, when it was readable.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The JSON-RPC code to answer with.
    pub fn code(&self) -> Code {
        self.refusal.code()
    }

    /// The whole JSON-RPC response.
    pub fn to_body(&self) -> String {
        self.to_rpc().to_body(self.id())
    }

    /// The answer, without its id.
    pub fn to_rpc(&self) -> RpcError {
        match self.code() {
            Code::ParseError => RpcError::parse_error(&self.refusal),
            Code::InvalidParams => RpcError::invalid_params(&self.refusal),
            _ => RpcError::invalid_request(&self.refusal),
        }
    }
}

impl Refusal {
    /// Text that is no JSON is a parse error, a wrong parameter is an invalid
    /// parameter, all else an invalid request.
    pub const fn code(&self) -> Code {
        match self {
            Self::Json(fault) if fault.kind.is_syntax() => Code::ParseError,
            Self::Param { .. } => Code::InvalidParams,
            Self::Json(_)
            | Self::Batch
            | Self::NotBatch
            | Self::EmptyBatch
            | Self::LongBatch
            | Self::BatchedInitialize
            | Self::NotObject
            | Self::Version
            | Self::Id
            | Self::Method
            | Self::Shape
            | Self::Unaddressed
            | Self::Error
            | Self::Variant(_) => Code::InvalidRequest,
        }
    }
}
