//! Signs a person in and out.

use std::{net::IpAddr, time::Duration};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    id::SessionId,
    secret::{Digest, Secret},
    session::{Method, Methods, Session},
    time::UnixTime,
    user::{User, Username},
};
use doorward_store::{StoreError, Tx};

use super::{
    entry::{Entered, Proof, Visit},
    error::SignInError,
};
use crate::{
    browser::{Arrival, SESSION, Visitor},
    limits::{Wait, peer_key, prefix_key},
    passwords::Busy,
    shared::Shared,
};

/// How many moments are tried for a sign-in that was a while ago.
const MOMENTS: u32 = 60;

/// What a person typed.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    pub(crate) password: Secret,
}

/// An attempt, and what it was counted for.
struct Attempt {
    account: Digest,
    device: Option<Digest>,
    peer: Option<IpAddr>,
    network: Option<IpAddr>,
    counted: Vec<Counted>,
}

/// The limits of one attempt.
#[derive(Clone, Copy)]
enum Counted {
    /// Of a device at an account that was signed in to on it before.
    Known(Digest),
    /// Of the peer at any other.
    Peer,
    /// Of the account among those that the network tried.
    Tried,
    /// Of the accounts that the network tried.
    Accounts,
    /// Of the network at the account.
    Share,
    /// Of the network.
    Network,
    /// Of the first tries of the network at the account.
    First,
    /// Of the account.
    Account,
}

impl Shared {
    /// Checks what was typed and enters with it.
    pub(crate) async fn sign_in(
        &self,
        typed: Credentials,
        visit: &Visit<'_>,
    ) -> Result<Entered, SignInError> {
        let (visitor, now) = (visit.visitor, self.clock.now());
        self.passwords.admits()?; // a crowd costs the store nothing (DS-01)
        let name = Username::parse(&typed.name).ok();
        let account = Digest::of(name.as_ref().map_or(typed.name.as_str(), Username::as_str));
        let turn = self.limits.sign_in_turns.take(peer_key(visitor.peer)).await;
        let _turn = turn.ok_or(Busy)?;
        let device = self.known_device(name.as_ref(), visitor).await?;
        let attempt = self.admit_sign_in(account, device, visitor.peer, now)?;
        let known = self.account(name.as_ref()).await?;
        let usable = known.as_ref().filter(|user| user.disabled_at.is_none());
        let password = usable.and_then(|user| user.password.clone());
        let verified = self.passwords.verify(typed.password, password).await;
        let right = verified.inspect_err(|_| self.give_back(&attempt))?; // nothing was tried
        let Some(user) = usable.filter(|_| right) else {
            self.refuse(name.as_ref(), visitor, now).await?;
            return Err(SignInError::Refused);
        };
        let entered = self.enter_with_password(user, visit).await?;
        self.give_back(&attempt);
        Ok(entered)
    }

    /// Counts an attempt. A device on which somebody signed in to the account before is held to
    /// what is done there, whoever else shares its address. For all others it counts for the peer, for the
    /// part that a network has of the account and of the hashing (DS-01), for how many accounts a
    /// network tries, and for the account; but the first tries of a network at an account do not depend on what others did to it,
    /// so that nobody locks an account by guessing (LG-02). Who is put off tried nothing, so
    /// nothing counts.
    fn admit_sign_in(
        &self,
        account: Digest,
        device: Option<Digest>,
        peer: Option<IpAddr>,
        now: UnixTime,
    ) -> Result<Attempt, Wait> {
        let mut attempt = Attempt {
            account,
            device,
            peer: peer_key(peer),
            network: prefix_key(peer),
            counted: Vec::new(),
        };
        let counted = self.count_all(&mut attempt, now);
        counted.inspect_err(|_| self.give_back(&attempt))?;
        Ok(attempt)
    }

    fn count_all(&self, attempt: &mut Attempt, now: UnixTime) -> Result<(), Wait> {
        if let Some(device) = attempt.device {
            return self.count(attempt, Counted::Known(device), now);
        }
        for limit in [Counted::Peer, Counted::Share, Counted::Network] {
            self.count(attempt, limit, now)?;
        }
        if self.count(attempt, Counted::Tried, now).is_ok() {
            self.count(attempt, Counted::Accounts, now)?;
        }
        let first = self.count(attempt, Counted::First, now);
        first.or_else(|_| self.count(attempt, Counted::Account, now))
    }

