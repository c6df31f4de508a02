//! `/register`: clients register themselves (RFC 7591).
//!
//! A public client gets the same identifier for the same metadata, so that
//! clients which register at every connect make one row and a reaped one comes
//! back under its old name (interop 16, 18). A confidential client gets its own
//! identifier and a secret that is shown once.

mod error;
mod flow;
mod http;
mod management;
mod statement;
mod wire;

pub(crate) use http::post;
pub use statement::StatementIssuer;

pub(crate) use management::{delete, get, put};

use error::RegisterError;
use http::MAXIMUM_DOCUMENT;
