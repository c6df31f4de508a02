//! What the verifier lets in, and everything that it does not.
#![cfg(test)]

mod certificates;
mod dpop;
mod guarding;
mod issuer;
mod keys;
mod memory;
mod signer;
mod tokens;
mod world;
