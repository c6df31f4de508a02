//! What a person approved, and is not asked again.

use doorward_core::{
    audit::AuditKind,
    client::Client,
    consent::{Consent, ConsentKey},
};
use doorward_store::StoreError;

use super::{AccountError, Accounts, Visit};

impl Accounts {
    /// What is remembered of the person's answers, the latest first, with the clients that are
    /// still known.
    pub async fn approvals(
        &self,
        visit: &Visit,
    ) -> Result<Vec<(Consent, Option<Client>)>, StoreError> {
        let mut tx = self.0.store.begin().await?;
        let (now, mut consents) = (self.now(), tx.consents_of(&visit.user().id).await?);
        consents.retain(|consent| consent.given.ends_at.is_none_or(|end| now < end));
        let mut approvals = Vec::with_capacity(consents.len());
        for consent in consents {
            let client = tx.client(&consent.key.client).await?;
            approvals.push((consent, client));
        }
        Ok(approvals)
    }

    /// Forgets one of them: the next request asks again. `key` may name anybody; only what is
    /// the visitor's goes (AD-02).
    pub async fn forget_approval(
        &self,
        visit: &Visit,
        key: ConsentKey,
    ) -> Result<(), AccountError> {
        let key = ConsentKey {
            user: visit.user().id.clone(),
            ..key
        };
        let mut tx = self.0.store.begin().await?;
        let event = self.did(visit, AuditKind::Forget, "a remembered approval");
        tx.audit(event.client(key.client.as_str()));
        tx.forget_consent(&key);
        Ok(tx.commit().await?)
    }
}
