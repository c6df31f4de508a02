//! DPoP proofs at the endpoints of the issuer (RFC 9449 sections 5, 7, 8 and 10.1).
//!
//! A proof is judged by `doorward_core::dpop` against the URL that is published, and its
//! one use is committed together with what it gets: whoever sends it again, at any
//! replica and after any restart, is refused. What is refused for another reason uses
//! nothing up, so that nobody makes this server write by being refused (DS-05).

use axum::response::Response;
use doorward_core::dpop::{Nonces, Occasion, Proof, ProofFault, UnverifiedProof, the_one};
use doorward_store::{StoreError, Tx};
use http::{HeaderName, HeaderValue, request::Parts};

use crate::shared::Shared;

/// Carries the proof.
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");
/// Carries the nonce for the next proof.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Why there is no proof to go by.
#[derive(Debug)]
pub(crate) enum ProofError {
    /// It proves nothing.
    Fault(ProofFault),
    /// Nobody can say whether it came before.
    Store(StoreError),
}

impl From<ProofFault> for ProofError {
    fn from(fault: ProofFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for ProofError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Shared {
    /// The proof of a request to the endpoint at `path`, which got nothing yet; `None` when the
    /// request has none. [`Shared::commit_proven`] uses it up.
    pub(crate) async fn proof(
        &self,
        parts: &Parts,
        path: &str,
    ) -> Result<Option<Proof>, ProofError> {
        self.proof_with(parts, path, None).await
    }

    /// The same for a request that brings this access token along (RFC 9449 section 7).
    pub(crate) async fn proof_with(
        &self,
        parts: &Parts,
        path: &str,
        access_token: Option<&str>,
    ) -> Result<Option<Proof>, ProofError> {
        let headers = parts.headers.get_all(DPOP);
        let Some(text) = the_one(headers.iter().map(HeaderValue::as_bytes))? else {
            return Ok(None);
        };
        let published = format!("{}{path}", self.url.as_str());
        let at_root = format!("{}{path}", self.url.origin());
        let config = &self.published().config;
        let alias = config.certificate_alias();
        let alias = alias.map_or_else(|| published.clone(), |url| format!("{url}{path}"));
        let occasion = Occasion {
            method: parts.method.as_str(),
            targets: &[&published, &at_root, &alias],
            access_token,
            nonces: self.nonces(),
            now: self.clock.now(),
        };
        let proof = UnverifiedProof::parse(text)?.judge(&occasion)?;
        if self.is_used_up(&proof).await? {
            return Err(ProofFault::Replayed.into()); // TK-12
        }
        Ok(Some(proof))
    }

    /// Commits what a request gets, and with it the one use of its proof. Of two that bring
    /// the same proof at once one conflicts, and is told why.
    pub(crate) async fn commit_proven(
        &self,
        mut tx: Box<dyn Tx>,
        proof: Option<&Proof>,
    ) -> Result<(), ProofError> {
        let Some(proof) = proof else {
            return Ok(tx.commit().await?);
        };
        tx.use_once(&proof.once, proof.expires_at);
        match tx.commit().await {
            Err(StoreError::Conflict) if self.is_used_up(proof).await? => {
                Err(ProofFault::Replayed.into()) // TK-12
            }
            outcome => Ok(outcome?),
        }
    }

    async fn is_used_up(&self, proof: &Proof) -> Result<bool, StoreError> {
        self.store.begin().await?.was_used(&proof.once).await
    }

    /// `response` with the nonce for the next proof, when proofs need one.
    pub(crate) fn with_nonce(&self, parts: &Parts, mut response: Response) -> Response {
        let proves = parts.headers.contains_key(DPOP);
        if let Some(nonces) = self.nonces().filter(|_| proves) {
            let nonce = HeaderValue::try_from(nonces.current(self.clock.now()));
            response
                .headers_mut()
                .extend(nonce.map(|nonce| (DPOP_NONCE, nonce)));
        }
        response
    }

    fn nonces(&self) -> Option<&Nonces> {
        let demanded = self.published().config.dpop_nonces;
        demanded.then_some(&self.derived.nonces)
    }
}
