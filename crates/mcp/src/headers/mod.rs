//! The request headers of 2026-07-28, checked against the body.
//!
//! Headers repeat what the body says so that others can route by them; nothing
//! here decides by a header alone. [`McpHeaders::check`] holds them against the
//! body in the order of R-037:
//!
//! ```text
//! _meta has no version            -32602
//! version header missing, twice, or not that of _meta   -32020
//! version not served here         -32022, data names those that are
//! _meta has no capabilities       -32602
//! Mcp-Method, then Mcp-Name missing, twice, malformed or different   -32020
//! ```
//!
//! `Mcp-Param-*` is checked by [`HeaderParams`], which needs the tool's schema.
//! [`mirrored`] and [`HeaderParams::mirrored`] make the headers for an upstream.

mod check;
mod collect;
mod param;
mod schema;
mod value;

pub use check::mirrored;
pub use collect::{HeaderFault, McpHeaders};
pub use param::{HeaderParam, HeaderParams, ParamKind};
pub(crate) use schema::{ANNOTATION, DATA, SCHEMA_MAPS};
pub use schema::{AnnotationFault, MAX_PARAMS};
pub use value::{ValueFault, decode, encode};

/// `MCP-Protocol-Version`.
pub const PROTOCOL_VERSION: &str = "mcp-protocol-version";
/// `Mcp-Method`.
pub const METHOD: &str = "mcp-method";
/// `Mcp-Name`.
pub const NAME: &str = "mcp-name";
/// What the names of mirrored arguments start with.
pub const PARAM_PREFIX: &str = "mcp-param-";

#[cfg(test)]
mod tests;
