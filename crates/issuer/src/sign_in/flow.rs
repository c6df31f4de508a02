//! Signs a person in and out.

use std::net::IpAddr;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    secret::{Digest, Secret},
    session::Session,
    time::UnixTime,
    user::{User, Username},
};
use doorward_store::{StoreError, Tx};

use super::error::SignInError;
use crate::{
    browser::Visitor,
    limits::{Wait, peer_key, prefix_key},
    shared::Shared,
};

/// What a person typed.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    pub(crate) password: Secret,
}

/// What an attempt was counted for.
struct Attempt {
    account: Digest,
    peer: Option<IpAddr>,
    network: Option<IpAddr>,
    /// The peer signed in to the account before.
    familiar: bool,
}

impl Shared {
    /// Checks what was typed and opens a session. Returns the cookie's value.
    pub(crate) async fn sign_in(
        &self,
        typed: Credentials,
        visitor: &Visitor,
    ) -> Result<Secret, SignInError> {
        let now = self.clock.now();
        let name = Username::parse(&typed.name).ok();
        let account = Digest::of(name.as_ref().map_or(typed.name.as_str(), Username::as_str));
        let attempt = self.admit_sign_in(account, visitor.peer, now)?;
        let known = self.account(name.as_ref()).await?;
        let usable = known.as_ref().filter(|user| user.disabled_at.is_none());
        let password = usable.map(|user| user.password.clone());
        let verified = self.passwords.verify(typed.password, password).await;
        let right = verified.inspect_err(|_| self.give_back(&attempt))?; // nothing was tried
        let Some(user) = usable.filter(|_| right) else {
            self.refuse(name.as_ref(), visitor, now).await?;
            return Err(SignInError::Refused);
        };
        let secret = self.open_session(user, visitor, now).await?;
        self.give_back(&attempt);
        if !attempt.familiar {
            let Attempt { account, peer, .. } = attempt;
            self.limits.familiar.learn(account, peer, now);
        }
        Ok(secret)
    }

    /// Counts an attempt for its peer, and for the account unless that peer signed in to it
    /// before. Of what an account allows nobody uses up more than a share, from however many
    /// addresses of one network (LG-02), nor more than its part of the hashing (DS-01). Who is
    /// put off tried nothing, so nothing counts.
    fn admit_sign_in(
        &self,
        account: Digest,
        peer: Option<IpAddr>,
        now: UnixTime,
    ) -> Result<Attempt, Wait> {
        let limits = &self.limits;
        let (network, peer) = (prefix_key(peer), peer_key(peer));
        let attempt = Attempt {
            account,
            peer,
            network,
            familiar: limits.familiar.knows(account, peer),
        };
        limits.sign_in_peer.take(peer, now)?;
        if attempt.familiar {
            return Ok(attempt);
        }
        let share = limits.sign_in_share.take((network, account), now);
        let strange = share.and_then(|()| {
            let together = limits.sign_in_network.take(network, now);
            together.inspect_err(|_| limits.sign_in_share.give_back(&(network, account)))
        });
        let strange = strange.and_then(|()| {
            let account = limits.sign_in_account.take(account, now);
            account.inspect_err(|_| {
                limits.sign_in_share.give_back(&(network, attempt.account));
                limits.sign_in_network.give_back(&network);
            })
        });
        strange.inspect_err(|_| limits.sign_in_peer.give_back(&peer))?;
        Ok(attempt)
    }

    fn give_back(&self, attempt: &Attempt) {
        let limits = &self.limits;
        limits.sign_in_peer.give_back(&attempt.peer);
        if !attempt.familiar {
            let share = (attempt.network, attempt.account);
            limits.sign_in_share.give_back(&share);
            limits.sign_in_network.give_back(&attempt.network);
            limits.sign_in_account.give_back(&attempt.account);
        }
    }

    /// Ends the session, if there is one.
    pub(crate) async fn sign_out(&self, visitor: &Visitor) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let Some(signed_in) = self
            .signed_in(&mut *tx, visitor.session.as_ref(), now)
            .await?
        else {
            return Ok(());
        };
        tx.end_session(&signed_in.session.digest);
        let event = AuditEvent::new(now, AuditKind::SignOut, Outcome::Allowed);
        tx.audit(event.user(signed_in.user.name.as_str()).peer(visitor.peer));
        tx.commit().await
    }

    /// Writes a new session in place of the visitor's old one (LG-01).
    pub(crate) fn write_session(&self, tx: &mut dyn Tx, user: &User, visitor: &Visitor) -> Secret {
        let now = self.clock.now();
        let secret = Secret::mint("dws_", draw(&*self.entropy));
        if let Some(old) = &visitor.session {
            tx.end_session(old);
        }
        tx.add_session(&Session {
            digest: secret.digest(),
            user: user.id.clone(),
            authenticated_at: now,
            expires_at: now + self.published().config.lifetimes.session,
        });
        secret
    }

    async fn account(&self, name: Option<&Username>) -> Result<Option<User>, StoreError> {
        match name {
            Some(name) => self.store.begin().await?.user_by_name(name).await,
            None => Ok(None),
        }
    }

    async fn open_session(
        &self,
        user: &User,
        visitor: &Visitor,
        now: UnixTime,
    ) -> Result<Secret, SignInError> {
        let mut tx = self.store.begin().await?;
        let unchanged = tx.user(&user.id).await?.is_some_and(|again| again == *user);
        if !unchanged {
            return Err(SignInError::Refused); // changed while the password was checked
        }
        let secret = self.write_session(&mut *tx, user, visitor);
        let event = AuditEvent::new(now, AuditKind::SignIn, Outcome::Allowed);
        tx.audit(event.user(user.name.as_str()).peer(visitor.peer));
        tx.commit().await?;
        Ok(secret)
    }

    /// Records that somebody was told to come again: any number may be, so those are queued.
    pub(crate) fn note_put_off(&self, error: &SignInError, visitor: &Visitor) {
        let event = AuditEvent::new(self.clock.now(), AuditKind::SignIn, Outcome::Denied)
            .reason(error.to_string());
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a sign-in that was put off could not be recorded");
        }
    }

    async fn refuse(
        &self,
        name: Option<&Username>,
        visitor: &Visitor,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let event = AuditEvent::new(now, AuditKind::SignIn, Outcome::Denied).peer(visitor.peer);
        tx.audit(match name {
            Some(name) => event.user(name.as_str()),
            None => event,
        });
        tx.commit().await
    }
}
