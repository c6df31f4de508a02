//! How often somebody may try: the generic cell rate algorithm.
//!
//! A limit grants a burst and then one try per interval. A try that turns out
//! well can be given back, so that honest people are never counted out; only
//! failures wear a limit down (LG-02). Time comes from the issuer's clock.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use doorward_core::{id::UserId, secret::Digest, time::UnixTime};

use crate::directory::{Payer, Quota};

/// The most keys that one limit keeps (DS-05).
const MOST_KEYS: usize = 20_000;
/// As many are left when it forgets some, so that it does so rarely.
const LEFT_KEYS: usize = MOST_KEYS / 2;
/// The most pairs of account and peer that are remembered.
const MOST_FAMILIAR: usize = 100_000;

/// Every limit of an issuer.
pub(crate) struct Limits {
    /// Sign-ins from one network peer.
    pub(crate) sign_in_peer: Limit<Option<IpAddr>>,
    /// Sign-ins to one account. It refills faster than one peer can wear it down, so that
    /// nobody locks somebody else out from one address.
    pub(crate) sign_in_account: Limit<Digest>,
    /// Sign-ins to one account from one network, whatever its addresses: slower than the account
    /// refills.
    pub(crate) sign_in_share: Limit<(Option<IpAddr>, Digest)>,
    /// Sign-ins from one network, whatever its addresses and accounts: it has no more than its
    /// part of the hashing (DS-01).
    pub(crate) sign_in_network: Limit<Option<IpAddr>>,
    /// Peers that signed in to an account before: whoever guesses from many addresses does not
    /// lock its owner out (LG-02). Their own limit still holds.
    pub(crate) familiar: Familiar,
    /// New clients from one network (interop 17: hosted clients share addresses).
    pub(crate) register_prefix: Limit<Option<IpAddr>>,
    /// New clients with a secret or key and otherwise the same metadata, from one network.
    pub(crate) register_share: Limit<(Option<IpAddr>, Digest)>,
    /// The same from anywhere.
    pub(crate) register_print: Limit<Digest>,
    /// Records that a quirk was applied for one network peer: the log tells that it happens,
    /// not how often a client asks.
    pub(crate) quirk_peer: Limit<Option<IpAddr>>,
    /// Device authorization requests from one network peer.
    pub(crate) device_peer: Limit<Option<IpAddr>>,
    /// Device authorization requests from one network, whatever its addresses.
    pub(crate) device_network: Limit<Option<IpAddr>>,
    /// Wrong user codes typed by one person: 34 bits must not be found by trying (RFC 8628
    /// section 5.1).
    pub(crate) device_code_account: Limit<UserId>,
    /// Wrong user codes typed at one network peer.
    pub(crate) device_code_peer: Limit<Option<IpAddr>>,
    /// Refused requests to the endpoints for scripts, from one network peer, that nobody
    /// authenticated.
    pub(crate) refused_peer: Limit<Option<IpAddr>>,
    /// Other records that anybody can cause, for one network peer.
    pub(crate) noted_peer: Limit<Option<IpAddr>>,
    /// Records that there were more than these.
    pub(crate) summed_up_peer: Limit<Option<IpAddr>>,
    /// What has to be remembered for clients that anybody can be, from one network peer: that
    /// an assertion, a request object, or a request that was pushed is used once.
    pub(crate) remembered_peer: Limit<Option<IpAddr>>,
    /// Documents and keys that are fetched for strangers.
    pub(crate) documents: Arc<Quota>,
    /// New clients known by their documents, for one network or person.
    pub(crate) introduce: Limit<Payer>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_peer: Limit::new(20, Duration::from_secs(6)),
            sign_in_account: Limit::new(30, Duration::from_secs(3)),
            sign_in_share: Limit::new(20, Duration::from_secs(6)),
            sign_in_network: Limit::new(100, Duration::from_millis(250)),
            familiar: Familiar::default(),
            register_prefix: Limit::new(60, Duration::from_secs(1)),
            register_share: Limit::new(60, Duration::from_secs(4)),
            register_print: Limit::new(600, Duration::from_millis(500)),
            quirk_peer: Limit::new(1, Duration::from_secs(3600)),
            device_peer: Limit::new(30, Duration::from_secs(2)),
            device_network: Limit::new(300, Duration::from_millis(200)),
            device_code_account: Limit::new(5, Duration::from_secs(60)),
            device_code_peer: Limit::new(20, Duration::from_secs(15)),
            refused_peer: Limit::new(120, Duration::from_millis(500)),
            noted_peer: Limit::new(120, Duration::from_millis(500)),
            summed_up_peer: Limit::new(1, Duration::from_secs(60)),
            remembered_peer: Limit::new(120, Duration::from_millis(500)),
            documents: Arc::default(),
            introduce: Limit::new(60, Duration::from_secs(1)),
        }
    }
}

