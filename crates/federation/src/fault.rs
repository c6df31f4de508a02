//! Why nobody was signed in, and at which step.

use doorward_fetch::FetchError;

use crate::{
    CallbackFault, DiscoveryFault, GitHubFault, IdTokenFault, LogoutFault, Refusal, TokenFault,
    remembered::JustFailed,
};

/// At which step it ended: all that a person is told, and enough to know what to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The provider could not be found or did not say where its endpoints are.
    Reach,
    /// It sent the person back without a yes.
    Answer,
    /// It did not give anything for its answer.
    Exchange,
    /// What it gave does not prove who the person is.
    Proof,
    /// It did not tell what has to be known of the person.
    Profile,
}

/// Why nobody was signed in. Every text is safe to log: nothing of it comes from outside.
#[derive(Debug, thiserror::Error)]
pub enum FederationFault {
    /// The document of the provider.
    #[error("discovery: {0}")]
    Discovery(#[from] DiscoveryFault),
    /// The callback cannot be read.
    #[error("callback: {0}")]
    Callback(#[from] CallbackFault),
    /// The callback says no.
    #[error("callback: {0}")]
    Refused(#[from] Refusal),
    /// The callback comes from another provider (RFC 9207).
    #[error("callback: it comes from another issuer, or does not say from whom")]
    OtherIssuer,
    /// The token endpoint.
    #[error("token endpoint: {0}")]
    Token(#[from] TokenFault),
    /// The ID token.
    #[error("{0}")]
    IdToken(#[from] IdTokenFault),
    /// The logout token.
    #[error("{0}")]
    Logout(#[from] LogoutFault),
    /// The UserInfo endpoint.
    #[error("userinfo: {0}")]
    UserInfo(&'static str),
    /// GitHub's API.
    #[error("api: {0}")]
    GitHub(#[from] GitHubFault),
    /// Somewhere nobody answered as they should.
    #[error("{at}: {cause}")]
    Fetch {
        /// What was asked for.
        at: &'static str,
        /// What happened.
        cause: FetchError,
    },
    /// Somebody just asked in vain.
    #[error("it did not answer a moment ago and was not asked again")]
    JustFailed,
}

impl From<JustFailed> for FederationFault {
    fn from(_: JustFailed) -> Self {
        Self::JustFailed
    }
}

impl FederationFault {
    /// At which step it ended.
    pub fn step(&self) -> Step {
        match self {
            Self::Discovery(_) | Self::JustFailed => Step::Reach,
            Self::Callback(_) | Self::Refused(_) | Self::OtherIssuer => Step::Answer,
            Self::Token(_) => Step::Exchange,
            Self::IdToken(_) | Self::Logout(_) => Step::Proof,
            Self::UserInfo(_) | Self::GitHub(_) => Step::Profile,
            Self::Fetch { at, .. } => match *at {
                AT_DOCUMENT => Step::Reach,
                AT_TOKEN => Step::Exchange,
                AT_KEYS => Step::Proof,
                _ => Step::Profile,
            },
        }
    }

    /// Whether this is the provider's word that the person has no access any more. Everything
    /// else may be a provider that is down, changing its keys, or answering nonsense.
    pub fn is_the_end(&self) -> bool {
        match self {
            Self::Token(TokenFault::Grant) | Self::GitHub(GitHubFault::TokenRevoked) => true,
            Self::IdToken(IdTokenFault::OtherPerson) => true,
            Self::Discovery(_)
            | Self::Callback(_)
            | Self::Refused(_)
            | Self::OtherIssuer
            | Self::Token(_)
            | Self::IdToken(_)
            | Self::Logout(_)
            | Self::UserInfo(_)
            | Self::GitHub(_)
            | Self::Fetch { .. }
            | Self::JustFailed => false,
        }
    }
}

pub(crate) const AT_DOCUMENT: &str = "discovery";
pub(crate) const AT_TOKEN: &str = "token endpoint";
pub(crate) const AT_KEYS: &str = "keys";
pub(crate) const AT_USERINFO: &str = "userinfo";
pub(crate) const AT_API: &str = "api";
