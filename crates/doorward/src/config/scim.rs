//! `[identity.scim]`: identity providers that keep users and groups up to date.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use doorward_core::{
    provisioning::{Admission, Authority, ProvisionerName},
    secret::Digest,
    user::{Role, Username},
};
use doorward_scim::ScimConfig;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{PublicUrl, secret::SecretValue};

/// Shorter ones could be guessed.
const SHORTEST_TOKEN: usize = 32;

/// How identity providers keep users and groups up to date (SCIM 2.0).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScimEntry {
    /// Whether `/scim/v2` is served.
    #[serde(default)]
    enabled: bool,
    /// Tokens of providers, by the name of the provider, beside those that `doorward scim token add`
    /// makes; at least 32 characters each.
    #[serde(default)]
    tokens: BTreeMap<String, SecretValue>,
    /// Whom of the users of a provider gets in: everybody who is active, or of these whoever is in
    /// one of its groups.
    #[serde(default)]
    admit: Admit,
    /// The roles that providers may give beside `member`. Empty: roles are given here, and nothing
    /// of an administrator's or auditor's account changes but that it is deactivated.
    #[serde(default)]
    roles: Vec<GivenRole>,
    /// The groups that providers may make: names, or how names begin with `*` behind it. A group
    /// for which `[groups]` has members must be named in full.
    #[serde(default = "every_group")]
    groups: Vec<String>,
    /// Whether a user whose name an account here has already becomes that account, instead of being
    /// refused. Accounts whose role the provider may not give are never taken over.
    #[serde(default)]
    adopt_accounts: bool,
    /// Of the sign-in names that rules name (`[groups]`, allow lists, users of trusted issuers),
    /// those that providers may give: names, or how names begin with `*` behind it. All others that
    /// rules name are refused.
    #[serde(default)]
    names: Vec<String>,
}

/// Whom of the users of a provider gets in.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Admit {
    /// Everybody who is active.
    #[default]
    All,
    /// Of the active ones, those who are in one of its groups.
    Groups,
}

/// A role that providers may give.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum GivenRole {
    /// Reads the audit records of everybody.
    Auditor,
    /// Administers.
    Administrator,
}

fn every_group() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Default for ScimEntry {
    fn default() -> Self {
        Self {
            enabled: false,
            tokens: BTreeMap::new(),
            admit: Admit::default(),
            roles: Vec::new(),
            groups: every_group(),
            adopt_accounts: false,
            names: Vec::new(),
        }
    }
}

/// Checks the entry; `groups` are those of the configuration, `reserved` the names in its rules.
pub(super) fn check(
    entry: &ScimEntry,
    (groups, reserved): (&BTreeMap<String, Vec<String>>, &BTreeSet<Username>),
    public_url: &PublicUrl,
    base: &Path,
) -> Result<ScimConfig, String> {
    let tokens = entry.tokens.iter().map(|(name, token)| {
        let wrong = |cause: String| format!("identity.scim.tokens.{name}: {cause}");
        let provider = ProvisionerName::parse(name).map_err(|error| wrong(error.to_string()))?;
        let text = token.resolve(base).map_err(wrong)?;
        if text.len() < SHORTEST_TOKEN {
            let cause = format!("a token must have at least {SHORTEST_TOKEN} characters");
            return Err(wrong(cause));
        }
        Ok((provider, Digest::of(&text)))
    });
    let filled = groups.iter().filter(|(_, members)| !members.is_empty());
    Ok(ScimConfig {
        enabled: entry.enabled,
        public_url: public_url.to_string(),
        tokens: tokens.collect::<Result<_, String>>()?,
        authority: Authority {
            roles: entry.roles.iter().map(|role| Role::from(*role)).collect(),
            groups: entry.groups.clone(),
            admit: match entry.admit {
                Admit::All => Admission::All,
                Admit::Groups => Admission::Groups,
            },
            adopt: entry.adopt_accounts,
        },
        declared_groups: filled
            .map(|(name, _)| name.clone())
            .collect::<BTreeSet<_>>(),
        reserved: reserved
            .iter()
            .filter(|name| !entry.gives(name))
            .cloned()
            .collect(),
    })
}

impl ScimEntry {
    /// Whether providers may give a name although rules name it.
    fn gives(&self, name: &Username) -> bool {
        self.names.iter().any(|pattern| {
            let pattern = pattern.to_ascii_lowercase();
            let begins = pattern.strip_suffix('*');
            pattern == name.as_str() || begins.is_some_and(|start| name.as_str().starts_with(start))
        })
    }
}

impl From<GivenRole> for Role {
    fn from(role: GivenRole) -> Self {
        match role {
            GivenRole::Auditor => Self::Auditor,
            GivenRole::Administrator => Self::Administrator,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read::parse, *};

    fn scim(text: &str) -> Result<ScimConfig, String> {
        let document = parse(text).map_err(|(_, cause)| cause)?;
        let url = PublicUrl::parse("https://a.example").expect("a URL");
        check(
            &document.identity.scim,
            (&document.groups, &names(&["alice", "bob", "team-x"])),
            &url,
            Path::new("/"),
        )
    }

    #[test]
    fn nothing_is_served_and_nothing_given_unless_that_is_said() {
        let usual = scim("").expect("accepted");
        assert!(!usual.enabled && usual.tokens.is_empty() && !usual.authority.adopt);
        assert!(usual.authority.may_make("staff", false));
        assert!(!usual.authority.governs(Role::Administrator));
        let said = scim(
            "identity.scim = { enabled = true, admit = 'groups', roles = ['auditor'], groups = ['team-*'], adopt_accounts = true }\n\
             groups = { ops = ['alice'], staff = [] }",
        )
        .expect("accepted");
        assert!(said.enabled && said.authority.adopt);
        assert_eq!(said.authority.admit, Admission::Groups);
        assert!(said.authority.governs(Role::Auditor));
        assert!(!said.authority.may_make("ops", false));
        assert_eq!(said.declared_groups, BTreeSet::from(["ops".to_owned()]));
    }

    fn names(all: &[&str]) -> BTreeSet<Username> {
        let parse = |name: &&str| Username::parse(name).expect("a name");
        all.iter().map(parse).collect()
    }

    // AD-02
    #[test]
    fn names_in_rules_are_given_only_where_that_is_said() {
        let usual = scim("").expect("accepted");
        assert_eq!(usual.reserved, names(&["alice", "bob", "team-x"]));
        let said = scim("identity.scim = { names = ['Alice', 'team-*'] }").expect("accepted");
        assert_eq!(said.reserved, names(&["bob"]));
    }

    #[test]
    fn tokens_are_long_and_their_providers_have_names() {
        let token = "x".repeat(32);
        let with = |entry: &str| scim(&format!("[identity.scim.tokens]\n{entry}"));
        let read = with(&format!("okta = '{token}'")).expect("accepted");
        assert_eq!(read.tokens[0].1, Digest::of(&token));
        for (entry, expected) in [
            (
                "okta = 'short'".to_owned(),
                "tokens.okta: a token must have at least 32",
            ),
            (
                format!("Okta = '{token}'"),
                "tokens.Okta: the name of a provider",
            ),
            (
                "okta = { env = 'DOORWARD_NOT_SET' }".to_owned(),
                "DOORWARD_NOT_SET",
            ),
        ] {
            let cause = with(&entry).expect_err(expected);
            assert!(cause.contains(expected), "{cause}");
            assert!(!cause.contains(&token));
        }
        assert!(scim("identity.scim = { roles = ['member'] }").is_err());
        assert!(scim("identity.scim = { admits = 'all' }").is_err());
    }
}
