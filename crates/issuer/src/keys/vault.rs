//! Where signing keys are kept: the store, sealed under the master key.

use std::sync::Arc;

use doorward_core::{
    clock::Clock,
    entropy::{Entropy, draw},
    jwk::Algorithm,
    once::{OneTime, Purpose},
    seal::SealingKey,
    time::UnixTime,
};
use doorward_store::{SealedSigningKey, Store, Tx};
use zeroize::Zeroizing;

use super::{KeyError, KeyPair, pair::Pkcs8};
use crate::issuer::MasterKey;

/// Makes, seals, opens and adds keys.
pub(crate) struct Vault {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    sealing: SealingKey,
}

impl Vault {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        master_key: &MasterKey,
    ) -> Self {
        Self {
            sealing: SealingKey::derive(master_key.as_bytes(), "signing key"),
            store,
            clock,
            entropy,
        }
    }

    /// All keys, latest to sign first.
    pub(crate) async fn stored(&self) -> Result<Vec<SealedSigningKey>, KeyError> {
        Ok(self.store.begin().await?.signing_keys().await?)
    }

    /// A new key, sealed, which is not stored yet.
    pub(crate) async fn make(
        &self,
        algorithm: Algorithm,
        active_from: UnixTime,
    ) -> Result<SealedSigningKey, KeyError> {
        // An RSA key takes long enough to be felt by others on the same thread.
        let made = tokio::task::spawn_blocking(move || KeyPair::generate(algorithm));
        let (pair, private) = made.await.ok().flatten().ok_or(KeyError::KeyGeneration)?;
        Ok(self.seal(&pair, &private, active_from))
    }

    /// Seals a key.
    pub(crate) fn seal(
        &self,
        pair: &KeyPair,
        private: &Pkcs8,
        active_from: UnixTime,
    ) -> SealedSigningKey {
        let public = pair.public().clone();
        let context = public.kid.as_str().as_bytes();
        SealedSigningKey {
            kid: public.kid.clone(),
            algorithm: public.alg,
            sealed_private: self.sealing.seal(draw(&*self.entropy), context, private),
            public,
            created_at: self.clock.now(),
            active_from,
            retirement: None,
        }
    }

    /// Opens a key: its private half in clear.
    pub(crate) fn open(&self, stored: &SealedSigningKey) -> Result<Pkcs8, KeyError> {
        self.sealing
            .open(stored.kid.as_str().as_bytes(), &stored.sealed_private)
            .map(Zeroizing::new)
            .map_err(|_| KeyError::WrongMasterKey)
    }

    /// Opens a key for use. What it publishes must be its own public half.
    pub(crate) fn pair(&self, stored: &SealedSigningKey) -> Result<KeyPair, KeyError> {
        let private = self.open(stored)?;
        let pair = KeyPair::parse(stored.algorithm, &private);
        pair.filter(|pair| pair.public().material == stored.public.material)
            .ok_or(KeyError::DamagedKey)
    }

    /// Adds a key, given what is `stored`. Of two that saw the same, one gets a conflict:
    /// processes that share a database announce one key, not one each.
    pub(crate) fn add_after(
        &self,
        tx: &mut dyn Tx,
        key: &SealedSigningKey,
        stored: &[SealedSigningKey],
    ) {
        let newest = stored.iter().max_by_key(|key| (key.created_at, &key.kid));
        let newest = newest.map_or("", |key| key.kid.as_str());
        let count = stored.len().to_string();
        let place = OneTime::named(Purpose::SigningKey, newest, &count);
        tx.use_once(&place, self.clock.now());
        tx.add_signing_key(key);
    }

    /// Salt for a key derivation.
    pub(crate) fn salt(&self) -> [u8; 16] {
        draw(&*self.entropy)
    }

    /// A nonce.
    pub(crate) fn nonce(&self) -> [u8; 12] {
        draw(&*self.entropy)
    }
}
