//! What second factors somebody has, and taking them away from who lost them.

use doorward_core::{
    audit::AuditKind,
    factor::{Passkey, Totp},
    user::User,
};

use super::{Administration, AdministrationError, users::find};

/// The factors of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFactors {
    /// Who.
    pub user: User,
    /// The authenticator application.
    pub totp: Option<Totp>,
    /// The passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

impl Administration {
    /// The second factors of a user.
    pub async fn factors(&self, name: &str) -> Result<UserFactors, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let user = find(&mut *tx, name).await?;
        let counted = tx.factors(&user.id).await?;
        Ok(UserFactors {
            totp: tx.totp(&user.id).await?,
            passkeys: tx.passkeys_of(&user.id).await?,
            recovery_codes: counted.recovery_codes,
            user,
        })
    }

    /// Removes all second factors and recovery codes of a user, and ends the sessions. Where
    /// one is demanded, the user adds a new one at the next sign-in.
    pub async fn reset_factors(&self, name: &str) -> Result<User, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let user = find(&mut *tx, name).await?;
        tx.remove_factors(&user.id);
        tx.end_sessions_of_user(&user.id);
        let event = self.event(AuditKind::FactorChange, "all factors removed");
        tx.audit(event.user(user.name.as_str()));
        tx.commit().await?;
        Ok(user)
    }
}
