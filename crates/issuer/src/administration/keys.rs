//! Signing keys: looking at them, exchanging them, taking them out of service, and moving
//! them to another installation, always sealed.
//!
//! Each use case changes the stored plan; the running process carries it out when it reads
//! the plan the next time ([`Issuer::tend_keys`](crate::Issuer::tend_keys)).

use std::sync::Arc;

use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    id::KeyId,
    jwk::Algorithm,
    rotation::{self, KeyState, PUBLISH_BEFORE_USE, Retirement},
    secret::Secret,
    time::UnixTime,
};
use doorward_store::{SealedSigningKey, Store, StoreError, Tx};
use tokio::task::spawn_blocking;

use crate::{
    issuer::MasterKey,
    keys::{ExportFault, KeyError, Vault, changed, open_exported, plans, seal_exported},
    shared::Shared,
};

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

/// Why something is not done with a key. The text says what to do instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyAdministrationError {
    /// There is no such key, or not any more.
    #[error("there is no signing key {0}")]
    NoSuchKey(String),
    /// Another key waits for its turn already.
    #[error(
        "the key {0} is announced already: let it sign at once with `doorward key rotate --now`"
    )]
    AlreadyAnnounced(KeyId),
    /// The key is retired already.
    #[error("the key {0} is retired already: if somebody else may have it, add --compromised")]
    AlreadyRetired(KeyId),
    /// The key is here already.
    #[error("the key {0} is here already")]
    AlreadyHere(KeyId),
    /// The file or the passphrase is not right.
    #[error("{0}")]
    Export(&'static str),
    /// The keys cannot be opened or made.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<StoreError> for KeyAdministrationError {
    fn from(error: StoreError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<ExportFault> for KeyAdministrationError {
    fn from(fault: ExportFault) -> Self {
        Self::Export(match fault {
            ExportFault::Passphrase => "a passphrase has between 12 and 1024 characters",
            ExportFault::NotAKey => "this is no signing key that doorward exported",
            ExportFault::Unopenable => {
                "the passphrase does not open this key, or the file was changed"
            }
        })
    }
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

    /// Lets another key take over: a new one, or at once the one that is announced.
    pub async fn rotate(&self, begin: Begin) -> Result<KeyFacts, KeyAdministrationError> {
        self.again(async || {
            let stored = self.vault.stored().await?;
            let mut tx = self.vault.store.begin().await?;
            let kid = match (self.announced(&stored), begin) {
                (Some(next), Begin::Announced) => {
                    return Err(KeyAdministrationError::AlreadyAnnounced(next.kid.clone()));
                }
                (Some(next), Begin::Now) => self.bring_forward(&mut *tx, next),
                (None, begin) => self.make(&mut *tx, begin, &stored).await?,
            };
            tx.commit().await?;
            Ok(kid)
        })
        .await
    }

    /// Takes a key out of service: it signs nothing any more. What it signed stays valid
    /// until it expires, unless somebody else may have the key. When it was the one that
    /// signs, another takes over at once.
    pub async fn retire(
        &self,
        kid: &str,
        compromised: bool,
    ) -> Result<KeyFacts, KeyAdministrationError> {
        self.again(async || {
            let stored = self.vault.stored().await?;
            let key = self.published(kid, &stored)?;
            let now = self.vault.clock.now();
            let (retirement, what) = match compromised {
                true => (Retirement::immediate(now), "removed as compromised"),
                false => (Retirement::graceful(now), "retired"),
            };
            let retired = matches!(self.facts(key, &stored).state, KeyState::Retired { .. });
            if retired && !compromised {
                return Err(KeyAdministrationError::AlreadyRetired(key.kid.clone()));
            }
            let mut tx = self.vault.store.begin().await?;
            if rotation::signing(&plans(&stored), now).is_some_and(|it| it.kid == key.kid) {
                self.replace(&mut *tx, key, &stored).await?;
            }
            tx.retire_signing_key(&key.kid, retirement);
            tx.audit(changed(&*self.vault.clock, &key.kid, what));
            tx.commit().await?;
            Ok(key.kid.clone())
        })
        .await
    }

    /// A key in a form that may leave the house: sealed under `passphrase`.
    pub async fn export(
        &self,
        kid: &str,
        passphrase: Secret,
    ) -> Result<String, KeyAdministrationError> {
        let stored = self.vault.stored().await?;
        let key = self.published(kid, &stored)?;
        let (public, private) = (key.public.clone(), self.vault.open(key)?);
        let chance = (self.vault.salt(), self.vault.nonce());
        let sealed = blocking(move || seal_exported(&public, &private, &passphrase, chance));
        let sealed = sealed.await?;
        let mut tx = self.vault.store.begin().await?;
        tx.audit(changed(&*self.vault.clock, &key.kid, "exported"));
        tx.commit().await?;
        Ok(sealed)
    }

    /// Takes in a key that was exported elsewhere.
    pub async fn import(
        &self,
        exported: String,
        passphrase: Secret,
        begin: Begin,
    ) -> Result<KeyFacts, KeyAdministrationError> {
        let (pair, private) = blocking(move || open_exported(&exported, &passphrase)).await?;
        self.again(async || {
            let stored = self.vault.stored().await?;
            let kid = pair.public().kid.clone();
            if stored.iter().any(|key| key.kid == kid) {
                return Err(KeyAdministrationError::AlreadyHere(kid));
            }
            let key = self.vault.seal(&pair, &private, self.start(begin));
            let mut tx = self.vault.store.begin().await?;
            self.vault.add_after(&mut *tx, &key, &stored);
            tx.audit(changed(&*self.vault.clock, &kid, "imported"));
            tx.commit().await?;
            Ok(kid)
        })
        .await
    }

    /// Does it, and once more when somebody else changed the keys meanwhile. Returns what
    /// became of the key.
    async fn again(
        &self,
        work: impl AsyncFn() -> Result<KeyId, KeyAdministrationError>,
    ) -> Result<KeyFacts, KeyAdministrationError> {
        let kid = match work().await {
            Err(KeyAdministrationError::Keys(KeyError::Store(StoreError::Conflict))) => {
                work().await?
            }
            other => other?,
        };
        let stored = self.vault.stored().await?;
        let key = stored.iter().find(|key| key.kid == kid);
        key.map(|key| self.facts(key, &stored))
            .ok_or_else(|| KeyAdministrationError::NoSuchKey(kid.to_string()))
    }

    /// Another key signs from now on.
    async fn replace(
        &self,
        tx: &mut dyn Tx,
        key: &SealedSigningKey,
        stored: &[SealedSigningKey],
    ) -> Result<(), KeyAdministrationError> {
        match self.announced(stored).filter(|next| next.kid != key.kid) {
            Some(next) => self.bring_forward(tx, next),
            None => self.make(tx, Begin::Now, stored).await?,
        };
        Ok(())
    }

    fn bring_forward(&self, tx: &mut dyn Tx, next: &SealedSigningKey) -> KeyId {
        tx.bring_forward_signing_key(&next.kid, self.vault.clock.now());
        tx.audit(changed(
            &*self.vault.clock,
            &next.kid,
            "signs earlier than announced",
        ));
        next.kid.clone()
    }

    async fn make(
        &self,
        tx: &mut dyn Tx,
        begin: Begin,
        stored: &[SealedSigningKey],
    ) -> Result<KeyId, KeyAdministrationError> {
        let what = match begin {
            Begin::Announced => "announced by an administrator",
            Begin::Now => "made by an administrator",
        };
        let algorithm = self.algorithm(stored);
        let made = self.vault.make(algorithm, self.start(begin)).await?;
        self.vault.add_after(tx, &made, stored);
        tx.audit(changed(&*self.vault.clock, &made.kid, what));
        Ok(made.kid)
    }

    fn start(&self, begin: Begin) -> UnixTime {
        let now = self.vault.clock.now();
        match begin {
            Begin::Announced => now + PUBLISH_BEFORE_USE,
            Begin::Now => now,
        }
    }

    /// As configured; without a running process, as before.
    fn algorithm(&self, stored: &[SealedSigningKey]) -> Algorithm {
        let configured = self
            .running
            .as_ref()
            .map(|it| it.published().config.keys.algorithm);
        let before = stored.first().map(|key| key.algorithm);
        configured.or(before).unwrap_or(Algorithm::Es256)
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

/// Derives keys where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportFault> + Send + 'static,
) -> Result<T, KeyAdministrationError> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(|_| KeyError::KeyGeneration)??)
}
