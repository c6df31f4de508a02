//! Looks at a token for somebody whom it may concern.

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims},
    id::ClientId,
    introspection::{Concerned, may_know},
    openid::userinfo_of,
    refresh::{RefreshState, RefreshToken, digest_of},
    resource::Resource,
    scope::{PROFILE, ScopeSet},
};
use doorward_store::{StoreError, Tx};

use super::{error::IntrospectError, wire::Introspection};
use crate::{shared::Shared, token::Asked};

impl Shared {
    /// What the caller may know of the presented token. `token_type_hint` only says where to
    /// look first, and there are two places.
    pub(super) async fn introspect(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Introspection, IntrospectError> {
        let presented = asked.required("token")?;
        let mut tx = self.store.begin().await?;
        if let Some(token) = tx.refresh_token(&digest_of(presented)).await? {
            return Ok(self.of_refresh(&mut *tx, asked, &token).await?);
        }
        match self.keys.read(ACCESS_TOKEN_TYPE, presented) {
            Some(claims) => Ok(self.of_access(&mut *tx, asked, claims).await?),
            None => Ok(Introspection::default()),
        }
    }

    async fn of_refresh(
        &self,
        tx: &mut dyn Tx,
        asked: &Asked<'_>,
        token: &RefreshToken,
    ) -> Result<Introspection, StoreError> {
        let now = self.clock.now();
        let grant = tx.grant(&token.grant).await?;
        let grant = grant.filter(|grant| grant.is_live(now));
        let live = matches!(token.state, RefreshState::Active) && now < token.expires_at;
        let Some(grant) = grant.filter(|_| live) else {
            return Ok(Introspection::default());
        };
        let Some(user) = &grant.user else {
            return Ok(Introspection::default()); // a client that acts for itself has none
        };
        let user = tx.user(user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        Ok(match user {
            // A refresh token is for its client and this server: no resource server meets one.
            Some(user) if self.concerns(asked, &grant.client, &[]) => {
                let told = self.may_be_named(&grant.scopes, grant.resources.iter());
                let user = Some(&user).filter(|_| told);
                Introspection::of_refresh(self.url.as_str(), token, grant, user)
            }
            Some(_) | None => Introspection::default(),
        })
    }

    async fn of_access(
        &self,
        tx: &mut dyn Tx,
        asked: &Asked<'_>,
        claims: AccessClaims,
    ) -> Result<Introspection, StoreError> {
        let now = self.clock.now();
        let grant = tx.grant(&claims.grant).await?;
        let grant = grant.filter(|grant| grant.is_live(now));
        let live = claims.iss == self.url.as_str() && now.seconds() < claims.exp;
        let servers = self.resource_servers(&claims.aud);
        let concerns = live && self.concerns(asked, &claims.client_id, &servers);
        let Some(grant) = grant.filter(|_| concerns) else {
            return Ok(Introspection::default());
        };
        if self.is_revoked(&claims.clone().into())? {
            return Ok(Introspection::default());
        }
        let told = self.may_be_named(&ScopeSet::from_stored(&claims.scope), [&claims.aud]);
        let user = match grant.user.filter(|_| told) {
            Some(user) => tx.user(&user).await?,
            None => None,
        };
        Ok(Introspection::of_access(claims, user.as_ref()))
    }

    /// Whether a token says the sign-in name to whom it concerns: where it is for a server, which
    /// needs the name, or opens `profile` (ADR 0015).
    fn may_be_named<'a>(
        &self,
        scopes: &ScopeSet,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> bool {
        let userinfo = userinfo_of(self.url.as_str());
        let mut resources = resources.into_iter();
        scopes.covers(PROFILE) || resources.any(|resource| *resource != userinfo)
    }

    fn concerns(&self, asked: &Asked<'_>, client: &ClientId, servers: &[ClientId]) -> bool {
        let concerned = Concerned {
            client,
            resource_servers: servers,
        };
        may_know(asked.client, &concerned)
    }

    fn resource_servers(&self, resource: &Resource) -> Vec<ClientId> {
        let published = self.published();
        let server = published.server_at(resource);
        server.map_or_else(Vec::new, |server| server.resource_servers.clone())
    }
}
