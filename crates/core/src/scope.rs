//! Scopes (RFC 6749 section 3.3) and what they open.
//!
//! Every server has two: [`READ`] opens discovery, lists, reads, prompts and the
//! tools annotated read-only; [`WRITE`] opens all other tools and implies
//! [`READ`]. [`OPENID`] and [`PROFILE`] open nothing at a server: they let a client
//! learn who the person is ([`openid`](crate::openid)). Other well-known words of
//! OpenID Connect, which clients add unasked, are dropped without an error, and so
//! are these two where nobody signs in.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

/// Discover, list, read, get prompts, call tools annotated read-only.
pub const READ: &str = "mcp:read";
/// Call every other tool; implies [`READ`].
pub const WRITE: &str = "mcp:write";
/// Learn who signs in (OpenID Connect Core section 3.1.2.1).
pub const OPENID: &str = "openid";
/// Learn the sign-in name as well (OpenID Connect Core section 5.4).
pub const PROFILE: &str = "profile";

/// Words that clients add by habit and that open nothing here.
const TOLERATED: [&str; 5] = ["offline_access", OPENID, PROFILE, "email", "address"];

/// One scope value of valid syntax.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// Takes `text` when it has the syntax of RFC 6749 appendix A.4 and at most 256 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let fits = !text.is_empty() && text.len() <= 256;
        (fits && text.bytes().all(valid)).then(|| Self(text.to_owned()))
    }

    /// The scope as written on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a `scope` parameter was refused; maps to `invalid_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A value has characters that RFC 6749 does not allow, or there are too many.
    #[error("scope is malformed")]
    Malformed,
    /// A value names nothing that this server offers.
    #[error("scope names something that is not offered here")]
    Unknown,
    /// Nothing but who a person is, where nobody is told.
    #[error("openid alone means nothing here: name a server or its scopes")]
    PersonAlone,
    /// More was asked than was granted.
    #[error("scope exceeds what was granted")]
    Exceeded,
}

