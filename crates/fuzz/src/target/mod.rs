//! The targets, one file each.

pub(crate) mod client_document;
pub(crate) mod envelope;
pub(crate) mod header_value;
pub(crate) mod jwt;
pub(crate) mod permit;
pub(crate) mod redirect;
pub(crate) mod sse;
pub(crate) mod translate;

/// The first line of an input and the rest.
fn first_line(input: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let first = parts.next().unwrap_or_default();
    (first, parts.next().unwrap_or_default())
}

/// The first line and the rest as text, if both are.
fn texts(input: &[u8]) -> Option<(&str, &str)> {
    let (first, rest) = first_line(input);
    Some((
        std::str::from_utf8(first).ok()?,
        std::str::from_utf8(rest).ok()?,
    ))
}
