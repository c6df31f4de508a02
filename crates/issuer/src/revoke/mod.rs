//! `/revoke` (RFC 7009): a client gives its tokens up.
//!
//! The answer to a token of somebody else, an unknown or an expired one is the
//! same 200 as to one's own, and nothing happens (TK-14).

mod error;
mod flow;
mod http;

pub(crate) use http::post;
