//! A provider as the operator describes it.

use std::{collections::BTreeSet, time::Duration};

use doorward_core::secret::Secret;

use crate::{Allow, GitHub, GroupMapping, OpenId, RoleMapping};

/// The name of a provider in paths and in the configuration: `[a-z0-9][a-z0-9-]{0,31}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderName(String);

/// The text cannot name a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 32 lower-case letters, digits and hyphens, and no hyphen in front")]
pub struct NotAProviderName;

impl ProviderName {
    /// Takes `text` when it is safe in a path.
    pub fn parse(text: &str) -> Result<Self, NotAProviderName> {
        let symbol = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=32).contains(&text.len()) && !text.starts_with('-');
        (fits && text.bytes().all(symbol))
            .then(|| Self(text.to_owned()))
            .ok_or(NotAProviderName)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ProviderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How Doorward shows its secret at the token endpoint (OpenID Connect Core section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretPlacement {
    /// In the `Authorization` header (`client_secret_basic`).
    #[default]
    Header,
    /// In the form (`client_secret_post`).
    Body,
}

/// What a provider speaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Protocol {
    /// OpenID Connect.
    OpenId(OpenId),
    /// GitHub's OAuth and API.
    GitHub(GitHub),
}

/// One provider, and who is let in through it.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Its name in paths.
    pub name: ProviderName,
    /// Its name for people.
    pub title: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// What it calls Doorward.
    pub client_id: String,
    /// The secret that goes with it; a public client has none.
    pub client_secret: Option<Secret>,
    /// How the secret is shown.
    pub placement: SecretPlacement,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
    /// Who is admitted.
    pub allow: Allow,
    /// Which of its groups are groups here.
    pub groups: GroupMapping,
    /// Which of its groups bring a role.
    pub roles: RoleMapping,
    /// Whether somebody who comes for the first time gets an account.
    pub create: bool,
    /// Whether a verified address of mail is enough to be linked to an account that has it.
    pub link_by_mail: bool,
    /// How often it is asked whether somebody may still be admitted; `None` asks at sign-in only.
    pub refresh_every: Option<Duration>,
    /// For how long what it said last counts while it does not answer.
    pub grace: Duration,
    /// Whether signing out here goes on to its own sign-out page.
    pub sign_out: bool,
    /// Whether its back-channel logout ends the grants of the person as well.
    pub logout_ends_grants: bool,
}

impl Provider {
    /// The issuers of its people: one, or that of each tenant.
    pub fn issuers(&self) -> BTreeSet<String> {
        match &self.protocol {
            Protocol::OpenId(openid) => openid.issuer.names(),
            Protocol::GitHub(github) => [github.issuer().to_owned()].into(),
        }
    }

    /// Whether `issuer` is the issuer of its people.
    pub fn is_named(&self, issuer: &str) -> bool {
        match &self.protocol {
            Protocol::OpenId(openid) => openid.issuer.is_named(issuer),
            Protocol::GitHub(github) => github.issuer() == issuer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_a_path() {
        for (text, expected) in [
            ("github", true),
            ("acme-2", true),
            ("2", true),
            ("", false),
            ("-a", false),
            ("A", false),
            ("a/b", false),
            ("..", false),
            ("a%2f", false),
            ("a b", false),
            (&"a".repeat(33), false),
        ] {
            assert_eq!(ProviderName::parse(text).is_ok(), expected, "{text}");
        }
    }
}
