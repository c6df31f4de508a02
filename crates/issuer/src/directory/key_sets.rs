//! The key sets of clients, and of trusted issuers, that keep them behind a `jwks_uri`.
//!
//! A set is used as long as its host lets it, and for a day more while the host is
//! down. A key that is not in it may be new: then the host is asked again, at most
//! every ten seconds. Strangers, clients in use and issuers each have a memory of
//! their own: nobody fills that of another.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use doorward_core::{
    client::{ClientKeys, PrivateKey, read_key_set},
    id::KeyId,
    jwk::{Algorithm, ForeignKeys, PublicKeySet},
    time::UnixTime,
};
use serde_json::Value;
use url::Url;

use super::documents::{Delivery, DocumentFault, Documents, Payer, Receipt};

/// A set that cannot be fetched anew is still used for so long.
const STALE_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// The most sets that are kept.
const MOST_SETS: usize = 1024;

/// What is known of some key sets, and where they are fetched.
pub(crate) struct KeySets {
    documents: Arc<Documents>,
    sets: Mutex<HashMap<Url, Known>>,
}

/// Keys, and what fetching them was counted for. It is given back when one of them verifies
/// what it was fetched for, and not before: anybody can name the keys of somebody else.
pub(crate) type Found = (Arc<ForeignKeys>, Option<Receipt>);

#[derive(Clone)]
struct Known {
    keys: Arc<ForeignKeys>,
    fetched_at: UnixTime,
    fresh_until: UnixTime,
    /// When one of them last made a good signature: that they are somebody's is known then.
    proved_at: Option<UnixTime>,
}

/// Which key an assertion claims to be signed with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) kid: Option<&'a KeyId>,
    pub(crate) algorithm: Algorithm,
}

impl KeySets {
    /// Knows none yet.
    pub(crate) fn new(documents: Arc<Documents>) -> Self {
        Self {
            documents,
            sets: Mutex::default(),
        }
    }

    /// The keys of a client, fetched when they are needed.
    pub(crate) async fn keys(
        &self,
        key: &PrivateKey,
        wanted: Wanted<'_>,
        payer: Option<&Payer>,
    ) -> Result<Found, DocumentFault> {
        match &key.keys {
            ClientKeys::Inline(set) => Ok((Arc::new(foreign(set.clone())), None)),
            ClientKeys::At(address) => {
                let url = Url::parse(address).map_err(|_| DocumentFault::Unreachable)?;
                self.at(&url, wanted, payer).await
            }
        }
    }

    /// The keys of the set at `url`, fetched when they are needed.
    pub(crate) async fn at(
        &self,
        url: &Url,
        wanted: Wanted<'_>,
        payer: Option<&Payer>,
    ) -> Result<Found, DocumentFault> {
        let (known, now) = (self.known(url), self.documents.now());
        let good = known.as_ref().filter(|known| {
            let mut meant = known.keys.matching(wanted.kid, wanted.algorithm);
            now < known.fresh_until && meant.next().is_some()
        });
        if let Some(known) = good {
            return Ok((Arc::clone(&known.keys), None));
        }
        match self.fetch(url, payer).await {
            Ok((fetched, receipt)) => {
                self.keep(url.clone(), fetched.clone());
                Ok((fetched.keys, receipt))
            }
            Err(fault) => known
                .filter(|known| now.since(known.fetched_at) < STALE_AT_MOST)
                .map(|known| (known.keys, None))
                .ok_or(fault),
        }
    }

    async fn fetch(
        &self,
        url: &Url,
        payer: Option<&Payer>,
    ) -> Result<(Known, Option<Receipt>), DocumentFault> {
        let (delivery, receipt) = self.documents.fetch(url, None, payer).await?;
        let Delivery::Document(delivered) = delivery else {
            return Err(DocumentFault::NotJson); // no version was named that could be unchanged
        };
        let set: Value =
            serde_json::from_slice(&delivered.bytes).map_err(|_| DocumentFault::NotJson)?;
        let set = read_key_set(&set).map_err(|fault| {
            tracing::warn!(%url, %fault, "a key set of a client cannot be used");
            DocumentFault::NotJson
        })?;
        let known = Known {
            keys: Arc::new(foreign(set)),
            fetched_at: delivered.delivered_at,
            fresh_until: delivered.fresh_until,
            proved_at: None,
        };
        Ok((known, receipt))
    }

