//! The scanner: one position that only moves forward.

use std::borrow::Cow;

use super::{Fault, FaultKind, MAX_DEPTH, Raw, duplicate, number, string};

/// Reads one document from its first byte to its last.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Keys of all objects that are open, innermost last.
    keys: Vec<Cow<'a, str>>,
    /// Where the last key began.
    key_start: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at the first byte of `body`.
    pub(crate) fn new(body: &'a [u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(body).map_err(|error| Fault {
            kind: FaultKind::NotUtf8,
            at: error.valid_up_to(),
        })?;
        if text.starts_with('\u{feff}') {
            return Err(Fault {
                kind: FaultKind::ByteOrderMark,
                at: 0,
            });
        }
        Ok(Self::over(text))
    }

    /// Starts at the first byte of a text that is known to be UTF-8.
    pub(crate) fn over(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            keys: Vec::with_capacity(24),
            key_start: 0,
        }
    }

    /// Refuses anything but white space up to the end.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(FaultKind::Trailing)),
        }
    }

    /// The first byte of the next token.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Reads an object; `member` is called for each key and must read its value.
    pub(crate) fn object<E, F>(&mut self, mut member: F) -> Result<Raw<'a>, E>
    where
        E: From<Fault>,
        F: FnMut(&mut Self, &str) -> Result<(), E>,
    {
        let start = self.open(b'{')?;
        let base = self.keys.len();
        if self.peek() == Some(b'}') {
            return Ok(self.close(start));
        }
        loop {
            let key = self.key()?;
            member(self, &key)?;
            self.keys.push(key);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected().into()),
            }
        }
        if duplicate::within(self.keys.get_mut(base..).unwrap_or_default()) {
            return Err(self.fault(FaultKind::Duplicate).into());
        }
        self.keys.truncate(base);
        Ok(self.close(start))
    }

    /// Reads an array; `element` is called at each element and must read it.
    pub(crate) fn array<E, F>(&mut self, mut element: F) -> Result<Raw<'a>, E>
    where
        E: From<Fault>,
        F: FnMut(&mut Self) -> Result<(), E>,
    {
        let start = self.open(b'[')?;
        if self.peek() == Some(b']') {
            return Ok(self.close(start));
        }
        loop {
            element(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => return Ok(self.close(start)),
                _ => return Err(self.unexpected().into()),
            }
        }
    }

    /// Where the key began whose value comes next.
    pub(crate) const fn key_start(&self) -> usize {
        self.key_start
    }

    /// Reads one value of any kind, with everything in it.
    pub(crate) fn value(&mut self) -> Result<Raw<'a>, Fault> {
        match self.peek() {
            Some(b'{') => self.object(|scanner, _| scanner.value().map(drop)),
            Some(b'[') => self.array(|scanner| scanner.value().map(drop)),
            Some(b'"') => self.string().map(|(raw, _)| raw),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => Err(self.unexpected()),
        }
    }

    /// A key, decoded, and the colon after it.
    fn key(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.key_start = self.at;
        let (raw, escaped) = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.at += 1;
        let key = if escaped {
            raw.text()
        } else {
            raw.unquoted().map(Cow::Borrowed)
        };
        key.ok_or_else(|| self.fault(FaultKind::Escape))
    }

    fn string(&mut self) -> Result<(Raw<'a>, bool), Fault> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let read = string::read(rest).map_err(|fault| Fault {
            at: start + fault.at,
            ..fault
        })?;
        self.at += read.length;
        Ok((self.since(start), read.escaped))
    }

    fn number(&mut self) -> Result<Raw<'a>, Fault> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = number::read(rest).ok_or_else(|| self.unexpected())?;
        self.at += length;
        let raw = self.since(start);
        if number::is_finite(raw.as_str()) {
            Ok(raw)
        } else {
            Err(Fault {
                kind: FaultKind::Number,
                at: start,
            })
        }
    }

    fn literal(&mut self, word: &str) -> Result<Raw<'a>, Fault> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.unexpected());
        }
        self.at += word.len();
        Ok(self.since(start))
    }

    fn open(&mut self, bracket: u8) -> Result<usize, Fault> {
        if self.peek() != Some(bracket) {
            return Err(self.unexpected());
        }
        if self.depth == MAX_DEPTH {
            return Err(self.fault(FaultKind::Depth));
        }
        self.depth += 1;
        let start = self.at;
        self.at += 1;
        Ok(start)
    }

    fn close(&mut self, start: usize) -> Raw<'a> {
        self.at += 1;
        self.depth -= 1;
        self.since(start)
    }

    fn since(&self, start: usize) -> Raw<'a> {
        Raw::new(self.text.get(start..self.at).unwrap_or_default(), start)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn unexpected(&self) -> Fault {
        self.fault(if self.byte().is_none() {
            FaultKind::End
        } else {
            FaultKind::Unexpected
        })
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        Fault { kind, at: self.at }
    }
}
