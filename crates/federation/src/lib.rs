//! The relying-party side: people who sign in through an OpenID Provider or GitHub.
//!
//! ```text
//! Provider -> RelyingParty::begin   where the browser goes, with state, nonce and challenge
//!          -> Callback::read        what it brings back, nothing of it believed
//!          -> RelyingParty::finish  code exchanged, every check made: a Profile
//!          -> Allow::judge          whether that person is admitted at all
//!          -> RelyingParty::look_again  later: whether that is still so (A-040)
//! ```
//!
//! It knows neither accounts nor sessions nor a store: whom a [`Profile`] is here, the
//! issuer decides. It refuses a provider that is not the one that was asked (`iss`), an
//! ID token with anything amiss (LG-06), endpoints in clear, answers that are late, large
//! or no JSON; and everybody whom the operator did not name. Mail is an attribute and
//! never an identity (LG-05): that is issuer and subject alone.

mod allow;
mod callback;
mod fault;
mod github;
mod groups;
mod kept;
mod openid;
mod profile;
mod provider;
mod relying_party;
mod remembered;
mod steps;

pub use allow::{Allow, Listed, NotAdmitted};
pub use callback::{Callback, CallbackFault, Refusal};
pub use fault::{FederationFault, Step};
pub use github::{GITHUB, GITHUB_API, GitHub, GitHubFault};
pub use groups::{GroupMapping, RoleMapping};
pub use kept::Kept;
pub use openid::{
    BACKCHANNEL_EVENT, DiscoveryFault, IdTokenFault, LogoutFault, LogoutToken, MailTrust, OpenId,
    ProviderIssuer, TokenFault,
};
pub use profile::{ForeignMail, Memberships, Profile};
pub use provider::{NotAProviderName, Protocol, Provider, ProviderName, SecretPlacement};
pub use relying_party::RelyingParty;
pub use steps::{Arrived, Begin, Expected, Standing};
