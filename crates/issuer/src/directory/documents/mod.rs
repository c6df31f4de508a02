//! Documents that others publish, fetched for everybody who waits, at most so often.
//!
//! ```text
//! fetch(url): asked a moment ago -> the same outcome, good or bad
//!             else, one at a time for each url, within the quota of who pays -> fetch
//! ```
//!
//! Nothing is fetched twice for one login, and a slow host delays nobody else. For
//! whom nobody pays, that is all there is: clients in use and issuers that the
//! operator named are never put off because of what strangers do (RG-07). How long a
//! document is believed is up to who asked for it.

mod fault;
mod quota;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::{clock::Clock, secret::Digest, time::UnixTime};
use doorward_fetch::{Answer, Fetcher};
use tokio::sync::Mutex as Turn;
use url::Url;

pub(crate) use self::{
    fault::DocumentFault,
    quota::{Payer, Quota, Receipt},
};

/// An outcome is the answer to everybody who asks again within this time.
const MOMENT: Duration = Duration::from_secs(10);
/// The most urls whose last outcome is kept.
const MOST_SLOTS: usize = 4096;
/// How long a document without any word on it stays fresh, and the bounds of any word.
const FRESH: Duration = Duration::from_secs(3600);
const FRESH_AT_LEAST: Duration = Duration::from_secs(300);
const FRESH_AT_MOST: Duration = Duration::from_secs(24 * 3600);

/// What a host delivered.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// A document.
    Document(Arc<Delivered>),
    /// The version that the asker named is still the newest.
    Unchanged {
        /// Until when it need not be asked again.
        fresh_until: UnixTime,
    },
}

/// A document as it was delivered.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) bytes: Bytes,
    pub(crate) digest: Digest,
    pub(crate) etag: Option<String>,
    pub(crate) delivered_at: UnixTime,
    pub(crate) fresh_until: UnixTime,
}

/// Fetches documents.
pub(crate) struct Documents {
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    quota: Arc<Quota>,
    slots: Mutex<HashMap<Url, Slot>>,
}

/// The last outcome for a url, and whose turn it is to ask for it.
type Slot = Arc<Turn<Option<Outcome>>>;

/// What was delivered, and what it was counted for if this call fetched it.
pub(crate) type Fetched = (Delivery, Option<Receipt>);

/// The last outcome for a url, and which version the asker had then.
#[derive(Clone)]
struct Outcome {
    at: UnixTime,
    had: Option<String>,
    delivery: Result<Delivery, DocumentFault>,
}

impl Documents {
    /// Fetches nothing yet; what somebody pays for counts towards `quota`.
    pub(crate) fn new(fetcher: Fetcher, clock: Arc<dyn Clock>, quota: Arc<Quota>) -> Self {
        Self {
            fetcher,
            clock,
            quota,
            slots: Mutex::default(),
        }
    }

    /// The time by which documents are judged.
    pub(crate) fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// The document at `url`, unless it is still the version named `had`.
    pub(crate) async fn fetch(
        self: &Arc<Self>,
        url: &Url,
        had: Option<&str>,
        payer: Option<&Payer>,
    ) -> Result<Fetched, DocumentFault> {
        let mut turn = self.slot(url).lock_owned().await;
        let now = self.clock.now();
        let recent = turn.as_ref().filter(|last| {
            let same_version = last.had.as_deref() == had || last.delivery.is_err();
            last.at <= now && now.since(last.at) < MOMENT && same_version
        });
        if let Some(last) = recent {
            return last.delivery.clone().map(|delivery| (delivery, None));
        }
        let host = url.host_str().unwrap_or_default();
        let taken = payer.map(|payer| self.quota.take(payer, host, now));
        let (receipt, hand) = taken.transpose().map_err(DocumentFault::TooOften)?.unzip();
        // In a task of its own: a caller who goes away does not take the fetch along.
        let (this, url, had) = (Arc::clone(self), url.clone(), had.map(str::to_owned));
        let fetching = tokio::spawn(async move {
            let _hand = hand;
            let delivery = this.ask(&url, had.as_deref()).await;
            if let Err(fault) = delivery {
                tracing::warn!(%url, %fault, "a document of a client cannot be had");
            }
            let at = this.clock.now();
            *turn = Some(Outcome {
                at,
                had,
                delivery: delivery.clone(),
            });
            delivery
        });
        let delivery = fetching.await.unwrap_or(Err(DocumentFault::Broken))?;
        Ok((delivery, receipt))
    }

    /// The document of this receipt is good: it does not count.
    pub(crate) fn give_back(&self, receipt: Option<Receipt>) {
        if let Some(receipt) = receipt {
            self.quota.give_back(&receipt);
        }
    }

    async fn ask(&self, url: &Url, had: Option<&str>) -> Result<Delivery, DocumentFault> {
        let answer = self.fetcher.json_unless(url, had).await;
        let now = self.clock.now();
        match answer.map_err(DocumentFault::from)? {
            Answer::Unchanged { max_age } => Ok(Delivery::Unchanged {
                fresh_until: now + fresh_for(max_age),
            }),
            Answer::Changed(document) => Ok(Delivery::Document(Arc::new(Delivered {
                digest: Digest::of_bytes(&document.bytes),
                bytes: document.bytes,
                etag: document.etag,
                delivered_at: now,
                fresh_until: now + fresh_for(document.max_age),
            }))),
        }
    }

    fn slot(&self, url: &Url) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_SLOTS {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1); // whoever is fetching
        }
        Arc::clone(slots.entry(url.clone()).or_default())
    }
}

/// The word of the host within our bounds (A-073).
fn fresh_for(max_age: Option<Duration>) -> Duration {
    max_age
        .unwrap_or(FRESH)
        .clamp(FRESH_AT_LEAST, FRESH_AT_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_host_counts_within_bounds() {
        let seconds = Duration::from_secs;
        for (said, expected) in [
            (None, 3600),
            (Some(0), 300),
            (Some(600), 600),
            (Some(10_000_000), 86_400),
        ] {
            assert_eq!(fresh_for(said.map(seconds)), seconds(expected)); // A-073
        }
    }
}
