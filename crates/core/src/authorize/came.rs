//! How a request came, and what its client registered about that.

use super::fault::AuthorizeError;
use crate::client::Client;

/// How a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Pushed before (RFC 9126).
    pub pushed: bool,
    /// In an object that the client signed (RFC 9101).
    pub signed: bool,
}

/// Whether a request of `client` may come like this: who registered that all of its requests
/// are pushed or signed is protected from one that is not (RFC 9126 section 6, RFC 9101
/// section 10.5).
pub fn permitted(client: &Client, came: Came) -> Result<(), AuthorizeError> {
    if client.requests.pushed && !came.pushed {
        return Err(AuthorizeError::NotPushed);
    }
    if client.requests.signed && !came.signed {
        return Err(AuthorizeError::NotSigned);
    }
    Ok(())
}
