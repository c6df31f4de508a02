//! Guesses at a credential, for parts of Doorward beside the issuer.

use std::{net::IpAddr, time::Duration};

use doorward_core::time::UnixTime;

use super::{Limit, Wait, peer_key, stranger_key};

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

/// How many records strangers may cause who are refused before it is known who they are: as many as
/// anywhere else, or they would fill the queue that tool calls need (DS-05, AD-06).
pub struct StrangerNotes {
    noted: Limit<Option<IpAddr>>,
    summed_up: Limit<Option<IpAddr>>,
}

/// How a refusal is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what is not recorded is not told"]
pub enum Noted {
    /// As what it is.
    Whole,
    /// As one of many, which are not recorded one by one.
    More,
    /// Not at all.
    Not,
}

impl StrangerNotes {
    /// Takes the right to one record for a network peer.
    pub fn take(&self, peer: Option<IpAddr>, now: UnixTime) -> Noted {
        let key = stranger_key(peer);
        if self.noted.take(key, now).is_ok() {
            return Noted::Whole;
        }
        match self.summed_up.take(key, now) {
            Ok(()) => Noted::More,
            Err(_) => Noted::Not,
        }
    }

    /// Forgets whoever may cause as many as ever.
    pub fn forget_idle(&self, now: UnixTime) {
        self.noted.forget_idle(now);
        self.summed_up.forget_idle(now);
    }
}

impl Default for StrangerNotes {
    fn default() -> Self {
        Self {
            noted: Limit::new(120, Duration::from_millis(500)),
            summed_up: Limit::new(1, Duration::from_secs(60)),
        }
    }
}

impl std::fmt::Debug for StrangerNotes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StrangerNotes(..)")
    }
}

impl std::fmt::Debug for Guesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guesses(..)")
    }
}
