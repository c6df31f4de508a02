//! What of a plan holds on this machine.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What of a plan holds, and what does not and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for each rule.
    pub facts: Vec<Fact>,
}

/// Whether one rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The rule, like `memory 2048 MiB`.
    pub rule: String,
    /// Whether it holds.
    pub held: Held,
    /// Whether a sandbox without it is none.
    #[serde(default)]
    pub promised: bool,
}

/// Whether a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "why", rename_all = "kebab-case")]
pub enum Held {
    /// It does.
    Enforced,
    /// Some of it does.
    Partly(String),
    /// It does not.
    NotEnforced(String),
}

impl Report {
    /// Notes a rule and what came of it.
    pub(crate) fn note(&mut self, rule: impl Into<String>, held: Held) {
        let rule = rule.into();
        self.facts.push(Fact {
            rule,
            held,
            promised: false,
        });
    }

    /// Notes a rule that a sandbox is none without.
    pub(crate) fn promise(&mut self, rule: impl Into<String>, held: Held) {
        let rule = rule.into();
        self.facts.push(Fact {
            rule,
            held,
            promised: true,
        });
    }

    /// Notes a rule that either holds or failed.
    pub(crate) fn tried<E: fmt::Display>(
        &mut self,
        rule: impl Into<String>,
        outcome: Result<(), E>,
    ) {
        self.note(rule, Held::of(outcome));
    }

    /// Whether everything that was asked for holds.
    pub fn is_whole(&self) -> bool {
        self.facts.iter().all(|fact| fact.held == Held::Enforced)
    }
}

impl Held {
    /// What came of a rule that either holds or failed.
    pub(crate) fn of<E: fmt::Display>(outcome: Result<(), E>) -> Self {
        match outcome {
            Ok(()) => Self::Enforced,
            Err(error) => Self::NotEnforced(error.to_string()),
        }
    }
}

impl Fact {
    /// Whether nothing of it holds.
    pub(crate) fn fails(&self) -> bool {
        matches!(self.held, Held::NotEnforced(_))
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.held {
            Held::Enforced => write!(f, "{}: enforced", self.rule),
            Held::Partly(why) => write!(f, "{}: partly enforced, {why}", self.rule),
            Held::NotEnforced(why) => write!(f, "{}: NOT enforced, {why}", self.rule),
        }
    }
}
