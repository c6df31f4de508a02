//! Revokes what a client presents, if it is its own.

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims},
    audit::{AuditEvent, AuditKind, Outcome},
    grant::RevocationReason,
    refresh::digest_of,
    revocation::{Revocation, Standing},
    time::UnixTime,
};
use doorward_store::StoreError;

use super::error::RevokeError;
use crate::{shared::Shared, token::Asked};

impl Shared {
    /// Revokes the presented token. A refresh token takes its grant along, and so every
    /// access token of it.
    pub(super) async fn revoke(&self, asked: &Asked<'_>) -> Result<(), RevokeError> {
        let now = self.clock.now();
        let presented = asked.required("token")?;
        if self.revoke_refresh(asked, presented, now).await? {
            return Ok(());
        }
        Ok(self.revoke_access(asked, presented, now).await?)
    }

    /// Whether it was a refresh token; revokes its grant when it is the client's.
    async fn revoke_refresh(
        &self,
        asked: &Asked<'_>,
        presented: &str,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        let Some(token) = tx.refresh_token(&digest_of(presented)).await? else {
            return Ok(false);
        };
        let grant = tx.grant(&token.grant).await?;
        let own = grant.filter(|grant| grant.client == asked.client.id && grant.is_live(now));
        let Some(grant) = own else { return Ok(true) };
        tx.revoke_grant(&grant.id, now, RevocationReason::RequestedByClient);
        tx.audit(
            self.revoked(asked, now)
                .grant(grant.id.as_str())
                .reason("refresh token"),
        );
        tx.commit().await?;
        self.revocations.add(Revocation::Grant(grant.id), now);
        Ok(true)
    }

    async fn revoke_access(
        &self,
        asked: &Asked<'_>,
        presented: &str,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let claims: Option<AccessClaims> = self.keys.read(ACCESS_TOKEN_TYPE, presented);
        let own = claims.filter(|claims| {
            claims.client_id == asked.client.id
                && claims.iss == self.url.as_str()
                && claims.exp > now.seconds()
                // Once is enough (DS-05), but what nobody can say must not be taken for done.
                && self.revocations.standing(&claims.clone().into()) != Standing::Revoked
        });
        let Some(claims) = own else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        tx.revoke_access_token(&claims.jti, now);
        let event = self.revoked(asked, now).grant(claims.grant.as_str());
        let event = match &claims.preferred_username {
            Some(name) => event.user(name),
            None => event,
        };
        tx.audit(event.reason("access token"));
        tx.commit().await?;
        self.revocations.add(Revocation::Token(claims.jti), now);
        Ok(())
    }

    fn revoked(&self, asked: &Asked<'_>, now: UnixTime) -> AuditEvent {
        AuditEvent::new(now, AuditKind::Revoke, Outcome::Allowed)
            .client(asked.client.id.as_str())
            .peer(asked.peer)
    }
}
