//! Exchanging signing keys, and taking them out of service.

use doorward_core::{
    id::KeyId,
    jwk::Algorithm,
    rotation::{self, KeyState, Retirement},
};
use doorward_store::{SealedSigningKey, Tx};

use super::{Begin, KeyAdministration, KeyAdministrationError, KeyFacts};
use crate::keys::{changed, plans};

impl KeyAdministration {
    /// Lets another key take over: a new one, or at once the one that is announced.
    pub async fn rotate(&self, begin: Begin) -> Result<KeyFacts, KeyAdministrationError> {
        let kid = match self.try_rotate(begin).await {
            Err(error) if error.is_conflict() => self.try_rotate(begin).await?,
            other => other?,
        };
        self.look(&kid).await
    }

    async fn try_rotate(&self, begin: Begin) -> Result<KeyId, KeyAdministrationError> {
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
    }

    /// Takes a key out of service: it signs nothing any more. What it signed stays valid
    /// until it expires, unless somebody else may have the key. When it was the one that
    /// signs, another takes over at once.
    pub async fn retire(
        &self,
        kid: &str,
        compromised: bool,
    ) -> Result<KeyFacts, KeyAdministrationError> {
        let kid = match self.try_retire(kid, compromised).await {
            Err(error) if error.is_conflict() => self.try_retire(kid, compromised).await?,
            other => other?,
        };
        self.look(&kid).await
    }

    async fn try_retire(
        &self,
        kid: &str,
        compromised: bool,
    ) -> Result<KeyId, KeyAdministrationError> {
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
        let begin = match rotation::signing(&plans(stored), self.vault.clock.now()) {
            Some(_) => begin,
            None => Begin::Now, // nobody waits for anything
        };
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

    /// As configured; without a running process, as before.
    fn algorithm(&self, stored: &[SealedSigningKey]) -> Algorithm {
        let configured = self
            .running
            .as_ref()
            .map(|it| it.published().config.keys.algorithm);
        let before = stored.first().map(|key| key.algorithm);
        configured.or(before).unwrap_or(Algorithm::Es256)
    }
}
