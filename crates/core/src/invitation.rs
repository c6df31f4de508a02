//! Links for people without a password: an invitation makes an account, a reset gives one a new
//! password (LG-09).
//!
//! Whoever holds the link is taken for the person that it was made for, so it works
//! once, for a while, and is kept as a digest. An invitation says what the account
//! will be; nothing in the form of the page can say otherwise (AD-02).

use std::time::Duration;

use crate::{
    group::GroupName,
    id::{InvitationId, UserId},
    secret::Digest,
    time::UnixTime,
    user::{MailAddress, Role, Username},
};

/// How long an invitation can be used unless its maker says otherwise.
pub const INVITATION: Duration = Duration::from_secs(3 * DAY);
/// The longest that an invitation can be made to last.
pub const LONGEST_INVITATION: Duration = Duration::from_secs(30 * DAY);
/// How long a link to set a new password can be used.
pub const PASSWORD_RESET: Duration = Duration::from_secs(3600);

const DAY: u64 = 24 * 3600;

/// An invitation that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What it is called in lists; it opens nothing.
    pub id: InvitationId,
    /// Digest of the token in the link.
    pub digest: Digest,
    /// The name to sign in with, when it is not for the person to choose.
    pub name: Option<Username>,
    /// Where the link went, and messages will go.
    pub mail: Option<MailAddress>,
    /// What the account may do.
    pub role: Role,
    /// What it is in from the beginning.
    pub groups: Vec<GroupName>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it dies unused.
    pub expires_at: UnixTime,
}

impl Invitation {
    /// Whether it can be used at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        now < self.expires_at
    }

    /// The name that the account gets, when `typed` was chosen; none when that is not a choice
    /// here.
    pub fn name_for(&self, typed: &Username) -> Option<Username> {
        match &self.name {
            Some(name) => (name == typed).then(|| name.clone()),
            None => Some(typed.clone()),
        }
    }
}

/// A link to set a new password, bound to its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordReset {
    /// Digest of the token in the link.
    pub digest: Digest,
    /// Whose password it sets.
    pub user: UserId,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it dies unused.
    pub expires_at: UnixTime,
}

impl PasswordReset {
    /// Whether it can be used at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(name: Option<&str>) -> Invitation {
        Invitation {
            id: InvitationId::from_known("i"),
            digest: Digest::of("t"),
            name: name.map(|name| Username::parse(name).expect("a name")),
            mail: None,
            role: Role::Member,
            groups: Vec::new(),
            created_at: UnixTime::from_seconds(0),
            expires_at: UnixTime::from_seconds(10),
        }
    }

    #[test]
    fn a_name_is_chosen_only_where_none_is_given() {
        let typed = |name| Username::parse(name).expect("a name");
        let (open, bound) = (invitation(None), invitation(Some("ada")));
        assert_eq!(open.name_for(&typed("eve")), Some(typed("eve")));
        assert_eq!(bound.name_for(&typed("ada")), Some(typed("ada")));
        assert_eq!(bound.name_for(&typed("eve")), None); // AD-02
    }

    #[test]
    fn a_link_ends_to_the_second() {
        let at = UnixTime::from_seconds;
        assert!(invitation(None).is_live(at(9)) && !invitation(None).is_live(at(10))); // LG-09
    }
}