/// A set of scopes, kept sorted and without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// The scopes that a request gets when it names none, and that challenges name.
    pub fn baseline() -> Self {
        Self(
            [READ, WRITE]
                .iter()
                .filter_map(|text| Scope::parse(text))
                .collect(),
        )
    }

    /// Only [`READ`].
    pub fn read_only() -> Self {
        Self(Scope::parse(READ).into_iter().collect())
    }

    /// Parses a space-separated list; repeated, leading and trailing spaces are tolerated,
    /// because real clients send them.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut set = BTreeSet::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            set.insert(Scope::parse(word).ok_or(ScopeError::Malformed)?);
            if set.len() > 64 {
                return Err(ScopeError::Malformed);
            }
        }
        Ok(Self(set))
    }

    /// Reads back a list that this type wrote; unreadable words are dropped, never added.
    pub fn from_stored(text: &str) -> Self {
        Self(text.split(' ').filter_map(Scope::parse).collect())
    }

    /// What an authorization request gets for its `scope` parameter.
    ///
    /// Nothing asked, or only tolerated words: the baseline. An unknown word is an error.
    pub fn requested(text: Option<&str>) -> Result<Self, ScopeError> {
        let asked = Self::parse(text.unwrap_or_default())?;
        let baseline = Self::baseline();
        let mut granted = BTreeSet::new();
        for scope in asked.0 {
            if baseline.0.contains(&scope) {
                granted.insert(scope);
            } else if !TOLERATED.contains(&scope.as_str()) {
                return Err(ScopeError::Unknown);
            }
        }
        Ok(if granted.is_empty() {
            baseline
        } else {
            Self(granted)
        })
    }

    /// What a request wants to learn about the person: nothing without [`OPENID`].
    pub fn about_person(text: Option<&str>) -> Result<Self, ScopeError> {
        let asked = Self::parse(text.unwrap_or_default())?;
        Ok(match asked.covers(OPENID) {
            true => asked.of_person(),
            false => Self::default(),
        })
    }

    /// Whether a request wants to learn about the person, and names no scope of a server.
    pub fn asks_person_alone(text: Option<&str>) -> Result<bool, ScopeError> {
        let asked = Self::parse(text.unwrap_or_default())?;
        let at_servers = asked.common(&Self::baseline());
        Ok(asked.covers(OPENID) && at_servers.is_empty())
    }

    /// Of these, the ones that tell a client about the person.
    #[must_use]
    pub fn of_person(&self) -> Self {
        self.only(is_of_person)
    }

    /// Of these, the ones that open something at a server.
    #[must_use]
    pub fn at_servers(&self) -> Self {
        self.only(|scope| !is_of_person(scope))
    }

    /// Of these, the ones that `wanted` wants.
    #[must_use]
    pub fn filtered(&self, wanted: impl Fn(&str) -> bool) -> Self {
        self.only(|scope| wanted(scope.as_str()))
    }

    fn only(&self, wanted: impl Fn(&Scope) -> bool) -> Self {
        Self(self.0.iter().filter(|it| wanted(it)).cloned().collect())
    }

    /// What a refresh gets for its `scope` parameter: all of `self`, or less.
    pub fn narrowed(&self, text: Option<&str>) -> Result<Self, ScopeError> {
        let asked = Self::parse(text.unwrap_or_default())?;
        let mut kept = BTreeSet::new();
        for scope in asked.0 {
            if self.covers(scope.as_str()) {
                kept.insert(scope);
            } else if !TOLERATED.contains(&scope.as_str()) {
                return Err(ScopeError::Exceeded);
            }
        }
        Ok(if kept.is_empty() {
            self.clone()
        } else {
            Self(kept)
        })
    }

    /// Whether this set opens what `needed` opens, implication included.
    pub fn covers(&self, needed: &str) -> bool {
        let has = |text: &str| self.0.iter().any(|scope| scope.as_str() == text);
        has(needed) || (needed == READ && has(WRITE))
    }

    /// Whether this set opens everything that `other` opens.
    pub fn covers_all(&self, other: &Self) -> bool {
        other.0.iter().all(|scope| self.covers(scope.as_str()))
    }

    /// Both sets together: what a step-up challenge names.
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// What both sets open, implication included: `write` and `read` have `read` in common.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let of = |one: &Self, two: &Self| -> BTreeSet<Scope> {
            let covered = one.0.iter().filter(|scope| two.covers(scope.as_str()));
            covered.cloned().collect()
        };
        Self(of(self, other).union(&of(other, self)).cloned().collect())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_of_person(scope: &Scope) -> bool {
    [OPENID, PROFILE].contains(&scope.as_str())
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{}", scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_gets_what_it_asks_or_the_baseline_or_an_error() {
        struct Case(
            &'static str,
            Option<&'static str>,
            Result<&'static str, ScopeError>,
        );
        #[rustfmt::skip]
        let cases = [
            Case("nothing asked",            None,                             Ok("mcp:read mcp:write")),
            Case("empty",                    Some(""),                         Ok("mcp:read mcp:write")),
            Case("leading space, interop 37", Some(" offline_access"),         Ok("mcp:read mcp:write")),
            Case("one scope",                Some("mcp:read"),                 Ok("mcp:read")),
            Case("openid added, interop 9",  Some("mcp:read openid"),          Ok("mcp:read")),
            Case("repeated",                 Some("mcp:read  mcp:read"),       Ok("mcp:read")),
            Case("unknown, AZ-17",           Some("admin"),                    Err(ScopeError::Unknown)),
            Case("quote, AZ-17",             Some("mcp:read \"x\""),           Err(ScopeError::Malformed)),
            Case("control, AZ-17",           Some("mcp:read\u{1}"),            Err(ScopeError::Malformed)),
            Case("case matters",             Some("MCP:READ"),                 Err(ScopeError::Unknown)),
        ];
        for Case(name, asked, expected) in cases {
            let got = ScopeSet::requested(asked).map(|set| set.to_string());
            assert_eq!(got.as_deref().map_err(|error| *error), expected, "{name}");
        }
    }

    #[test]
    fn what_a_client_learns_is_kept_apart_from_what_it_may_do() {
        #[rustfmt::skip]
        let cases = [
            ("nothing asked",            None,                                   ""),
            ("servers only",             Some("mcp:read"),                       ""),
            ("who it is",                Some("mcp:read openid"),                "openid"),
            ("and the name",             Some("email profile openid address"),   "openid profile"),
            ("no name without openid",   Some("mcp:read profile"),               ""),
        ];
        for (name, asked, expected) in cases {
            let learns = ScopeSet::about_person(asked).expect("well formed");
            assert_eq!(learns.to_string(), expected, "{name}");
        }
        assert_eq!(
            ScopeSet::about_person(Some("openid \"")),
            Err(ScopeError::Malformed)
        );
        let all = ScopeSet::parse("mcp:read openid profile").expect("valid");
        assert_eq!(all.at_servers(), ScopeSet::read_only());
        assert_eq!(all.of_person().to_string(), "openid profile");
        assert_eq!(all.at_servers().union(&all.of_person()), all);
    }

    #[test]
    fn five_thousand_scopes_are_malformed() {
        let many: String = (0..5000).map(|n| format!("s{n} ")).collect();
        assert_eq!(ScopeSet::parse(&many), Err(ScopeError::Malformed)); // AZ-17
    }

    #[test]
    fn a_refresh_narrows_and_never_widens() {
        let read = ScopeSet::read_only();
        let both = ScopeSet::baseline();
        assert_eq!(both.narrowed(Some("mcp:read")), Ok(read.clone()));
        assert_eq!(both.narrowed(None), Ok(both.clone()));
        assert_eq!(
            read.narrowed(Some("mcp:read mcp:write")),
            Err(ScopeError::Exceeded)
        ); // TK-04
        assert_eq!(read.narrowed(Some("offline_access")), Ok(read));
    }

    #[test]
    fn two_sets_have_in_common_what_both_open() {
        let write = ScopeSet::parse(WRITE).expect("valid");
        let (read, both) = (ScopeSet::read_only(), ScopeSet::baseline());
        assert_eq!(both.common(&read), read);
        assert_eq!(write.common(&read), read);
        assert_eq!(write.common(&both), both);
        assert!(read.common(&ScopeSet::default()).is_empty());
    }

    #[test]
    fn write_implies_read_and_not_the_reverse() {
        let write = ScopeSet::parse(WRITE).expect("valid");
        assert!(write.covers(READ));
        assert!(!ScopeSet::read_only().covers(WRITE));
    }
}
