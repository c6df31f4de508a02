//! Refusals of strangers: recorded, but not as often as somebody likes to be refused.
//!
//! ```text
//! refused -> within what a peer may: recorded, one by one, in the queue
//!         -> beyond: told to come again; the log says once a minute that there were more
//! ```
//!
//! Anybody can be refused any number of times. Each record is a row that stays, so
//! without a bound a stranger fills the disk, and with it the queue that tool calls
//! need (DS-05, AD-06). Only what was refused counts: whoever gets what they ask for
//! is never put off, whoever else shares their address (interop 17).

use std::net::IpAddr;

use doorward_core::{audit::AuditEvent, client::Client};
use doorward_store::StoreError;

use crate::{
    limits::{Limit, Wait, stranger_key},
    shared::Shared,
};

/// Why a refusal is not answered as such.
#[derive(Debug)]
pub(crate) enum PutOff {
    /// There were too many.
    Later(Wait),
    /// It cannot be recorded.
    Store(StoreError),
}

impl From<StoreError> for PutOff {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Whether a client that was authenticated is more than a stranger: an administrator or
/// somebody who signed in stands behind it.
pub(crate) fn is_somebody(client: &Client) -> bool {
    !client.is_public() && client.is_established()
}

impl Shared {
    /// Records that a script that proved nothing was refused, as long as its peer is not
    /// refused too often.
    pub(crate) fn refuse_stranger(
        &self,
        event: AuditEvent,
        peer: Option<IpAddr>,
    ) -> Result<(), PutOff> {
        let limit = &self.limits.refused_peer;
        match self.record_within(limit, event, peer)? {
            Ok(()) => Ok(()),
            Err(wait) => Err(PutOff::Later(wait)),
        }
    }

    /// Counts what a script that proved nothing was told, and records nothing.
    pub(crate) fn count_stranger(&self, peer: Option<IpAddr>) {
        let limit = &self.limits.refused_peer;
        let _beyond = limit.take(stranger_key(peer), self.clock.now());
    }

    /// Records what happened to a visitor, or that a client is known already: as often as a
    /// peer may. What they are told is the same.
    pub(crate) fn note_stranger(
        &self,
        event: AuditEvent,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        self.record_within(&self.limits.noted_peer, event, peer)
            .map(drop)
    }

    /// Counts something that has to be remembered for `client`, unless somebody stands behind
    /// it: anybody can be a public client, or register one with a key.
    pub(crate) fn count_remembered(
        &self,
        client: &Client,
        peer: Option<IpAddr>,
    ) -> Result<(), Wait> {
        if is_somebody(client) {
            return Ok(());
        }
        let limit = &self.limits.remembered_peer;
        limit.take(stranger_key(peer), self.clock.now())
    }

    fn record_within(
        &self,
        limit: &Limit<Option<IpAddr>>,
        event: AuditEvent,
        peer: Option<IpAddr>,
    ) -> Result<Result<(), Wait>, StoreError> {
        let (key, now) = (stranger_key(peer), self.clock.now());
        let taken = limit.take(key, now);
        if taken.is_ok() {
            self.store.record(event.peer(peer))?;
        } else if self.limits.summed_up_peer.take(key, now).is_ok() {
            let summed_up = event.reason("many more like this are not recorded one by one");
            self.store.record(summed_up.peer(peer))?;
        }
        Ok(taken)
    }
}
