//! The word of a provider on a person: kept, followed, and what ends when it is taken back.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, AuditKind, Outcome},
    federation::FederatedAccount,
    grant::RevocationReason,
    group::{GroupName, GroupSource},
    id::UserId,
    revocation::Revocation,
    user::{Role, User},
};
use doorward_federation::{NotAdmitted, Profile, Provider};
use doorward_store::{StoreError, Tx};

use crate::{administration::is_last_administrator, shared::Shared};

/// What a provider said when somebody came.
pub(super) struct Word<'a> {
    pub(super) provider: &'a Provider,
    pub(super) profile: &'a Profile,
    /// What it can be asked again with, sealed.
    pub(super) sealed: Option<Vec<u8>>,
    /// What it calls its session.
    pub(super) session: Option<&'a str>,
}

impl Shared {
    /// Keeps what the provider can be asked again with, and the groups that it says.
    /// Some give that only at the first sign-in: then the one from before stays.
    pub(super) async fn keep_word(
        &self,
        tx: &mut dyn Tx,
        user: &User,
        word: Word<'_>,
    ) -> Result<(), StoreError> {
        let (now, foreign) = (self.clock.now(), &word.profile.foreign);
        let before = tx.federated_account(foreign).await?;
        let before = before.and_then(|account| account.sealed);
        let sealed = word.sealed.or(before);
        let asks = word.provider.refresh_every.is_some();
        tx.keep_federated_account(&FederatedAccount {
            foreign: foreign.clone(),
            user: user.id.clone(),
            provider: word.provider.name.to_string(),
            sealed: sealed.filter(|_| asks),
            session: word.session.map(str::to_owned),
            signed_in_at: now,
            asked_at: now,
            heard_at: now,
        });
        self.follow_groups(tx, &user.id, word.provider, word.profile)
            .await
    }

    /// Takes over the groups that the provider says, when it says all.
    pub(super) async fn follow_groups(
        &self,
        tx: &mut dyn Tx,
        user: &UserId,
        provider: &Provider,
        profile: &Profile,
    ) -> Result<(), StoreError> {
        let Some(groups) = provider.groups.apply(&profile.memberships) else {
            return Ok(());
        };
        let named = groups.iter().filter_map(|name| GroupName::parse(name).ok());
        let named: Vec<GroupName> = named.collect();
        let source = GroupSource::Provider(provider.name.to_string());
        self.say_groups(tx, (user, &source), &named).await
    }

    /// The role that the groups bring, where the operator leaves roles to the provider. The last
    /// administrator stays one: whoever loses the race for that, by a conflict, comes again and
    /// finds themselves the last (AD-03).
    pub(super) async fn follow_role(
        &self,
        tx: &mut dyn Tx,
        user: User,
        (provider, profile): (&Provider, &Profile),
    ) -> Result<User, StoreError> {
        let role = provider.roles.apply(&profile.memberships);
        let Some(role) = role.filter(|role| *role != user.role) else {
            return Ok(user);
        };
        if role != Role::Administrator && is_last_administrator(&tx.users().await?, &user) {
            tracing::warn!(user = %user.name, "the last administrator stays one, whatever groups say");
            return Ok(user);
        }
        tx.set_role(&user.id, role);
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserChange, Outcome::Allowed);
        let what = format!("role {} by {}", role.as_str(), provider.name);
        tx.audit(event.user(user.name.as_str()).reason(what));
        Ok(User { role, ..user })
    }

    /// A linked person is not admitted any more: what stands by the word of the provider ends
    ///
    pub(super) async fn end_word_on(
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

    /// Tells verifiers of this process that what a user got by assertions was revoked.
    pub(super) async fn tell_of_asserted(&self, user: &UserId) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let grants = tx.grants(Some(user), None).await?;
        for grant in grants
            .into_iter()
            .filter(|it| it.authenticated_at.is_none())
        {
            let what = Revocation::Grant(grant.id);
            self.revocations.add(what, self.clock.now());
        }
        Ok(())
    }

    /// Ends the sessions and grants that stand by the word of `provider` on somebody, and what
    /// assertions brought them: the same identity provider may have made those, and whoever is
    /// still known to another asks again.
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
        tx.revoke_asserted_grants_of_user(user, now, RevocationReason::AccessLost);
        let source = GroupSource::Provider(provider.name.to_string());
        self.say_groups(&mut *tx, (user, &source), &[]).await?;
        let event = AuditEvent::new(now, AuditKind::AccessLost, Outcome::Denied);
        let event = event.reason(format!("{}: {reason}", provider.name));
        tx.audit(match &name {
            Some(name) => event.user(name.as_str()),
            None => event,
        });
        tx.commit().await?;
        self.tell_of_asserted(user).await?;
        self.tell_of_vouched((user, foreign), None).await;
        tracing::warn!(provider = %provider.name, reason, "somebody lost access: their sessions and grants by this provider ended");
        Ok(())
    }
}
