//! Signing keys: looking at them, exchanging them, taking them out of service, and moving
//! them to another installation, always sealed.
//!
//! Each use case changes the stored plan; the running process carries it out when it reads
//! the plan the next time ([`Issuer::tend_keys`](crate::Issuer::tend_keys)).

mod error;
mod exchange;
mod transfer;

use std::sync::Arc;

use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    id::KeyId,
    jwk::Algorithm,
    rotation::{self, KeyState, PUBLISH_BEFORE_USE},
    time::UnixTime,
};
use doorward_store::{SealedSigningKey, Store};

use crate::{
    issuer::MasterKey,
    keys::{Vault, plans},
    shared::Shared,
};

pub use error::KeyAdministrationError;

/// The use cases.
#[derive(Clone)]
pub struct KeyAdministration {
    vault: Arc<Vault>,
    running: Option<Arc<Shared>>,
}

/// What there is to see of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its name: the thumbprint of its public half.
    pub kid: KeyId,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// What it is used for now.
    pub state: KeyState,
    /// When it was made or imported.
    pub created_at: UnixTime,
    /// From when on it signs or signed.
    pub active_from: UnixTime,
}

/// When a new key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// After everybody had time to see it.
    Announced,
    /// At once.
    Now,
}

impl KeyAdministration {
    /// Administers the keys in `store`, sealed under `master_key`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        master_key: &MasterKey,
    ) -> Self {
        Self {
            vault: Arc::new(Vault::new(store, clock, entropy, master_key)),
            running: None,
        }
    }

    /// Administers the keys of a running issuer.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self {
            vault: Arc::clone(shared.keys.vault()),
            running: Some(Arc::clone(shared)),
        }
    }

    /// All keys, latest to sign first, those that were removed lately included.
    pub async fn list(&self) -> Result<Vec<KeyFacts>, KeyAdministrationError> {
        let stored = self.vault.stored().await?;
        Ok(stored.iter().map(|key| self.facts(key, &stored)).collect())
    }

    /// What became of a key.
    async fn look(&self, kid: &KeyId) -> Result<KeyFacts, KeyAdministrationError> {
        let stored = self.vault.stored().await?;
        let key = stored.iter().find(|key| key.kid == *kid);
        key.map(|key| self.facts(key, &stored))
            .ok_or_else(|| KeyAdministrationError::NoSuchKey(kid.to_string()))
    }

    fn start(&self, begin: Begin) -> UnixTime {
        let now = self.vault.clock.now();
        match begin {
            Begin::Announced => now + PUBLISH_BEFORE_USE,
            Begin::Now => now,
        }
    }

    /// The key that signs next.
    fn announced<'a>(&self, stored: &'a [SealedSigningKey]) -> Option<&'a SealedSigningKey> {
        let waits = |key: &&SealedSigningKey| {
            matches!(self.facts(key, stored).state, KeyState::Announced { .. })
        };
        stored.iter().rfind(waits) // latest first, so the last one is the next
    }

    /// A key that is still in the key set.
    fn published<'a>(
        &self,
        kid: &str,
        stored: &'a [SealedSigningKey],
    ) -> Result<&'a SealedSigningKey, KeyAdministrationError> {
        let key = stored.iter().find(|key| key.kid.as_str() == kid);
        key.filter(|key| self.facts(key, stored).state.is_published())
            .ok_or_else(|| KeyAdministrationError::NoSuchKey(kid.to_owned()))
    }

    fn facts(&self, key: &SealedSigningKey, stored: &[SealedSigningKey]) -> KeyFacts {
        KeyFacts {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            state: rotation::state(&key.plan(), &plans(stored), self.vault.clock.now()),
            created_at: key.created_at,
            active_from: key.active_from,
        }
    }
}

impl std::fmt::Debug for KeyAdministration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyAdministration(..)")
    }
}