impl Limits {
    /// Forgets whoever has their whole burst again.
    pub(crate) fn forget_idle(&self, now: UnixTime) {
        self.sign_in_peer.forget_idle(now);
        self.sign_in_account.forget_idle(now);
        self.sign_in_share.forget_idle(now);
        self.sign_in_network.forget_idle(now);
        self.familiar.forget(now);
        self.register_prefix.forget_idle(now);
        self.register_share.forget_idle(now);
        self.register_print.forget_idle(now);
        self.quirk_peer.forget_idle(now);
        self.device_peer.forget_idle(now);
        self.device_network.forget_idle(now);
        self.device_code_account.forget_idle(now);
        self.device_code_peer.forget_idle(now);
        self.refused_peer.forget_idle(now);
        self.noted_peer.forget_idle(now);
        self.summed_up_peer.forget_idle(now);
        self.remembered_peer.forget_idle(now);
        self.documents.forget_idle(now);
        self.introduce.forget_idle(now);
    }
}

/// The limit is reached; a try will be granted again after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) Duration);

/// A limit for each key.
pub(crate) struct Limit<K> {
    /// How far ahead of now a key may be.
    tolerance: Duration,
    interval: Duration,
    /// When each key will have its whole burst again.
    full_at: Mutex<HashMap<K, UnixTime>>,
}

impl<K: Eq + Hash> Limit<K> {
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        Self {
            tolerance: interval * burst.saturating_sub(1),
            interval,
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one try of `key`.
    pub(crate) fn take(&self, key: K, now: UnixTime) -> Result<(), Wait> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_KEYS {
            sweep(&mut full_at, now);
        }
        let at = full_at.get(&key).copied().unwrap_or(now).max(now);
        let ahead = at.since(now);
        if ahead > self.tolerance {
            return Err(Wait(ahead - self.tolerance));
        }
        full_at.insert(key, at + self.interval);
        Ok(())
    }

    /// Whether a try of `key` would be granted now.
    pub(crate) fn grants(&self, key: &K, now: UnixTime) -> bool {
        let full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at
            .get(key)
            .is_none_or(|at| at.since(now) <= self.tolerance)
    }

    /// Gives one try of `key` back.
    pub(crate) fn give_back(&self, key: &K) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(key) {
            *at = *at - self.interval;
        }
    }

    pub(crate) fn forget_idle(&self, now: UnixTime) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.retain(|_, at| *at > now);
    }
}

/// Forgets idle keys, and when that is not enough those that are worn least: whoever comes with
/// ever new keys does not free the one that it wore down.
fn sweep<K: Eq + Hash>(full_at: &mut HashMap<K, UnixTime>, now: UnixTime) {
    full_at.retain(|_, at| *at > now);
    keep_latest(full_at, LEFT_KEYS);
}

/// Keeps at most `most` of the entries, those with the latest times.
fn keep_latest<K: Eq + Hash>(entries: &mut HashMap<K, UnixTime>, most: usize) {
    let Some(excess) = entries.len().checked_sub(most + 1) else {
        return;
    };
    let mut times: Vec<UnixTime> = entries.values().copied().collect();
    let (_, limit, _) = times.select_nth_unstable(excess);
    let limit = *limit;
    entries.retain(|_, at| *at > limit);
}

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

    fn forget(&self, now: UnixTime) {
        const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| *at > now - MONTH);
    }
}

/// What of an address counts as one peer: IPv6 hosts own a whole /64.
pub(crate) fn peer_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    peer.map(|address| match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    })
}

