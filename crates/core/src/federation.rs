//! Sign-ins through identity providers: one that is under way, and what is known of those that were.
//!
//! ```text
//! begun --the same browser, at the same provider, within ten minutes--> taken, once
//!
//! account --asked lately------------------------> nothing to do
//!         --not asked for a while---------------> ask
//!         --no word of the provider for too long-> wait
//! ```
//!
//! A name that a provider suggests is made into one that is free here, and never into somebody
//! else's.

use std::time::Duration;

use crate::{
    account_link::ForeignSubject, id::UserId, secret::Digest, time::UnixTime, user::Username,
};

/// How long somebody may take at a provider (A-038).
pub const SIGN_IN_WITHIN: Duration = Duration::from_secs(600);
/// The longest name that is made of a suggestion: a number fits behind it.
const MAXIMUM_STEM: usize = 40;

/// A sign-in through a provider that is under way, found by the digest of its `state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSignIn {
    /// The digest of `state`.
    pub state: Digest,
    /// At which provider.
    pub provider: String,
    /// The digest of the cookie of the browser that it began in.
    pub browser: Digest,
    /// Everything else, sealed: nonce, verifier, and what goes on afterwards.
    pub sealed: Vec<u8>,
    /// When it is over.
    pub expires_at: UnixTime,
}

/// Why a browser that comes back is not taken for the one that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTheSame {
    /// It comes from another provider.
    #[error("the answer comes from another provider than the sign-in went to")]
    Provider,
    /// It is another browser (CO-04).
    #[error("the answer came to another browser than the sign-in began in")]
    Browser,
    /// It took too long.
    #[error("the sign-in took longer than ten minutes")]
    Late,
}

impl PendingSignIn {
    /// Whether who comes back from `provider` is who left (LG-04, CO-04).
    pub fn judge(
        &self,
        provider: &str,
        browser: Option<&Digest>,
        now: UnixTime,
    ) -> Result<(), NotTheSame> {
        if self.provider != provider {
            return Err(NotTheSame::Provider);
        }
        if !browser.is_some_and(|browser| self.browser.matches(browser)) {
            return Err(NotTheSame::Browser);
        }
        (now < self.expires_at)
            .then_some(())
            .ok_or(NotTheSame::Late)
    }
}

/// What is kept of somebody's sign-ins through a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedAccount {
    /// Who it is over there.
    pub foreign: ForeignSubject,
    /// Who it is here.
    pub user: UserId,
    /// Which provider said so.
    pub provider: String,
    /// What the provider can be asked again with, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What it calls the session of the last sign-in.
    pub session: Option<String>,
    /// When they last signed in.
    pub signed_in_at: UnixTime,
    /// When the provider was last asked.
    pub asked_at: UnixTime,
    /// When it last said that all is well.
    pub heard_at: UnixTime,
}

/// What must happen before something goes on by the word of a provider (A-040).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is followed"]
pub enum Due {
    /// Nothing.
    Nothing,
    /// The provider is asked.
    Ask,
    /// Nothing goes on: it was asked a moment ago, and has been silent for too long.
    Wait,
}

impl FederatedAccount {
    /// What must happen at `now`, where the provider is asked every so often and its word counts
    /// for so long while it is silent.
    pub fn due(&self, every: Option<Duration>, grace: Duration, now: UnixTime) -> Due {
        let Some(every) = every.filter(|_| self.sealed.is_some()) else {
            return Due::Nothing;
        };
        if now.since(self.asked_at) >= every {
            return Due::Ask;
        }
        match now.since(self.heard_at) > every + grace {
            true => Due::Wait,
            false => Due::Nothing,
        }
    }
}

/// Names for somebody whom a provider calls `suggested`: the first that is free is theirs.
pub fn names(suggested: &str) -> impl Iterator<Item = Username> {
    let stem = stem(suggested);
    let numbered = (2..100).map({
        let stem = stem.clone();
        move |number| format!("{stem}-{number}")
    });
    let all = std::iter::once(stem).chain(numbered);
    all.filter_map(|name| Username::parse(&name).ok())
}

