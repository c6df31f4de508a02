//! Step-up authentication (RFC 9470): calls that want a recent or a strong sign-in.
//!
//! ```text
//! call -> sign-in too old or too weak -> 401 insufficient_user_authentication,
//!         max_age and acr_values -> /authorize with them -> sign-in
//!      -> token with a new auth_time and acr -> call
//! ```
//!
//! A rule names tools, or none and means everything. Of several that apply the
//! shortest time and the strongest sign-in count. A token without a sign-in of a person meets
//! no rule.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    permit::{Action, Pattern},
    time::UnixTime,
};

/// How strongly a person proved who they are (`acr`, OpenID Connect Core section 2), from the
/// weakest to the strongest. Only what is really told apart here has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Acr {
    /// With one thing: the password of the account, a one-time link, or a sign-in elsewhere.
    #[serde(rename = "urn:doorward:acr:password")]
    Password,
    /// With a second one beside it: a code of an authenticator application, or a recovery code.
    #[serde(rename = "urn:doorward:acr:mfa")]
    Mfa,
    /// With a passkey and user verification: two things in one, of no use on another site.
    #[serde(rename = "urn:doorward:acr:passkey")]
    Passkey,
}

impl Acr {
    /// Every value that can be asked for.
    pub const ALL: [Self; 3] = [Self::Password, Self::Mfa, Self::Passkey];

    /// The value on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "urn:doorward:acr:password",
            Self::Mfa => "urn:doorward:acr:mfa",
            Self::Passkey => "urn:doorward:acr:passkey",
        }
    }

    /// Reads a value; `None` when nothing here asserts it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == text)
    }
}

/// Which calls of one server want a recent or a strong sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// The rules, in any order.
    pub rules: Vec<StepUpRule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUpRule {
    /// The tools that it is about; everything of the server when there are none.
    pub tools: Vec<Pattern>,
    /// What it wants.
    pub wants: Wanted,
}

/// What is wanted of a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How old it may be.
    pub max_age: Option<Duration>,
    /// How strong it must be.
    pub acr: Option<Acr>,
}

/// When and how the person behind a token signed in, and what is made of it now.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// The rules of the server.
    pub rules: &'a StepUp,
    /// When the person signed in; `None` when none did.
    pub at: Option<UnixTime>,
    /// How strongly; `None` when nobody knows.
    pub acr: Option<Acr>,
    /// Now.
    pub now: UnixTime,
}

impl Wanted {
    /// What satisfies both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            max_age: [self.max_age, other.max_age].into_iter().flatten().min(),
            acr: self.acr.max(other.acr),
        }
    }

    /// Whether a sign-in of this age and strength is not enough.
    pub fn is_unmet(&self, age: Option<Duration>, acr: Option<Acr>) -> bool {
        let old = self
            .max_age
            .is_some_and(|most| age.is_none_or(|age| age > most));
        let weak = self
            .acr
            .is_some_and(|least| acr.is_none_or(|acr| acr < least));
        old || weak
    }
}

impl StepUp {
    /// What all rules want together: with such a sign-in every call passes.
    pub fn strictest(&self) -> Wanted {
        let wants = self.rules.iter().map(|rule| rule.wants);
        wants.fold(Wanted::default(), Wanted::and)
    }
}

impl StepUpRule {
    fn is_about(&self, action: Action<'_>) -> bool {
        let named = |tool: &str| self.tools.iter().any(|pattern| pattern.matches(tool));
        match action {
            _ if self.tools.is_empty() => true,
            Action::Call(tool, _) => named(tool),
            Action::Use | Action::Prompt(_) | Action::Read(_) => false,
        }
    }
}

