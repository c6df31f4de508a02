//! Groups that an administrator makes, and whom an administrator puts into one.
//!
//! What a provisioning identity provider or the claims of a sign-in say is not for an
//! administrator to take back: it would come again.

use doorward_core::{
    audit::AuditKind,
    entropy::draw,
    group::{Group, GroupName, GroupSource, Membership},
    id::{GroupId, UserId},
};
use doorward_store::{StoreError, Tx};

use super::{Administration, AdministrationError, users::find};
use crate::groups::{GroupsSaid, take_out};

/// Somebody in a group, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The sign-in name.
    pub user: String,
    /// Who says so.
    pub source: GroupSource,
}

impl Administration {
    /// All groups that somebody made, by name.
    pub async fn groups(&self) -> Result<Vec<Group>, AdministrationError> {
        Ok(self.store.begin().await?.groups().await?)
    }

    /// A group and who is in it.
    pub async fn group(&self, name: &str) -> Result<(Group, Vec<Member>), AdministrationError> {
        let mut tx = self.store.begin().await?;
        let group = find_group(&mut *tx, name).await?;
        let mut members = Vec::new();
        for said in tx.members_of(&group.name).await? {
            let user = tx.user(&said.user).await?;
            members.extend(user.map(|user| Member {
                user: user.name.to_string(),
                source: said.source,
            }));
        }
        members.sort_by(|one, other| one.user.cmp(&other.user));
        Ok((group, members))
    }

    /// What a user is in and who says so, by the name of the group.
    pub async fn memberships(&self, user: &UserId) -> Result<Vec<Membership>, AdministrationError> {
        Ok(self.store.begin().await?.memberships_of(user).await?)
    }

    /// Makes a group.
    pub async fn add_group(&self, name: &str) -> Result<Group, AdministrationError> {
        let name = GroupName::parse(name)?;
        let taken = AdministrationError::GroupTaken(name.to_string());
        let mut tx = self.store.begin().await?;
        if tx.group_by_name(&name).await?.is_some() {
            return Err(taken);
        }
        let now = self.clock.now();
        let group = Group {
            id: GroupId::from_random(draw(&*self.entropy)),
            name,
            source: GroupSource::Local,
            external_id: None,
            created_at: now,
            changed_at: now,
        };
        tx.add_group(&group);
        let event = self.event(AuditKind::GroupChange, "");
        tx.audit(event.reason(format!("group {} added", group.name)));
        match tx.commit().await {
            Err(StoreError::Conflict) => Err(taken),
            outcome => Ok(outcome.map(|()| group)?),
        }
    }

    /// Removes a group with what an administrator said of its members.
    pub async fn remove_group(&self, name: &str) -> Result<(), AdministrationError> {
        let mut tx = self.store.begin().await?;
        let group = own(find_group(&mut *tx, name).await?)?;
        let mut said = Vec::new();
        for member in tx.members_of(&group.name).await? {
            if member.source == group.source {
                said.push(take_out(&mut *tx, &member, self.clock.now()).await?);
            }
        }
        tx.remove_group(&group);
        let event = self.event(AuditKind::GroupChange, "");
        tx.audit(event.reason(format!("group {} removed", group.name)));
        self.commit_groups(tx, said).await
    }

    /// Puts a user into a group that somebody made.
    pub async fn add_member(&self, group: &str, user: &str) -> Result<(), AdministrationError> {
        let mut tx = self.store.begin().await?;
        let (membership, name) = membership(&mut *tx, group, user).await?;
        tx.add_member(&membership);
        let event = self.event(AuditKind::GroupChange, "").user(&name);
        tx.audit(event.reason(format!("put into group {}", membership.group)));
        Ok(tx.commit().await?)
    }

    /// Takes a user out of a group again. What the group opened ends with the next call.
    pub async fn remove_member(&self, group: &str, user: &str) -> Result<(), AdministrationError> {
        let mut tx = self.store.begin().await?;
        let (membership, name) = membership(&mut *tx, group, user).await?;
        let said = tx.memberships_of(&membership.user).await?;
        if !said.contains(&membership) {
            let others = said.into_iter().find(|said| said.group == membership.group);
            return Err(match others {
                Some(said) => AdministrationError::NotOurs(said.source.to_string()),
                None => AdministrationError::NotAMember(name, membership.group.to_string()),
            });
        }
        let said = take_out(&mut *tx, &membership, self.clock.now()).await?;
        let event = self.event(AuditKind::GroupChange, "").user(&name);
        tx.audit(event.reason(format!("taken out of group {}", membership.group)));
        self.commit_groups(tx, vec![said]).await
    }

    async fn commit_groups(
        &self,
        tx: Box<dyn Tx>,
        said: Vec<GroupsSaid>,
    ) -> Result<(), AdministrationError> {
        tx.commit().await?;
        for said in said {
            said.tell(&self.revocations);
        }
        Ok(())
    }
}

pub(super) async fn find_group(tx: &mut dyn Tx, name: &str) -> Result<Group, AdministrationError> {
    let name = GroupName::parse(name)?;
    let group = tx.group_by_name(&name).await?;
    group.ok_or_else(|| AdministrationError::NoSuchGroup(name.to_string()))
}

fn own(group: Group) -> Result<Group, AdministrationError> {
    match group.source {
        GroupSource::Local => Ok(group),
        GroupSource::Scim(_) | GroupSource::Provider(_) => {
            Err(AdministrationError::NotOurs(group.source.to_string()))
        }
    }
}

async fn membership(
    tx: &mut dyn Tx,
    group: &str,
    user: &str,
) -> Result<(Membership, String), AdministrationError> {
    let group = find_group(tx, group).await?;
    let user = find(tx, user).await?;
    let membership = Membership {
        user: user.id,
        group: group.name,
        source: GroupSource::Local,
    };
    Ok((membership, user.name.to_string()))
}
