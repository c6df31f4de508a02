//! The words of a filter or path, one after the other.

use serde_json::Value;

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a str,
}

/// Characters of attribute names and their URNs (RFC 7643 section 2.1).
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_$:.".contains(character)
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Whether everything was read.
    pub(super) fn is_done(&self) -> bool {
        self.rest.trim_start().is_empty()
    }

    /// What comes next, for an error.
    pub(super) fn ahead(&self) -> String {
        match self.rest.trim_start() {
            "" => "the end".to_owned(),
            rest => format!("`{}`", rest.chars().take(20).collect::<String>()),
        }
    }

    /// Reads `symbol`, if it is next.
    pub(super) fn symbol(&mut self, symbol: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads `symbol`, if it follows at once, without a space.
    pub(super) fn adjoining(&mut self, symbol: char) -> bool {
        let rest = self.rest.strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads `keyword`, in whatever case, if it is the next word.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let mut ahead = *self;
        let is_next = ahead
            .name()
            .is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        if is_next {
            *self = ahead;
        }
        is_next
    }

    /// Reads an attribute name, with parts and URN.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest.find(|character| !is_name(character));
        let (word, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        if word.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(word)
    }

    /// Reads a value as JSON has it; `true`, `false` and `null` in whatever case.
    pub(super) fn value(&mut self) -> Option<Value> {
        let rest = self.rest.trim_start();
        if !rest.starts_with('"') {
            let word = self.name()?;
            return serde_json::from_str(&word.to_ascii_lowercase()).ok();
        }
        let (text, rest) = rest.split_at_checked(end_of_string(rest)?)?;
        let text: String = serde_json::from_str(text).ok()?;
        self.rest = rest;
        Some(Value::String(text))
    }
}

/// Where the string that `text` begins with ends.
fn end_of_string(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
