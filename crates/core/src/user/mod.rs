//! People's accounts.

use serde::{Deserialize, Serialize};

use crate::{id::UserId, time::UnixTime};

mod profile;
mod weakness;

pub use profile::{DisplayName, MailAddress, NotADisplayName, NotAMailAddress};
pub use weakness::Weakness;

/// A sign-in name: 1 to 64 characters of `a-z 0-9 . _ - @ +`, compared in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// The text is not a user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name has 1 to 64 letters, digits and . _ - @ + and starts with a letter or digit")]
pub struct NotAUsername;

impl Username {
    /// Takes `text`, in lower case, when it is a user name.
    pub fn parse(text: &str) -> Result<Self, NotAUsername> {
        let name = text.trim().to_ascii_lowercase();
        let symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte);
        let fits = (1..=64).contains(&name.len());
        let starts = name
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        (fits && starts && name.bytes().all(symbol))
            .then_some(Self(name))
            .ok_or(NotAUsername)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Username {
    type Error = NotAUsername;

    fn try_from(text: String) -> Result<Self, NotAUsername> {
        Self::parse(&text)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

impl std::fmt::Display for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account may do with Doorward itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Signs in and grants access to clients.
    Member,
    /// Reads the audit records of everybody as well, and changes nothing.
    Auditor,
    /// Administers as well.
    Administrator,
}

impl Role {
    /// Every role, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Member, Self::Auditor, Self::Administrator];

    /// The word for it, in the store, on the command line and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The identity that tokens carry as `sub`.
    pub id: UserId,
    /// The name to sign in with.
    pub name: Username,
    /// What the account may do.
    pub role: Role,
    /// The password as a PHC string (Argon2id); none for who signs in another way.
    pub password: Option<PasswordHash>,
    /// What the person is called, if that was said.
    pub display_name: Option<DisplayName>,
    /// Where messages to the person go.
    pub mail: Option<MailAddress>,
    /// When it was made.
    pub created_at: UnixTime,
    /// Since when it cannot be used, if so.
    pub disabled_at: Option<UnixTime>,
}

impl User {
    /// What whoever guesses the password may know of the person.
    pub fn known(&self) -> Vec<String> {
        let shown = self.display_name.as_ref().map(DisplayName::to_string);
        let mail = self.mail.as_ref().map(MailAddress::to_string);
        let name = std::iter::once(self.name.to_string());
        name.chain(shown).chain(mail).collect()
    }
}

/// A password hash in PHC string format; blank in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string that the password hasher made.
    pub fn from_phc(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Why a password was not accepted for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`MINIMUM_PASSWORD`] characters.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// More than [`MAXIMUM_PASSWORD`] bytes.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// Whoever guesses finds it soon.
    #[error("this password is easy to guess: {0}")]
    Weak(Weakness),
}

/// The fewest characters of a password.
pub const MINIMUM_PASSWORD: usize = 8;
/// The most bytes of a password: longer ones are refused before any hashing (DS-01).
pub const MAXIMUM_PASSWORD: usize = 1024;

/// Checks the length of a password that is to be set. Whether it is strong enough is judged with
/// a dictionary, where passwords are hashed.
pub fn check_new_password(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < MINIMUM_PASSWORD {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAXIMUM_PASSWORD {
        return Err(PasswordError::TooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_folded_and_bounded() {
        assert_eq!(
            Username::parse(" Alice ").map(String::from),
            Ok("alice".to_owned())
        );
        for bad in ["", "-a", "a b", "a\u{202e}b", "a\n", "ａ", &"a".repeat(65)] {
            let parsed = Username::parse(bad);
            assert!(parsed.is_err() || bad == "a\n", "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_neither_short_nor_huge() {
        assert_eq!(check_new_password("1234567"), Err(PasswordError::TooShort));
        assert_eq!(
            check_new_password(&"a".repeat(1025)),
            Err(PasswordError::TooLong)
        ); // DS-01
        assert_eq!(check_new_password("12345678"), Ok(()));
    }
}
