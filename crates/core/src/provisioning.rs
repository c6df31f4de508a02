//! Identity providers that keep accounts and groups here up to date (SCIM, RFC 7644): who they
//! are, what they made, and what they may do.
//!
//! A provisioner sees and changes what it made and nothing else. What it may give
//! and take is the operator's to say: [`Authority`] decides, and says no where nothing was said.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ProvisioningTokenId, UserId},
    secret::Digest,
    time::UnixTime,
    user::{Role, User},
};

/// What an identity provider that provisions is called here: `[a-z0-9][a-z0-9-]{0,31}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProvisionerName(String);

/// The text is not such a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name of a provider has 1 to 32 lower-case letters, digits and hyphens and starts with a letter or digit"
)]
pub struct NotAProvisionerName;

impl ProvisionerName {
    /// Takes `text` when it is such a name.
    pub fn parse(text: &str) -> Result<Self, NotAProvisionerName> {
        let symbol = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=32).contains(&text.len()) && !text.starts_with('-');
        let valid = fits && text.bytes().all(symbol);
        valid
            .then(|| Self(text.to_owned()))
            .ok_or(NotAProvisionerName)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProvisionerName {
    type Error = NotAProvisionerName;

    fn try_from(text: String) -> Result<Self, NotAProvisionerName> {
        Self::parse(&text)
    }
}

impl From<ProvisionerName> for String {
    fn from(name: ProvisionerName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ProvisionerName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token with which an identity provider proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningToken {
    /// What it is called where people see it.
    pub id: ProvisioningTokenId,
    /// The provider that it speaks for.
    pub provider: ProvisionerName,
    /// Digest of the token.
    pub digest: Digest,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends by itself, if it does.
    pub expires_at: Option<UnixTime>,
}

impl ProvisioningToken {
    /// Whether it speaks for anybody at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// What a provider says of an account that is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedUser {
    /// The account.
    pub user: UserId,
    /// Whose it is.
    pub provider: ProvisionerName,
    /// What the provider calls it (`externalId`, RFC 7643 section 3.1); no two of its users
    /// share one.
    pub external_id: Option<String>,
    /// The attributes that it sent, as JSON.
    pub attributes: String,
    /// Whether the account was there before and the provider took it over.
    pub is_adopted: bool,
    /// Whether it is this provider that keeps the account from being used. What somebody else
    /// disabled it does not enable.
    pub is_suspended: bool,
    /// When the provider made it.
    pub created_at: UnixTime,
    /// When it last changed. No two changes have the same time.
    pub changed_at: UnixTime,
}

/// What the operator lets provisioners do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    /// The roles that they may give, beside [`Role::Member`].
    pub roles: Vec<Role>,
    /// The groups that they may make: names, or how names begin with `*` behind it.
    pub groups: Vec<String>,
    /// Whom of those that they make gets in.
    pub admit: Admission,
    /// Whether a user whose name an account here has already becomes that account.
    pub adopt: bool,
}

/// Whom of the users of a provider gets in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// Everybody who is active.
    #[default]
    All,
    /// Of the active ones, those who are in one of its groups.
    Groups,
}

/// What became of a user whose name an account here has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied"]
pub enum Adoption {
    /// The account becomes the provider's.
    Adopted,
    /// The name is taken.
    Refused,
}

impl Authority {
    /// Whether accounts of this role are theirs to make and change. Others they may only suspend
    /// (AD-02: an identity provider that was taken over does not administer).
    pub fn governs(&self, role: Role) -> bool {
        role == Role::Member || self.roles.contains(&role)
    }

    /// The role of a user for whom the provider names these.
    pub fn role<'a>(
        &self,
        named: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<Role>, NotTheirRole> {
        if self.roles.is_empty() {
            return Ok(None); // roles are given here, by administrators
        }
        let known = named
            .into_iter()
            .filter_map(|word| Role::parse(&word.to_ascii_lowercase()));
        let mut highest = Role::Member;
        for role in known {
            if !self.governs(role) {
                return Err(NotTheirRole(role));
            }
            if Role::ALL.iter().position(|it| *it == role)
                > Role::ALL.iter().position(|it| *it == highest)
            {
                highest = role;
            }
        }
        Ok(Some(highest))
    }

    /// Whether a group of this name is theirs to make. One that the configuration has members
    /// for must be named in full.
    pub fn may_make(&self, group: &str, is_declared: bool) -> bool {
        self.groups.iter().any(|pattern| {
            let begins = pattern.strip_suffix('*').filter(|_| !is_declared);
            pattern == group || begins.is_some_and(|start| group.starts_with(start))
        })
    }

    /// Whether a user gets in.
    pub fn admits(&self, is_active: bool, is_in_a_group: bool) -> bool {
        is_active
            && match self.admit {
                Admission::All => true,
                Admission::Groups => is_in_a_group,
            }
    }

