//! One JSON value exactly as it stood in a body.

use std::{borrow::Cow, ops::Range};

use super::{Fault, Scanner, differs_in_case_only, string};

/// A range of bytes within a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A member of an object: its key, its value, and the place of both together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member<'a> {
    /// The key, decoded.
    pub key: String,
    /// The value.
    pub value: Raw<'a>,
    /// From the key's first quote to the end of the value.
    pub span: Span,
}

impl Span {
    /// The same as a range, for slicing.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value that was read and found well formed: its text and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Raw<'a> {
    pub(super) const fn new(text: &'a str, start: usize) -> Self {
        Self { text, start }
    }

    /// Reads `body` as one strict JSON document.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(body)?;
        let document = scanner.value()?;
        scanner.finish()?;
        Ok(document)
    }

    /// The value as JSON text, byte for byte.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Where the value stands in the body that was parsed.
    pub const fn span(&self) -> Span {
        Span {
            start: self.start,
            end: self.start + self.text.len(),
        }
    }

    /// The decoded text of a string; `None` for every other kind of value.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        string::decode(self.text)
    }

    /// The value of an integer; `None` for every other kind of value, and for
    /// numbers with a fraction or an exponent.
    pub fn integer(&self) -> Option<i128> {
        let plain = |byte: u8| byte.is_ascii_digit() || byte == b'-';
        if !self.text.bytes().all(plain) {
            return None;
        }
        self.text.parse().ok()
    }

    /// The value of a number as a double.
    pub fn number(&self) -> Option<f64> {
        match self.text.as_bytes().first()? {
            b'-' | b'0'..=b'9' => self.text.parse().ok(),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    /// Whether this is an array.
    pub fn is_array(&self) -> bool {
        self.text.starts_with('[')
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// The value at the end of a path of member names, if it is there.
    pub fn member(&self, path: &[&str]) -> Option<Raw<'a>> {
        let Some((name, rest)) = path.split_first() else {
            return Some(*self);
        };
        let mut found = None;
        self.each_member(|key, value| {
            if key == *name {
                found = Some(value);
            }
        });
        found?.member(rest)
    }

    /// The member `name` of an object, unless another one differs from it in case only: then
    /// some servers would take the other (GW-09), and none is meant for sure.
    pub fn only_member(&self, name: &str) -> Option<Raw<'a>> {
        let (mut found, mut doubtful) = (None, false);
        self.each_member(|key, value| {
            if key == name {
                found = Some(value);
            }
            doubtful |= differs_in_case_only(key, name);
        });
        found.filter(|_| !doubtful)
    }

    /// Every member of an object in order, keys decoded; nothing for other values.
    pub fn members(&self) -> Vec<(String, Raw<'a>)> {
        let mut members = Vec::new();
        self.each_member(|key, value| members.push((key.to_owned(), value)));
        members
    }

    /// The same with their places: what an object is rewritten by.
    pub fn placed_members(&self) -> Vec<Member<'a>> {
        let mut members = Vec::new();
        if self.is_object() {
            let mut scanner = Scanner::over(self.text);
            let read = scanner.object(|scanner, key| -> Result<(), Fault> {
                let start = self.start + scanner.key_start();
                let value = self.outward(scanner.value()?);
                let end = value.span().end;
                members.push(Member {
                    key: key.to_owned(),
                    value,
                    span: Span { start, end },
                });
                Ok(())
            });
            debug_assert!(read.is_ok(), "a raw value was well formed");
        }
        members
    }

    /// Every element of an array in order; nothing for other values.
    pub fn elements(&self) -> Vec<Raw<'a>> {
        let mut elements = Vec::new();
        if self.is_array() {
            let mut scanner = Scanner::over(self.text);
            let read = scanner.array(|scanner| -> Result<(), Fault> {
                elements.push(self.outward(scanner.value()?));
                Ok(())
            });
            debug_assert!(read.is_ok(), "a raw value was well formed");
        }
        elements
    }

    fn each_member(&self, mut visit: impl FnMut(&str, Raw<'a>)) {
        if !self.is_object() {
            return;
        }
        let mut scanner = Scanner::over(self.text);
        let read = scanner.object(|scanner, key| -> Result<(), Fault> {
            let value = scanner.value()?;
            visit(key, self.outward(value));
            Ok(())
        });
        debug_assert!(read.is_ok(), "a raw value was well formed");
    }

    /// The text between the quotes, undecoded.
    pub(super) fn unquoted(&self) -> Option<&'a str> {
        self.text.strip_prefix('"')?.strip_suffix('"')
    }

    /// Turns a value that was read within this one into one of the whole body.
    fn outward(&self, inner: Raw<'a>) -> Raw<'a> {
        Raw::new(inner.text, self.start + inner.start)
    }
}
