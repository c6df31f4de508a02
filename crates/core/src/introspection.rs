//! Who may ask about a token (RFC 7662 sections 2.1 and 4).
//!
//! A client may ask about its own tokens. A resource server may ask about tokens for the
//! resources that name it. To everybody else a token of others looks exactly like one that
//! does not exist: inactive, and nothing more.

use crate::{client::Client, id::ClientId};

/// Whose a token is, and who guards what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Concerned<'a> {
    /// The client that got it.
    pub client: &'a ClientId,
    /// The clients that are resource servers of its resource.
    pub resource_servers: &'a [ClientId],
}

/// Whether `asking` may know anything about a token.
///
/// The caller authenticated it before; a public client cannot be, and so may ask nothing.
pub fn may_know(asking: &Client, concerned: &Concerned<'_>) -> bool {
    !asking.is_public()
        && (asking.id == *concerned.client || concerned.resource_servers.contains(&asking.id))
}
