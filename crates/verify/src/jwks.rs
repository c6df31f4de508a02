//! The keys of an issuer elsewhere: issuer metadata, then its `jwks_uri`.
//!
//! ```text
//! key(kid): fresh and known -> answer
//!           else, one at a time and at most every 10 s -> fetch both documents
//!           fetch failed -> what was known before, for a day; never known -> unavailable
//! ```
//!
//! Only the configured issuer is asked, whose metadata must name exactly itself
//! (R-024, MD-01). A key that is not for signatures, shows a private member, or
//! shares its name with another is left out (MD-04).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use doorward_core::{
    clock::Clock,
    id::KeyId,
    jwk::{ForeignKeys, PublicKey},
    time::UnixTime,
};
use doorward_fetch::{FetchError, Fetcher};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::token::{KeySource, KeysUnavailable};

/// The keys of one issuer, fetched when they are needed.
pub struct JwksKeys {
    shared: Arc<Shared>,
}

struct Shared {
    issuer: String,
    addresses: Vec<Url>,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    flight: Arc<Mutex<()>>,
}

/// The issuer identifier cannot be fetched from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer must be an absolute http or https url without query or fragment")]
pub struct InvalidIssuer;

impl JwksKeys {
    /// Fetches nothing yet. What may be reached is up to `fetcher`.
    pub fn new(
        issuer: &str,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidIssuer> {
        Ok(Self {
            shared: Arc::new(Shared {
                issuer: issuer.to_owned(),
                addresses: metadata_addresses(issuer).ok_or(InvalidIssuer)?,
                fetcher,
                clock,
                known: RwLock::default(),
                flight: Arc::default(),
            }),
        })
    }
}

#[async_trait]
impl KeySource for JwksKeys {
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable> {
        if let Some(answer) = self.shared.answer(kid) {
            return answer;
        }
        let flight = Arc::clone(&self.shared.flight).lock_owned().await;
        if let Some(answer) = self.shared.answer(kid) {
            return answer; // somebody else fetched meanwhile
        }
        // In a task of its own: a caller who goes away does not take the fetch along.
        let shared = Arc::clone(&self.shared);
        let fetching = tokio::spawn(async move {
            shared.refresh().await;
            drop(flight);
        });
        if fetching.await.is_err() {
            tracing::error!("fetching the issuer's keys was cut short");
        }
        let known = self
            .shared
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        known.settle(kid, self.shared.clock.now())
    }
}

impl Shared {
    fn answer(&self, kid: &KeyId) -> Option<Answer> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.answer(kid, self.clock.now())
    }

    async fn refresh(&self) {
        let fetched = tokio::time::timeout(PATIENCE, self.fetch()).await;
        let fetched = fetched.unwrap_or(Err(JwksError::TooSlow));
        let now = self.clock.now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Only now: whoever came while the fetch was under way waits for its outcome.
        known.attempted_at = Some(now);
        match fetched {
            Ok((keys, lifetime)) => {
                known.set = Some(KeySet {
                    keys,
                    fetched_at: now,
                    lifetime,
                });
            }
            Err(error) => {
                tracing::warn!(issuer = self.issuer, %error, "cannot fetch the issuer's keys");
            }
        }
    }

    async fn fetch(&self) -> Result<(HashMap<KeyId, PublicKey>, Duration), JwksError> {
        let address = self.locate().await?;
        let document = self.fetcher.json(&address).await?;
        let lifetime = document.max_age.unwrap_or_default();
        let keys = read_keys(&document.bytes).ok_or(JwksError::NotKeys)?;
        Ok((keys, lifetime.clamp(SHORTEST_LIFETIME, LONGEST_LIFETIME)))
    }

