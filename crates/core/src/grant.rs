//! A grant: one user's approval for one installation of a client at one resource, or
//! a client's own access to it.
//!
//! Every redemption of an authorization code makes one. Its tokens hang off it:
//! revoking the grant ends all of them, and only them, so that another machine
//! of the same person that runs the same client stays signed in (interop 20).
//! A client that acts for itself (RFC 6749 section 4.4) has grants without a user.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, GrantId, UserId},
    resource::Resource,
    scope::ScopeSet,
    subject::Subject,
    time::UnixTime,
};

/// A grant and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Identity; access tokens carry it.
    pub id: GrantId,
    /// Who approved; nobody when the client acts for itself.
    pub user: Option<UserId>,
    /// Which client got it.
    pub client: ClientId,
    /// The one resource that its tokens are for.
    pub resource: Resource,
    /// The most that its tokens open.
    pub scopes: ScopeSet,
    /// When the person last proved who they are before approving; `None` when no person did, or
    /// not here.
    pub authenticated_at: Option<UnixTime>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When its last token was issued.
    pub last_used_at: UnixTime,
    /// When it ends, however often it is refreshed.
    pub expires_at: UnixTime,
    /// When and why it was revoked, if so.
    pub revoked: Option<Revoked>,
}

/// When and why a grant ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: UnixTime,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a grant was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// An administrator revoked it.
    Administrator,
    /// The client was revoked.
    ClientRevoked,
    /// Its authorization code was presented twice (RFC 6749 section 4.1.2).
    CodeReplayed,
    /// The client asked (RFC 7009).
    RequestedByClient,
    /// A spent refresh token was presented after its window (RFC 9700 section 4.14).
    RefreshTokenReused,
    /// The user was disabled or the password changed.
    UserChanged,
}

impl RevocationReason {
    /// The word that the store and the audit log use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::ClientRevoked => "client_revoked",
            Self::CodeReplayed => "code_replayed",
            Self::RequestedByClient => "requested_by_client",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::UserChanged => "user_changed",
        }
    }

    /// Reads the word back.
    pub fn from_stored(text: &str) -> Option<Self> {
        [
            Self::Administrator,
            Self::ClientRevoked,
            Self::CodeReplayed,
            Self::RequestedByClient,
            Self::RefreshTokenReused,
            Self::UserChanged,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == text)
    }
}

impl Grant {
    /// Whom its tokens speak of.
    pub fn subject(&self) -> Subject {
        match &self.user {
            Some(user) => Subject::User(user.clone()),
            None => Subject::Client(self.client.clone()),
        }
    }

    /// Whether tokens may still be issued at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.revoked.is_none() && now < self.expires_at
    }
}
