//! A person's signed-in browser session.

use crate::{id::UserId, secret::Digest, time::UnixTime};

/// A session, found by the digest of its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Digest of the cookie value.
    pub digest: Digest,
    /// Who is signed in.
    pub user: UserId,
    /// When the person last proved who they are (`auth_time`).
    pub authenticated_at: UnixTime,
    /// When the session ends by itself.
    pub expires_at: UnixTime,
}

impl Session {
    /// Whether the session is usable at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        now < self.expires_at
    }
}

/// The one-time link that makes the first account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    /// Digest of the token in the link.
    pub digest: Digest,
    /// When the link dies unused.
    pub expires_at: UnixTime,
    /// When it was used, if so.
    pub used_at: Option<UnixTime>,
}