    /// Where the issuer's metadata says that its keys are.
    async fn locate(&self) -> Result<Url, JwksError> {
        let mut failure = JwksError::NotMetadata;
        for address in &self.addresses {
            match self.fetcher.json(address).await {
                Ok(document) => match serde_json::from_slice::<IssuerMetadata>(&document.bytes) {
                    Ok(metadata) if metadata.issuer == self.issuer => return Ok(metadata.jwks_uri),
                    Ok(_) => failure = JwksError::OtherIssuer,
                    Err(_) => failure = JwksError::NotMetadata,
                },
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }
}

#[derive(Deserialize)]
struct IssuerMetadata {
    issuer: String,
    jwks_uri: Url,
}

/// Why there are no new keys. The documents' contents appear in none of these.
#[derive(Debug, thiserror::Error)]
enum JwksError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the issuer took too long")]
    TooSlow,
    #[error("the metadata document has no issuer and jwks_uri")]
    NotMetadata,
    #[error("the metadata document is that of another issuer")]
    OtherIssuer,
    #[error("the key document is not a set of keys")]
    NotKeys,
}

/// What is known of the issuer's keys.
#[derive(Default)]
struct Known {
    set: Option<KeySet>,
    attempted_at: Option<UnixTime>,
}

struct KeySet {
    keys: HashMap<KeyId, PublicKey>,
    fetched_at: UnixTime,
    lifetime: Duration,
}

type Answer = Result<Option<PublicKey>, KeysUnavailable>;

impl Known {
    /// The answer, unless it takes a fetch to give one.
    fn answer(&self, kid: &KeyId, now: UnixTime) -> Option<Answer> {
        let fresh = |set: &&KeySet| within(set.fetched_at, set.lifetime, now);
        let found = self
            .set
            .as_ref()
            .filter(fresh)
            .and_then(|set| set.keys.get(kid));
        if let Some(key) = found {
            return Some(Ok(Some(key.clone())));
        }
        let tried = self
            .attempted_at
            .is_some_and(|at| within(at, BETWEEN_FETCHES, now));
        tried.then(|| self.settle(kid, now))
    }

    /// The answer from what is known, however old up to a limit.
    fn settle(&self, kid: &KeyId, now: UnixTime) -> Answer {
        let usable = |set: &&KeySet| within(set.fetched_at, LONGEST_STALE, now);
        let set = self.set.as_ref().filter(usable).ok_or(KeysUnavailable)?;
        Ok(set.keys.get(kid).cloned())
    }
}

/// Whether `now` is less than `span` after `start`; a clock that was set back counts as later.
fn within(start: UnixTime, span: Duration, now: UnixTime) -> bool {
    now >= start && now < start + span
}

/// RFC 8414 section 3, then OpenID Connect Discovery, inserted and appended.
fn metadata_addresses(issuer: &str) -> Option<Vec<Url>> {
    let base = Url::parse(issuer).ok()?;
    let plain = base.query().is_none() && base.fragment().is_none();
    if !plain || !matches!(base.scheme(), "http" | "https") {
        return None;
    }
    let path = base.path().trim_end_matches('/');
    let mut addresses = Vec::new();
    for candidate in [
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
        format!("{path}/.well-known/openid-configuration"),
    ] {
        let mut address = base.clone();
        address.set_path(&candidate);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Some(addresses)
}

/// The usable keys of a key document; what is not understood is left out (RFC 7517 section 5).
fn read_keys(json: &[u8]) -> Option<HashMap<KeyId, PublicKey>> {
    let ForeignKeys { keys, left_out } = ForeignKeys::read(json)?;
    if left_out > 0 {
        tracing::warn!(left_out, "the issuer publishes keys that are not usable");
    }
    Some(keys.into_iter().map(|key| (key.kid.clone(), key)).collect())
}

const SHORTEST_LIFETIME: Duration = Duration::from_secs(5 * 60);
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);
const LONGEST_STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// For all documents together; somebody is waiting.
const PATIENCE: Duration = Duration::from_secs(10);
/// Also for names that nobody knows, so that made-up ones cause no flood.
const BETWEEN_FETCHES: Duration = Duration::from_secs(10);
