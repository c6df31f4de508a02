//! `/par`: pushed authorization requests (RFC 9126).
//!
//! ```text
//! client -(authenticated)-> /par -> request_uri -> /authorize, once
//! ```
//!
//! A `request_uri` is the checked request itself, sealed, so that pushing stores
//! nothing and every process with the same master key opens it (ADR 0006). The
//! first use is noted in the store, where the second one is a conflict. It opens
//! for no other client and not after [`Lifetimes::pushed`]. No `request_uri` of
//! anybody else is ever looked at, let alone fetched (AZ-16).
//!
//! [`Lifetimes::pushed`]: doorward_core::lifetimes::Lifetimes

mod error;
mod flow;
mod http;
mod wire;

pub(crate) use error::RequestUriFault;
pub(crate) use flow::own_request_uri;
pub(crate) use http::post;
