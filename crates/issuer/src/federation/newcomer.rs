//! An account for somebody who was never here: a name of their own, and nothing of anybody else's.

use doorward_core::{
    entropy::draw,
    federation::names,
    id::UserId,
    user::{DisplayName, MailAddress, Role, User, Username},
};
use doorward_store::Tx;

use super::{
    account::{Coming, own_address},
    error::FederationRefused,
};
use crate::shared::Shared;

impl Shared {
    /// An account with a name that is free, and that no rule of the configuration names.
    pub(super) async fn newcomer(
        &self,
        tx: &mut dyn Tx,
        coming: &Coming<'_>,
    ) -> Result<User, FederationRefused> {
        let profile = coming.profile();
        let mail = own_address(profile);
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

    pub(super) async fn free_name(
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
}
