//! What identity providers that provision do to accounts and groups (SCIM).
//!
//! The same rules as for an administrator at the command line: whoever loses access loses it
//! everywhere, the last administrator stays, and every change is a record in its own commit, which
//! names the provider. Whether a provider may do it at all was decided before
//! ([`doorward_core::provisioning::Authority`]).

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    grant::RevocationReason,
    group::{Group, GroupName, GroupSource, Membership},
    id::{ProvisioningTokenId, UserId},
    provisioning::{ProvisionerName, ProvisioningToken},
    revocation::Revocation,
    secret::Secret,
    time::UnixTime,
    user::{DisplayName, MailAddress, Role, User, Username},
};
use doorward_store::{StoreError, Tx};

use super::{
    Administration, AdministrationError,
    users::{administers, is_less},
};
use crate::{
    groups::{GroupsSaid, cut},
    limits::Noted,
    refusals::MORE,
};

/// One change by a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvisionedChange {
    /// An account is made.
    Add(User),
    /// An account that was there becomes the provider's.
    Adopt(User),
    /// An account gets another sign-in name.
    Rename(User, Username),
    /// An account is called otherwise, or not at all.
    CallOtherwise(User, Option<DisplayName>),
    /// Messages go elsewhere, or nowhere.
    MailElsewhere(User, Option<MailAddress>),
    /// An account may do something else.
    GiveRole(User, Role),
    /// An account cannot be used any more.
    Disable(User),
    /// An account can be used again.
    Enable(User),
    /// An account goes.
    Remove(User),
    /// The provider does not speak for an account any more, which stays.
    Release(User),
    /// A group is made.
    AddGroup(Group),
    /// A group is called otherwise, here or there.
    ReplaceGroup {
        /// As it was.
        before: Group,
        /// As it is.
        now: Group,
    },
    /// A group goes.
    RemoveGroup(Group),
    /// Somebody is in a group.
    Join(User, GroupName),
    /// Somebody is not in a group any more.
    Leave(User, GroupName),
}

/// Changes that were written and audited, and are not committed yet.
#[derive(Debug, Default)]
#[must_use = "what was prepared has no effect until it is committed"]
pub struct PreparedChanges {
    ended: Vec<UserId>,
    cut: Vec<GroupsSaid>,
}

impl Administration {
    /// Writes `changes` of a provider and their records into `tx`, in order.
    pub async fn prepare_provisioned(
        &self,
        tx: &mut dyn Tx,
        provider: &ProvisionerName,
        changes: &[ProvisionedChange],
    ) -> Result<PreparedChanges, AdministrationError> {
        expect_an_administrator(tx, changes).await?;
        let mut prepared = PreparedChanges::default();
        let now = self.clock.now();
        for user in losing_groups(tx, changes).await? {
            prepared.cut.push(cut(tx, &user, now).await?);
        }
        for change in changes {
            change.write(tx, provider, now);
            prepared
                .ended
                .extend(change.ends().map(|user| user.id.clone()));
            let (kind, user, what) = change.describe();
            let event = AuditEvent::new(now, kind, Outcome::Allowed);
            let event = event.reason(format!("{what} by scim:{provider}"));
            tx.audit(match user {
                Some(user) => event.user(user.name.as_str()),
                None => event,
            });
        }
        Ok(prepared)
    }

    /// Commits what was prepared in `tx`, and tells verifiers whose access ended.
    pub async fn commit_provisioned(
        &self,
        tx: Box<dyn Tx>,
        prepared: PreparedChanges,
    ) -> Result<(), StoreError> {
        tx.commit().await?;
        let now = self.clock.now();
        for user in prepared.ended {
            self.revocations.add(Revocation::User(user), now);
        }
        for cut in prepared.cut {
            cut.tell(&self.revocations);
        }
        Ok(())
    }

    /// Makes a token for a provider, which is returned this once.
    pub async fn add_provisioning_token(
        &self,
        provider: ProvisionerName,
        lifetime: Option<Duration>,
    ) -> Result<(ProvisioningToken, Secret), AdministrationError> {
        let secret = Secret::mint("dws_", draw(&*self.entropy));
        let now = self.clock.now();
        let token = ProvisioningToken {
            id: ProvisioningTokenId::from_random(draw(&*self.entropy)),
            provider,
            digest: secret.digest(),
            created_at: now,
            expires_at: lifetime.map(|lifetime| now + lifetime),
        };
        let mut tx = self.store.begin().await?;
        tx.add_provisioning_token(&token);
        let what = format!("made {} for scim:{}", token.id, token.provider);
        tx.audit(self.event(AuditKind::ProvisioningToken, "").reason(what));
        tx.commit().await?;
        Ok((token, secret))
    }

