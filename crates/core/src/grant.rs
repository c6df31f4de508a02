//! A grant: one user's approval for one installation of a client at one resource, or
//! a client's own access to it.
//!
//! Every redemption of an authorization code makes one. Its tokens hang off it:
//! revoking the grant ends all of them, and only them, so that another machine
//! of the same person that runs the same client stays signed in (interop 20).
//! A client that acts for itself (RFC 6749 section 4.4) has grants without a user.

use serde::{Deserialize, Serialize};

use crate::{
    access::Confirmation,
    details::{Details, DetailsError},
    id::{ClientId, GrantId, UserId},
    resource::{Resource, Resources},
    scope::{ScopeError, ScopeSet},
    session::Methods,
    step_up::Acr,
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
    /// The resources that its tokens are for, each for one of them.
    pub resources: Resources,
    /// The most that its tokens open.
    pub scopes: ScopeSet,
    /// The calls that its tokens are for, when not all that the scopes open.
    pub details: Details,
    /// When the person last proved who they are before approving; `None` when no person did, or
    /// not here.
    pub authenticated_at: Option<UnixTime>,
    /// How; nothing when no person did, or not here.
    pub methods: Methods,
    /// When it was made.
    pub created_at: UnixTime,
    /// The key or certificate that its refresh tokens need, once they are bound to one (RFC 9449
    /// section 5, RFC 8705 section 4).
    pub key: Option<Confirmation>,
    /// When it was bound to that key, if that was after it was made: until then its refresh
    /// tokens needed no key.
    pub bound_at: Option<UnixTime>,
    /// When its last token was issued.
    pub last_used_at: UnixTime,
    /// When it ends, however often it is refreshed.
    pub expires_at: UnixTime,
    /// When and why it was revoked, if so.
    pub revoked: Option<Revoked>,
}

/// What one token of a grant opens: never more than the grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    resource: Resource,
    scopes: ScopeSet,
    details: Details,
}

/// What a token request asks for beside the grant itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowing<'a> {
    /// The `scope` parameter.
    pub scope: Option<&'a str>,
    /// The `authorization_details` parameter.
    pub details: Option<&'a str>,
}

/// Why a grant does not open what a token request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The scope exceeds it.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The details exceed it, or are none.
    #[error(transparent)]
    Details(#[from] DetailsError),
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
    /// The user asked.
    RequestedByUser,
    /// The user was disabled or the password changed.
    UserChanged,
    /// The identity provider by whose word the person signed in gives them no access any more.
    AccessLost,
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
            Self::RequestedByUser => "requested_by_user",
            Self::UserChanged => "user_changed",
            Self::AccessLost => "access_lost",
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
            Self::RequestedByUser,
            Self::UserChanged,
            Self::AccessLost,
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

    /// How strongly the person proved who they are; `None` when no person did, or not here.
    pub fn acr(&self) -> Option<Acr> {
        self.authenticated_at.map(|_| self.methods.acr())
    }

    /// The words for how the person did (RFC 8176); none when there are none.
    pub fn amr(&self) -> Vec<String> {
        let words = self.methods.amr().into_iter();
        words.map(str::to_owned).collect()
    }

    /// What a token for `resource`, which must be one of its own, opens (A-051, A-052, RFC 9396
    /// section 7).
    pub fn opening(
        &self,
        resource: &Resource,
        narrowing: Narrowing<'_>,
    ) -> Result<Opening, OpeningError> {
        Ok(Opening {
            resource: resource.clone(),
            scopes: self.opened().narrowed(narrowing.scope)?,
            details: self
                .details
                .narrowed(narrowing.details)?
                .for_token(resource)?,
        })
    }

    /// What its access tokens open. One for a server tells nothing about the person, so that
    /// it cannot be used to ask (ADR 0015).
    fn opened(&self) -> ScopeSet {
        let at_servers = self.scopes.at_servers();
        match at_servers.is_empty() {
            true => self.scopes.clone(),
            false => at_servers,
        }
    }

    /// Whether tokens may still be issued at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.revoked.is_none() && now < self.expires_at
    }
}

impl Opening {
    /// The audience.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The scopes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The calls, when not all that the scopes open.
    pub fn details(&self) -> &Details {
        &self.details
    }
}
