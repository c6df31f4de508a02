//! How an account ends by the will of its owner.

use doorward_core::{
    audit::AuditKind,
    revocation::Revocation,
    user::{Role, Username},
};

use doorward_store::StoreError;

use super::{AccountError, Accounts, Cookies, Fresh};
use crate::administration::is_last_administrator;

impl Accounts {
    /// Removes the account of the visitor, who typed its name to say so: sessions, devices,
    /// approvals and grants with it. The audit log stays as it is. The last administrator stays
    /// (AD-03).
    pub async fn delete(
        &self,
        Fresh(visit): Fresh<'_>,
        typed: &str,
    ) -> Result<Cookies, AccountError> {
        let user = visit.user();
        if Username::parse(typed).as_ref() != Ok(&user.name) {
            return Err(AccountError::Unconfirmed);
        }
        let now = self.now();
        let mut tx = self.0.store.begin().await?;
        if is_last_administrator(&tx.users().await?, user) {
            return Err(AccountError::LastAdministrator);
        }
        tx.remove_user(&user.id, now);
        tx.audit(self.did(visit, AuditKind::UserChange, "deleted by its owner"));
        match tx.commit().await {
            // Another administrator went at the same moment: the database keeps the last one.
            Err(StoreError::Conflict) if user.role == Role::Administrator => {
                return Err(AccountError::LastAdministrator);
            }
            outcome => outcome?,
        }
        self.0
            .revocations
            .add(Revocation::User(user.id.clone()), now);
        Ok(self.ended())
    }
}
