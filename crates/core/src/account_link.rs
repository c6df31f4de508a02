//! Which person of an issuer elsewhere is which account here.
//!
//! A link is made by an administrator and by nobody else: no claim, and no address of
//! mail least of all, makes one. It names the issuer and the subject exactly as the
//! issuer does, and the account by its identity, so that a name which is given to
//! somebody else takes no link along. While the account is disabled it opens nothing.

use serde::{Deserialize, Serialize};

use crate::{id::UserId, time::UnixTime};

/// The longest identifier of an issuer that is linked.
const MAXIMUM_ISSUER: usize = 512;
/// The longest subject (OpenID Connect Core section 2).
const MAXIMUM_SUBJECT: usize = 255;

/// Somebody elsewhere: an issuer and what it calls them (`iss` and `sub`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForeignSubject {
    issuer: String,
    subject: String,
}

/// The text is not what an issuer could say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an issuer has 1 to 512 and a subject 1 to 255 characters, none of them invisible at either end"
)]
pub struct NotAForeignSubject;

/// A link, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    /// Who it is elsewhere.
    pub foreign: ForeignSubject,
    /// Who it is here.
    pub user: UserId,
    /// When an administrator made it.
    pub created_at: UnixTime,
    /// When it was last used.
    pub used_at: Option<UnixTime>,
}

impl ForeignSubject {
    /// Takes what an administrator wrote.
    pub fn parse(issuer: &str, subject: &str) -> Result<Self, NotAForeignSubject> {
        let fits = |text: &str, most| {
            (1..=most).contains(&text.len())
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        (fits(issuer, MAXIMUM_ISSUER) && fits(subject, MAXIMUM_SUBJECT))
            .then(|| Self::claimed(issuer, subject))
            .ok_or(NotAForeignSubject)
    }

    /// Names whom an assertion speaks of: `iss` and `sub`, character by character.
    pub fn claimed(issuer: &str, subject: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        }
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the issuer calls them.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_an_issuer_and_a_subject() {
        let long = "x".repeat(256);
        for (issuer, subject, expected) in [
            ("https://idp.example", "00u1", true),
            ("https://idp.example", "a person", true),
            ("", "00u1", false),
            ("https://idp.example", "", false),
            ("https://idp.example", "00u1 ", false),
            ("https://idp.example\n", "00u1", false),
            ("https://idp.example", "00\u{0}u1", false),
            ("https://idp.example", long.as_str(), false),
        ] {
            let parsed = ForeignSubject::parse(issuer, subject).is_ok();
            assert_eq!(parsed, expected, "{issuer:?} {subject:?}");
        }
    }
}
