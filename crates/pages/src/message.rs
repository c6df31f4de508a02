//! A page that tells something: what happened, the facts, what to do.

use serde::Serialize;

use crate::{comparison::Comparison, text::Text};

/// What happened, the facts, and what to do by whom.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    title: Text,
    lead: Text,
    facts: Vec<(Text, Vec<String>)>,
    advice: Vec<(Text, Text)>,
    next: Option<(String, Text)>,
    compared: Vec<Comparison>,
    reference: Option<String>,
}

impl Message {
    /// What happened, in a heading and in a sentence or two.
    pub fn new(title: Text, lead: Text) -> Self {
        Self {
            title,
            lead,
            facts: Vec::new(),
            advice: Vec::new(),
            next: None,
            compared: Vec::new(),
            reference: None,
        }
    }

    /// Values under a name, shown as they were sent.
    #[must_use]
    pub fn fact(mut self, name: Text, values: impl IntoIterator<Item = String>) -> Self {
        self.facts.push((name, values.into_iter().collect()));
        self
    }

    /// What was sent beside what is registered.
    #[must_use]
    pub fn compare(mut self, comparison: Comparison) -> Self {
        self.compared.push(comparison);
        self
    }

    /// By which word the operator finds this in the audit log.
    #[must_use]
    pub fn reference(mut self, word: &str) -> Self {
        self.reference = Some(word.to_owned());
        self
    }

    /// What the person can do.
    #[must_use]
    pub fn you(self, what: Text) -> Self {
        self.advise(Text::of("message-you"), what)
    }

    /// What the developer of the application can do.
    #[must_use]
    pub fn developer(self, what: Text) -> Self {
        self.advise(Text::of("message-developer"), what)
    }

    /// What whoever runs this server can do.
    #[must_use]
    pub fn operator(self, what: Text) -> Self {
        self.advise(Text::of("message-operator"), what)
    }

    /// What an administrator can do.
    #[must_use]
    pub fn administrator(self, what: Text) -> Self {
        self.advise(Text::of("message-administrator"), what)
    }

    /// Where to go on: an own path below the prefix, and its text.
    #[must_use]
    pub fn next(mut self, path: impl Into<String>, text: Text) -> Self {
        self.next = Some((path.into(), text));
        self
    }

    fn advise(mut self, who: Text, what: Text) -> Self {
        self.advice.push((who, what));
        self
    }
}
