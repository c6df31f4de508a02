//! The token response (RFC 6749 section 5.1), and how a spent refresh token remembers it.

use doorward_core::time::UnixTime;
use serde::{Deserialize, Serialize};

/// What a client gets. `scope` is always there.
#[derive(Debug, Serialize)]
pub(super) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
}

/// What was issued.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issued {
    #[serde(rename = "a")]
    pub(super) access_token: String,
    /// When the access token expires, in seconds.
    #[serde(rename = "e")]
    pub(super) expires_at: i64,
    #[serde(rename = "r")]
    pub(super) refresh_token: Option<String>,
    #[serde(rename = "s")]
    pub(super) scope: String,
}

impl Issued {
    /// Whether the access token can still be used at `now`.
    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        now.seconds() < self.expires_at
    }

    /// The response at `now`.
    pub(super) fn response(self, now: UnixTime) -> TokenResponse {
        TokenResponse {
            access_token: self.access_token,
            token_type: "Bearer",
            expires_in: self.expires_at.saturating_sub(now.seconds()),
            refresh_token: self.refresh_token,
            scope: self.scope,
        }
    }
}
