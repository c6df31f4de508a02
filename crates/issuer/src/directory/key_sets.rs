//! The key sets of clients, and of trusted issuers, that keep them behind a `jwks_uri`.
//!
//! A set is used as long as its host lets it, and for a day more while the host is
//! down. A key that is not in it may be new: then the host is asked again, at most
//! every ten seconds.

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

use super::documents::{Delivery, DocumentFault, Documents};

/// A set that cannot be fetched anew is still used for so long.
const STALE_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// The most sets that are kept.
const MOST_SETS: usize = 1024;

/// What is known of the key sets of clients.
#[derive(Default)]
pub(crate) struct KeySets(Mutex<HashMap<Url, Known>>);

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
    /// The keys of a client, fetched when they are needed.
    pub(crate) async fn keys(
        &self,
        documents: &Arc<Documents>,
        key: &PrivateKey,
        wanted: Wanted<'_>,
        now: UnixTime,
    ) -> Result<Arc<ForeignKeys>, DocumentFault> {
        match &key.keys {
            ClientKeys::Inline(set) => Ok(Arc::new(foreign(set.clone()))),
            ClientKeys::At(address) => {
                let url = Url::parse(address).map_err(|_| DocumentFault::Unreachable)?;
                self.at(documents, &url, wanted, now).await
            }
        }
    }

    /// The keys of the set at `url`, fetched when they are needed.
    pub(crate) async fn at(
        &self,
        documents: &Arc<Documents>,
        url: &Url,
        wanted: Wanted<'_>,
        now: UnixTime,
    ) -> Result<Arc<ForeignKeys>, DocumentFault> {
        let known = self.known(url);
        let good = known.as_ref().filter(|known| {
            let mut meant = known.keys.matching(wanted.kid, wanted.algorithm);
            now < known.fresh_until && meant.next().is_some()
        });
        if let Some(known) = good {
            return Ok(Arc::clone(&known.keys));
        }
        match fetch(documents, url).await {
            Ok(fetched) => {
                self.keep(url.clone(), fetched.clone());
                Ok(fetched.keys)
            }
            Err(fault) => known
                .filter(|known| now.since(known.fetched_at) < STALE_AT_MOST)
                .map(|known| known.keys)
                .ok_or(fault),
        }
    }

    fn known(&self, url: &Url) -> Option<Known> {
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(url).cloned()
    }

    /// Keeps a set. When there are too many, the one that was fetched longest ago goes: nobody
    /// fills the memory so that others are not remembered any more (RG-06).
    fn keep(&self, url: Url, known: Known) {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= MOST_SETS && !sets.contains_key(&url) {
            let oldest = sets.iter().min_by_key(|(_, known)| known.fetched_at);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                sets.remove(&oldest);
            }
        }
        sets.insert(url, known);
    }
}

async fn fetch(documents: &Arc<Documents>, url: &Url) -> Result<Known, DocumentFault> {
    let Delivery::Document(delivered) = documents.fetch(url, None).await? else {
        return Err(DocumentFault::NotJson); // no version was named that could be unchanged
    };
    let set: Value =
        serde_json::from_slice(&delivered.bytes).map_err(|_| DocumentFault::NotJson)?;
    let set = read_key_set(&set).map_err(|fault| {
        tracing::warn!(%url, %fault, "a key set of a client cannot be used");
        DocumentFault::NotJson
    })?;
    Ok(Known {
        keys: Arc::new(foreign(set)),
        fetched_at: delivered.delivered_at,
        fresh_until: delivered.fresh_until,
    })
}

fn foreign(set: PublicKeySet) -> ForeignKeys {
    ForeignKeys {
        keys: set.keys,
        left_out: 0,
    }
}
