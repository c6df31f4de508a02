//! Replaces a password by the word of a link.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    grant::RevocationReason,
    invitation::PasswordReset,
    revocation::Revocation,
    secret::{Digest, Secret},
    user::User,
};
use doorward_store::Tx;

use super::error::ResetError;
use crate::{browser::Visitor, shared::Shared};

/// What a person typed.
#[derive(Debug)]
pub(super) struct NewlyTyped {
    pub(super) link: Digest,
    pub(super) password: Secret,
    pub(super) again: Secret,
    /// Whether the applications of the account lose their access as well.
    pub(super) ends_grants: bool,
}

impl Shared {
    /// Whose password a link that can still be used sets.
    pub(super) async fn reset_for(&self, link: &Digest) -> Result<User, ResetError> {
        let mut tx = self.store.begin().await?;
        self.live_reset(&mut *tx, link).await.map(|(_, user)| user)
    }

    /// Sets the password. All sessions end; nobody is signed in by it, so that a second factor
    /// stays owed.
    pub(super) async fn set_by_link(
        &self,
        typed: NewlyTyped,
        visitor: &Visitor,
    ) -> Result<(), ResetError> {
        let user = self.reset_for(&typed.link).await?;
        if typed.password != typed.again {
            return Err(ResetError::Different);
        }
        let judged = self.passwords.judge(typed.password, user.known()).await??;
        let salt = draw(&*self.entropy);
        let password = self.passwords.hash(judged, salt).await?;

        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let (_, user) = self.live_reset(&mut *tx, &typed.link).await?;
        tx.use_password_reset(&typed.link);
        tx.set_password(&user.id, &password);
        tx.end_sessions_of_user(&user.id);
        if typed.ends_grants {
            tx.revoke_grants_of_user(&user.id, now, RevocationReason::UserChanged);
        }
        let event = AuditEvent::new(now, AuditKind::PasswordReset, Outcome::Allowed);
        let event = event.user(user.name.as_str()).peer(visitor.peer);
        tx.audit(event.reason(match typed.ends_grants {
            true => "password set by link, grants revoked",
            false => "password set by link",
        }));
        tx.commit().await?;
        if typed.ends_grants {
            self.revocations.add(Revocation::User(user.id), now);
        }
        Ok(())
    }

    /// Records that no password was set. There is nothing to commit with it.
    pub(super) fn note_refused_reset(&self, error: &ResetError, visitor: &Visitor) {
        if matches!(error, ResetError::CrossSite) {
            return; // recorded as such
        }
        let event = AuditEvent::new(self.clock.now(), AuditKind::PasswordReset, Outcome::Denied);
        let event = event.reason(error.to_string());
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a refused reset could not be recorded");
        }
    }

    async fn live_reset(
        &self,
        tx: &mut dyn Tx,
        link: &Digest,
    ) -> Result<(PasswordReset, User), ResetError> {
        let now = self.clock.now();
        let found = tx.password_reset(link).await?;
        let live = found.filter(|reset| reset.is_live(now));
        let reset = live.ok_or(ResetError::Link)?;
        let user = tx.user(&reset.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        Ok((reset, user.ok_or(ResetError::Link)?))
    }
}
