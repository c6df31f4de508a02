//! Whose account it is: the linked one, a new one, or nobody's yet.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    federation::{FederatedAccount, names},
    grant::RevocationReason,
    group::{GroupName, GroupSource},
    id::UserId,
    revocation::Revocation,
    secret::Secret,
    session::{Method, Methods},
    user::{DisplayName, MailAddress, Role, User, Username},
};
use doorward_federation::{Arrived, NotAdmitted, Profile, Provider, RelyingParty};
use doorward_store::{StoreError, Tx};

use super::{error::FederationRefused, under_way::Offer};
use crate::{
    browser::{Arrival, Visitor},
    shared::Shared,
};

/// Somebody who comes to sign in.
pub(super) struct Coming<'a> {
    pub(super) party: &'a RelyingParty,
    pub(super) arrived: &'a Arrived,
    /// What waits.
    pub(super) flow: &'a str,
    /// The browser.
    pub(super) browser: &'a Secret,
}

/// What becomes of them.
pub(super) enum Entered {
    /// They are signed in.
    In(Arrival),
    /// They may be somebody whom we know; this names the offer of a link.
    Offered(Secret),
}

impl Coming<'_> {
    fn provider(&self) -> &Provider {
        self.party.provider()
    }

    fn profile(&self) -> &Profile {
        &self.arrived.profile
    }

    /// Their address, once it is known to be theirs (LG-05).
    fn own_address(&self) -> Option<MailAddress> {
        let mail = self.profile().mail.as_ref().filter(|mail| mail.verified)?;
        MailAddress::parse(&mail.address).ok()
    }
}

impl Shared {
    /// Lets somebody in, or not. Whoever loses a race for a name or a link gets another try.
    pub(super) async fn enter(
        &self,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        match self.enter_once(coming, visitor).await {
            Err(FederationRefused::Store(StoreError::Conflict)) => {
                self.enter_once(coming, visitor).await
            }
            outcome => outcome,
        }
    }

    async fn enter_once(
        &self,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        let mut tx = self.store.begin().await?;
        let link = tx.account_link(&coming.profile().foreign).await?;
        let admitted = coming.provider().allow.judge(coming.profile());
        match (link, admitted) {
            (Some(link), Ok(())) => self.enter_linked(tx, link, (coming, visitor)).await,
            (Some(link), Err(reason)) => {
                self.end_word_on(tx, &link, coming.provider(), &reason)
                    .await?;
                Err(reason.into())
            }
            (None, Ok(())) => self.enter_new(tx, coming, visitor).await,
            (None, Err(reason)) => Err(reason.into()),
        }
    }

