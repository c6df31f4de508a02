//! Why an upstream gave no answer that could be passed on (GW-27).
//!
//! The caller learns what kind of failure it was and a reference; the operator
//! finds the reference in the log, with what is nobody else's business.

use std::time::Duration;

use doorward_mcp::{
    era::Revision,
    error::{Code, RpcError},
    sse::SseError,
};
use http::StatusCode;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the MCP server cannot be reached")]
    Unreachable,
    #[error("the MCP server broke off before it answered")]
    Broken,
    #[error("the MCP server did not answer in time")]
    Timeout,
    #[error("the MCP server refused the gateway's own credentials (HTTP {0})")]
    Credentials(u16),
    #[error("the MCP server answered with a redirect, which is not followed")]
    Redirect,
    #[error("the MCP server failed (HTTP {0})")]
    Status(u16),
    #[error("the MCP server refused the request (HTTP {0})")]
    Refused(u16),
    #[error("the MCP server's answer is not MCP")]
    NotMcp,
    #[error("the MCP server's answer is too large")]
    TooLarge,
    #[error("the MCP server's program cannot be started")]
    CannotStart,
    #[error("the MCP server's program ended before it answered")]
    Ended,
    #[error("the MCP server's program failed; it may be started again in {} s", .0.as_secs() + 1)]
    Resting(Duration),
    #[error("the MCP server failed several times in a row; it is tried again in {} s", .0.as_secs() + 1)]
    Tripped(Duration),
    #[error("too many MCP server programs are running; try again later")]
    Full,
    #[error("too many sessions of this user are open: end one first")]
    Sessions,
    #[error("too many sessions are open here; try again later")]
    Hosting,
    #[error("too many requests are waiting for this MCP server")]
    Crowded,
    #[error("another request with this id is waiting")]
    RepeatedId,
    /// The client takes nothing, or too slowly (GW-25).
    #[error("the stream was ended because its messages were not read in time")]
    Unread,
    /// The session does not exist, or is somebody else's.
    #[error("session not found: initialize again")]
    NoSession,
    /// A program of the session era was asked in the manner of 2026-07-28.
    #[error("the MCP server speaks revisions up to 2025-11-25: start with initialize")]
    OtherEra,
    /// A server of 2026-07-28 alone was asked to open a session.
    #[error("the MCP server speaks 2026-07-28 only: send each request with its _meta")]
    NoSessions,
    #[error("the MCP server refused to open a session")]
    NotOpened,
    #[error("the MCP server speaks a revision of the protocol that is not known")]
    Revision,
}

impl From<SseError> for Fault {
    fn from(error: SseError) -> Self {
        match error {
            SseError::TooLong(_) => Self::TooLarge,
            SseError::NotUtf8 | SseError::Framing => Self::NotMcp,
        }
    }
}

impl Fault {
    /// What a status other than 2xx means.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Redirect,
            401 | 403 | 407 => Self::Credentials(status),
            400..=499 => Self::Refused(status),
            _ => Self::Status(status),
        }
    }

    /// The same over a bridge, where a 4xx of the server's would make the client try another era,
    /// or believe that its session or a method is unknown.
    pub(crate) const fn across(self) -> Self {
        match self {
            Self::Refused(status) => Self::Status(status),
            other => other,
        }
    }

    /// The HTTP status that tells it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Unreachable
            | Self::Broken
            | Self::Credentials(_)
            | Self::Redirect
            | Self::Status(_)
            | Self::NotMcp
            | Self::TooLarge
            | Self::NotOpened
            | Self::Revision
            | Self::CannotStart
            | Self::Ended => StatusCode::BAD_GATEWAY,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Resting(_) | Self::Tripped(_) | Self::Full | Self::Hosting => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Sessions | Self::Crowded | Self::Unread => StatusCode::TOO_MANY_REQUESTS,
            Self::RepeatedId | Self::OtherEra | Self::NoSessions => StatusCode::BAD_REQUEST,
            Self::NoSession => StatusCode::NOT_FOUND,
            // A 4xx tells clients of both eras that they may try the other one.
            Self::Refused(status) => {
                StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
            }
        }
    }

    /// The JSON-RPC error that tells it.
    pub(crate) fn rpc(self) -> RpcError {
        match self {
            Self::RepeatedId => RpcError::invalid_request(&self),
            Self::OtherEra => {
                let served: Vec<_> = Revision::ALL.into_iter().rev().skip(1).collect();
                RpcError::unsupported_version(Revision::V2026_07_28.as_str(), &served)
            }
            Self::NoSessions => {
                let asked = Revision::LATEST_SESSION.as_str();
                RpcError::unsupported_version(asked, &[Revision::V2026_07_28])
            }
            Self::Unread => {
                let code = Code::application(429).unwrap_or(Code::Internal);
                RpcError::answer(code, self.to_string())
            }
            Self::NoSession => {
                let code = Code::application(404).unwrap_or(Code::Internal);
                RpcError::answer(code, self.to_string())
            }
            _ => RpcError::internal(self.to_string()),
        }
    }

    /// After how long the caller may try again, if that is known.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Resting(left) | Self::Tripped(left) => Some(left),
            Self::Full | Self::Hosting | Self::Sessions | Self::Crowded => {
                Some(Duration::from_secs(5))
            }
            _ => None,
        }
    }

    /// Whether the operator should hear of it.
    pub(crate) fn is_upstreams(self) -> bool {
        !matches!(
            self,
            Self::RepeatedId
                | Self::NoSession
                | Self::OtherEra
                | Self::NoSessions
                | Self::Sessions
                | Self::Crowded
                | Self::Unread
                | Self::Tripped(_) // told when it tripped
                | Self::Refused(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_status_of_a_server_behind_a_bridge_makes_a_client_try_another_era() {
        //
        for status in [400, 404, 405, 422] {
            let told = Fault::Refused(status).across().status();
            assert_eq!(told, StatusCode::BAD_GATEWAY, "{status}");
        }
        assert_eq!(Fault::Timeout.across(), Fault::Timeout);
    }
}
