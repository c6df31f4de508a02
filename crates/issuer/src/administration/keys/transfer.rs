//! Moving signing keys to another installation, always sealed.

use doorward_core::secret::Secret;
use tokio::task::spawn_blocking;

use super::{Begin, KeyAdministration, KeyAdministrationError, KeyFacts};
use crate::keys::{ExportFault, KeyError, KeyPair, Pkcs8, changed, open_exported, seal_exported};

impl KeyAdministration {
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
        match self.add(&pair, &private, begin).await {
            Err(error) if error.is_conflict() => self.add(&pair, &private, begin).await?,
            other => other?,
        }
        self.look(&pair.public().kid).await
    }

    async fn add(
        &self,
        pair: &KeyPair,
        private: &Pkcs8,
        begin: Begin,
    ) -> Result<(), KeyAdministrationError> {
        let stored = self.vault.stored().await?;
        let kid = pair.public().kid.clone();
        if stored.iter().any(|key| key.kid == kid) {
            return Err(KeyAdministrationError::AlreadyHere(kid));
        }
        let key = self.vault.seal(pair, private, self.start(begin));
        let mut tx = self.vault.store.begin().await?;
        self.vault.add_after(&mut *tx, &key, &stored);
        tx.audit(changed(&*self.vault.clock, &kid, "imported"));
        Ok(tx.commit().await?)
    }
}

/// Derives keys where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportFault> + Send + 'static,
) -> Result<T, KeyAdministrationError> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(|_| KeyError::KeyGeneration)??)
}
