//! Who gets in: what a provider says of somebody and of groups, as it becomes of the account.

use doorward_core::{
    group::{GroupName, GroupSource},
    provisioning::ProvisionedUser,
    time::UnixTime,
    user::User,
};
use doorward_issuer::ProvisionedChange;
use doorward_store::{StoreError, Tx};

use crate::desk::Desk;

impl Desk {
    /// Who says what this provider says of groups.
    pub(crate) fn source(&self) -> GroupSource {
        GroupSource::Scim(self.provider.to_string())
    }

    /// The groups of this provider that a user is in.
    pub(crate) async fn groups_of(
        &self,
        tx: &mut dyn Tx,
        user: &User,
    ) -> Result<Vec<GroupName>, StoreError> {
        let source = self.source();
        let said = tx.memberships_of(&user.id).await?.into_iter();
        let said = said.filter(|said| said.source == source);
        Ok(said.map(|said| said.group).collect())
    }

    /// Suspends the account of a user, or ends that, as what is said of it now has it. What
    /// somebody else disabled stays so.
    pub(crate) fn settle(
        &self,
        account: &User,
        record: &mut ProvisionedUser,
        is_active: bool,
        is_in_a_group: bool,
    ) -> Option<ProvisionedChange> {
        let gets_in = self.config.authority.admits(is_active, is_in_a_group);
        match (gets_in, record.is_suspended) {
            (true, true) => {
                record.is_suspended = false;
                Some(ProvisionedChange::Enable(account.clone()))
            }
            (false, false) if account.disabled_at.is_none() => {
                record.is_suspended = true;
                Some(ProvisionedChange::Disable(account.clone()))
            }
            (true, false) | (false, _) => None,
        }
    }

    /// The time of a change after one at `before`: no two have the same.
    pub(crate) fn time_after(&self, before: UnixTime) -> UnixTime {
        let now = self.shared.parts.clock.now();
        now.max(UnixTime::from_millis(before.millis() + 1))
    }
}
