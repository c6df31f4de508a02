//! Guesses at a credential, for parts of Doorward beside the issuer.

use std::{net::IpAddr, time::Duration};

use doorward_core::time::UnixTime;

use super::{Limit, Wait, peer_key};

/// How often somebody may show a credential that is not one, by where they come from. Whoever is
/// right is never counted.
pub struct Guesses(Limit<Option<IpAddr>>);

impl Guesses {
    /// So many at once, and then one each interval.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self(Limit::new(burst, interval))
    }

    /// Takes one guess, or says how long to wait for one.
    pub fn take(&self, peer: Option<IpAddr>, now: UnixTime) -> Result<(), Duration> {
        let taken = self.0.take(peer_key(peer), now);
        taken.map_err(|Wait(wait)| wait)
    }

    /// It was right.
    pub fn give_back(&self, peer: Option<IpAddr>) {
        self.0.give_back(&peer_key(peer));
    }

    /// Forgets whoever has all guesses again.
    pub fn forget_idle(&self, now: UnixTime) {
        self.0.forget_idle(now);
    }
}

impl std::fmt::Debug for Guesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guesses(..)")
    }
}
