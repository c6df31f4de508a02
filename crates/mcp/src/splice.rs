//! Replacing parts of a body while every other byte stays as it was.
//!
//! A gateway gives requests its own ids and progress tokens, and gives answers
//! the caller's back. The rest of a message is not its business: unknown members,
//! their order, spacing and the spelling of numbers pass through.

use std::borrow::Cow;

use crate::json::{Raw, Span};

/// One replacement: the bytes of `span` become `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit<'a> {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What is put there, already JSON.
    pub text: Cow<'a, str>,
}

/// Why edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A span lies outside the body or ends before it starts.
    #[error("span lies outside the body")]
    Outside,
    /// Two spans share a byte.
    #[error("spans overlap")]
    Overlap,
}

impl<'a> Edit<'a> {
    /// Puts `text` in the place of `span`.
    pub fn new(span: Span, text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        Self { span, text }
    }
}

/// Applies `edits`, in any order, to a whole body.
pub fn splice(body: &[u8], edits: &[Edit<'_>]) -> Result<Vec<u8>, SpliceError> {
    apply(body, 0, edits)
}

/// Applies `edits` to one message or value of a body, such as an element of a
/// batch; the spans are those of the body.
pub fn splice_within(raw: Raw<'_>, edits: &[Edit<'_>]) -> Result<Vec<u8>, SpliceError> {
    apply(raw.as_str().as_bytes(), raw.span().start, edits)
}

fn apply(body: &[u8], base: usize, edits: &[Edit<'_>]) -> Result<Vec<u8>, SpliceError> {
    let mut ordered: Vec<_> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let grown: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(body.len() + grown);
    let mut at = 0;
    for edit in ordered {
        let place = |offset: usize| offset.checked_sub(base).ok_or(SpliceError::Outside);
        let (start, end) = (place(edit.span.start)?, place(edit.span.end)?);
        if start < at {
            return Err(SpliceError::Overlap);
        }
        if start > end || end > body.len() {
            return Err(SpliceError::Outside);
        }
        out.extend_from_slice(body.get(at..start).ok_or(SpliceError::Outside)?);
        out.extend_from_slice(edit.text.as_bytes());
        at = end;
    }
    out.extend_from_slice(body.get(at..).ok_or(SpliceError::Outside)?);
    Ok(out)
}

#[cfg(test)]
mod tests;
