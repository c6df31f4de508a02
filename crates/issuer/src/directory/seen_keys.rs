//! Keys and certificates behind a `jwks_uri` that are exchanged: a rotation is noted, a
//! replacement also voids what people approved, collected as a code or not (A-073, ADR 0010).

use doorward_core::{
    audit::AuditKind,
    client::{
        Client, ClientAuthentication, ClientKeys, OwnCertificates, PrivateKey, SeenKeys, Succession,
    },
    jwk::PublicKey,
};
use doorward_store::StoreError;

use crate::shared::Shared;

impl Shared {
    /// Notes which keys of `client` are published now, and what that means for approvals.
    /// Tokens that it has go on: what ends them is a revocation.
    pub(super) async fn see_keys(
        &self,
        client: &Client,
        key: &PrivateKey,
        published: &[PublicKey],
    ) -> Result<(), StoreError> {
        let same_address = match &client.authentication {
            ClientAuthentication::OwnCertificate(OwnCertificates::At(address)) => Some(address),
            _ => None,
        };
        match &key.keys {
            ClientKeys::Inline(_) => Ok(()), // a change of the registration itself
            // The certificates in the same set stand for it.
            ClientKeys::At(address) if Some(address) == same_address => Ok(()),
            ClientKeys::At(_) => self.see(client, &SeenKeys::of(published)).await,
        }
    }

    /// Notes what is published for `client` now. An empty set says nothing about who speaks for
    /// the client: whatever comes after it follows what was there before.
    pub(super) async fn see(&self, client: &Client, now: &SeenKeys) -> Result<(), StoreError> {
        let before = &client.seen_keys;
        let succession = before.followed_by(now);
        if succession == Succession::Same || now.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        tx.see_keys_of_client(&client.id, before, now);
        if succession == Succession::Replaced {
            tx.forget_approvals_of_client(&client.id);
        }
        if let Some(reason) = told(before, succession) {
            tx.audit(self.about(client, AuditKind::ClientChange, reason));
        }
        match tx.commit().await {
            Err(StoreError::Conflict) => Ok(()), // somebody saw them at the same time
            outcome => outcome,
        }
    }
}

/// What the audit log tells; nothing when keys are seen for the first time.
fn told(before: &SeenKeys, succession: Succession) -> Option<&'static str> {
    match succession {
        Succession::Replaced => {
            Some("everything behind its jwks_uri was replaced: consent is asked for again")
        }
        Succession::Continued if *before == SeenKeys::default() => None,
        Succession::Continued => Some("keys behind its jwks_uri were rotated"),
        Succession::Same => None,
    }
}
