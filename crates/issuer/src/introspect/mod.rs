//! `/introspect` (RFC 7662): whether a token is good now, for whom it concerns.
//!
//! The caller must be a confidential client: the one that got the token, or one that the
//! configuration names as a resource server of what the token is for. An unknown, expired
//! or revoked token, and one that is none of the caller's business, get the same answer.
//! Signed answers (RFC 9701) are for whoever asks for their media type.

mod error;
mod flow;
mod http;
mod wire;

pub(crate) use self::http::post;
