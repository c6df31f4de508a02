//! Changes of a resource (RFC 7644 section 3.5.2).
//!
//! All operations of a request apply, in order, or none. What providers really send is taken:
//! operations in any case, `value` objects whose names are paths, and `remove` with a value,
//! which removes that value alone (Entra ID). Removing what is not there is no fault, because
//! it is gone.

mod apply;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use self::{apply::apply, request::Patch};
