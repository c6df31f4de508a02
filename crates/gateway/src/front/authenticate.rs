//! Who is calling: before anything of the body is read, on every request alike
//!
//!
//! A bearer token costs one look into the verifier's memory, and one that is bound to a
//! certificate a comparison with that of the connection (RFC 8705 section 3). A token that is
//! bound to a key costs the signature of its proof as well, at every call (RFC 9449 section 7).
//! The proof comes last: only who may use the server has one looked at and remembered.

use std::{net::IpAddr, sync::Arc};

use doorward_core::{
    access::Principal,
    audit::{AuditEvent, AuditKind, Outcome},
    certificate::PresentedCertificate,
    dpop::{ContentDigest, ProofFault, Scheme, demanded},
    jwk::Thumbprint,
    resource::Resource,
};
use doorward_verify::{
    BearerFault, BoundCall, Credentials, Owner, Refusal as Rejected, Unproven, presented,
};
use http::request::Parts;

use super::refusal::Refusal;
use crate::{
    access::Caller,
    gateway::Inner,
    snapshot::{Server, Snapshot},
};

/// Where a request goes, and by which configuration it is judged.
#[derive(Clone, Copy)]
pub(super) struct Door<'a> {
    pub(super) inner: &'a Inner,
    pub(super) snapshot: &'a Snapshot,
    pub(super) server: &'a Server,
    /// What follows the server's address in that of the request, for proofs to name.
    pub(super) within: &'static str,
    pub(super) peer: Option<IpAddr>,
}

/// Somebody whose token is good, and proven where it must be.
pub(super) struct Known {
    pub(super) principal: Arc<Principal>,
    pub(super) caller: Arc<Caller>,
    pub(super) scheme: Scheme,
    /// The body that the proof is for, when it says so.
    pub(super) content: Option<ContentDigest>,
}

impl Door<'_> {
    /// The holder of the token and what they may use at the server.
    pub(super) async fn authenticate(&self, parts: &Parts) -> Result<Known, Refusal> {
        let challenge = &self.server.challenge;
        let sent = presented(&parts.uri, &parts.headers).map_err(|fault| match fault {
            BearerFault::Missing => Refusal::Unauthenticated(challenge.missing()),
            BearerFault::Malformed => Refusal::Malformed(challenge.invalid_request()),
        })?;
        let mut verdict = self.verdict(sent.token, &self.server.resource).await;
        if let (Err(Rejected::Invalid(_)), Some(also)) = (&verdict, &self.server.also_for) {
            verdict = self.verdict(sent.token, also).await;
        }
        let principal = verdict.map_err(|rejected| {
            tracing::debug!(server = %self.server.name, %rejected, "a token was refused");
            match rejected {
                Rejected::Invalid(_) | Rejected::Revoked => {
                    Refusal::Unauthenticated(challenge.invalid_token(sent.scheme))
                }
                Rejected::Unavailable | Rejected::Unknown => Refusal::Unjudged,
            }
        })?;
        let confirmation = principal.confirmation.as_ref();
        let shown = parts.extensions.get::<PresentedCertificate>();
        let shown = shown.and_then(|shown| shown.thumbprint_at(self.inner.clock.now()));
        let key = demanded(self.server.dpop, sent.scheme, confirmation, shown);
        let key = key.map_err(|mismatch| {
            let refusal = Refusal::Unauthenticated(challenge.invalid_token(mismatch.scheme()));
            self.noted(&principal, mismatch.to_string(), refusal)
        })?;
        let caller = self.server.access.caller(&principal);
        let caller = caller.ok_or_else(|| self.unseen(&principal))?;
        let content = match key {
            None => None,
            Some(key) => self.proven(parts, sent, (&principal, key)).await?,
        };
        Ok(Known {
            principal,
            caller,
            scheme: sent.scheme,
            content,
        })
    }

    async fn verdict(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Rejected> {
        let verifier = &self.inner.verifier;
        match verifier.cached(token, resource) {
            Some(verdict) => verdict,
            None => verifier.verify(token, resource).await,
        }
    }

    /// Checks the proof of a bound token. Being told to come again with a nonce is no event.
    async fn proven(
        &self,
        parts: &Parts,
        sent: Credentials<'_>,
        (principal, key): (&Principal, &Thumbprint),
    ) -> Result<Option<ContentDigest>, Refusal> {
        let targets = [self.server.resource.as_str(), &self.server.alias];
        let [own, alias] = targets.map(|target| format!("{target}{}", self.within));
        let call = BoundCall {
            method: parts.method.as_str(),
            targets: &[&own, &alias],
            headers: &parts.headers,
            token: sent.token,
            key,
            owner: Owner::of(principal),
            nonces: self.snapshot.dpop_nonces.then_some(&self.inner.nonces),
        };
        let refused = |fault| Refusal::Unauthenticated(self.server.challenge.unproven(fault));
        match self.inner.proofs.check(&call).await {
            Ok(proof) => Ok(proof.content),
            Err(Unproven::Fault(fault @ ProofFault::Nonce)) => Err(refused(fault)),
            Err(Unproven::Fault(fault)) => {
                Err(self.noted(principal, fault.to_string(), refused(fault)))
            }
            Err(Unproven::Unjudged(cause)) => {
                Err(self.noted(principal, cause.to_string(), Refusal::Unjudged))
            }
        }
    }

    /// GW-04: exactly the answer of a server that is not there, and a record of who asked.
    fn unseen(&self, principal: &Principal) -> Refusal {
        let reason = "no rule allows this caller anything here";
        self.noted(principal, reason, Refusal::UnknownServer)
    }

    /// Writes down that the holder of a good token was refused, and refuses them.
    fn noted(
        &self,
        principal: &Principal,
        reason: impl Into<std::borrow::Cow<'static, str>>,
        refusal: Refusal,
    ) -> Refusal {
        let now = self.inner.clock.now();
        let event = AuditEvent::new(now, AuditKind::McpRefused, Outcome::Denied)
            .client(principal.client.as_str())
            .grant(principal.grant.as_str())
            .server(self.server.name.as_str())
            .peer(self.peer)
            .reason(reason);
        let event = match &principal.username {
            Some(name) => event.user(name),
            None => event,
        };
        match self.inner.store.record(event) {
            Ok(()) => refusal,
            Err(_) => Refusal::Unrecorded,
        }
    }
}
