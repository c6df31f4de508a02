//! Documents that others publish, fetched for everybody who waits, at most so often.
//!
//! ```text
//! fetch(url): asked a moment ago -> the same outcome, good or bad
//!             else, one at a time for each url, within the quota of its host -> fetch
//! ```
//!
//! Nothing is fetched twice for one login, a slow host delays nobody else, and a
//! stranger who names many urls of one host cannot make this server hammer it
//! (RG-07). How long a document is believed is up to who asked for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::{clock::Clock, secret::Digest, time::UnixTime};
use doorward_fetch::{Answer, DialError, FetchError, Fetcher};
use tokio::sync::Mutex as Turn;
use url::Url;

use crate::limits::Limit;

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

/// Why there is no document. Safe to show: nothing of it comes from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentFault {
    /// It is slow.
    #[error("the host did not deliver in time")]
    Slow,
    /// It is huge.
    #[error("the document is larger than {limit} bytes")]
    Large {
        /// The limit.
        limit: usize,
    },
    /// It redirects.
    #[error("the host answered with a redirect, which is not followed")]
    Redirect,
    /// It is inside a network, or this very machine.
    #[error("the host has an address that must not be reached")]
    PrivateAddress,
    /// Its name leads nowhere, or nobody answers there.
    #[error("the host cannot be reached")]
    Unreachable,
    /// It does not prove who it is.
    #[error("the host has no valid certificate")]
    Certificate,
    /// It answered with an error.
    #[error("the host answered with status {0} instead of 200")]
    Status(u16),
    /// It answered with something else.
    #[error("the host did not answer with a plain JSON document")]
    NotJson,
    /// It broke off, or speaks something else.
    #[error("the host broke off or did not speak HTTP")]
    Broken,
    /// It was asked too often.
    #[error("too many documents were asked for; try again in a minute")]
    TooOften,
}

/// Fetches documents.
pub(crate) struct Documents {
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    slots: Mutex<HashMap<Url, Arc<Turn<Option<Outcome>>>>>,
    /// Fetches from one host.
    host: Limit<String>,
    /// Fetches from anywhere.
    anywhere: Limit<()>,
}

/// The last outcome for a url, and which version the asker had then.
#[derive(Clone)]
struct Outcome {
    at: UnixTime,
    had: Option<String>,
    delivery: Result<Delivery, DocumentFault>,
}

impl Documents {
    /// Fetches nothing yet.
    pub(crate) fn new(fetcher: Fetcher, clock: Arc<dyn Clock>) -> Self {
        Self {
            fetcher,
            clock,
            slots: Mutex::default(),
            host: Limit::new(10, Duration::from_secs(6)),
            anywhere: Limit::new(300, Duration::from_millis(200)),
        }
    }

    /// The document at `url`, unless it is still the version named `had`.
    pub(crate) async fn fetch(
        self: &Arc<Self>,
        url: &Url,
        had: Option<&str>,
    ) -> Result<Delivery, DocumentFault> {
        let mut turn = self.slot(url).lock_owned().await;
        let now = self.clock.now();
        let recent = turn.as_ref().filter(|last| {
            let same_version = last.had.as_deref() == had || last.delivery.is_err();
            now.since(last.at) < MOMENT && same_version
        });
        if let Some(last) = recent {
            return last.delivery.clone();
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let quota = self.host.take(host, now);
        quota
            .and_then(|()| self.anywhere.take((), now))
            .map_err(|_| DocumentFault::TooOften)?;
        // In a task of its own: a caller who goes away does not take the fetch along.
        let (this, url, had) = (Arc::clone(self), url.clone(), had.map(str::to_owned));
        let fetching = tokio::spawn(async move {
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
        fetching.await.unwrap_or(Err(DocumentFault::Broken))
    }

    /// Forgets whose quota is whole again.
    pub(crate) fn forget_idle(&self, now: UnixTime) {
        self.host.forget_idle(now);
        self.anywhere.forget_idle(now);
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

    fn slot(&self, url: &Url) -> Arc<Turn<Option<Outcome>>> {
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

impl From<FetchError> for DocumentFault {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Timeout | FetchError::Dial(DialError::Timeout) => Self::Slow,
            FetchError::TooLarge { limit } => Self::Large { limit },
            FetchError::Redirect(_) => Self::Redirect,
            FetchError::Status(status) => Self::Status(status.as_u16()),
            FetchError::ContentType | FetchError::ContentEncoding => Self::NotJson,
            FetchError::Response(_) => Self::Broken,
            FetchError::RefusedHost | FetchError::Dial(DialError::Blocked(_)) => {
                Self::PrivateAddress
            }
            FetchError::Dial(DialError::Tls(_)) => Self::Certificate,
            FetchError::UserInfo
            | FetchError::Dial(
                DialError::Target
                | DialError::Cleartext
                | DialError::Resolve(_)
                | DialError::Connect(_),
            ) => Self::Unreachable,
        }
    }
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
