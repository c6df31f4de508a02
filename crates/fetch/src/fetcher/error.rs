//! Why there is no document.

use http::StatusCode;

use crate::dial::DialError;

/// Why there is no document. Every text is safe to show: nothing of it comes
/// from the host.
///
/// A page that a stranger sees should say the same for all of these, or it tells
/// them which of our neighbours exist; the log and the operator get the kind.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection came about: blocked address, name, connection or TLS.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The URL carries a user name or a password.
    #[error("the url must not carry user information")]
    UserInfo,
    /// The host is one that is never asked.
    #[error("the host is never asked for documents")]
    RefusedHost,
    /// The deadline passed.
    #[error("the host did not deliver in time")]
    Timeout,
    /// The answer was not HTTP, or broke off.
    #[error("the host broke off or did not speak http")]
    Response(#[source] hyper::Error),
    /// The host points elsewhere; nobody follows.
    #[error("the host answered with a redirect ({}), which is not followed", .0.as_u16())]
    Redirect(StatusCode),
    /// Another status than 200.
    #[error("the host answered with status {} instead of 200", .0.as_u16())]
    Status(StatusCode),
    /// Another media type than JSON, or several.
    #[error("the document is not marked as json")]
    ContentType,
    /// Compressed or otherwise encoded, although that was not asked for.
    #[error("the document is encoded")]
    ContentEncoding,
    /// More bytes than allowed.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The limit that it broke.
        limit: usize,
    },
}
