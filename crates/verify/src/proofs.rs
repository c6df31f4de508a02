//! The proof of a call with a bound token (RFC 9449 section 7, X-019).
//!
//! ```text
//! one DPoP header -> the token's own key? -> judge (core) -> the memory of proofs -> Proof
//! ```
//!
//! The key is compared before the signature is worked out, so that only who holds a
//! valid token, and presents the key that it names, costs a signature. A proof is for
//! this resource alone; nothing here can send it on (X-022).

use std::sync::Arc;

use doorward_core::{
    clock::Clock,
    dpop::{Nonces, Occasion, Proof, ProofFault, UnverifiedProof, the_one},
    jwk::Thumbprint,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::memory::{Owner, ProcessMemory, ProofMemory, Unremembered};

/// Carries the proof.
pub const DPOP: HeaderName = HeaderName::from_static("dpop");
/// Carries the nonce for the next proof.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Judges the proofs of calls.
#[derive(Clone)]
pub struct Proofs {
    clock: Arc<dyn Clock>,
    memory: Arc<dyn ProofMemory>,
}

/// A call whose token is valid and bound.
#[derive(Clone, Copy, Debug)]
pub struct BoundCall<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its URL as the outside knows it; more than one where more than one leads here.
    pub targets: &'a [&'a str],
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its token.
    pub token: &'a str,
    /// The key that the token is bound to.
    pub key: &'a Thumbprint,
    /// Whose it is.
    pub owner: Owner<'a>,
    /// The nonces to demand, if any are.
    pub nonces: Option<&'a Nonces>,
}

/// Why a call with a bound token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// 401 with the fault.
    #[error(transparent)]
    Fault(#[from] ProofFault),
    /// 503: it is not known whether the proof came before, so it is not taken.
    #[error(transparent)]
    Unjudged(Unremembered),
}

impl Proofs {
    /// Proofs that `memory` remembers.
    pub fn new(clock: Arc<dyn Clock>, memory: Arc<dyn ProofMemory>) -> Self {
        Self { clock, memory }
    }

    /// Proofs that this process remembers.
    pub fn in_process(clock: Arc<dyn Clock>) -> Self {
        Self::new(clock, Arc::new(ProcessMemory::default()))
    }

    /// The proof of `call`, used up with it.
    pub async fn check(&self, call: &BoundCall<'_>) -> Result<Proof, Unproven> {
        let lines = call.headers.get_all(DPOP);
        let text = the_one(lines.iter().map(HeaderValue::as_bytes))?;
        let proof = UnverifiedProof::parse(text.ok_or(ProofFault::Missing)?)?;
        if proof.thumbprint() != call.key {
            return Err(ProofFault::OtherKey.into());
        }
        let now = self.clock.now();
        let proof = proof.judge(&Occasion {
            method: call.method,
            targets: call.targets,
            access_token: Some(call.token),
            nonces: call.nonces,
            now,
        })?;
        match self.memory.note(call.owner, &proof, now).await {
            Ok(()) => Ok(proof),
            Err(Unremembered::Used) => Err(ProofFault::Replayed.into()),
            Err(other) => Err(Unproven::Unjudged(other)),
        }
    }

    /// The header with the nonce for the next proof.
    pub fn nonce(&self, nonces: &Nonces) -> Option<(HeaderName, HeaderValue)> {
        let value = HeaderValue::try_from(nonces.current(self.clock.now())).ok()?;
        Some((DPOP_NONCE, value))
    }
}
