//! A strict JSON reader that borrows: values are spans of the body.
//!
//! It reads a document once, front to back, and refuses what two parsers may
//! understand differently: duplicate keys at any depth (compared as decoded
//! text), lone surrogates, numbers that overflow, a byte order mark, bytes after
//! the document. Nesting is capped at [`MAX_DEPTH`], so that recursion is safe.
//!
//! [`Raw`] is one value as it stood; [`Fault`] says why a text was refused.

mod duplicate;
mod fault;
mod fold;
mod number;
mod raw;
mod scan;
mod string;

pub use fault::{Fault, FaultKind};
pub(crate) use fold::differs_in_case_only;
pub use raw::{Member, Raw, Span};
pub(crate) use scan::Scanner;
pub(crate) use string::quote_into;

/// How deep arrays and objects may nest (GW-11).
pub const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
