//! What may be fetched for clients that nobody signed in through yet (RG-07).
//!
//! ```text
//! payer  -> the network that asks, or the person who is signed in
//! share  -> one payer at one host: nobody else's part of the host is used up by it
//! host   -> one host, whoever asks: strangers cannot make this server hammer it
//! hands  -> at the same time, from anywhere
//! ```
//!
//! Of a host that the operator named, a network may ask for more, whatever it asked for
//! elsewhere, and the host bears more: guesses there do not stop the first contact of
//! neighbours unless they never cease, and one network cannot use up what all may.
//!
//! What turns out to be a good document is given back, so that only guesses wear a
//! quota down and the shared addresses of hosted clients stay open (interop 17). A
//! person who is signed in pays for themself and is held to their own share alone:
//! no stranger can use it up.

use std::{net::IpAddr, sync::Arc, time::Duration};

use doorward_core::{id::UserId, time::UnixTime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{Limit, Wait, prefix_key};

/// The most fetches for strangers at the same time.
const HANDS: usize = 256;

/// On whose account a document of somebody unknown is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payer {
    /// A network, of which nothing else is known.
    Network(Option<IpAddr>),
    /// A network that asks a host which the operator allowed by name.
    Named(Option<IpAddr>),
    /// A person who is signed in.
    Person(UserId),
}

impl Payer {
    /// The network of this peer.
    pub(crate) fn network(peer: Option<IpAddr>) -> Self {
        Self::Network(prefix_key(peer))
    }

    /// The same, asking a host which the operator allowed by name.
    pub(crate) fn at_named(self) -> Self {
        match self {
            Self::Network(network) | Self::Named(network) => Self::Named(network),
            Self::Person(_) => self,
        }
    }
}

/// The quotas of all strangers.
pub(crate) struct Quota {
    payer: Limit<Payer>,
    share: Limit<(Payer, String)>,
    host: Limit<String>,
    named_share: Limit<(Payer, String)>,
    named_host: Limit<String>,
    hands: Arc<Semaphore>,
}

/// What a fetch was counted for. Whoever finds its document good gives it back.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    payer: Payer,
    host: String,
}

impl Receipt {
    fn share(&self) -> (Payer, String) {
        (self.payer.clone(), self.host.clone())
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            payer: Limit::new(30, Duration::from_secs(2)),
            share: Limit::new(5, Duration::from_secs(60)),
            host: Limit::new(60, Duration::from_secs(1)),
            named_share: Limit::new(120, Duration::from_secs(1)),
            named_host: Limit::new(1200, Duration::from_millis(100)),
            hands: Arc::new(Semaphore::new(HANDS)),
        }
    }
}

impl Quota {
    /// Counts a fetch from `host`, and holds a hand for it.
    pub(super) fn take(
        &self,
        payer: &Payer,
        host: &str,
        now: UnixTime,
    ) -> Result<(Receipt, Option<OwnedSemaphorePermit>), Wait> {
        let receipt = Receipt {
            payer: payer.clone(),
            host: host.to_owned(),
        };
        match payer {
            Payer::Person(_) => {
                self.take_share(&receipt, now)?;
                return Ok((receipt, None));
            }
            Payer::Network(_) => {
                self.take_share(&receipt, now)?;
                let taken = self.host.take(host.to_owned(), now);
                taken.inspect_err(|_| self.give_back_share(&receipt))?;
            }
            Payer::Named(_) => {
                let share = receipt.share();
                self.named_share.take(share.clone(), now)?;
                let taken = self.named_host.take(host.to_owned(), now);
                taken.inspect_err(|_| self.named_share.give_back(&share))?;
            }
        }
        match Arc::clone(&self.hands).try_acquire_owned() {
            Ok(hand) => Ok((receipt, Some(hand))),
            Err(_) => {
                self.give_back(&receipt);
                Err(Wait(Duration::from_secs(1)))
            }
        }
    }

    /// Gives back what turned out well.
    pub(crate) fn give_back(&self, receipt: &Receipt) {
        match receipt.payer {
            Payer::Person(_) => self.give_back_share(receipt),
            Payer::Network(_) => {
                self.give_back_share(receipt);
                self.host.give_back(&receipt.host);
            }
            Payer::Named(_) => {
                self.named_share.give_back(&receipt.share());
                self.named_host.give_back(&receipt.host);
            }
        }
    }

