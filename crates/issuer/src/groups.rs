//! Who is in which group changes here, whoever says so: an administrator, a provisioning identity
//! provider, the claims of a sign-in.
//!
//! Whoever loses a group loses what it opened with the next call: the access tokens of
//! before are cut in the commit that takes the group away. Grants stay, so that the
//! client gets its next token silently, which tells of the groups that are left. Gaining
//! a group cuts nothing; the next token has it.

use std::{collections::BTreeSet, sync::Arc};

use doorward_core::{
    group::{GroupName, GroupSource, Membership, cut_at},
    id::UserId,
    revocation::{Revocation, Revocations},
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};

use crate::shared::Shared;

/// What a change does to tokens once it is committed.
#[derive(Debug)]
#[must_use = "a cut counts only when it was told after the commit"]
pub struct GroupsSaid {
    /// Whether anybody is in another group now.
    pub changed: bool,
    cut: Option<(UserId, UnixTime)>,
}

impl GroupsSaid {
    /// Tells verifiers in this process, after the commit.
    pub fn tell(self, revocations: &Arc<Revocations>) {
        if let Some((user, at)) = self.cut {
            revocations.add(Revocation::TokensOfUser(user), at);
        }
    }
}

/// Writes what `source` says now of the groups of an existing user, in place of what it said
/// before. Nothing is written when that is the same.
pub async fn say_groups(
    tx: &mut dyn Tx,
    (user, source): (&UserId, &GroupSource),
    groups: &[GroupName],
    now: UnixTime,
) -> Result<GroupsSaid, StoreError> {
    let before = tx.memberships_of(user).await?.into_iter();
    let said = before.filter(|said| said.source == *source);
    let said: BTreeSet<GroupName> = said.map(|said| said.group).collect();
    let wanted: BTreeSet<GroupName> = groups.iter().cloned().collect();
    let changed = said != wanted;
    if changed {
        let wanted: Vec<GroupName> = wanted.iter().cloned().collect();
        tx.set_groups_of_user(user, source, &wanted);
    }
    let cut = match said.is_subset(&wanted) {
        true => None,
        false => Some((user.clone(), cut_in(tx, user, now).await?)),
    };
    Ok(GroupsSaid { changed, cut })
}

impl Shared {
    /// The same, told at once, for flows whose commit is far away: a cut reaches seconds ahead,
    /// and should the commit fail, clients only get their next tokens earlier.
    pub(crate) async fn say_groups(
        &self,
        tx: &mut dyn Tx,
        whose: (&UserId, &GroupSource),
        groups: &[GroupName],
    ) -> Result<(), StoreError> {
        let said = say_groups(tx, whose, groups, self.clock.now()).await?;
        said.tell(&self.revocations);
        Ok(())
    }
}

/// Writes that somebody is not in a group any more, as far as the one source goes that said so.
/// Whether another says it, too, is not asked: of two that take it back at once each would see
/// the other.
pub async fn take_out(
    tx: &mut dyn Tx,
    membership: &Membership,
    now: UnixTime,
) -> Result<GroupsSaid, StoreError> {
    tx.remove_member(membership);
    cut(tx, &membership.user, now).await
}

/// Writes that access tokens of somebody who loses a group count for nothing.
pub(crate) async fn cut(
    tx: &mut dyn Tx,
    user: &UserId,
    now: UnixTime,
) -> Result<GroupsSaid, StoreError> {
    let at = cut_in(tx, user, now).await?;
    Ok(GroupsSaid {
        changed: true,
        cut: Some((user.clone(), at)),
    })
}

/// Writes a cut, and says until when tokens count for nothing.
async fn cut_in(tx: &mut dyn Tx, user: &UserId, now: UnixTime) -> Result<UnixTime, StoreError> {
    let before = tx.belonging_of(user).await?;
    let cut = before.issued_at(cut_at(now)); // later than the one before
    tx.cut_tokens(user, cut);
    Ok(cut)
}
