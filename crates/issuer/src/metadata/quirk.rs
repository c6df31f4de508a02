//! What is different for the client that asks, and the record of it (interop 25).

use std::net::IpAddr;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    quirk::{Quirk, Remedy, of_user_agent},
};
use doorward_store::StoreError;
use http::{HeaderMap, header};

use crate::{limits::stranger_key, shared::Shared};

impl Shared {
    /// The remedy for the client that sent this. What cannot be recorded is not done; what was
    /// recorded often enough is.
    pub(super) fn remedy(
        &self,
        headers: &HeaderMap,
        peer: impl FnOnce() -> Option<IpAddr>,
    ) -> Option<Remedy> {
        let user_agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
        let quirk = of_user_agent(user_agent, self.clock.now())?;
        match self.note_quirk(quirk, peer()) {
            Ok(()) => Some(quirk.remedy),
            Err(error) => {
                tracing::error!(%error, "an applied quirk could not be recorded");
                None
            }
        }
    }

    /// Records it, at most once an hour for each peer and once a minute for all together: anybody
    /// can call himself such a client (DS-05).
    fn note_quirk(&self, quirk: &Quirk, peer: Option<IpAddr>) -> Result<(), StoreError> {
        let (limits, now) = (&self.limits, self.clock.now());
        let key = stranger_key(peer);
        if limits.quirk_peer.take(key, now).is_err() {
            return Ok(());
        }
        if limits.quirk_all.take((), now).is_err() {
            limits.quirk_peer.give_back(&key);
            return Ok(());
        }
        let event = AuditEvent::new(now, AuditKind::ClientQuirk, Outcome::Allowed)
            .reason(quirk.name)
            .peer(peer);
        self.store.record(event)
    }
}
