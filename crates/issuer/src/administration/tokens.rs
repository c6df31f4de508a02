//! Initial access tokens (RFC 7591 section 3): who may register clients here.

use std::time::Duration;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::display_name,
    entropy::draw,
    id::InitialTokenId,
    registration::InitialAccessToken,
    secret::Secret,
};
use doorward_store::Tx;

use super::{Administration, AdministrationError};

/// A token lives no longer than this: one that was lost must end by itself.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
const SHORTEST: Duration = Duration::from_secs(60);

/// An initial access token as an administrator describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInitialToken {
    /// What it is for.
    pub note: String,
    /// How many registrations it admits; none means as many as one likes.
    pub most_uses: Option<u32>,
    /// How long it admits any.
    pub lifetime: Duration,
}

impl Administration {
    /// Makes an initial access token, which is returned this once.
    pub async fn add_initial_token(
        &self,
        new: NewInitialToken,
    ) -> Result<(InitialAccessToken, Secret), AdministrationError> {
        if !(SHORTEST..=LONGEST).contains(&new.lifetime) {
            return Err(AdministrationError::InitialTokenLifetime);
        }
        if new.most_uses == Some(0) {
            return Err(AdministrationError::InitialTokenUses);
        }
        let secret = Secret::mint("dwt_", draw(&*self.entropy));
        let now = self.clock.now();
        let token = InitialAccessToken {
            id: InitialTokenId::from_random(draw(&*self.entropy)),
            digest: secret.digest(),
            note: display_name(&new.note),
            created_at: now,
            expires_at: now + new.lifetime,
            uses: 0,
            most_uses: new.most_uses,
        };
        let mut tx = self.store.begin().await?;
        tx.add_initial_access_token(&token);
        self.audit_token(&mut *tx, format!("made {}", token.id));
        tx.commit().await?;
        Ok((token, secret))
    }

    /// All initial access tokens that were made by command, newest first. What they are made
    /// of is shown to nobody again.
    pub async fn initial_tokens(&self) -> Result<Vec<InitialAccessToken>, AdministrationError> {
        Ok(self.store.begin().await?.initial_access_tokens().await?)
    }

    /// Takes an initial access token back. Clients that registered with it stay.
    pub async fn revoke_initial_token(&self, id: &str) -> Result<(), AdministrationError> {
        let id = InitialTokenId::from_known(id);
        let mut tx = self.store.begin().await?;
        let tokens = tx.initial_access_tokens().await?;
        if !tokens.iter().any(|token| token.id == id) {
            return Err(AdministrationError::NoSuchInitialToken(id.to_string()));
        }
        tx.remove_initial_access_token(&id);
        self.audit_token(&mut *tx, format!("revoked {id}"));
        Ok(tx.commit().await?)
    }

    fn audit_token(&self, tx: &mut dyn Tx, what: String) {
        let (now, kind) = (self.clock.now(), AuditKind::InitialTokenChange);
        tx.audit(AuditEvent::new(now, kind, Outcome::Allowed).reason(what));
    }
}
