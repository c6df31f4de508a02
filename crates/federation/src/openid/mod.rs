//! OpenID Connect as a relying party (Core 1.0, Discovery 1.0, Back-Channel Logout 1.0).

mod claims;
mod discovery;
mod flow;
mod id_token;
mod issuer;
mod logout;
mod token;

pub use discovery::DiscoveryFault;
pub use id_token::IdTokenFault;
pub use issuer::ProviderIssuer;
pub use logout::{BACKCHANNEL_EVENT, LogoutFault, LogoutToken};
pub use token::TokenFault;

pub(crate) use claims::Claims;
pub(crate) use discovery::Metadata;
pub(crate) use flow::Told;
use id_token::{ExpectedToken, judge};
pub(crate) use logout::judge as judge_logout;
pub(crate) use token::{Answer, Client, client_form, read_answer};

/// What distinguishes one OpenID Provider from another.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenId {
    /// Who it is.
    pub issuer: ProviderIssuer,
    /// Whether it is also asked at its UserInfo endpoint, where it tells more.
    pub userinfo: bool,
    /// The claim with the name to sign in with.
    pub name_claim: String,
    /// The claim with the name for people.
    pub display_name_claim: String,
    /// The claim with the address of mail.
    pub mail_claim: String,
    /// The claim with the groups; dots lead into objects.
    pub groups_claim: String,
    /// When an address is known to be somebody's.
    pub mail_trust: MailTrust,
    /// Whether `hd` in its ID tokens names the domain that somebody belongs to (Google).
    pub hosted_domain: bool,
    /// Parameters that its authorization endpoint wants besides.
    pub parameters: Vec<(String, String)>,
}

/// When an address of mail is known to be somebody's (LG-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTrust {
    /// When `email_verified` is true: the word, not the text.
    Verified,
    /// When `xms_edov` says that the owner of its domain vouches for it (Entra, where anybody
    /// with a tenant can write any address).
    DomainOwner,
    /// Never.
    Never,
}
