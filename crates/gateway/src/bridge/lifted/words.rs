//! What the gateway says for itself, to servers and to callers.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Outcome},
    error::RpcError,
};
use futures_util::stream;

use crate::upstream::link::Incoming;

/// A request of the gateway's own.
pub(super) fn request(id: u64, method: &str, params: &str) -> Bytes {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#).into()
}

/// Whether a message is a response.
pub(super) fn is_response(message: &[u8]) -> bool {
    matches!(Message::parse(message), Ok(Message::Response(_)))
}

/// Whether a message is a response that is no error.
pub(super) fn is_result(message: &[u8]) -> bool {
    match Message::parse(message) {
        Ok(Message::Response(response)) => matches!(response.outcome, Outcome::Result(_)),
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => false,
    }
}

/// An error as the response to the request with this id.
pub(super) fn error(error: &RpcError, id: &str) -> Bytes {
    error.to_body(Some(id)).into()
}

/// An answer that is one message.
pub(super) fn one(message: Bytes) -> Incoming {
    Incoming::new(stream::once(std::future::ready(Ok(message))))
}

/// An answer that is an error.
pub(super) fn refused(refusal: &RpcError, id: &str) -> Incoming {
    one(error(refusal, id))
}
