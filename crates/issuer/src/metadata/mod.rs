//! Authorization server metadata (RFC 8414) and the key set (RFC 7517).
//!
//! Clients look in many places: inserted and appended path forms, the OpenID
//! Connect name, under the path of the MCP endpoint itself (interop 6, 23). Every
//! place serves the same bytes, and a place that names something unknown is a
//! 404, never somebody else's document. It lists exactly what exists.

mod document;
mod http;
mod wire;

pub(crate) use document::Document;
pub(crate) use http::{at_endpoint, at_issuer, at_suffix, keys};

use crate::issuer::IssuerConfig;

/// The document of an issuer with this configuration.
pub(crate) fn document(config: &IssuerConfig) -> Document {
    // INVARIANT: a struct of strings serialises
    Document::new(serde_json::to_vec(&wire::Metadata::of(config)).unwrap_or_default())
}
