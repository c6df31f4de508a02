//! A person's signed-in browser session.
//!
//! It ends after a time that nobody can stretch, and earlier when nobody uses it. It is seen
//! every few minutes and not at each request, so that looking at a page does not write. What is
//! sensitive needs a person who proved who they are a moment ago.

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

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

/// How old a sign-in may be for what is sensitive: password, factors, links, deletion, download.
pub const FRESH: Duration = Duration::from_secs(10 * 60);
/// How often it is noted that a session was seen.
const SEEN_EVERY: Duration = Duration::from_secs(5 * 60);
/// The shortest time after which an unused session may be configured to end: seen rarely, a
/// session in use must not end in between.
pub const SHORTEST_IDLE: Duration = Duration::from_secs(15 * 60);

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
    /// Whether the session is usable at `now`, when one that nobody uses ends after `idle`.
    pub fn is_live(&self, now: UnixTime, idle: Duration) -> bool {
        now < self.expires_at && now.since(self.seen_at) < idle
    }

    /// Whether it is time to note that it was seen.
    pub fn is_to_be_seen(&self, now: UnixTime) -> bool {
        now.since(self.seen_at) >= SEEN_EVERY
    }

    /// Whether the person proved who they are so recently that sensitive things may be changed.
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        now.since(self.authenticated_at) <= FRESH
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
    fn a_session_ends_when_it_is_unused_and_at_its_end() {
        let minutes = |count: i64| UnixTime::from_seconds(count * 60);
        let session = |seen| Session {
            digest: Digest::of("s"),
            id: SessionId::from_known("s"),
            user: UserId::from_known("u"),
            methods: Methods::default(),
            created_at: minutes(0),
            authenticated_at: minutes(0),
            seen_at: minutes(seen),
            expires_at: minutes(100),
            agent: None,
            address: None,
        };
        #[rustfmt::skip]
        let cases = [ // seen, now, live, to be seen, fresh
            ("at once",           0,   0, true,  false, true),
            ("still fresh",       0,  10, true,  true,  true),
            ("not fresh",        11,  11, true,  false, false),
            ("to be seen",       11,  16, true,  true,  false),
            ("not yet idle",     30,  59, true,  true,  false),
            ("idle, LG-08",      30,  60, false, true,  false),
            ("in use to its end", 98, 99, true,  false, false),
            ("over, LG-08",      99, 100, false, false, false),
            ("a clock set back",  50, 20, true,  false, false),
        ];
        let idle = Duration::from_secs(30 * 60);
        for (name, seen, now, live, to_be_seen, fresh) in cases {
            let (session, now) = (session(seen), minutes(now));
            assert_eq!(session.is_live(now, idle), live, "{name}");
            assert_eq!(session.is_to_be_seen(now), to_be_seen, "{name}");
            assert_eq!(session.is_fresh(now), fresh, "{name}");
        }
        assert!(SHORTEST_IDLE > SEEN_EVERY + SEEN_EVERY);
    }

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
