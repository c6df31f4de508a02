//! Environments: which servers a client may get tokens for.
//!
//! A label on both sides has to agree; a client or server without a label takes
//! part everywhere, so that nothing changes for who does not use labels.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

/// Where a server runs, and what a client is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// For trying things out.
    Dev,
    /// For the last tests before production.
    Staging,
    /// The real thing.
    Prod,
}

/// The environments that a client is labelled with; empty for one without labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environments(BTreeSet<Environment>);

/// The text is not the name of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an environment is dev, staging or prod")]
pub struct NotAnEnvironment;

impl Environment {
    const ALL: [Self; 3] = [Self::Dev, Self::Staging, Self::Prod];

    /// The word in configuration, store and command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Prod => "prod",
        }
    }
}

impl std::str::FromStr for Environment {
    type Err = NotAnEnvironment;

    fn from_str(text: &str) -> Result<Self, NotAnEnvironment> {
        let mut known = Self::ALL.into_iter();
        known
            .find(|environment| environment.as_str() == text)
            .ok_or(NotAnEnvironment)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Environments {
    /// Whether a client with these labels may get tokens for a server in `environment`.
    pub fn admit(&self, environment: Option<Environment>) -> bool {
        environment.is_none_or(|it| self.0.is_empty() || self.0.contains(&it))
    }

    /// The labels, in the order dev, staging, prod.
    pub fn iter(&self) -> impl Iterator<Item = Environment> {
        self.0.iter().copied()
    }

    /// Reads a space-separated list, as it is stored.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(|word| word.parse().ok()).collect()
    }
}

impl FromIterator<Environment> for Environments {
    fn from_iter<T: IntoIterator<Item = Environment>>(labels: T) -> Self {
        Self(labels.into_iter().collect())
    }
}

impl fmt::Display for Environments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Environment::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_on_both_sides_must_agree() {
        use Environment::{Dev, Prod, Staging};
        #[rustfmt::skip]
        let cases: [(&[Environment], Option<Environment>, bool); 7] = [
            (&[],             None,       true),
            (&[],             Some(Prod), true), // clients that register themselves have none
            (&[Dev],          None,       true),
            (&[Dev],          Some(Dev),  true),
            (&[Dev],          Some(Prod), false),
            (&[Dev, Staging], Some(Prod), false),
            (&[Dev, Prod],    Some(Prod), true),
        ];
        for (labels, server, expected) in cases {
            let labels: Environments = labels.iter().copied().collect();
            assert_eq!(labels.admit(server), expected, "{labels} {server:?}");
            assert_eq!(Environments::from_stored(&labels.to_string()), Some(labels));
        }
        assert_eq!(Environments::from_stored("dev test"), None);
    }
}
