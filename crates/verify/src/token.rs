//! The two ports of this crate: where keys come from, and who judges a token.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{access::Principal, id::KeyId, jwk::PublicKey, resource::Resource};

/// Knows the public keys of one issuer.
///
/// A name is looked up exactly as it stands in the token (TK-09); a key that the
/// issuer withdrew is no longer returned.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The key of that name; `None` when the issuer has no such key.
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable>;
}

/// Nobody knows the issuer's keys right now, so nobody can say whether a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys are not available")]
pub struct KeysUnavailable;

/// Why a token does not open the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no valid token for this resource: 401 `invalid_token`. The reason is
    /// for the log; it repeats nothing of the token.
    #[error("token refused: {0}")]
    Invalid(&'static str),
    /// It was valid until it, its grant, its user or its client was revoked: 401 `invalid_token`.
    #[error("token was revoked")]
    Revoked,
    /// It cannot be judged right now: 503, neither let in nor sent to sign in.
    #[error("token cannot be judged: the issuer's keys are not available")]
    Unavailable,
    /// It may have been revoked, and nobody can say right now: 503, and what it opened ends.
    #[error("token cannot be judged: what was revoked is not known right now")]
    Unknown,
}

impl From<KeysUnavailable> for Refusal {
    fn from(_: KeysUnavailable) -> Self {
        Self::Unavailable
    }
}

/// Judges access tokens.
#[async_trait]
pub trait VerifyToken: Send + Sync {
    /// The verdict on `token` for `resource`, whatever it takes to reach it.
    async fn verify(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Refusal>;

    /// The verdict when it can be given at once; `None` means: ask [`VerifyToken::verify`].
    ///
    /// Never stale: expiry and revocations are looked at every time.
    fn cached(&self, token: &str, resource: &Resource) -> Option<Result<Arc<Principal>, Refusal>>;
}
