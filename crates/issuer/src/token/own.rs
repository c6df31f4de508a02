//! `grant_type=client_credentials` (OAuth 2.1 section 4.2): a client for itself (X-001..X-003).
//!
//! No user takes part and none is named: the subject is the client, which can never be
//! taken for a user. There is no refresh token, because the client can ask again.

use doorward_core::{
    audit::{AuditKind, Outcome},
    client::{Client, own_access},
    grant::Grant,
    resource::{Resource, Resources},
};

use super::{error::TokenError, mint::NewGrant, request::Asked, wire::Issued};
use crate::shared::{Published, Shared};

impl Shared {
    /// A token of the client's own.
    pub(super) async fn for_itself(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        let grant = self.own_grant(asked)?;
        let issued = self.mint_first(asked, &grant, None)?;
        let mut tx = self.store.begin().await?;
        tx.add_grant(&grant);
        tx.mark_client_used(&asked.client.id, grant.created_at);
        let what = (AuditKind::TokenForClient, Outcome::Allowed);
        tx.audit(
            self.grant_event(what, &grant, asked)
                .reason(issued.scope.clone()),
        );
        self.commit_proven(tx, asked.proof).await?;
        Ok(issued)
    }

    /// A grant that the client makes itself, within what is its own.
    pub(super) fn own_grant(&self, asked: &Asked<'_>) -> Result<Grant, TokenError> {
        let published = self.published();
        let own = own_resources(&published, asked.client);
        let named = self.resources_meant(asked);
        let allowed = own_access(asked.client, &own, &named, asked.optional("scope"));
        let (resource, scopes) = allowed?;
        Ok(self.new_grant(NewGrant {
            user: None,
            client: &asked.client.id,
            resources: Resources::one(resource.clone()),
            scopes: &scopes,
            authenticated_at: None,
            lifetime: self.access_lifetime(asked.client, resource),
            key: asked.binding(),
        }))
    }
}

/// The resources of the servers that the client may use for itself.
fn own_resources(published: &Published, client: &Client) -> Vec<Resource> {
    let servers = published.config.servers.iter();
    servers
        .filter(|server| client.own.servers.contains(&server.name))
        .map(|server| server.resource.clone())
        .collect()
}
