//! The verifier of one issuer's tokens, and its memory of tokens seen before.
//!
//! ```text
//! cached: digest -> entry -> same resource? -> expired? -> revoked since last look?
//! verify: parse -> key by name -> signature -> claims -> revoked? -> remember
//! ```
//!
//! A token is remembered by its digest, never by itself, and only when it was
//! good: a refusal is worked out anew each time. What was remembered never
//! outlives the token, and every revocation is seen at the next call (TK-18).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use doorward_core::{
    access::{MAXIMUM_TOKEN_BYTES, Principal},
    clock::Clock,
    id::KeyId,
    jwk::PublicKey,
    jws::VerifyingKey,
    resource::Resource,
    revocation::{Revocations, Standing},
    secret::Digest,
    time::UnixTime,
};
use doorward_fetch::{
    Fetcher, FetcherConfig, Reach,
    tls::{self, TlsError},
};
use quick_cache::sync::Cache;

use crate::{
    claims::{EXPIRED, SignedClaims, has_expired, judge},
    jwks::{InvalidIssuer, JwksKeys},
    jws,
    token::{KeySource, Refusal, VerifyToken},
};

/// What a [`Verifier`] is made of.
pub struct VerifierConfig {
    /// The issuer identifier; `iss` must equal it byte for byte.
    pub issuer: String,
    /// Its keys.
    pub keys: Arc<dyn KeySource>,
    /// What was revoked; shared with whoever revokes.
    pub revocations: Arc<Revocations>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How many tokens are remembered; the least used are forgotten first.
    pub capacity: usize,
}

/// Verifies the access tokens of one issuer.
pub struct Verifier {
    config: VerifierConfig,
    tokens: Cache<Digest, Arc<Remembered>>,
    keys: Cache<KeyId, Arc<ReadKey>>,
}

/// A token that was good.
struct Remembered {
    principal: Arc<Principal>,
    /// The epoch of the revocations at the last look.
    epoch: AtomicU64,
    /// When its signature was checked.
    judged_at: UnixTime,
}

/// A key as published and as read.
struct ReadKey {
    published: PublicKey,
    verifying: VerifyingKey,
}

impl Verifier {
    /// A verifier that has seen no token yet.
    pub fn new(config: VerifierConfig) -> Self {
        Self {
            tokens: Cache::new(config.capacity),
            keys: Cache::new(KEYS_READ),
            config,
        }
    }

    /// A verifier that fetches the keys of `issuer` from where its metadata says,
    /// with the system's clock and trust store.
    pub fn trusting(issuer: &str) -> Result<Self, TrustError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let reach = FetcherConfig::new(Reach::Operator, tls::client_config([])?);
        let keys = JwksKeys::new(issuer, Fetcher::new(reach), Arc::clone(&clock))?;
        Ok(Self::new(VerifierConfig {
            issuer: issuer.to_owned(),
            keys: Arc::new(keys),
            revocations: Arc::default(),
            clock,
            capacity: TOKENS_REMEMBERED,
        }))
    }

    /// Forgets every token seen so far, so that each is verified anew: for when a
    /// key was withdrawn because somebody else may have it.
    pub fn forget(&self) {
        self.tokens.clear();
    }

    /// The verdict on a token that was good when it was last looked at.
    fn recall(&self, known: &Remembered, now: UnixTime) -> Result<Arc<Principal>, Refusal> {
        if has_expired(known.principal.expires_at, now) {
            return Err(EXPIRED);
        }
        // INVARIANT: the epoch is read before the revocations are consulted, so one
        // that comes in between moves the epoch past the value stored here.
        let epoch = self.config.revocations.epoch();
        if known.epoch.load(Ordering::Acquire) != epoch {
            self.stands(&known.principal)?;
            known.epoch.store(epoch, Ordering::Release);
        }
        Ok(Arc::clone(&known.principal))
    }

    /// The verdict on a token by its digest, if it is remembered and was not judged too long ago.
    fn look_up(
        &self,
        token: &Digest,
        resource: &Resource,
    ) -> Option<Result<Arc<Principal>, Refusal>> {
        let known = self.tokens.get(token)?;
        let now = self.config.clock.now();
        let judged = known.judged_at;
        // A token has one audience, so an entry serves one resource (GW-02).
        if known.principal.resource != *resource || now < judged || now >= judged + JUDGED_AGAIN {
            return None;
        }
        Some(self.recall(&known, now))
    }

    /// Everything but memory and revocations: key, signature, claims. The clock is read once,
    /// when the key has come.
    async fn examine(
        &self,
        token: &str,
        resource: &Resource,
    ) -> Result<(Principal, UnixTime), Refusal> {
        let token = jws::parse(token)?;
        let published = self.config.keys.key(jws::kid(&token)?).await?;
        let published = published.ok_or(Refusal::Invalid("signed by an unknown key"))?;
        let now = self.config.clock.now();
        let key = self.read(published)?;
        let payload = token.verified_by(&key.verifying).ok_or(FORGED)?;
        let claims = SignedClaims::parse(payload)?;
        let principal = judge(claims, &self.config.issuer, resource, now)?;
        Ok((principal, now))
    }

    fn stands(&self, principal: &Principal) -> Result<(), Refusal> {
        match self.config.revocations.standing(principal) {
            Standing::Good => Ok(()),
            Standing::Revoked => Err(Refusal::Revoked),
            Standing::Unknown => Err(Refusal::Unknown),
        }
    }

    /// Reads a key once for as long as it is published unchanged.
    fn read(&self, published: PublicKey) -> Result<Arc<ReadKey>, Refusal> {
        let known = self.keys.get(&published.kid);
        if let Some(known) = known.filter(|known| known.published == published) {
            return Ok(known);
        }
        let verifying = VerifyingKey::parse(&published).ok_or(Refusal::Invalid("unusable key"))?;
        let kid = published.kid.clone();
        let key = Arc::new(ReadKey {
            published,
            verifying,
        });
        self.keys.insert(kid, Arc::clone(&key));
        Ok(key)
    }
}

#[async_trait]
impl VerifyToken for Verifier {
    async fn verify(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Refusal> {
        if let Some(verdict) = self.cached(token, resource) {
            return verdict;
        }
        let epoch = self.config.revocations.epoch();
        let (principal, judged_at) = self.examine(token, resource).await?;
        let principal = Arc::new(principal);
        self.stands(&principal)?;
        let remembered = Remembered {
            principal: Arc::clone(&principal),
            epoch: AtomicU64::new(epoch),
            judged_at,
        };
        self.tokens.insert(Digest::of(token), Arc::new(remembered));
        Ok(principal)
    }

    fn cached(&self, token: &str, resource: &Resource) -> Option<Result<Arc<Principal>, Refusal>> {
        if token.len() > MAXIMUM_TOKEN_BYTES {
            return None; // not worth hashing
        }
        self.look_up(&Digest::of(token), resource)
    }
}

/// Why [`Verifier::trusting`] cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The issuer identifier is no URL.
    #[error(transparent)]
    Issuer(#[from] InvalidIssuer),
    /// The system offers no trust store.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that the rest is handed"
    )]
    fn now(&self) -> UnixTime {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        UnixTime::from_seconds(0) + since.unwrap_or_default()
    }
}

const FORGED: Refusal = Refusal::Invalid("signature is not that of the named key");
/// A remembered token is verified anew after this long: by then its key may have been withdrawn.
const JUDGED_AGAIN: Duration = Duration::from_secs(300);
const TOKENS_REMEMBERED: usize = 10_000;
/// More than any issuer has in use at once; kids come from the issuer alone.
const KEYS_READ: usize = 32;
