//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 section 3.4).

use doorward_core::{
    audit::{AuditKind, Outcome},
    device::{DeviceApproval, DeviceAuthorization, Poll, poll},
    grant::Grant,
    resource::Resources,
    secret::Digest,
};
use doorward_store::{StoreError, Tx};

use super::{error::TokenError, mint::NewGrant, request::Asked, wire::Issued};
use crate::{limits::stranger_key, shared::Shared};

impl Shared {
    /// Answers a poll. Whoever loses a race finds the request as the winner left it.
    pub(super) async fn poll(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        match self.poll_once(asked).await {
            Err(TokenError::Store(StoreError::Conflict)) => self.poll_once(asked).await,
            outcome => outcome,
        }
    }

    async fn poll_once(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        let now = self.clock.now();
        let digest = Digest::of(asked.required("device_code")?);
        let mut tx = self.store.begin().await?;
        let request = tx.device_authorization(&digest).await?;
        let request = request.ok_or(TokenError::GrantRejected)?;
        match poll(&request, &asked.client.id, now) {
            Poll::Issue(approval) => self.issue_to_device(tx, asked, &request, &approval).await,
            Poll::Pending => {
                tx.poll_device(&digest, now, request.interval);
                tx.commit().await?;
                Err(TokenError::AuthorizationPending)
            }
            Poll::SlowDown(interval) => {
                let slowed = &self.limits.slowed_peer;
                if slowed.take(stranger_key(asked.peer), now).is_ok() {
                    tx.poll_device(&digest, now, interval);
                    tx.commit().await?;
                }
                Err(TokenError::SlowDown) // told to wait often enough, or beyond all bounds
            }
            Poll::Denied => Err(TokenError::AccessDenied),
            Poll::Expired => Err(TokenError::ExpiredCode),
            Poll::Refuse => Err(TokenError::GrantRejected),
        }
    }

    async fn issue_to_device(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        request: &DeviceAuthorization,
        approval: &DeviceApproval,
    ) -> Result<Issued, TokenError> {
        let resources = self.resources_meant(asked);
        if !resources
            .iter()
            .all(|named| request.resource.matches(named))
        {
            return Err(TokenError::Target);
        }
        let user = tx.user(&approval.user).await?;
        let resources = Resources::one(request.resource.clone());
        let lifetime = self.lasting(asked.client, &resources, approval.ends_at);
        let grant = Grant {
            details: request.details.clone(),
            methods: approval.methods.clone(),
            ..self.new_grant(NewGrant {
                user: Some(&approval.user),
                client: &request.client,
                resources,
                scopes: &request.scopes,
                authenticated_at: Some(approval.authenticated_at),
                lifetime,
                key: asked.binding(),
            })
        };
        let user = user.ok_or(TokenError::GrantRejected)?;
        self.may_still(&user, &grant, approval.authenticated_at)?;
        let person = self.with_groups(&mut *tx, user).await?;
        let mut issued = self.mint_first(asked, &grant, Some(&person))?;
        tx.redeem_device(&request.digest);
        tx.add_grant(&grant);
        if asked.client.refreshes() {
            let (secret, record) = self.mint_refresh(&grant, grant.created_at);
            tx.add_refresh_token(&record);
            issued.refresh_token = Some(secret.expose().to_owned());
        }
        let what = (AuditKind::TokenFromDevice, Outcome::Allowed);
        let event = self.grant_event(what, &grant, asked);
        let event = event.user(person.user.name.as_str());
        tx.audit(event.reason(issued.scope.clone()));
        self.commit_proven(tx, asked.proof).await?;
        Ok(issued)
    }
}
