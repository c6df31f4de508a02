//! What is bound to a key or a certificate is exchanged by who holds one (RFC 9449, RFC 8705).
//!
//! ```text
//! bound, given to this client    -> with that very key or certificate
//! bound, given to another client -> with any: the new token is bound to it
//! not bound                      -> as it is
//! ```
//!
//! A bound token would otherwise become one that anybody can use, which is what binding
//! is there to prevent (TK-12). What others presented to this client with their keys is
//! theirs to prove: it cannot show those, and binds what it gets to a key of its own.

use super::ExchangeRequest;
use crate::access::AccessClaims;

/// Whether one of the tokens that are exchanged lacks the proof that it needs.
pub(super) fn is_unproven(asked: &ExchangeRequest<'_>) -> bool {
    let tokens = std::iter::once(asked.subject).chain(asked.actor);
    tokens.into_iter().any(|token| lacks_proof(asked, token))
}

fn lacks_proof(asked: &ExchangeRequest<'_>, token: &AccessClaims) -> bool {
    let own = token.client_id == *asked.client;
    match (&token.cnf, asked.key) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(bound), Some(held)) => own && held != bound,
    }
}