    /// Whether an account that nobody provisioned becomes that of a new user of its name.
    pub fn adopt(&self, account: &User) -> Adoption {
        match self.adopt && self.governs(account.role) {
            true => Adoption::Adopted,
            false => Adoption::Refused,
        }
    }
}

/// The provider gave a role that it may not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this provider may not give the role {0}")]
pub struct NotTheirRole(pub Role);

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(roles: &[Role], groups: &[&str]) -> Authority {
        Authority {
            roles: roles.to_vec(),
            groups: groups.iter().map(|name| (*name).to_owned()).collect(),
            ..Authority::default()
        }
    }

    #[test]
    fn a_provider_is_named_like_a_server() {
        for good in ["okta", "entra-id", "0"] {
            assert_eq!(
                ProvisionerName::parse(good).map(String::from),
                Ok(good.to_owned())
            );
        }
        for bad in ["", "-a", "Okta", "a b", "a:b", &"a".repeat(33)] {
            assert_eq!(
                ProvisionerName::parse(bad),
                Err(NotAProvisionerName),
                "{bad}"
            );
        }
    }

    #[test]
    fn roles_are_given_as_far_as_the_operator_lets() {
        use Role::{Administrator, Auditor, Member};
        let (none, some) = (authority(&[], &[]), authority(&[Auditor], &[]));
        assert_eq!(
            none.role(["administrator"]),
            Ok(None),
            "roles are not its business"
        );
        assert_eq!(some.role(["Auditor", "member", "Sales"]), Ok(Some(Auditor)));
        assert_eq!(some.role(["Sales"]), Ok(Some(Member)));
        assert_eq!(some.role([]), Ok(Some(Member)));
        // AD-03
        assert_eq!(
            some.role(["administrator"]),
            Err(NotTheirRole(Administrator))
        );
        assert!(none.governs(Member) && !none.governs(Auditor) && !none.governs(Administrator));
        assert!(some.governs(Auditor) && !some.governs(Administrator));
    }

    #[test]
    fn groups_are_made_as_far_as_the_operator_lets() {
        let some = authority(&[], &["team-*", "staff"]);
        for (name, is_declared, expected) in [
            ("team-a", false, true),
            ("team-", false, true),
            ("team-a", true, false),
            ("staff", false, true),
            ("staff", true, true),
            ("staff2", false, false),
            ("ops", false, false),
        ] {
            assert_eq!(some.may_make(name, is_declared), expected, "{name}");
        }
        assert!(authority(&[], &["*"]).may_make("anything", false));
        assert!(!authority(&[], &["*"]).may_make("ops", true));
        assert!(!authority(&[], &[]).may_make("anything", false));
    }

    #[test]
    fn whoever_is_not_active_or_in_no_group_stays_out() {
        let all = Authority::default();
        let members = Authority {
            admit: Admission::Groups,
            ..Authority::default()
        };
        for (is_active, is_in_a_group, by_all, by_groups) in [
            (true, true, true, true),
            (true, false, true, false),
            (false, true, false, false),
            (false, false, false, false),
        ] {
            assert_eq!(all.admits(is_active, is_in_a_group), by_all);
            assert_eq!(members.admits(is_active, is_in_a_group), by_groups);
        }
    }

    #[test]
    fn an_account_is_taken_over_only_where_that_was_said_and_never_an_administrator() {
        let account = |role| User {
            id: UserId::from_known("u"),
            name: crate::user::Username::parse("admin").expect("a name"),
            role,
            password: None,
            display_name: None,
            mail: None,
            created_at: UnixTime::from_seconds(0),
            disabled_at: None,
        };
        let careful = authority(&[], &[]);
        let adopting = Authority {
            adopt: true,
            ..authority(&[], &[])
        };
        let trusting = Authority {
            adopt: true,
            ..authority(&[Role::Administrator], &[])
        };
        #[rustfmt::skip]
        let cases = [ // AD-02
            (&careful,  Role::Member,        Adoption::Refused),
            (&adopting, Role::Member,        Adoption::Adopted),
            (&adopting, Role::Auditor,       Adoption::Refused),
            (&adopting, Role::Administrator, Adoption::Refused),
            (&trusting, Role::Administrator, Adoption::Adopted),
        ];
        for (authority, role, expected) in cases {
            assert_eq!(authority.adopt(&account(role)), expected, "{role}");
        }
    }

    #[test]
    fn a_token_ends_when_it_says() {
        let token = |expires_at| ProvisioningToken {
            id: ProvisioningTokenId::from_known("t"),
            provider: ProvisionerName("okta".to_owned()),
            digest: Digest::of("token"),
            created_at: UnixTime::from_seconds(0),
            expires_at,
        };
        let end = UnixTime::from_seconds(10);
        assert!(token(None).is_live(end));
        assert!(token(Some(end)).is_live(UnixTime::from_seconds(9)));
        assert!(!token(Some(end)).is_live(end));
    }
}
