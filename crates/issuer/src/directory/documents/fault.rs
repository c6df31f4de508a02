//! Why there is no document.

use doorward_fetch::{DialError, FetchError};

use crate::limits::Wait;

/// Why there is no document. Safe to show: nothing of it comes from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentFault {
    /// It is slow.
    #[error("the host did not deliver in time")]
    Slow,
    /// It is huge.
    #[error("the document is larger than {limit} bytes")]
    Large {
        /// The limit.
        limit: usize,
    },
    /// It redirects.
    #[error("the host answered with a redirect, which is not followed")]
    Redirect,
    /// It is inside a network, or this very machine.
    #[error("the host has an address that must not be reached")]
    PrivateAddress,
    /// Its name leads nowhere, or nobody answers there.
    #[error("the host cannot be reached")]
    Unreachable,
    /// It does not prove who it is.
    #[error("the host has no valid certificate")]
    Certificate,
    /// It answered with an error.
    #[error("the host answered with status {0} instead of 200")]
    Status(u16),
    /// It answered with something else.
    #[error("the host did not answer with a plain JSON document")]
    NotJson,
    /// It broke off, or speaks something else.
    #[error("the host broke off or did not speak HTTP")]
    Broken,
    /// Too much was asked for by or from the same; nothing was fetched.
    #[error("too many documents were asked for; try again in a minute")]
    TooOften(Wait),
}

impl DocumentFault {
    /// Whether the host said nothing about the document: it is down, in trouble, or was not
    /// asked. Whatever else it answered means that it has no such document any more.
    pub(crate) fn says_nothing(self) -> bool {
        match self {
            Self::Slow
            | Self::PrivateAddress
            | Self::Unreachable
            | Self::Certificate
            | Self::Broken
            | Self::TooOften(_)
            | Self::Status(408 | 429 | 500..) => true,
            Self::Large { .. } | Self::Redirect | Self::Status(_) | Self::NotJson => false,
        }
    }
}

impl From<FetchError> for DocumentFault {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Timeout | FetchError::Dial(DialError::Timeout) => Self::Slow,
            FetchError::TooLarge { limit } => Self::Large { limit },
            FetchError::Redirect(_) => Self::Redirect,
            FetchError::Status(status) => Self::Status(status.as_u16()),
            FetchError::ContentType | FetchError::ContentEncoding => Self::NotJson,
            FetchError::Response(_) => Self::Broken,
            FetchError::RefusedHost | FetchError::Dial(DialError::Blocked(_)) => {
                Self::PrivateAddress
            }
            FetchError::Dial(DialError::Tls(_)) => Self::Certificate,
            FetchError::UserInfo
            | FetchError::Dial(
                DialError::Target
                | DialError::Cleartext
                | DialError::Resolve(_)
                | DialError::Connect(_),
            ) => Self::Unreachable,
        }
    }
}
