//! MCP on the wire, as pure functions over bytes.
//!
//! Everything here is synchronous, reads no clock, draws no randomness and opens
//! no connection: bytes go in, verdicts and bytes come out.
//!
//! - [`era`] and [`method`]: which revisions exist and what each of them allows;
//! - [`json`] and [`envelope`]: one strict pass over a JSON-RPC body that borrows
//!   from it, and says where the parts stand that a gateway must replace;
//! - [`splice`]: replacing those parts while every other byte stays as it was;
//! - [`headers`] and [`content_type`]: what HTTP says about the body, checked
//!   against the body;
//! - [`error`]: the JSON-RPC errors that are sent, and their HTTP status;
//! - [`sse`]: server-sent events, read and written;
//! - [`list`]: the lists of tools, prompts and resources, filtered in place;
//! - [`rewrite`] and [`translate`]: messages of one revision in the words of another.
//!
//! ```
//! use doorward_mcp::{envelope::Message, splice::{Edit, splice}};
//!
//! let body = br#"{"jsonrpc":"2.0","id":"abc","method":"ping","x":1.0}"#;
//! let message = Message::parse(body)?;
//! let id = message.id().expect("a request has one");
//! let upstream = splice(body, &[Edit::new(id.span(), "41")])?;
//! assert_eq!(upstream, br#"{"jsonrpc":"2.0","id":41,"method":"ping","x":1.0}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it refuses: to guess. A body that two parsers could read differently
//! (duplicate keys, keys that differ in case only, lone surrogates) is refused
//! here, so that nobody behind this crate has to be right about it.

pub mod content_type;
pub mod envelope;
pub mod era;
pub mod error;
pub mod headers;
pub mod json;
pub mod list;
pub mod method;
pub mod rewrite;
pub mod splice;
pub mod sse;
pub mod translate;
