//! What becomes of an upstream's failure (GW-27).
//!
//! ```text
//! fault -> caller:   one JSON-RPC error, what kind of failure it was and a reference
//!       -> log:      server, reference, kind
//!       -> audit:    who asked, server, kind and reference
//! ```
//!
//! What the upstream itself said goes to none of them.

use std::{net::IpAddr, sync::Arc};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
};

use super::refusal::Refusal;
use crate::{access::Caller, gateway::Inner, snapshot::Server, upstream::Fault};

/// What tells failures of one caller's requests, also when a request is answered in part.
pub(super) struct Failing {
    pub(super) inner: Arc<Inner>,
    pub(super) server: Arc<Server>,
    pub(super) caller: Arc<Caller>,
    pub(super) peer: Option<IpAddr>,
}

impl Failing {
    /// Tells the caller that the upstream gave no answer, and the operator why.
    pub(super) fn failed(&self, fault: Fault, id: Option<&str>) -> Refusal {
        if fault == Fault::NoSession {
            return Refusal::no_session();
        }
        Refusal::Upstream {
            fault,
            id: id.map(str::to_owned),
            reference: fault.is_upstreams().then(|| self.noted(fault)),
        }
    }

    /// Writes a failure down; returns what it is found by.
    fn noted(&self, fault: Fault) -> String {
        let bits: [u8; 5] = draw(&*self.inner.surroundings.entropy);
        let reference: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        tracing::warn!(server = %self.server.name, reference, %fault, "an upstream failed");
        let event = AuditEvent {
            user: self.caller.username.clone(),
            client: Some(Arc::clone(&self.caller.client_label)),
            grant: Some(Arc::clone(&self.caller.grant_label)),
            server: Some(Arc::clone(&self.server.label)),
            reason: Some(format!("{fault} (reference {reference})").into()),
            peer: self.peer,
            ..AuditEvent::new(
                self.inner.clock.now(),
                AuditKind::UpstreamFailed,
                Outcome::Failed,
            )
        };
        // Nothing depends on it any more: what was asked has failed, and the log says so.
        if let Err(error) = self.inner.store.record(event) {
            tracing::error!(%error, reference, "the failure of an upstream was not recorded");
        }
        reference
    }
}
