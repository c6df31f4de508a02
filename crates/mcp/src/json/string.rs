//! Strings: where they end, what they mean, how they are written.

use std::borrow::Cow;

use super::{Fault, FaultKind};

/// A string token that was read to its closing quote.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// Bytes of the token, both quotes included.
    pub(super) length: usize,
    /// Whether it holds at least one escape.
    pub(super) escaped: bool,
}

/// Reads the token at the start of `bytes`, which begins with a quote.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Fault> {
    let mut at = 1;
    let mut escaped = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += plain_length(rest);
        match bytes.get(at) {
            Some(b'"') => {
                let length = at + 1;
                return Ok(Read { length, escaped });
            }
            Some(b'\\') => {
                escaped = true;
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += 1 + escape_length(rest).map_err(|kind| Fault { kind, at })?;
            }
            Some(_) => {
                let kind = FaultKind::Control;
                return Err(Fault { kind, at });
            }
            None => {
                let kind = FaultKind::End;
                return Err(Fault { kind, at });
            }
        }
    }
}

/// The text of a token with its quotes, or `None` when it is no string.
pub(super) fn decode(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(token).ok().map(Cow::Owned)
}

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn quote_into(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Bytes after a backslash that belong to the escape.
fn escape_length(rest: &[u8]) -> Result<usize, FaultKind> {
    match rest.first() {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(1),
        Some(b'u') => unicode_length(rest),
        Some(_) => Err(FaultKind::Escape),
        None => Err(FaultKind::End),
    }
}

fn unicode_length(rest: &[u8]) -> Result<usize, FaultKind> {
    match code_unit(rest)? {
        0xd800..=0xdbff => {
            let low = rest.get(5..).unwrap_or_default();
            if !low.starts_with(b"\\u") {
                return Err(FaultKind::Surrogate);
            }
            match code_unit(low.get(1..).unwrap_or_default())? {
                0xdc00..=0xdfff => Ok(11),
                _ => Err(FaultKind::Surrogate),
            }
        }
        0xdc00..=0xdfff => Err(FaultKind::Surrogate),
        _ => Ok(5),
    }
}

/// The value of `uXXXX`.
fn code_unit(rest: &[u8]) -> Result<u32, FaultKind> {
    let digits = rest.get(1..5).ok_or(FaultKind::End)?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = char::from(*digit).to_digit(16).ok_or(FaultKind::Escape)?;
        Ok(unit * 16 + value)
    })
}

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes come before the first quote, backslash or control character,
/// eight at a time.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = specials(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let tail = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    words.len() * 8 + tail.unwrap_or(rest.len())
}

/// Sets the high bit of each byte that is a quote, a backslash or below 0x20.
///
/// Borrows can set a bit too many, but only above the lowest one that is right,
/// and only the lowest one is used.
const fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    let is_control = word.wrapping_sub(ONES * 0x20) & !word;
    (is_quote | is_backslash | is_control) & HIGHS
}
