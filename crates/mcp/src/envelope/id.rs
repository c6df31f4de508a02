//! Request ids, progress tokens and subscription ids: strings or integers.

use std::fmt;

use crate::json::{Raw, Span, quote_into};

/// The longest id or token that is accepted, as JSON text in bytes (GW-11).
pub const MAX_ID: usize = 1024;

/// An id or token as it stood in a body.
#[derive(Clone, Copy, Debug)]
pub struct Id<'a> {
    raw: Raw<'a>,
}

/// What an id says, apart from how it was written: `"a"` equals `"\u0061"`, and
/// `1` does not equal `"1"`. This is the key to look an id up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdValue {
    /// A JSON integer.
    Integer(i128),
    /// A JSON string, decoded.
    Text(String),
}

impl<'a> Id<'a> {
    /// Accepts strings of at most [`MAX_ID`] bytes and integers of 64 bits. `-0` is none: some
    /// read it as a fraction and would answer to another id.
    pub(super) fn new(raw: Raw<'a>) -> Option<Self> {
        let text = raw.as_str();
        let integer = || raw.integer().filter(|_| text.len() <= 20 && text != "-0");
        let accepted = match text.as_bytes().first()? {
            b'"' => text.len() <= MAX_ID + 2,
            _ => integer().is_some_and(|value| {
                (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value)
            }),
        };
        accepted.then_some(Self { raw })
    }

    /// The id as JSON text, byte for byte, ready to be put into an answer.
    pub const fn as_json(&self) -> &'a str {
        self.raw.as_str()
    }

    /// Where the id stands in the body, ready to be replaced.
    pub const fn span(&self) -> Span {
        self.raw.span()
    }

    /// What the id says.
    pub fn value(&self) -> IdValue {
        match self.raw.text() {
            Some(text) => IdValue::Text(text.into_owned()),
            // INVARIANT: `new` lets nothing pass but strings and integers.
            None => IdValue::Integer(self.raw.integer().unwrap_or_default()),
        }
    }
}

impl fmt::Display for IdValue {
    /// Writes the id as JSON text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(formatter, "{value}"),
            Self::Text(text) => {
                let mut quoted = String::with_capacity(text.len() + 2);
                quote_into(&mut quoted, text);
                formatter.write_str(&quoted)
            }
        }
    }
}