    /// A key of what was found verified what it was fetched for: that does not count, and the
    /// set is somebody's.
    pub(crate) fn proved(&self, key: &PrivateKey, receipt: Option<Receipt>) {
        self.documents.give_back(receipt);
        let ClientKeys::At(address) = &key.keys else {
            return;
        };
        let now = self.documents.now();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Url::parse(address).ok().and_then(|url| sets.get_mut(&url));
        if let Some(known) = known {
            known.proved_at = Some(now);
        }
    }

    fn known(&self, url: &Url) -> Option<Known> {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(url).cloned()
    }

    /// Keeps a set. When there are too many, one goes that never made a good signature, the
    /// oldest first; then the one that made none for longest. Nobody fills the memory so that
    /// others are not remembered any more (RG-06): forged signatures keep nothing in it.
    fn keep(&self, url: Url, mut known: Known) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        known.proved_at = sets.get(&url).and_then(|before| before.proved_at);
        if sets.len() >= MOST_SETS && !sets.contains_key(&url) {
            let oldest = sets
                .iter()
                .min_by_key(|(_, known)| (known.proved_at, known.fetched_at));
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                sets.remove(&oldest);
            }
        }
        sets.insert(url, known);
    }
}

fn foreign(set: PublicKeySet) -> ForeignKeys {
    ForeignKeys {
        keys: set.keys,
        left_out: 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use doorward_core::clock::Clock;
    use doorward_fetch::{Fetcher, FetcherConfig, Reach, tls};

    use super::*;
    use crate::directory::Quota;

    /// A second later at each look.
    #[derive(Default)]
    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> UnixTime {
            UnixTime::from_seconds(self.0.fetch_add(1, Ordering::SeqCst))
        }
    }

    fn empty() -> KeySets {
        let tls = tls::client_config([]).expect("a trust store");
        let fetcher = Fetcher::new(FetcherConfig::new(Reach::Public, tls));
        let quota: Arc<Quota> = Arc::default();
        KeySets::new(Arc::new(Documents::new(
            fetcher,
            Arc::new(Ticking::default()),
            quota,
        )))
    }

    fn address(number: usize) -> String {
        format!("https://{number}.example/keys")
    }

    // RG-06
    #[test]
    fn sets_that_prove_nothing_push_out_none_that_did() {
        let sets = empty();
        let keep = |number: usize| {
            let now = sets.documents.now();
            let known = Known {
                keys: Arc::new(foreign(PublicKeySet { keys: Vec::new() })),
                fetched_at: now,
                fresh_until: now,
                proved_at: None,
            };
            sets.keep(Url::parse(&address(number)).expect("a url"), known);
        };
        let proved = |number: usize| {
            let key = PrivateKey {
                keys: ClientKeys::At(address(number)),
                algorithms: vec![Algorithm::Es256],
            };
            sets.proved(&key, None);
        };
        let knows = |number: usize| {
            sets.known(&Url::parse(&address(number)).expect("a url"))
                .is_some()
        };
        keep(0);
        keep(1);
        proved(0);
        keep(0); // fetched anew, and still somebody's
        for number in 2..3 * MOST_SETS {
            keep(number);
        }
        assert!(knows(0), "it made a good signature");
        assert!(!knows(1), "it never did");
        assert_eq!(sets.sets.lock().expect("unpoisoned").len(), MOST_SETS);
        for number in 0..MOST_SETS {
            keep(number);
            proved(number);
        }
        keep(MOST_SETS);
        assert!(
            !knows(0),
            "of those that did the one that made none for longest"
        );
    }
}
