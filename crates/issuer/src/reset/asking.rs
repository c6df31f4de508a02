//! What happens behind the answer of `/forgot`.
//!
//! A bounded number of requests is looked after at once; whatever comes beyond is
//! dropped and logged, since the answer has left already. An account is written to a
//! few times an hour, whoever asks from wherever, so that nobody's letter box is filled.

use std::{net::IpAddr, sync::Arc};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    invitation::{PASSWORD_RESET, PasswordReset},
    secret::{Digest, Secret},
    user::{MailAddress, User, Username},
};
use doorward_store::StoreError;
use tokio::sync::Semaphore;

use crate::{
    letters::Asked,
    limits::{Wait, prefix_key},
    shared::Shared,
};

/// How many requests are looked after at once.
const AT_ONCE: usize = 32;
/// The most accounts that one address stands for.
const MOST_ACCOUNTS: usize = 5;

/// Requests that are looked after right now.
pub(crate) struct Asking(Arc<Semaphore>);

impl Default for Asking {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Shared {
    /// Takes a request for a new password, in the same time whoever is meant.
    pub(super) fn ask_for_reset(
        self: &Arc<Self>,
        typed: String,
        peer: Option<IpAddr>,
    ) -> Result<(), Wait> {
        let network = prefix_key(peer);
        self.limits.reset_network.take(network, self.clock.now())?;
        let Ok(place) = Arc::clone(&self.asking.0).try_acquire_owned() else {
            tracing::warn!("too many forgotten passwords at once: one is not looked after");
            return Ok(());
        };
        let issuer = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = issuer.write_to(&typed, peer).await {
                tracing::error!(%error, "a forgotten password could not be looked after");
            }
            drop(place);
        });
        Ok(())
    }

    /// Writes to the accounts that are meant.
    async fn write_to(&self, typed: &str, peer: Option<IpAddr>) -> Result<(), StoreError> {
        let meant = self.meant(typed).await?;
        if meant.is_empty() {
            let event = self.reset_event(Outcome::Denied, peer);
            return self.note_stranger(event.reason("no account with an address"), peer);
        }
        for user in meant {
            self.write_to_one(&user, peer).await?;
        }
        Ok(())
    }

    async fn meant(&self, typed: &str) -> Result<Vec<User>, StoreError> {
        let mut tx = self.store.begin().await?;
        let mut meant = match Username::parse(typed) {
            Ok(name) => tx.user_by_name(&name).await?.into_iter().collect(),
            Err(_) => Vec::new(),
        };
        if meant.is_empty()
            && let Ok(mail) = MailAddress::parse(typed)
        {
            meant = tx.users_by_mail(&mail).await?;
        }
        meant.retain(|user: &User| user.disabled_at.is_none() && user.mail.is_some());
        meant.truncate(MOST_ACCOUNTS);
        Ok(meant)
    }

    async fn write_to_one(&self, user: &User, peer: Option<IpAddr>) -> Result<(), StoreError> {
        let (now, account) = (self.clock.now(), Digest::of(user.id.as_str()));
        if self.limits.reset_account.take(account, now).is_err() {
            let event = self.reset_event(Outcome::Denied, peer);
            let event = event.user(user.name.as_str());
            return self.note_stranger(event.reason("asked for too often"), peer);
        }
        let secret = Secret::mint("dwp_", draw(&*self.entropy));
        let mut tx = self.store.begin().await?;
        tx.replace_password_reset(&PasswordReset {
            digest: secret.digest(),
            user: user.id.clone(),
            created_at: now,
            expires_at: now + PASSWORD_RESET,
        });
        let event = self.reset_event(Outcome::Allowed, peer);
        tx.audit(event.user(user.name.as_str()).reason("link sent by mail"));
        tx.commit().await?;
        // LG-09: from the configured URL, whatever host was asked
        let link = format!("{}/reset?token={}", self.url.as_str(), secret.expose());
        let letter = self.reset_letter(user, &link, Asked::OnThePage);
        if let (Some(post), Some(letter)) = (&self.post, letter)
            && let Err(error) = post.post(letter)
        {
            tracing::error!(%error, user = %user.name, "a link to a new password is not sent");
        }
        Ok(())
    }

    fn reset_event(&self, outcome: Outcome, peer: Option<IpAddr>) -> AuditEvent {
        AuditEvent::new(self.clock.now(), AuditKind::PasswordReset, outcome).peer(peer)
    }
}
