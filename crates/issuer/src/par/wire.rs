//! What `/par` answers (RFC 9126 section 2.2).

use serde::Serialize;

/// The reference to a request that was taken.
#[derive(Debug, Serialize)]
pub(super) struct PushedResponse {
    pub(super) request_uri: String,
    pub(super) expires_in: u64,
}
