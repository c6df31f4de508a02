//! What the tests share: a stopped clock, a list of keys, claims that are good.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use doorward_core::{
    access::Principal, clock::Clock, id::KeyId, jwk::PublicKey, resource::Resource,
    revocation::Revocations, time::UnixTime,
};
use doorward_verify::{KeySource, KeysUnavailable, Refusal, Verifier, VerifierConfig, VerifyToken};
use serde_json::{Value, json};

use crate::signer::Signer;

pub(crate) const ISSUER: &str = "https://mcp.example";
pub(crate) const RESOURCE: &str = "https://mcp.example/mcp/files";
pub(crate) const NOW: i64 = 1_800_000_000;

/// A clock that stands still until it is told otherwise.
pub(crate) struct StoppedClock(AtomicI64);

impl StoppedClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NOW)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// Keys that can be changed; `None` when nobody knows them.
pub(crate) struct ListedKeys {
    keys: Mutex<Option<Vec<PublicKey>>>,
    asked: AtomicUsize,
}

impl ListedKeys {
    pub(crate) fn set(&self, keys: Option<Vec<PublicKey>>) {
        *self.keys.lock().unwrap() = keys;
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KeySource for ListedKeys {
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let keys = self.keys.lock().unwrap();
        let keys = keys.as_ref().ok_or(KeysUnavailable)?;
        Ok(keys.iter().find(|key| key.kid == *kid).cloned())
    }
}

/// A verifier of an issuer with one ES256 key.
pub(crate) struct World {
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) keys: Arc<ListedKeys>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) resource: Resource,
    pub(crate) signer: Signer,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::signing_with(Signer::es256("key-1"))
    }

    pub(crate) fn signing_with(signer: Signer) -> Self {
        let clock = StoppedClock::new();
        let keys = Arc::new(ListedKeys {
            keys: Mutex::new(Some(vec![signer.public()])),
            asked: AtomicUsize::new(0),
        });
        let revocations = Arc::<Revocations>::default();
        let verifier = Verifier::new(VerifierConfig {
            issuer: ISSUER.to_owned(),
            keys: keys.clone(),
            revocations: revocations.clone(),
            clock: clock.clone(),
            capacity: 100,
        });
        Self {
            clock,
            keys,
            revocations,
            verifier: Arc::new(verifier),
            resource: Resource::from_known(RESOURCE),
            signer,
        }
    }

    /// A token with the usual claims.
    pub(crate) fn token(&self) -> String {
        self.signer.token(&claims())
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<Arc<Principal>, Refusal> {
        self.verifier.verify(token, &self.resource).await
    }

    pub(crate) fn cached(&self, token: &str) -> Option<Result<Arc<Principal>, Refusal>> {
        self.verifier.cached(token, &self.resource)
    }
}

/// Everything that the issuer says about a caller, issued now, good for ten minutes.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "user-1",
        "aud": RESOURCE,
        "client_id": "client-1",
        "scope": "mcp:read mcp:write",
        "iat": NOW,
        "exp": NOW + 600,
        "jti": "token-1",
        "auth_time": NOW - 100,
        "grant": "grant-1",
        "preferred_username": "alice",
    })
}

/// The usual claims with one of them replaced.
pub(crate) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// The usual claims with one of them left out.
pub(crate) fn claims_without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().shift_remove(name);
    claims
}
