//! Sets that others publish at an address: keys, or certificates.
//!
//! ```text
//! fresh, and what is looked for is in it -> the set that is known
//! else ask the host:  a set              -> that one, with nothing of the old left
//!                     it has none        -> a fault, and the old one is forgotten
//!                     no word of it      -> the old one, for a day; then a fault
//! ```
//!
//! Somebody takes a key out of a set, or the set away, because it must not count any more. So
//! whatever the host says ends the old set, and only its silence lets it live on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use doorward_core::{client::KeySetError, time::UnixTime};
use serde_json::Value;
use url::Url;

use super::documents::{Delivery, DocumentFault, Documents, Payer, Receipt};

/// A set whose host says nothing is still used for so long.
const STALE_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// The most sets that are kept.
const MOST_SETS: usize = 1024;

/// What can be published at an address.
pub(super) trait Published: Default {
    /// Reads a set that was delivered. What is not understood in it is passed over.
    fn delivered(set: &Value) -> Result<Self, KeySetError>;
}

/// What is known of some sets, and where they are fetched.
pub(super) struct PublishedSets<T> {
    documents: Arc<Documents>,
    sets: Mutex<HashMap<Url, Known<T>>>,
}

struct Known<T> {
    set: Arc<T>,
    fetched_at: UnixTime,
    fresh_until: UnixTime,
    /// When something in it last proved to be its owner's: that it is somebody's is known then.
    proved_at: Option<UnixTime>,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self {
            set: Arc::clone(&self.set),
            ..*self
        }
    }
}

impl<T: Published> PublishedSets<T> {
    /// Knows none yet.
    pub(super) fn new(documents: Arc<Documents>) -> Self {
        Self {
            documents,
            sets: Mutex::default(),
        }
    }

    /// The set at `url`, fetched when what is known is old or `has` not what is looked for.
    pub(super) async fn at(
        &self,
        url: &Url,
        has: impl Fn(&T) -> bool,
        payer: Option<&Payer>,
    ) -> Result<(Arc<T>, Option<Receipt>), DocumentFault> {
        let (known, now) = (self.known(url), self.documents.now());
        if let Some(known) = &known
            && now < known.fresh_until
            && has(&known.set)
        {
            return Ok((Arc::clone(&known.set), None));
        }
        match self.fetch(url, payer).await {
            Ok((fetched, receipt)) => {
                let set = Arc::clone(&fetched.set);
                self.keep(url.clone(), fetched);
                Ok((set, receipt))
            }
            Err(fault) if fault.says_nothing() => known
                .filter(|known| now.since(known.fetched_at) < STALE_AT_MOST)
                .map(|known| (known.set, None))
                .ok_or(fault),
            Err(fault) => {
                self.withdraw(url, now);
                Err(fault)
            }
        }
    }

    async fn fetch(
        &self,
        url: &Url,
        payer: Option<&Payer>,
    ) -> Result<(Known<T>, Option<Receipt>), DocumentFault> {
        let (delivery, receipt) = self.documents.fetch(url, None, payer).await?;
        let Delivery::Document(delivered) = delivery else {
            return Err(DocumentFault::NotJson); // no version was named that could be unchanged
        };
        let set: Value =
            serde_json::from_slice(&delivered.bytes).map_err(|_| DocumentFault::NotJson)?;
        let set = T::delivered(&set).map_err(|fault| {
            tracing::warn!(%url, %fault, "a key set cannot be used");
            DocumentFault::NotJson
        })?;
        let known = Known {
            set: Arc::new(set),
            fetched_at: delivered.delivered_at,
            fresh_until: delivered.fresh_until,
            proved_at: None,
        };
        Ok((known, receipt))
    }

    /// Something in the set at `url` proved to be its owner's: that does not count, and the set
    /// is somebody's.
    pub(super) fn proved(&self, url: &Url, receipt: Option<Receipt>) {
        self.documents.give_back(receipt);
        let now = self.documents.now();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sets.get_mut(url) {
            known.proved_at = Some(now);
        }
    }

    /// Gives back what asking in vain was counted for.
    pub(super) fn give_back(&self, receipt: Option<Receipt>) {
        self.documents.give_back(receipt);
    }

    fn known(&self, url: &Url) -> Option<Known<T>> {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(url).cloned()
    }

    /// Nothing of the set counts any more. Its place is kept.
    fn withdraw(&self, url: &Url, now: UnixTime) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sets.get_mut(url) {
            (known.set, known.fresh_until) = (Arc::default(), now);
        }
    }

    /// Keeps a set. When there are too many, one goes in which nothing was ever proved, the
    /// oldest first; then the one in which nothing was for longest. Nobody fills the memory so
    /// that others are not remembered any more (RG-06): forged proofs keep nothing in it.
    fn keep(&self, url: Url, mut known: Known<T>) {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use doorward_core::{client::CertificateSet, clock::Clock, jwk::ForeignKeys};
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

    fn empty<T: Published>() -> PublishedSets<T> {
        let tls = tls::client_config([]).expect("a trust store");
        let fetcher = Fetcher::new(FetcherConfig::new(Reach::Public, tls));
        let quota: Arc<Quota> = Arc::default();
        PublishedSets::new(Arc::new(Documents::new(
            fetcher,
            Arc::new(Ticking::default()),
            quota,
        )))
    }

    fn address(number: usize) -> Url {
        Url::parse(&format!("https://{number}.example/keys")).expect("a url")
    }

    // RG-06
    #[test]
    fn sets_that_prove_nothing_push_out_none_that_did() {
        push_out::<ForeignKeys>();
        push_out::<CertificateSet>();
    }

    fn push_out<T: Published>() {
        let sets = empty::<T>();
        let keep = |number: usize| {
            let now = sets.documents.now();
            let known = Known {
                set: Arc::default(),
                fetched_at: now,
                fresh_until: now,
                proved_at: None,
            };
            sets.keep(address(number), known);
        };
        let proved = |number: usize| sets.proved(&address(number), None);
        let knows = |number: usize| sets.known(&address(number)).is_some();
        keep(0);
        keep(1);
        proved(0);
        keep(0); // fetched anew, and still somebody's
        for number in 2..3 * MOST_SETS {
            keep(number);
        }
        assert!(knows(0), "something in it was proved");
        assert!(!knows(1), "nothing ever was");
        assert_eq!(sets.sets.lock().expect("unpoisoned").len(), MOST_SETS);
        for number in 0..MOST_SETS {
            keep(number);
            proved(number);
        }
        keep(MOST_SETS);
        assert!(
            !knows(0),
            "of those the one in which nothing was for longest"
        );
    }
}