    async fn enter_linked(
        &self,
        mut tx: Box<dyn Tx>,
        link: AccountLink,
        (coming, visitor): (&Coming<'_>, &Visitor),
    ) -> Result<Entered, FederationRefused> {
        let user = tx.user(&link.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(FederationRefused::Disabled)?;
        tx.use_account_link(&link, self.clock.now());
        let user = self.follow_role(&mut *tx, user, coming).await?;
        self.begin_federated(tx, &user, (coming, visitor)).await
    }

    /// Somebody who was never here: an account whose owner may be the same person is not touched.
    async fn enter_new(
        &self,
        mut tx: Box<dyn Tx>,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        if let Some(user) = self.same_address(&mut *tx, coming).await? {
            return self.offer_for_address(&user, coming, visitor).await;
        }
        if !tx.has_users().await? {
            return Err(FederationRefused::NotSetUp); // AD-03
        }
        if !coming.provider().create {
            return Err(FederationRefused::NoAccount);
        }
        let user = self.newcomer(&mut *tx, coming).await?;
        let now = self.clock.now();
        tx.add_user(&user);
        tx.add_account_link(&AccountLink {
            foreign: coming.profile().foreign.clone(),
            user: user.id.clone(),
            created_at: now,
            used_at: Some(now),
        });
        let event = AuditEvent::new(now, AuditKind::UserChange, Outcome::Allowed)
            .user(user.name.as_str())
            .reason(format!("added by {}", coming.provider().name))
            .peer(visitor.peer);
        tx.audit(event);
        self.begin_federated(tx, &user, (coming, visitor)).await
    }

    /// Signs in who is `user`, and keeps what the provider says.
    async fn begin_federated(
        &self,
        mut tx: Box<dyn Tx>,
        user: &User,
        (coming, visitor): (&Coming<'_>, &Visitor),
    ) -> Result<Entered, FederationRefused> {
        self.keep_word(&mut *tx, user, coming).await?;
        let methods = Methods::of([Method::Federated]);
        let how = format!("by {}", coming.provider().name);
        let admitted = self.admit(tx, (user, methods, &how), visitor).await?;
        Ok(Entered::In(admitted))
    }

    /// Keeps what the provider can be asked again with, and the groups that it says.
    /// Some give that only at the first sign-in: then the one from before stays.
    async fn keep_word(
        &self,
        tx: &mut dyn Tx,
        user: &User,
        coming: &Coming<'_>,
    ) -> Result<(), StoreError> {
        let (now, foreign) = (self.clock.now(), &coming.profile().foreign);
        let before = tx.federated_account(foreign).await?;
        let before = before.and_then(|account| account.sealed);
        let kept = coming.arrived.kept.as_ref();
        let sealed = kept.map(|kept| self.seal_kept(foreign, kept)).or(before);
        let asks = coming.provider().refresh_every.is_some();
        tx.keep_federated_account(&FederatedAccount {
            foreign: foreign.clone(),
            user: user.id.clone(),
            provider: coming.provider().name.to_string(),
            sealed: sealed.filter(|_| asks),
            session: coming.arrived.session.clone(),
            signed_in_at: now,
            asked_at: now,
            heard_at: now,
        });
        self.follow_groups(tx, &user.id, coming.provider(), coming.profile());
        Ok(())
    }

    /// Takes over the groups that the provider says, when it says all.
    pub(super) fn follow_groups(
        &self,
        tx: &mut dyn Tx,
        user: &UserId,
        provider: &Provider,
        profile: &Profile,
    ) {
        let Some(groups) = provider.groups.apply(&profile.memberships) else {
            return;
        };
        let named = groups.iter().filter_map(|name| GroupName::parse(name).ok());
        let named: Vec<GroupName> = named.collect();
        let source = GroupSource::Provider(provider.name.to_string());
        tx.set_groups_of_user(user, &source, &named);
    }

    /// The role that the groups bring, where the operator leaves roles to the provider. The last
    /// administrator stays one.
    async fn follow_role(
        &self,
        tx: &mut dyn Tx,
        user: User,
        coming: &Coming<'_>,
    ) -> Result<User, StoreError> {
        let role = coming.provider().roles.apply(&coming.profile().memberships);
        let Some(role) = role.filter(|role| *role != user.role) else {
            return Ok(user);
        };
        let can = |other: &User| other.role == Role::Administrator && other.disabled_at.is_none();
        if can(&user)
            && !tx
                .users()
                .await?
                .iter()
                .any(|it| it.id != user.id && can(it))
        {
            tracing::warn!(user = %user.name, "the last administrator stays one, whatever groups say");
            return Ok(user);
        }
        tx.set_role(&user.id, role);
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserChange, Outcome::Allowed);
        let what = format!("role {} by {}", role.as_str(), coming.provider().name);
        tx.audit(event.user(user.name.as_str()).reason(what));
        Ok(User { role, ..user })
    }

    /// An account with a name that is free, and that no rule of the configuration names.
    async fn newcomer(
        &self,
        tx: &mut dyn Tx,
        coming: &Coming<'_>,
    ) -> Result<User, FederationRefused> {
        let profile = coming.profile();
        let mail = coming.own_address();
        let address = mail.as_ref().map(MailAddress::as_str);
        let suggested = profile.name.as_deref().or(address).unwrap_or_default();
        let display = profile.display_name.as_deref();
        let role = coming.provider().roles.apply(&profile.memberships);
        Ok(User {
            id: UserId::from_random(draw(&*self.entropy)),
            name: self.free_name(tx, suggested).await?,
            role: role.unwrap_or(Role::Member),
            password: None,
            display_name: display.and_then(|name| DisplayName::parse(name).ok()),
            mail,
            created_at: self.clock.now(),
            disabled_at: None,
        })
    }

    async fn free_name(
        &self,
        tx: &mut dyn Tx,
        suggested: &str,
    ) -> Result<Username, FederationRefused> {
        let published = self.published();
        let reserved = &published.config.federation.reserved;
        for name in names(suggested).filter(|name| !reserved.contains(name)) {
            if tx.user_by_name(&name).await?.is_none() {
                return Ok(name);
            }
        }
        Err(FederationRefused::NoName)
    }

    /// The one account with their verified address. That it is theirs is not said by that.
    async fn same_address(
        &self,
        tx: &mut dyn Tx,
        coming: &Coming<'_>,
    ) -> Result<Option<User>, StoreError> {
        let Some(address) = coming.own_address() else {
            return Ok(None);
        };
        let mut having = tx.users_by_mail(&address).await?;
        having.retain(|user| user.disabled_at.is_none());
        Ok(match having.len() {
            1 => having.pop(),
            _ => None,
        })
    }

    /// Nothing is linked by an address alone: whoever has it proves the account, or the operator
    /// takes the word of this provider, and never for an administrator (LG-05).
    async fn offer_for_address(
        &self,
        user: &User,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        let proven = coming.provider().link_by_mail && user.role == Role::Member;
        let event = AuditEvent::new(self.clock.now(), AuditKind::LinkRefused, Outcome::Denied)
            .user(user.name.as_str())
            .reason(format!(
                "{}: the same address is no proof",
                coming.provider().name
            ))
            .peer(visitor.peer);
        self.note_stranger(event, visitor.peer)?;
        let whose = (coming.arrived, user.id.clone(), proven);
        let where_to = (coming.browser, coming.flow);
        let offer = self.write_offer(coming.party, whose, where_to).await?;
        Ok(Entered::Offered(offer))
    }

    /// Writes down the offer of a link, for this browser.
    pub(super) async fn write_offer(
        &self,
        party: &RelyingParty,
        (arrived, user, proven): (&Arrived, UserId, bool),
        (browser, flow): (&Secret, &str),
    ) -> Result<Secret, StoreError> {
        let profile = &arrived.profile;
        let called = profile.name.as_deref();
        let called = called.unwrap_or(profile.foreign.subject());
        let offer = Offer {
            foreign: profile.foreign.clone(),
            called: doorward_core::client::display_name(called),
            user,
            proven,
            flow: flow.to_owned(),
        };
        let secret = self.random("dwo_");
        let mut tx = self.store.begin().await?;
        let key = (&party.provider().name, &secret, browser);
        self.await_return(&mut *tx, key, &offer);
        tx.commit().await?;
        Ok(secret)
    }

    /// A linked person is not admitted any more: what stands by the word of the provider ends
    ///
    async fn end_word_on(
        &self,
        tx: Box<dyn Tx>,
        link: &AccountLink,
        provider: &Provider,
        reason: &NotAdmitted,
    ) -> Result<(), StoreError> {
        if matches!(reason, NotAdmitted::GroupsUnknown) {
            return Ok(()); // it did not say that they lost anything
        }
        let account = (&link.user, &link.foreign);
        self.end_vouched(tx, account, (provider, &reason.to_string()))
            .await
    }

    /// Tells verifiers of this process which grants were just revoked: all that there are once the
    /// revocation is committed. When they cannot be read, everything of the user is looked at anew.
    pub(super) async fn tell_of_vouched(
        &self,
        (user, foreign): (&UserId, &ForeignSubject),
        session: Option<&str>,
    ) {
        let grants = async {
            let mut tx = self.store.begin().await?;
            tx.vouched_grants(user, foreign, session).await
        };
        let now = self.clock.now();
        match grants.await {
            Ok(grants) => {
                for grant in grants {
                    self.revocations.add(Revocation::Grant(grant), now);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the grants that ended cannot be read");
                self.revocations.add(Revocation::User(user.clone()), now);
            }
        }
    }

    /// Ends the sessions and grants that stand by the word of `provider` on somebody.
    pub(super) async fn end_vouched(
        &self,
        mut tx: Box<dyn Tx>,
        (user, foreign): (&UserId, &ForeignSubject),
        (provider, reason): (&Provider, &str),
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let name = tx.user(user).await?.map(|user| user.name);
        tx.end_vouched(user, foreign, None);
        tx.revoke_vouched(user, foreign, None, now, RevocationReason::AccessLost);
        let source = GroupSource::Provider(provider.name.to_string());
        tx.set_groups_of_user(user, &source, &[]);
        let event = AuditEvent::new(now, AuditKind::AccessLost, Outcome::Denied);
        let event = event.reason(format!("{}: {reason}", provider.name));
        tx.audit(match &name {
            Some(name) => event.user(name.as_str()),
            None => event,
        });
        tx.commit().await?;
        self.tell_of_vouched((user, foreign), None).await;
        tracing::warn!(provider = %provider.name, reason, "somebody lost access: their sessions and grants by this provider ended");
        Ok(())
    }
}