    /// Counts an attempt for one more limit.
    fn count(&self, attempt: &mut Attempt, limit: Counted, now: UnixTime) -> Result<(), Wait> {
        let limits = &self.limits;
        let Attempt {
            account,
            peer,
            network,
            ..
        } = *attempt;
        let taken = match limit {
            Counted::Known(device) => limits.sign_in_known.take((device, account), now),
            Counted::Peer => limits.sign_in_peer.take(peer, now),
            Counted::Tried => limits.sign_in_tried.take((network, account), now),
            Counted::Accounts => limits.sign_in_accounts.take(network, now),
            Counted::Share => limits.sign_in_share.take((network, account), now),
            Counted::Network => limits.sign_in_network.take(network, now),
            Counted::First => limits.sign_in_first.take((network, account), now),
            Counted::Account => limits.sign_in_account.take(account, now),
        };
        taken?;
        attempt.counted.push(limit);
        Ok(())
    }

    fn give_back(&self, attempt: &Attempt) {
        let (limits, share) = (&self.limits, (attempt.network, attempt.account));
        for limit in &attempt.counted {
            match limit {
                Counted::Known(device) => {
                    limits.sign_in_known.give_back(&(*device, attempt.account));
                }
                Counted::Tried => limits.sign_in_tried.give_back(&share),
                Counted::Accounts => limits.sign_in_accounts.give_back(&attempt.network),
                Counted::Peer => limits.sign_in_peer.give_back(&attempt.peer),
                Counted::Share => limits.sign_in_share.give_back(&share),
                Counted::Network => limits.sign_in_network.give_back(&attempt.network),
                Counted::First => limits.sign_in_first.give_back(&share),
                Counted::Account => limits.sign_in_account.give_back(&attempt.account),
            }
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

    /// Opens a session for `user`, who proved who they are in these ways at `at`, perhaps a while
    /// ago and elsewhere, in place of the visitor's old one, and remembers the device. Returns what
    /// the browser gets once it is committed.
    pub(crate) async fn begin_session_of(
        &self,
        tx: &mut dyn Tx,
        (user, methods): (&User, Methods),
        at: UnixTime,
        visitor: &Visitor,
    ) -> Result<Arrival, StoreError> {
        let at = self.moment_of_its_own(tx, user, at).await?;
        Ok(Arrival {
            device: self.remember_device(tx, user, visitor).await?,
            session: self.write_session(tx, (user, methods), at, visitor),
        })
    }

    /// `at`, or a few seconds before when another sign-in by the word of a provider has that
    /// moment: what stands by whose word is known by it.
    async fn moment_of_its_own(
        &self,
        tx: &mut dyn Tx,
        user: &User,
        at: UnixTime,
    ) -> Result<UnixTime, StoreError> {
        let mut own = at;
        for _ in 0..MOMENTS {
            if own >= self.clock.now() || tx.vouched_for(&user.id, own).await?.is_none() {
                return Ok(own);
            }
            own = own - Duration::from_secs(1);
        }
        Ok(own)
    }

    /// Goes on with `user`, of whom somebody else says who they are, and commits with everything
    /// that `tx` collected.
    pub(crate) async fn admit(
        &self,
        mut tx: Box<dyn Tx>,
        proof: Proof<'_>,
        visit: &Visit<'_>,
    ) -> Result<Entered, StoreError> {
        let entered = self.proceed(&mut *tx, proof, visit).await?;
        tx.commit().await?;
        Ok(entered)
    }

    /// Writes a new session in place of the visitor's old one (LG-01).
    fn write_session(
        &self,
        tx: &mut dyn Tx,
        (user, methods): (&User, Methods),
        at: UnixTime,
        visitor: &Visitor,
    ) -> Secret {
        let now = self.clock.now();
        let secret = Secret::mint(SESSION, draw(&*self.entropy));
        let federated = methods.contains(Method::Federated);
        if let Some(old) = &visitor.session {
            tx.end_session(old);
        }
        tx.add_session(&Session {
            digest: secret.digest(),
            id: SessionId::from_random(draw(&*self.entropy)),
            user: user.id.clone(),
            methods,
            created_at: now,
            authenticated_at: at,
            seen_at: now,
            expires_at: now + self.published().config.lifetimes.session,
            agent: visitor.agent.clone(),
            address: visitor.peer,
        });
        if federated {
            tx.vouch(&user.id, at);
        }
        secret
    }

    async fn account(&self, name: Option<&Username>) -> Result<Option<User>, StoreError> {
        match name {
            Some(name) => self.store.begin().await?.user_by_name(name).await,
            None => Ok(None),
        }
    }

    async fn enter_with_password(
        &self,
        user: &User,
        visit: &Visit<'_>,
    ) -> Result<Entered, SignInError> {
        let mut tx = self.store.begin().await?;
        let unchanged = tx.user(&user.id).await?.is_some_and(|again| again == *user);
        if !unchanged {
            return Err(SignInError::Refused); // changed while the password was checked
        }
        let proof = Proof {
            user,
            methods: Methods::of([Method::Password]),
            said: None,
        };
        Ok(self.admit(tx, proof, visit).await?)
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