/// Letters, digits and little else of `text`; of an address of mail what stands before the `@`.
fn stem(text: &str) -> String {
    let local = text.split('@').next().unwrap_or_default();
    let kept: String = local
        .chars()
        .take(MAXIMUM_STEM)
        .map(|symbol| match symbol.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() || "._-+".contains(letter) => letter,
            _ => '-',
        })
        .collect();
    let trimmed = kept.trim_matches(|symbol: char| !symbol.is_ascii_alphanumeric());
    match trimmed.is_empty() {
        true => "person".to_owned(),
        false => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn who_comes_back_is_who_left() {
        let pending = PendingSignIn {
            state: Digest::of("state"),
            provider: "idp".to_owned(),
            browser: Digest::of("browser"),
            sealed: Vec::new(),
            expires_at: at(600),
        };
        let (same, other) = (Digest::of("browser"), Digest::of("another"));
        #[rustfmt::skip]
        let cases = [ // LG-04, CO-04, A-038
            ("idp",    Some(&same),  0,   Ok(())),
            ("idp",    Some(&same),  599, Ok(())),
            ("idp",    Some(&same),  600, Err(NotTheSame::Late)),
            ("github", Some(&same),  0,   Err(NotTheSame::Provider)),
            ("idp",    Some(&other), 0,   Err(NotTheSame::Browser)),
            ("idp",    None,         0,   Err(NotTheSame::Browser)),
        ];
        for (provider, browser, now, expected) in cases {
            assert_eq!(pending.judge(provider, browser, at(now)), expected);
        }
    }

    // A-040
    #[test]
    fn a_provider_is_asked_now_and_then_and_may_be_silent_for_a_while() {
        let hour = Duration::from_secs(3600);
        let account = |asked, heard, sealed: bool| FederatedAccount {
            foreign: ForeignSubject::claimed("https://idp.example", "1"),
            user: UserId::from_known("u"),
            provider: "idp".to_owned(),
            sealed: sealed.then(Vec::new),
            session: None,
            signed_in_at: at(0),
            asked_at: at(asked),
            heard_at: at(heard),
        };
        #[rustfmt::skip]
        let cases = [
            ("just asked",               account(0, 0, true),           10,     Due::Nothing),
            ("asked an hour ago",        account(0, 0, true),           3600,   Due::Ask),
            ("silent, within the grace", account(7000, 0, true),        7200,   Due::Nothing),
            ("silent for too long",      account(7100, 0, true),        7201,   Due::Wait),
            ("silent, and asked again",  account(7100, 0, true),        10_700, Due::Ask),
            ("nothing to ask with",      account(0, 0, false),          99_999, Due::Nothing),
        ];
        for (name, account, now, expected) in cases {
            assert_eq!(account.due(Some(hour), hour, at(now)), expected, "{name}");
        }
        let never = account(0, 0, true).due(None, hour, at(99_999));
        assert_eq!(never, Due::Nothing);
    }

    #[test]
    fn a_suggestion_becomes_names_that_are_names() {
        #[rustfmt::skip]
        let cases = [
            ("Octocat",                "octocat"),
            ("alice@corp.example",     "alice"),
            ("Ana María",              "ana-mar-a"),
            ("../admin",               "admin"),
            ("\u{202e}nimda",          "nimda"),
            ("-_-",                    "person"),
            ("",                       "person"),
            ("日本",                   "person"),
        ];
        for (suggested, expected) in cases {
            let mut names = names(suggested);
            assert_eq!(names.next().map(String::from).as_deref(), Some(expected));
            let second = names.next().map(String::from);
            assert_eq!(second, Some(format!("{expected}-2")));
        }
        let long = names(&"x".repeat(500)).next().map(String::from);
        assert_eq!(long.map(|name| name.len()), Some(MAXIMUM_STEM));
    }
}
