//! Groups of people, and who says that somebody is in one.
//!
//! A group is its name: what the configuration, an administrator, a provisioning
//! identity provider and the claims of a sign-in say adds up under it. Whoever said that
//! somebody is a member is the only one who can take it back.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    client::display_name,
    id::{GroupId, UserId},
    secret::Digest,
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

impl std::fmt::Display for GroupSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.stored())
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

/// The groups of one person as rules see them: each once, in order, whoever says so.
///
/// Two sets compare at the same cost however many names they hold.
#[derive(Clone, Debug)]
pub struct Groups {
    names: Arc<[GroupName]>,
    digest: Digest,
}

/// The most bytes that the names of groups take up in a token (TK-09).
const MOST_IN_A_TOKEN: usize = 4096;

impl Groups {
    /// These.
    pub fn of(names: impl IntoIterator<Item = GroupName>) -> Self {
        let names: BTreeSet<GroupName> = names.into_iter().collect();
        let listed: Vec<&str> = names.iter().map(GroupName::as_str).collect();
        Self {
            digest: Digest::of(&listed.join("\n")), // no name holds a line end
            names: names.into_iter().collect(),
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &GroupName> {
        self.names.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// As many as a token carries, and how many it does not. Those in front are `wanted`: rules
    /// ask for them. Whoever is in more than fit is in fewer for whoever reads the token, never
    /// in others.
    pub fn in_a_token(&self, wanted: &BTreeSet<String>) -> (Self, usize) {
        let is_wanted = |name: &&GroupName| wanted.contains(name.as_str());
        let others = self.iter().filter(|name| !is_wanted(name));
        let mut room = MOST_IN_A_TOKEN;
        let fit = self
            .iter()
            .filter(is_wanted)
            .chain(others)
            .take_while(|name| {
                let left = room.checked_sub(name.as_str().len() + 3); // quotes and a comma
                room = left.unwrap_or_default();
                left.is_some()
            });
        let carried = Self::of(fit.cloned());
        let left_out = self.names.len() - carried.names.len();
        (carried, left_out)
    }
}

impl Default for Groups {
    fn default() -> Self {
        Self::of([])
    }
}

impl PartialEq for Groups {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Groups {}

/// What somebody belongs to now, and which tokens may say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belonging {
    /// The groups.
    pub groups: Groups,
    /// Access tokens that were issued until then count for nothing: a group was lost since.
    pub cut: Option<UnixTime>,
}

/// A cut reaches so far ahead that no token is later which was being made when it was
/// committed.
const CUT_AHEAD: Duration = Duration::from_secs(2);

impl Belonging {
    /// When a token for this is issued at `now`: later than every cut that came before what is
    /// known here, so that it counts at once.
    pub fn issued_at(&self, now: UnixTime) -> UnixTime {
        let after = |cut: UnixTime| UnixTime::from_seconds(cut.seconds() + 1);
        self.cut.map_or(now, |cut| now.max(after(cut)))
    }
}

/// Until when tokens are cut when somebody loses a group at `now`.
pub fn cut_at(now: UnixTime) -> UnixTime {
    now + CUT_AHEAD
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

    fn name(text: &str) -> GroupName {
        GroupName::parse(text).expect("a name")
    }

    #[test]
    fn groups_are_the_same_whoever_said_so_in_whatever_order() {
        let (one, other) = (["b", "a", "b"].map(name), ["a", "b"].map(name));
        assert_eq!(Groups::of(one), Groups::of(other));
        assert_ne!(Groups::of([name("a")]), Groups::default());
        assert_ne!(Groups::of([name("a b")]), Groups::of(["a", "b"].map(name)));
    }

    // TK-09
    #[test]
    fn a_token_carries_what_rules_ask_for_and_no_more_than_fits() {
        let many = (0..1000).map(|number| name(&format!("group {number:04}")));
        let groups = Groups::of(many.chain([name("zebra")]));
        let wanted = BTreeSet::from(["zebra".to_owned(), "not in it".to_owned()]);
        let (carried, left_out) = groups.in_a_token(&wanted);
        let names: Vec<&str> = carried.iter().map(GroupName::as_str).collect();
        assert!(names.contains(&"zebra") && names.contains(&"group 0000"));
        assert!(serde_json::to_string(&names).expect("JSON").len() <= MOST_IN_A_TOKEN);
        assert_eq!(left_out, 1001 - names.len());
        let few = Groups::of([name("a")]);
        assert_eq!(few.in_a_token(&wanted), (few, 0));
    }

    #[test]
    fn a_token_that_is_issued_after_a_cut_counts_and_one_that_was_under_way_does_not() {
        let at = UnixTime::from_millis;
        let cut = cut_at(at(10_900));
        let belonging = |cut| Belonging {
            groups: Groups::default(),
            cut,
        };
        assert_eq!(belonging(None).issued_at(at(10_950)), at(10_950));
        let after = belonging(Some(cut)).issued_at(at(10_950));
        assert!(after.seconds() > cut.seconds());
        let under_way = belonging(None).issued_at(at(11_800));
        assert!(under_way.seconds() <= cut.seconds());
        assert_eq!(belonging(Some(cut)).issued_at(at(60_000)), at(60_000));
    }
}