    /// All tokens of providers that were made by command, newest first. What they are made of is
    /// shown to nobody again.
    pub async fn provisioning_tokens(&self) -> Result<Vec<ProvisioningToken>, AdministrationError> {
        Ok(self.store.begin().await?.provisioning_tokens().await?)
    }

    /// Takes a token back. What was provisioned with it stays.
    pub async fn revoke_provisioning_token(&self, id: &str) -> Result<(), AdministrationError> {
        let id = ProvisioningTokenId::from_known(id);
        let mut tx = self.store.begin().await?;
        let tokens = tx.provisioning_tokens().await?;
        if !tokens.iter().any(|token| token.id == id) {
            return Err(AdministrationError::NoSuchProvisioningToken(id.to_string()));
        }
        tx.remove_provisioning_token(&id);
        let what = format!("revoked {id}");
        tx.audit(self.event(AuditKind::ProvisioningToken, "").reason(what));
        Ok(tx.commit().await?)
    }

    /// Records, before it is told, that a provider was refused which proved who it is.
    pub async fn note_provisioning_refused(
        &self,
        provider: &ProvisionerName,
        why: &str,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let event = self.provisioning_refused(format!("{why} (scim:{provider})"));
        tx.audit(event.peer(peer));
        tx.commit().await
    }

    /// Records that somebody was refused who may be anybody, as far as `noted` has it.
    pub fn note_stranger_provisioning(
        &self,
        noted: Noted,
        why: String,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let why = match noted {
            Noted::Whole => why,
            Noted::More => MORE.to_owned(),
            Noted::Not => return Ok(()),
        };
        self.store.record(self.provisioning_refused(why).peer(peer))
    }

    fn provisioning_refused(&self, why: String) -> AuditEvent {
        let now = self.clock.now();
        AuditEvent::new(now, AuditKind::ProvisioningRefused, Outcome::Denied).reason(why)
    }
}

impl ProvisionedChange {
    fn write(&self, tx: &mut dyn Tx, provider: &ProvisionerName, now: UnixTime) {
        match self {
            Self::Add(user) => tx.add_user(user),
            Self::Adopt(_) | Self::Release(_) => {}
            Self::Rename(user, name) => tx.set_user_name(&user.id, name),
            Self::CallOtherwise(user, name) => tx.set_display_name(&user.id, name.as_ref()),
            Self::MailElsewhere(user, mail) => tx.set_mail(&user.id, mail.as_ref()),
            Self::GiveRole(user, role) => tx.set_role(&user.id, *role),
            Self::Disable(user) => tx.set_disabled(&user.id, Some(now)),
            Self::Enable(user) => tx.set_disabled(&user.id, None),
            Self::Remove(user) => tx.remove_user(&user.id, now),
            Self::AddGroup(group) => tx.add_group(group),
            Self::ReplaceGroup { before, now } => tx.replace_group(before, now, now.changed_at),
            Self::RemoveGroup(group) => tx.remove_group(group),
            Self::Join(user, group) => tx.add_member(&said(user, group, provider)),
            Self::Leave(user, group) => tx.remove_member(&said(user, group, provider)),
        }
        if let Some(user) = self.ends() {
            let reason = RevocationReason::UserChanged;
            tx.end_sessions_of_user(&user.id);
            tx.forget_devices_of_user(&user.id);
            if !matches!(self, Self::Remove(_)) {
                tx.revoke_grants_of_user(&user.id, now, reason);
            }
        } else if let Self::GiveRole(user, _) = self {
            tx.end_sessions_of_user(&user.id); // a new identity for more rights (LG-01)
        }
    }

