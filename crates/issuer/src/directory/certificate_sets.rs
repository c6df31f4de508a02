//! The certificates of clients that keep them behind a `jwks_uri` (RFC 8705 section 2.2.2).
//!
//! A set is used as long as its host lets it, and for a day more while the host is down. A
//! certificate that is not in it may be new: then the host is asked again, as seldom as
//! [`Documents`] asks anybody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use doorward_core::{certificate::CertificateThumbprint, client::CertificateSet, time::UnixTime};
use url::Url;

use super::{
    Payer,
    documents::{Delivery, DocumentFault, Documents, Receipt},
};

/// A set that cannot be fetched anew is still used for so long.
const STALE_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// The most sets that are kept.
const MOST_SETS: usize = 256;

/// What is known of the certificates of some clients, and where they are fetched.
pub(crate) struct CertificateSets {
    documents: Arc<Documents>,
    sets: Mutex<HashMap<Url, Known>>,
}

#[derive(Clone)]
struct Known {
    set: Arc<CertificateSet>,
    fetched_at: UnixTime,
    fresh_until: UnixTime,
}

impl CertificateSets {
    /// Knows none yet.
    pub(super) fn new(documents: Arc<Documents>) -> Self {
        Self {
            documents,
            sets: Mutex::default(),
        }
    }

    /// The set at `address`, fetched unless the one that is known has the certificate of this
    /// thumbprint.
    pub(super) async fn find(
        &self,
        address: &str,
        thumbprint: &CertificateThumbprint,
        payer: Option<&Payer>,
    ) -> Result<Arc<CertificateSet>, DocumentFault> {
        let url = Url::parse(address).map_err(|_| DocumentFault::Unreachable)?;
        let (known, now) = (self.known(&url), self.documents.now());
        let holds = |known: &Known| known.set.contains(thumbprint);
        let good = known
            .as_ref()
            .filter(|it| now < it.fresh_until && holds(it));
        if let Some(known) = good {
            return Ok(Arc::clone(&known.set));
        }
        match self.fetch(&url, payer).await {
            Ok((fetched, receipt)) => {
                if holds(&fetched) {
                    self.documents.give_back(receipt); // it is the client's: that does not count
                }
                self.keep(url, fetched.clone());
                Ok(fetched.set)
            }
            Err(fault) => known
                .filter(|known| now.since(known.fetched_at) < STALE_AT_MOST)
                .map(|known| known.set)
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
        let set = serde_json::from_slice(&delivered.bytes).map_err(|_| DocumentFault::NotJson)?;
        let set = CertificateSet::read(&set).map_err(|fault| {
            tracing::warn!(%url, %fault, "a key set of a client cannot be used");
            DocumentFault::NotJson
        })?;
        let known = Known {
            set: Arc::new(set),
            fetched_at: delivered.delivered_at,
            fresh_until: delivered.fresh_until,
        };
        Ok((known, receipt))
    }

    fn known(&self, url: &Url) -> Option<Known> {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(url).cloned()
    }

    /// Keeps a set. When there are too many, the one that was fetched longest ago goes.
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
