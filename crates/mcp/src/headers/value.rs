//! How a value stands in a header: plain, or as `=?base64?...?=`.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// Why a header value cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// A byte other than visible ASCII, space and tab.
    #[error("holds characters that a header must not hold")]
    Characters,
    /// Not canonical base64 with its padding.
    #[error("is not valid base64")]
    Base64,
    /// Base64 of something that is not UTF-8.
    #[error("is base64 of something that is not UTF-8")]
    NotUtf8,
}

/// The text that a header value stands for; white space around it is dropped.
///
/// The markers must be exact: in another case, or with one of them missing, the
/// value is plain.
pub fn decode(value: &[u8]) -> Result<Cow<'_, str>, ValueFault> {
    let plain = plain(value)?;
    let encoded = plain
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    let Some(encoded) = encoded else {
        return Ok(Cow::Borrowed(plain));
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| ValueFault::Base64)?;
    let text = String::from_utf8(bytes).map_err(|_| ValueFault::NotUtf8)?;
    Ok(Cow::Owned(text))
}

/// A header value that stands for `text`: itself if that is safe, else base64.
pub fn encode(text: &str) -> Cow<'_, str> {
    let is_visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let is_padded = text.starts_with(' ') || text.ends_with(' ');
    let is_marked = text.starts_with(PREFIX) && text.ends_with(SUFFIX);
    if is_visible && !is_padded && !is_marked {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{PREFIX}{}{SUFFIX}", STANDARD.encode(text)))
}

/// The value as text, without the white space around it.
pub(super) fn plain(value: &[u8]) -> Result<&str, ValueFault> {
    let is_allowed = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let text = std::str::from_utf8(value).map_err(|_| ValueFault::Characters)?;
    if !value.iter().all(is_allowed) {
        return Err(ValueFault::Characters);
    }
    Ok(text.trim_matches([' ', '\t']))
}