    /// Whose sessions and grants end: who may do less, or is known under another name.
    fn ends(&self) -> Option<&User> {
        match self {
            Self::Disable(user) | Self::Remove(user) | Self::Rename(user, _) => Some(user),
            Self::GiveRole(user, role) if is_less(*role, user.role) => Some(user),
            Self::Add(_)
            | Self::Adopt(_)
            | Self::CallOtherwise(..)
            | Self::MailElsewhere(..)
            | Self::GiveRole(..)
            | Self::Enable(_)
            | Self::Release(_)
            | Self::AddGroup(_)
            | Self::ReplaceGroup { .. }
            | Self::RemoveGroup(_)
            | Self::Join(..)
            | Self::Leave(..) => None,
        }
    }

    /// Who does not administer any more afterwards.
    fn stops_administering(&self) -> Option<&User> {
        let user = match self {
            Self::Disable(user) | Self::Remove(user) => user,
            Self::GiveRole(user, role) if *role != Role::Administrator => user,
            _ => return None,
        };
        administers(user).then_some(user)
    }

    fn describe(&self) -> (AuditKind, Option<&User>, String) {
        let (user, what) = match self {
            Self::Add(user) => (user, format!("added as {}", user.role)),
            Self::Adopt(user) => (user, "taken over".to_owned()),
            Self::Rename(user, name) => (user, format!("renamed to {name}")),
            Self::CallOtherwise(user, _) => (user, "display name changed".to_owned()),
            Self::MailElsewhere(user, _) => (user, "mail changed".to_owned()),
            Self::GiveRole(user, role) => {
                let what = format!("role changed from {} to {role}", user.role);
                (user, what)
            }
            Self::Disable(user) => (user, "disabled".to_owned()),
            Self::Enable(user) => (user, "enabled".to_owned()),
            Self::Remove(user) => (user, "removed".to_owned()),
            Self::Release(user) => (user, "released".to_owned()),
            Self::Join(user, group) => {
                let what = format!("put into group {group}");
                return (AuditKind::GroupChange, Some(user), what);
            }
            Self::Leave(user, group) => {
                let what = format!("taken out of group {group}");
                return (AuditKind::GroupChange, Some(user), what);
            }
            Self::AddGroup(group) => return of_group(format!("group {} added", group.name)),
            Self::RemoveGroup(group) => return of_group(format!("group {} removed", group.name)),
            Self::ReplaceGroup { before, now } if before.name == now.name => {
                return of_group(format!("group {} changed", now.name));
            }
            Self::ReplaceGroup { before, now } => {
                return of_group(format!("group {} renamed to {}", before.name, now.name));
            }
        };
        (AuditKind::UserChange, Some(user), what)
    }
}

fn of_group<'a>(what: String) -> (AuditKind, Option<&'a User>, String) {
    (AuditKind::GroupChange, None, what)
}

fn said(user: &User, group: &GroupName, provider: &ProvisionerName) -> Membership {
    Membership {
        user: user.id.clone(),
        group: group.clone(),
        source: GroupSource::Scim(provider.to_string()),
    }
}

/// Who is in fewer groups afterwards: tokens that say otherwise are cut.
async fn losing_groups(
    tx: &mut dyn Tx,
    changes: &[ProvisionedChange],
) -> Result<BTreeSet<UserId>, StoreError> {
    let mut losing = BTreeSet::new();
    for change in changes {
        let group = match change {
            ProvisionedChange::Leave(user, _) => {
                losing.insert(user.id.clone());
                continue;
            }
            ProvisionedChange::RemoveGroup(group) => group,
            ProvisionedChange::ReplaceGroup { before, now } if before.name != now.name => before,
            _ => continue,
        };
        let members = tx.members_of(&group.name).await?.into_iter();
        let said = members.filter(|said| said.source == group.source);
        losing.extend(said.map(|said| said.user));
    }
    Ok(losing)
}

/// Refuses changes after which nobody could administer (AD-03).
async fn expect_an_administrator(
    tx: &mut dyn Tx,
    changes: &[ProvisionedChange],
) -> Result<(), AdministrationError> {
    let stopping = changes
        .iter()
        .filter_map(ProvisionedChange::stops_administering);
    let stopping: Vec<&User> = stopping.collect();
    let Some(first) = stopping.first() else {
        return Ok(());
    };
    let users = tx.users().await?;
    let stays = |user: &User| stopping.iter().all(|it| it.id != user.id);
    if users.iter().any(|user| administers(user) && stays(user)) {
        return Ok(());
    }
    let name = first.name.to_string();
    Err(AdministrationError::LastAdministrator(name))
}
