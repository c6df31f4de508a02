//! Step-up authentication (RFC 9470): calls that want a recent sign-in.
//!
//! ```text
//! call -> sign-in too old -> 401 insufficient_user_authentication, max_age
//!      -> /authorize with max_age -> sign-in -> token with a new auth_time -> call
//! ```
//!
//! A rule names tools, or none and means everything. Of several that apply the
//! shortest time counts. A token without a sign-in of a person meets no rule.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    permit::{Action, Pattern},
    time::UnixTime,
};

/// How a person proved who they are (`acr`, OpenID Connect Core section 2). Only what is
/// really told apart here has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acr {
    /// With the password of the account.
    #[serde(rename = "urn:doorward:acr:password")]
    Password,
}

impl Acr {
    /// Every value that can be asked for.
    pub const ALL: [Self; 1] = [Self::Password];

    /// The value on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "urn:doorward:acr:password",
        }
    }

    /// Reads a value; `None` when nothing here asserts it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == text)
    }
}

/// Which calls of one server want a recent sign-in.
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
    /// How old the sign-in may be.
    pub max_age: Duration,
}

/// When the person behind a token signed in, and what is made of it now.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// The rules of the server.
    pub rules: &'a StepUp,
    /// When the person signed in; `None` when none did.
    pub at: Option<UnixTime>,
    /// Now.
    pub now: UnixTime,
}

impl StepUp {
    /// The shortest time of all rules: with a sign-in that recent every call passes.
    pub fn strictest(&self) -> Option<Duration> {
        self.rules.iter().map(|rule| rule.max_age).min()
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
    /// How recent the sign-in must be for `action`, when it is not recent enough.
    pub fn too_old_for(&self, action: Action<'_>) -> Option<Duration> {
        let rules = self.rules.rules.iter();
        let about = rules.filter(|rule| rule.is_about(action));
        let most = about.map(|rule| rule.max_age).min()?;
        let recent = self.at.is_some_and(|at| self.now.since(at) <= most);
        (!recent).then_some(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const MINUTE: Duration = Duration::from_secs(60);

    fn rules() -> StepUp {
        let rule = |tools: &[&str], max_age| StepUpRule {
            tools: tools.iter().map(|tool| Pattern::new(*tool)).collect(),
            max_age,
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
                now: signed_in + Duration::from_secs(age),
            };
            assert_eq!(sign_in.too_old_for(action), expected, "{name}");
        }
        assert_eq!(rules.strictest(), Some(MINUTE));
    }

    #[test]
    fn without_a_sign_in_no_rule_is_met_and_without_a_rule_none_is_needed() {
        let (some, none) = (rules(), StepUp::default());
        let nobody = |rules| SignIn {
            rules,
            at: None,
            now: UnixTime::from_seconds(0),
        };
        assert_eq!(nobody(&some).too_old_for(Action::Use), Some(HOUR));
        assert_eq!(nobody(&none).too_old_for(Action::Use), None);
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
