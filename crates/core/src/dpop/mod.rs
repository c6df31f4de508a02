//! DPoP (RFC 9449): a token that is worth nothing without its key.
//!
//! A client signs, for each request, what it is about to do, with a key that it
//! keeps. The proof travels beside the token in one `DPoP` header:
//!
//! ```text
//! header -> the_one          exactly one header, text
//!        -> UnverifiedProof  a JWS of type dpop+jwt, a public key, claims
//!        -> judge            method, URL, time, token, signature, nonce
//!        -> Proof            whose key it was, and the one use that is left
//! ```
//!
//! [`UnverifiedProof::judge`] is pure. Whether the proof came before is for who
//! can remember: the issuer asks its store, a resource its own memory. Refused
//! are keys that show a private member, algorithms that are not asymmetric, more
//! than one header, and any other URL or method than that of the request.

mod binding;
mod digest;
mod fault;
mod nonce;
mod proof;

use std::time::Duration;

pub use self::{
    binding::{Mismatch, Policy, Scheme, demanded},
    digest::ContentDigest,
    fault::ProofFault,
    nonce::Nonces,
    proof::{Occasion, Proof, UnverifiedProof},
};

/// The `typ` of a proof (RFC 9449 section 4.2).
pub const PROOF_TYPE: &str = "dpop+jwt";
/// How far the time of a proof may be off, to either side (X-020).
pub const WINDOW: Duration = Duration::from_secs(5 * 60);
/// The algorithms of proofs, as metadata and challenges name them; one of them by both of its
/// names (RFC 9864).
pub const ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "RS256"];

/// The one proof of a request; `None` when it has none (RFC 9449 section 4.3, check 1).
pub fn the_one<'a>(
    mut headers: impl Iterator<Item = &'a [u8]>,
) -> Result<Option<&'a str>, ProofFault> {
    let Some(only) = headers.next() else {
        return Ok(None);
    };
    if headers.next().is_some() {
        return Err(ProofFault::Repeated);
    }
    std::str::from_utf8(only)
        .map(|text| Some(text.trim_matches([' ', '\t'])))
        .map_err(|_| ProofFault::Malformed)
}

#[cfg(test)]
mod tests;
