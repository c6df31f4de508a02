//! A person's signed-in browser session.

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    id::{SessionId, UserId},
    secret::Digest,
    time::UnixTime,
};

/// One way to prove who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// The password of the account.
    Password,
    /// A code of an authenticator application (RFC 6238).
    Totp,
    /// A recovery code.
    RecoveryCode,
    /// A passkey, with user verification (Web Authentication).
    Passkey,
    /// An identity provider said so.
    Federated,
    /// A one-time link: set-up, invitation or reset.
    Link,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::Totp,
        Self::RecoveryCode,
        Self::Passkey,
        Self::Federated,
        Self::Link,
    ];

    /// The word for it, in the store and the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::Federated => "federated",
            Self::Link => "link",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// How a person proved who they are for one session: everything that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Methods(BTreeSet<Method>);

impl Methods {
    /// Exactly these.
    pub fn of(methods: impl IntoIterator<Item = Method>) -> Self {
        Self(methods.into_iter().collect())
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, method: Method) -> Self {
        self.0.insert(method);
        self
    }

    /// Whether `method` is among them.
    pub fn contains(&self, method: Method) -> bool {
        self.0.contains(&method)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Method> {
        self.0.iter().copied()
    }

    /// The text that the store keeps: their words, with a space between.
    pub fn stored(&self) -> String {
        let words: Vec<&str> = self.iter().map(Method::as_str).collect();
        words.join(" ")
    }

    /// Reads what [`Methods::stored`] wrote; `None` for anything else.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(Method::parse).collect::<Option<_>>().map(Self)
    }
}

/// A session, found by the digest of its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Digest of the cookie value.
    pub digest: Digest,
    /// What it is called in lists.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserId,
    /// How they proved it.
    pub methods: Methods,
    /// When it began.
    pub created_at: UnixTime,
    /// When the person last proved who they are (`auth_time`).
    pub authenticated_at: UnixTime,
    /// When it was last seen, give or take some minutes.
    pub seen_at: UnixTime,
    /// When the session ends by itself.
    pub expires_at: UnixTime,
    /// What the browser calls itself, harmless to show.
    pub agent: Option<String>,
    /// From where the person signed in.
    pub address: Option<IpAddr>,
}

impl Session {
    /// Whether the session is usable at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        now < self.expires_at
    }
}

/// The one-time link that makes the first account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    /// Digest of the token in the link.
    pub digest: Digest,
    /// When the link dies unused.
    pub expires_at: UnixTime,
    /// When it was used, if so.
    pub used_at: Option<UnixTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_read_back_and_nothing_else_does() {
        let all = Methods::of(Method::ALL);
        assert_eq!(Methods::from_stored(&all.stored()), Some(all));
        assert_eq!(Methods::from_stored(""), Some(Methods::default()));
        assert_eq!(Methods::from_stored("password magic"), None);
        let both = Methods::of([Method::Totp]).with(Method::Password);
        assert_eq!(both.stored(), "password totp");
        assert!(both.contains(Method::Totp) && !both.contains(Method::Passkey));
    }
}