impl SignIn<'_> {
    /// What `action` wants of a sign-in, when this one is not enough.
    pub fn lacks_for(&self, action: Action<'_>) -> Option<Wanted> {
        let rules = self.rules.rules.iter();
        let about = rules.filter(|rule| rule.is_about(action));
        let wanted = about.map(|rule| rule.wants).reduce(Wanted::and)?;
        let age = self.at.map(|at| self.now.since(at));
        wanted.is_unmet(age, self.acr).then_some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const MINUTE: Duration = Duration::from_secs(60);

    fn aged(max_age: Duration) -> Wanted {
        Wanted {
            max_age: Some(max_age),
            acr: None,
        }
    }

    fn rules() -> StepUp {
        let rule = |tools: &[&str], max_age| StepUpRule {
            tools: tools.iter().map(|tool| Pattern::new(*tool)).collect(),
            wants: aged(max_age),
        };
        StepUp {
            rules: vec![rule(&[], HOUR), rule(&["delete_*"], MINUTE)],
        }
    }

    #[test]
    fn the_shortest_time_that_applies_counts() {
        let rules = rules();
        let signed_in = UnixTime::from_seconds(10_000);
        let (call, delete) = (Action::Call("read", None), Action::Call("delete_it", None));
        #[rustfmt::skip]
        let cases = [ // A-033
            ("everything, in time",   call,        3600, None),
            ("everything, too late",  call,        3601, Some(HOUR)),
            ("the tool, in time",     delete,      60,   None),
            ("the tool, too late",    delete,      61,   Some(MINUTE)),
            ("lists, in time",        Action::Use, 61,   None),
            ("lists, too late",       Action::Use, 3601, Some(HOUR)),
        ];
        for (name, action, age, expected) in cases {
            let sign_in = SignIn {
                rules: &rules,
                at: Some(signed_in),
                acr: Some(Acr::Password),
                now: signed_in + Duration::from_secs(age),
            };
            assert_eq!(sign_in.lacks_for(action), expected.map(aged), "{name}");
        }
        assert_eq!(rules.strictest(), aged(MINUTE));
    }

    #[test]
    fn without_a_sign_in_no_rule_is_met_and_without_a_rule_none_is_needed() {
        let (some, none) = (rules(), StepUp::default());
        let nobody = |rules| SignIn {
            rules,
            at: None,
            acr: None,
            now: UnixTime::from_seconds(0),
        };
        assert_eq!(nobody(&some).lacks_for(Action::Use), Some(aged(HOUR)));
        assert_eq!(nobody(&none).lacks_for(Action::Use), None);
    }

    #[test]
    fn a_stronger_sign_in_is_enough_and_a_weaker_one_is_not() {
        let strong = |acr| Wanted {
            max_age: None,
            acr: Some(acr),
        };
        let rule = |tools: &[&str], acr| StepUpRule {
            tools: tools.iter().map(|tool| Pattern::new(*tool)).collect(),
            wants: strong(acr),
        };
        let rules = StepUp {
            rules: vec![
                rule(&["delete_*"], Acr::Passkey),
                rule(&[], Acr::Mfa),
                rule(&["delete_it"], Acr::Password),
            ],
        };
        let (call, delete) = (Action::Call("read", None), Action::Call("delete_it", None));
        #[rustfmt::skip]
        let cases = [ // A-033, R-016
            (Action::Use, Some(Acr::Password), Some(Acr::Mfa)),
            (call,        Some(Acr::Password), Some(Acr::Mfa)),
            (call,        Some(Acr::Mfa),      None),
            (call,        Some(Acr::Passkey),  None),
            (call,        None,                Some(Acr::Mfa)),
            (delete,      Some(Acr::Mfa),      Some(Acr::Passkey)),
            (delete,      Some(Acr::Passkey),  None),
        ];
        for (action, acr, expected) in cases {
            let sign_in = SignIn {
                rules: &rules,
                at: Some(UnixTime::from_seconds(0)),
                acr,
                now: UnixTime::from_seconds(1_000_000),
            };
            let lacks = sign_in.lacks_for(action);
            assert_eq!(lacks, expected.map(strong), "{action:?} {acr:?}");
        }
        let both = rules.strictest().and(aged(HOUR));
        assert_eq!((both.acr, both.max_age), (Some(Acr::Passkey), Some(HOUR)));
    }

    #[test]
    fn only_what_is_asserted_here_has_a_name() {
        for acr in Acr::ALL {
            assert_eq!(Acr::parse(acr.as_str()), Some(acr));
            let json = serde_json::to_string(&acr).expect("JSON");
            assert_eq!(json, format!("\"{}\"", acr.as_str()));
        }
        assert_eq!(Acr::parse("phr"), None);
    }
}
