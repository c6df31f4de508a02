//! Groups of people, and who says that somebody is in one.
//!
//! A group is its name: what the configuration, an administrator, a provisioning
//! identity provider and the claims of a sign-in say adds up under it. Whoever said that
//! somebody is a member is the only one who can take it back.

use serde::{Deserialize, Serialize};

use crate::{
    client::display_name,
    id::{GroupId, UserId},
    time::UnixTime,
};

/// The most bytes of the name of a group.
const MAXIMUM_NAME: usize = 128;
/// The most bytes of what a source is called.
const MAXIMUM_SOURCE: usize = 64;

/// The name of a group, compared character by character: 1 to 64 characters, none of them invisible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

/// The text is not the name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a group has 1 to 64 visible characters and no space at either end")]
pub struct NotAGroupName;

impl GroupName {
    /// Takes `text` as it is, or not at all: two names never become one (AD-04).
    pub fn parse(text: &str) -> Result<Self, NotAGroupName> {
        let fits = (1..=MAXIMUM_NAME).contains(&text.len()) && display_name(text) == text;
        fits.then(|| Self(text.to_owned())).ok_or(NotAGroupName)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for GroupName {
    type Error = NotAGroupName;

    fn try_from(text: String) -> Result<Self, NotAGroupName> {
        Self::parse(&text)
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> Self {
        name.0
    }
}

impl std::fmt::Display for GroupName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who says that a group exists or that somebody is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupSource {
    /// An administrator.
    Local,
    /// A provisioning identity provider (SCIM), by its name here.
    Scim(String),
    /// An identity provider at a sign-in, by its name here.
    Provider(String),
}

/// The text is not what a source is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a source of groups")]
pub struct NotAGroupSource;

impl GroupSource {
    /// The text that the store keeps.
    pub fn stored(&self) -> String {
        match self {
            Self::Local => "local".to_owned(),
            Self::Scim(name) => format!("scim:{name}"),
            Self::Provider(name) => format!("provider:{name}"),
        }
    }

    /// Reads what [`GroupSource::stored`] wrote.
    pub fn from_stored(text: &str) -> Result<Self, NotAGroupSource> {
        let named = |name: &str| {
            (1..=MAXIMUM_SOURCE)
                .contains(&name.len())
                .then(|| name.to_owned())
        };
        let source = match text.split_once(':') {
            None if text == "local" => Some(Self::Local),
            Some(("scim", name)) => named(name).map(Self::Scim),
            Some(("provider", name)) => named(name).map(Self::Provider),
            _ => None,
        };
        source.ok_or(NotAGroupSource)
    }
}

/// A group that somebody made: an administrator or a provisioning identity provider. Groups that
/// the configuration or a claim names need none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What programs call it; it stays when the name changes.
    pub id: GroupId,
    /// What people and rules call it.
    pub name: GroupName,
    /// Who made it.
    pub source: GroupSource,
    /// What a provisioning identity provider calls it (`externalId`, RFC 7643 section 3.1).
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it, or who is in it, last changed.
    pub changed_at: UnixTime,
}

/// That somebody is in a group, by one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub user: UserId,
    /// In which group.
    pub group: GroupName,
    /// Who says so.
    pub source: GroupSource,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is_or_not_at_all() {
        for good in ["staff", "/acme/Team A", "Über uns", "a"] {
            assert_eq!(
                GroupName::parse(good).as_ref().map(GroupName::as_str),
                Ok(good)
            );
        }
        let long = "x".repeat(65);
        for bad in [
            "",
            " staff",
            "staff ",
            "a  b",
            "a\nb",
            "st\u{200b}aff",
            "\u{202e}x",
            &long,
        ] {
            assert_eq!(GroupName::parse(bad), Err(NotAGroupName), "{bad:?}"); // AD-04
        }
    }

    #[test]
    fn sources_read_back_and_nothing_else_does() {
        for source in [
            GroupSource::Local,
            GroupSource::Scim("okta".to_owned()),
            GroupSource::Provider("a:b".to_owned()),
        ] {
            assert_eq!(GroupSource::from_stored(&source.stored()), Ok(source));
        }
        for bad in ["", "scim:", "scim", "other:x", "local:"] {
            assert_eq!(GroupSource::from_stored(bad), Err(NotAGroupSource), "{bad}");
        }
    }
}
