//! The issuer's signing keys: sealed in the store, opened here, used by the clock.
//!
//! ```text
//! store: a plan for every key ──tend──▶ Keyring (opened once) ──clock──▶ who signs, what is published
//!          ▲                                                     ╰─ sign(typ, claims), read(typ, token)
//!          ╰── rotate, retire, import: by people, or because it is due
//! ```
//!
//! Which key does what at which moment is [`doorward_core::rotation`]'s business. Every
//! process that shares the database reads the plan again ([`SigningKeys::reread`]) far
//! more often than a key is announced ahead; a name that is not known yet makes it
//! look at once, though not more often than every few seconds (CR-04, TK-09).
//!
//! A master key that does not open what is stored stops the start: fresh keys over
//! existing ones would silently end every token and hide that the wrong key was
//! mounted (TK-17). Later it changes nothing: what was opened before stays in use.

mod error;
mod export;
mod jwt;
mod keyring;
mod pair;
mod vault;

pub use error::KeyError;
pub(crate) use export::{ExportFault, open_exported, seal_exported};
pub(crate) use jwt::SigningFailed;
pub(crate) use pair::{KeyPair, Pkcs8};
pub(crate) use vault::Vault;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    clock::Clock,
    id::KeyId,
    jwk::{Algorithm, PublicKey, PublicKeySet},
    rotation::{self, Due, PUBLISH_BEFORE_USE, PlannedKey, Schedule},
};
use doorward_store::SealedSigningKey;

use crate::issuer::IssuerParts;
use keyring::Keyring;

/// Unknown names make a process look for new keys at most this often.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// What [`Issuer::tend_keys`](crate::Issuer::tend_keys) found.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySetChange {
    /// Everything that was published before still is.
    Kept,
    /// A key is no longer published. Whoever remembers tokens that it signed should forget them.
    Withdrawn,
}

/// All signing keys of an issuer, ready to use.
pub(crate) struct SigningKeys {
    vault: Arc<Vault>,
    ring: ArcSwap<Keyring>,
    looked_at: AtomicI64,
    withdrawn: AtomicBool,
}

impl SigningKeys {
    /// Opens the stored keys, or makes the first one.
    pub(crate) async fn open_or_make(
        parts: &IssuerParts,
        schedule: &Schedule,
    ) -> Result<Self, KeyError> {
        let vault = Arc::new(Vault::new(
            Arc::clone(&parts.store),
            Arc::clone(&parts.clock),
            Arc::clone(&parts.entropy),
            &parts.master_key,
        ));
        let keys = Self {
            ring: ArcSwap::from_pointee(Keyring::default()),
            looked_at: AtomicI64::new(0),
            withdrawn: AtomicBool::new(false),
            vault,
        };
        let mut stored = keys.vault.stored().await?;
        if rotation::signing(&plans(&stored), keys.vault.clock.now()).is_none() {
            keys.make_due(schedule, &stored).await?;
            stored = keys.vault.stored().await?;
        }
        keys.ring.store(Arc::new(keys.open(&stored)?));
        Ok(keys)
    }

    /// The place where they are kept.
    pub(crate) fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The public halves of all keys that are published now, the signing one first.
    pub(crate) fn public(&self) -> PublicKeySet {
        self.ring.load().published(self.vault.clock.now())
    }

    /// The published key of exactly this name (TK-09).
    pub(crate) async fn find(&self, kid: &KeyId) -> Option<PublicKey> {
        let now = self.vault.clock.now();
        let known = self
            .ring
            .load()
            .find(kid, now)
            .map(|pair| pair.public().clone());
        let looked = self.looked_at.load(Ordering::Relaxed);
        if known.is_some() || now.millis().abs_diff(looked) < BETWEEN_LOOKS.as_millis() as u64 {
            return known;
        }
        // Only looks like this one count, so that a new key of another process is found at once.
        self.looked_at.store(now.millis(), Ordering::Relaxed);
        if let Err(error) = self.reread().await {
            tracing::warn!(%error, "cannot look for new signing keys");
        }
        self.ring
            .load()
            .find(kid, now)
            .map(|pair| pair.public().clone())
    }

    /// The name of the key that signs now.
    pub(crate) fn signing(&self) -> Option<KeyId> {
        let ring = self.ring.load();
        ring.signing(self.vault.clock.now())
            .map(|pair| pair.public().kid.clone())
    }

    /// What is signed with now, and then what is announced to be signed with next.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        self.ring.load().algorithms(self.vault.clock.now())
    }

    /// Announces or makes what is due, forgets what is long gone, and reads the plan again.
    pub(crate) async fn tend(&self, schedule: &Schedule) -> Result<KeySetChange, KeyError> {
        let stored = self.vault.stored().await?;
        self.make_due(schedule, &stored).await?;
        self.forget_removed(&plans(&stored)).await?;
        self.reread().await?;
        Ok(match self.withdrawn.swap(false, Ordering::AcqRel) {
            true => KeySetChange::Withdrawn,
            false => KeySetChange::Kept,
        })
    }

    /// Takes over what is stored now. A key that does not open changes nothing.
    async fn reread(&self) -> Result<(), KeyError> {
        let now = self.vault.clock.now();
        let next = Arc::new(self.open(&self.vault.stored().await?)?);
        let before = self.ring.swap(Arc::clone(&next));
        if before
            .was_published
            .iter()
            .any(|kid| next.find(kid, now).is_none())
        {
            self.withdrawn.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn open(&self, stored: &[SealedSigningKey]) -> Result<Keyring, KeyError> {
        Keyring::open(stored, &self.ring.load(), &self.vault)
    }

    async fn make_due(
        &self,
        schedule: &Schedule,
        stored: &[SealedSigningKey],
    ) -> Result<(), KeyError> {
        let now = self.vault.clock.now();
        let (active_from, what) = match rotation::due(&plans(stored), schedule, now) {
            Due::Nothing => return Ok(()),
            Due::Announced => (now + PUBLISH_BEFORE_USE, "announced by schedule"),
            Due::Active => (now, "made, because there was none"),
        };
        let made = self.vault.make(schedule.algorithm, active_from).await?;
        let mut tx = self.vault.store.begin().await?;
        self.vault.add_after(&mut *tx, &made, stored);
        if !stored.is_empty() {
            tx.audit(changed(&*self.vault.clock, &made.kid, what));
        }
        match tx.commit().await {
            // Another process that shares the database was faster.
            Err(doorward_store::StoreError::Conflict) => Ok(()),
            other => Ok(other?),
        }
    }

    async fn forget_removed(&self, plans: &[PlannedKey]) -> Result<(), KeyError> {
        let mut tx = self.vault.store.begin().await?;
        let mut forgotten = rotation::forgotten(plans, self.vault.clock.now()).peekable();
        if forgotten.peek().is_none() {
            return Ok(());
        }
        forgotten.for_each(|key| tx.forget_signing_key(&key.kid));
        match tx.commit().await {
            Err(doorward_store::StoreError::Conflict) => Ok(()),
            other => Ok(other?),
        }
    }
}

/// What is planned for the keys.
pub(crate) fn plans(stored: &[SealedSigningKey]) -> Vec<PlannedKey> {
    stored.iter().map(SealedSigningKey::plan).collect()
}

/// The record of something that happened to a key.
pub(crate) fn changed(clock: &dyn Clock, kid: &KeyId, what: &str) -> AuditEvent {
    AuditEvent::new(clock.now(), AuditKind::KeyChange, Outcome::Allowed)
        .reason(format!("{kid} {what}"))
}
