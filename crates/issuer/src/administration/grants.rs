//! Grants: seeing and ending what people approved.

use doorward_core::{
    audit::AuditKind,
    grant::{Grant, RevocationReason},
    id::GrantId,
    revocation::Revocation,
    user::Username,
};

use super::{Administration, AdministrationError};

impl Administration {
    /// All grants, newest first; of one user when named.
    pub async fn grants(&self, user: Option<&str>) -> Result<Vec<Grant>, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let Some(name) = user else {
            return Ok(tx.grants(None, None).await?);
        };
        let name = Username::parse(name)?;
        let user = tx.user_by_name(&name).await?;
        let user = user.ok_or_else(|| AdministrationError::NoSuchUser(name.to_string()))?;
        Ok(tx.grants(Some(&user.id), None).await?)
    }

    /// Revokes a grant with all its tokens. A grant that was revoked stays as it is.
    pub async fn revoke_grant(&self, id: &str) -> Result<(), AdministrationError> {
        let id = GrantId::from_known(id);
        let mut tx = self.store.begin().await?;
        let grant = tx.grant(&id).await?;
        let grant = grant.ok_or_else(|| AdministrationError::NoSuchGrant(id.to_string()))?;
        if grant.revoked.is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        tx.revoke_grant(&id, now, RevocationReason::Administrator);
        let event = self.event(AuditKind::Revoke, "revoked by an administrator");
        tx.audit(event.client(grant.client.as_str()).grant(id.as_str()));
        tx.commit().await?;
        self.revocations.add(Revocation::Grant(id), now);
        Ok(())
    }
}
