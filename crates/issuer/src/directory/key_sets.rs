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
        };
        Ok((known, receipt))
    }

    /// A key of what was found verified what it was fetched for: that does not count.
    pub(crate) fn give_back(&self, receipt: Option<Receipt>) {
        self.documents.give_back(receipt);
    }

    fn known(&self, url: &Url) -> Option<Known> {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(url).cloned()
    }

    /// Keeps a set. When there are too many, the one that was fetched longest ago goes: nobody
    /// fills the memory so that others are not remembered any more (RG-06).
    fn keep(&self, url: Url, known: Known) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= MOST_SETS && !sets.contains_key(&url) {
            let oldest = sets.iter().min_by_key(|(_, known)| known.fetched_at);
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
