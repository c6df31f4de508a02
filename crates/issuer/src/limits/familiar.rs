//! From where people signed in before.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use doorward_core::{secret::Digest, time::UnixTime};

use super::rate::keep_latest;

/// The most pairs of account and peer that are remembered.
const MOST_FAMILIAR: usize = 100_000;

/// From where each account was signed in to, for a month.
#[derive(Default)]
pub(crate) struct Familiar(Mutex<HashMap<(Digest, IpAddr), UnixTime>>);

impl Familiar {
    /// Whether `peer` signed in to `account` before.
    pub(crate) fn knows(&self, account: Digest, peer: Option<IpAddr>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        peer.is_some_and(|peer| known.contains_key(&(account, peer)))
    }

    /// `peer` proved to be the owner of `account`.
    pub(crate) fn learn(&self, account: Digest, peer: Option<IpAddr>, now: UnixTime) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_FAMILIAR {
            keep_latest(&mut known, MOST_FAMILIAR / 2);
        }
        known.extend(peer.map(|peer| ((account, peer), now)));
    }

    pub(super) fn forget(&self, now: UnixTime) {
        const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| *at > now - MONTH);
    }
}
