//! Records that only the store and its callers at the edges know.

use doorward_core::{
    code::AuthorizationCode,
    grant::Grant,
    group::Belonging,
    id::KeyId,
    jwk::{Algorithm, PublicKey},
    refresh::RefreshToken,
    revocation::Revocation,
    rotation::{PlannedKey, Retirement},
    time::UnixTime,
    user::User,
};

/// A signing key: its public half in clear, its private half sealed by the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSigningKey {
    /// The key's name.
    pub kid: KeyId,
    /// The one algorithm that it signs with.
    pub algorithm: Algorithm,
    /// What is published.
    pub public: PublicKey,
    /// The private key (PKCS#8), sealed with the key identifier as context.
    pub sealed_private: Vec<u8>,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when on it signs.
    pub active_from: UnixTime,
    /// Set when somebody took it out of service.
    pub retirement: Option<Retirement>,
}

impl SealedSigningKey {
    /// What is planned for it.
    pub fn plan(&self) -> PlannedKey {
        PlannedKey {
            kid: self.kid.clone(),
            algorithm: self.algorithm,
            active_from: self.active_from,
            retirement: self.retirement,
        }
    }
}

/// A revocation with its time: what [`crate::Tx::revocations_since`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedTokens {
    /// What was revoked.
    pub what: Revocation,
    /// When.
    pub at: UnixTime,
}

/// A code that somebody presents, and who approved: what [`crate::Tx::presented_code`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct PresentedCode {
    /// The code, in whatever state.
    pub code: AuthorizationCode,
    /// Who approved.
    pub user: User,
    /// What they belong to.
    pub belonging: Belonging,
}

/// A refresh token that somebody presents, and whatever decides about it: what
/// [`crate::Tx::presented_refresh`] returns.
#[derive(Clone, Debug, PartialEq)]
pub struct PresentedRefresh {
    /// The token.
    pub token: RefreshToken,
    /// What it hangs off.
    pub grant: Grant,
    /// Who approved.
    pub user: User,
    /// What they belong to.
    pub belonging: Belonging,
    /// The approval may stand by the word of an identity provider.
    pub vouched: bool,
    /// It was spent, and what followed it was not.
    pub successor_is_fresh: bool,
}