    /// What a payer may ask for, and of that what at one host.
    fn take_share(&self, receipt: &Receipt, now: UnixTime) -> Result<(), Wait> {
        self.payer.take(receipt.payer.clone(), now)?;
        let share = self.share.take(receipt.share(), now);
        share.inspect_err(|_| self.payer.give_back(&receipt.payer))
    }

    fn give_back_share(&self, receipt: &Receipt) {
        self.payer.give_back(&receipt.payer);
        self.share.give_back(&receipt.share());
    }

    /// Forgets whose quota is whole again.
    pub(crate) fn forget_idle(&self, now: UnixTime) {
        self.payer.forget_idle(now);
        self.share.forget_idle(now);
        self.host.forget_idle(now);
        self.named_share.forget_idle(now);
        self.named_host.forget_idle(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_000);

    fn network(number: u8) -> Payer {
        Payer::network(Some(IpAddr::from([198, 51, number, 7])))
    }

    fn takes(quota: &Quota, payer: &Payer, host: &str) -> bool {
        quota.take(payer, host, T0).is_ok()
    }

    // RG-07
    #[test]
    fn one_network_uses_up_neither_a_host_nor_what_others_have() {
        let quota = Quota::default();
        let hosts = (0..100).map(|number| format!("{number}.example"));
        let fetched = hosts.filter(|host| takes(&quota, &network(1), host));
        assert_eq!(fetched.count(), 30, "its own");
        assert!(takes(&quota, &network(2), "1.example"));

        let quota = Quota::default();
        let tries = (0..60).filter(|_| takes(&quota, &network(1), "victim.example"));
        assert_eq!(tries.count(), 5, "its share");
        assert!(takes(&quota, &network(2), "victim.example"));
        assert!(takes(&quota, &network(1), "other.example"), "no more lost");
    }

    // RG-07
    #[test]
    fn a_host_is_spared_however_many_networks_ask_and_people_get_through() {
        let quota = Quota::default();
        let fetched = (0..200).filter(|number| takes(&quota, &network(*number), "victim.example"));
        assert_eq!(fetched.count(), 60);
        let person = Payer::Person(UserId::from_known("alice"));
        assert!(takes(&quota, &person, "victim.example"));
        let fetched = (0..60).filter(|_| takes(&quota, &person, "victim.example"));
        assert_eq!(fetched.count(), 4, "a person has a share like a network");
    }

    // RG-07, interop 17
    #[test]
    fn a_host_that_was_named_is_met_whatever_neighbours_guess() {
        let quota = Quota::default();
        for number in 0..100 {
            takes(&quota, &network(1), &format!("{number}.example"));
        }
        let named = network(1).at_named();
        for _ in 0..100 {
            assert!(takes(&quota, &named, "named.example"), "a guess");
        }
        assert!(takes(&quota, &named, "named.example"), "first contact");
        let more = (0..1_000).filter(|_| takes(&quota, &named, "named.example"));
        assert_eq!(more.count(), 19, "not without end");
        let other = network(2).at_named();
        assert!(takes(&quota, &other, "named.example"), "all have their own");
        let person = Payer::Person(UserId::from_known("alice"));
        assert_eq!(person.clone().at_named(), person);
    }

    #[test]
    fn what_turned_out_well_does_not_count() {
        let quota = Quota::default();
        for _ in 0..1_000 {
            let taken = quota.take(&network(1), "client.example", T0);
            quota.give_back(&taken.expect("granted").0); // interop 17
        }
    }

    #[test]
    fn fetches_at_the_same_time_are_counted_until_they_end() {
        let quota = Quota::default();
        let taken: Vec<_> = (0..=255)
            .map(|number| quota.take(&network(number), &format!("{number}.example"), T0))
            .collect();
        assert!(taken.iter().all(Result::is_ok));
        let busy = quota.take(&network(1), "more.example", T0);
        assert_eq!(busy.err(), Some(Wait(Duration::from_secs(1))));
        drop(taken);
        assert!(takes(&quota, &network(1), "more.example"));
    }
}
