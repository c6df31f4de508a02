//! Upstream MCP servers as the rules know them: a name, and the tools it offers.

use serde::{Deserialize, Serialize};

/// The name of a configured server: `[a-z0-9][a-z0-9-]{0,31}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerName(String);

/// The text is not a server name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a server name has 1 to 32 lower-case letters, digits and hyphens and starts with a letter or digit"
)]
pub struct NotAServerName;

impl ServerName {
    /// Takes `text` when it is a server name.
    pub fn parse(text: &str) -> Result<Self, NotAServerName> {
        let symbol = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=32).contains(&text.len()) && !text.starts_with('-');
        let valid = fits && text.bytes().all(symbol);
        valid.then(|| Self(text.to_owned())).ok_or(NotAServerName)
    }

    /// What records and streams call all servers at once. No configured server has this name.
    pub fn whole() -> Self {
        Self("*".to_owned())
    }

    /// The name as it stands in paths and configuration.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ServerName {
    type Error = NotAServerName;

    fn try_from(text: String) -> Result<Self, NotAServerName> {
        Self::parse(&text)
    }
}

impl From<ServerName> for String {
    fn from(name: ServerName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ServerName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What calling a tool can do, as the server itself annotates it.
///
/// Annotations are the server's word. They choose the scope that a call needs
/// and the mark on the consent page; a tool without annotations counts as the
/// worst (MCP schema: `destructiveHint` defaults to true).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolEffect {
    /// `readOnlyHint` is true.
    Read,
    /// Changes something, and says that it destroys nothing (`destructiveHint` is false).
    Write,
    /// May destroy, or does not say.
    Destructive,
}

impl ToolEffect {
    /// Reads the two hints with the defaults of the MCP schema.
    pub fn from_hints(read_only: Option<bool>, destructive: Option<bool>) -> Self {
        match (read_only, destructive) {
            (Some(true), _) => Self::Read,
            (_, Some(false)) => Self::Write,
            _ => Self::Destructive,
        }
    }

    /// The scope that a call of such a tool needs.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Read => crate::scope::READ,
            Self::Write | Self::Destructive => crate::scope::WRITE,
        }
    }
}

/// One tool, as the consent page and the policy see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSummary {
    /// The name that calls use.
    pub name: String,
    /// The title for people, when the server gives one.
    pub title: Option<String>,
    /// What calling it can do.
    pub effect: ToolEffect,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_names_are_short_lower_case_labels() {
        let long = "a".repeat(33);
        for bad in ["", "-a", "A", "a_b", "a/b", "a.b", "ä", long.as_str()] {
            assert!(ServerName::parse(bad).is_err(), "{bad}");
        }
        for good in ["a", "0", "my-server-2", &"a".repeat(32)] {
            assert!(ServerName::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_tool_without_annotations_counts_as_destructive() {
        assert_eq!(ToolEffect::from_hints(None, None), ToolEffect::Destructive);
        assert_eq!(ToolEffect::from_hints(Some(true), None), ToolEffect::Read);
        assert_eq!(
            ToolEffect::from_hints(Some(false), Some(false)),
            ToolEffect::Write
        );
    }
}