/// What of an address counts as one stranger, where being counted puts off nobody who is right:
/// an IPv4 address, and all of what an IPv6 customer may be given, a /48.
pub(crate) fn stranger_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    match peer.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => Some(IpAddr::V4(address)),
        Some(IpAddr::V6(_)) | None => prefix_key(peer),
    }
}

/// What of an address counts as one network: what a single customer is given at least, an
/// IPv4 /24 or an IPv6 /48.
pub(crate) fn prefix_key(peer: Option<IpAddr>) -> Option<IpAddr> {
    peer.map(|address| match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4((u32::from(address) & !0xff).into()),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !(u128::MAX >> 48)).into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_000);

    #[test]
    fn a_burst_is_granted_and_then_one_try_per_interval() {
        let limit = Limit::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            assert_eq!(limit.take("a", T0), Ok(()));
        }
        assert_eq!(limit.take("a", T0), Err(Wait(Duration::from_secs(10))));
        assert_eq!(limit.take("b", T0), Ok(()), "keys do not share");
        let later = T0 + Duration::from_secs(10);
        assert_eq!(limit.take("a", later), Ok(()));
        assert!(limit.take("a", later).is_err());
        let rested = later + Duration::from_secs(100);
        for _ in 0..3 {
            assert_eq!(limit.take("a", rested), Ok(()));
        }
        assert!(
            limit.take("a", rested).is_err(),
            "rest does not add to the burst"
        );
    }

    #[test]
    fn asking_whether_a_try_would_be_granted_costs_none() {
        let limit = Limit::new(2, Duration::from_secs(10));
        for _ in 0..2 {
            assert!(limit.grants(&"a", T0));
            assert_eq!(limit.take("a", T0), Ok(()));
        }
        assert!(!limit.grants(&"a", T0));
        assert!(limit.grants(&"a", T0 + Duration::from_secs(10)));
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let limit = Limit::new(2, Duration::from_secs(10));
        for _ in 0..100 {
            assert_eq!(limit.take("a", T0), Ok(()));
            limit.give_back(&"a");
        }
    }

    #[test]
    fn idle_keys_are_forgotten_and_worn_ones_are_not() {
        let limit = Limit::new(1, Duration::from_secs(10));
        assert_eq!(limit.take("a", T0), Ok(()));
        limit.forget_idle(T0 + Duration::from_secs(9)); // DS-05
        assert!(limit.take("a", T0 + Duration::from_secs(9)).is_err());
        limit.forget_idle(T0 + Duration::from_secs(10));
        assert!(limit.full_at.lock().expect("not poisoned").is_empty());
    }

    // DS-05
    #[test]
    fn ever_new_keys_fill_no_memory_and_free_nobody_who_is_worn() {
        let limit = Limit::new(2, Duration::from_secs(1000));
        let late = |number: usize| T0 + Duration::from_millis(number as u64);
        for _ in 0..2 {
            assert_eq!(limit.take(usize::MAX, T0), Ok(()));
        }
        for number in 0..MOST_KEYS * 3 {
            assert_eq!(limit.take(number, late(number)), Ok(()));
            let kept = limit.full_at.lock().expect("not poisoned").len();
            assert!(kept <= MOST_KEYS);
        }
        assert!(limit.take(usize::MAX, late(MOST_KEYS * 3)).is_err());
    }

    #[test]
    fn one_ipv6_network_is_one_peer() {
        let key = |text: &str| peer_key(Some(text.parse().expect("address")));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }

    #[test]
    fn a_stranger_has_one_ipv4_address_or_a_whole_ipv6_network() {
        let key = |text: &str| stranger_key(Some(text.parse().expect("address")));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:ffff::2"));
        assert_ne!(key("2001:db8:1::1"), key("2001:db8:2::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }

    #[test]
    fn one_network_registers_as_one() {
        let key = |text: &str| prefix_key(Some(text.parse().expect("address")));
        assert_eq!(key("192.0.2.1"), key("192.0.2.255"));
        assert_ne!(key("192.0.2.1"), key("192.0.3.1"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:ffff::2"));
        assert_ne!(key("2001:db8:1::1"), key("2001:db8:2::1"));
        assert_eq!(key("::ffff:192.0.2.9"), key("192.0.2.1"));
    }
}
