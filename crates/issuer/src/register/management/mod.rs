//! `/register/{client_id}`: a client looks at, replaces and deletes its registration
//! (RFC 7592).
//!
//! Only a client with an identifier of its own gets a registration access token: a
//! public client shares its identifier with everybody who registers the same, and
//! none of them may change it for the others (ADR 0014). The token is known by its
//! digest, is good for its client alone, and is exchanged with every replacement
//! (RG-10).

mod error;
mod flow;
mod http;

pub(super) use http::bearer;
pub(crate) use http::{delete, get, put};
