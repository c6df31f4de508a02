//! What is to be said, before it is known in which language.

use std::collections::BTreeMap;

use serde::Serialize;

/// A text of the Fluent files: its id and what is put into it. In a template: `{{ t(page.error) }}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    id: &'static str,
    arguments: BTreeMap<&'static str, Argument>,
}

/// What can be put into a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Argument {
    /// As somebody wrote it.
    Words(String),
    /// A number, which selects plurals.
    Number(u64),
    /// Another text.
    Text(Text),
}

impl Text {
    /// The text `id`.
    pub const fn of(id: &'static str) -> Self {
        Self {
            id,
            arguments: BTreeMap::new(),
        }
    }

    /// `words` alone, in whatever language they are: what the protocol says to developers.
    pub fn verbatim(words: impl Into<String>) -> Self {
        Self::of("verbatim").with("words", words)
    }

    /// Puts in words.
    #[must_use]
    pub fn with(self, name: &'static str, words: impl Into<String>) -> Self {
        self.and(name, Argument::Words(words.into()))
    }

    /// Puts in a number.
    #[must_use]
    pub fn number(self, name: &'static str, number: impl Into<u64>) -> Self {
        self.and(name, Argument::Number(number.into()))
    }

    /// Puts in another text.
    #[must_use]
    pub fn text(self, name: &'static str, text: Self) -> Self {
        self.and(name, Argument::Text(text))
    }

    /// Which text it is.
    pub fn id(&self) -> &'static str {
        self.id
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.arguments.iter().map(|(name, value)| (*name, value))
    }

    fn and(mut self, name: &'static str, argument: Argument) -> Self {
        self.arguments.insert(name, argument);
        self
    }
}
