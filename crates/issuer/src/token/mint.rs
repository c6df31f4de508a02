//! Makes access tokens and refresh tokens of a grant.

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims},
    audit::{AuditEvent, AuditKind, Outcome},
    client::Client,
    details::Details,
    entropy::draw,
    grant::{Grant, Opening},
    id::TokenId,
    refresh::{RefreshState, RefreshToken},
    secret::Secret,
    time::UnixTime,
    user::User,
};

use super::{error::TokenError, request::Asked, wire::Issued};
use crate::shared::Shared;

impl Shared {
    /// An access token of `grant`, opening what `opening` says; `user` is the grant's. It never
    /// outlives the grant, and is never for a server of another environment than the client's.
    pub(super) fn mint_access(
        &self,
        client: &Client,
        grant: &Grant,
        user: Option<&User>,
        opening: &Opening,
    ) -> Result<Issued, TokenError> {
        let now = self.clock.now();
        if !self.published().admits(client, opening.resource()) {
            return Err(TokenError::Environment);
        }
        let expires_at = (now + self.published().config.lifetimes.access).min(grant.expires_at);
        let claims = AccessClaims {
            iss: self.url.as_str().to_owned(),
            sub: grant.subject(),
            aud: opening.resource().clone(),
            client_id: grant.client.clone(),
            scope: opening.scopes().to_string(),
            iat: now.seconds(),
            exp: expires_at.seconds(),
            jti: TokenId::from_random(draw(&*self.entropy)),
            auth_time: grant.authenticated_at.map(UnixTime::seconds),
            acr: grant.acr(),
            grant: grant.id.clone(),
            authorization_details: some(opening.details()),
            preferred_username: user.map(|user| user.name.to_string()),
        };
        Ok(Issued {
            access_token: self.sign(ACCESS_TOKEN_TYPE, &claims)?,
            expires_at: claims.exp,
            refresh_token: None,
            scope: claims.scope,
            details: claims.authorization_details,
            resource: Some(claims.aud),
        })
    }

    /// A fresh refresh token of `grant`: it dies when it idles, and with the grant.
    pub(super) fn mint_refresh(&self, grant: &Grant, now: UnixTime) -> (Secret, RefreshToken) {
        let secret = Secret::mint("dwr_", draw(&*self.entropy));
        let idle = now + self.published().config.lifetimes.refresh_idle;
        let record = RefreshToken {
            digest: secret.digest(),
            grant: grant.id.clone(),
            expires_at: idle.min(grant.expires_at),
            state: RefreshState::Active,
        };
        (secret, record)
    }

    /// The record of something that happened to a grant.
    pub(super) fn grant_event(
        &self,
        (kind, outcome): (AuditKind, Outcome),
        grant: &Grant,
        asked: &Asked<'_>,
    ) -> AuditEvent {
        let event = AuditEvent::new(self.clock.now(), kind, outcome)
            .client(asked.client.id.as_str())
            .grant(grant.id.as_str())
            .peer(asked.peer);
        match self.published().server_name(grant.resources.first()) {
            Some(name) => event.server(name.as_str()),
            None => event,
        }
    }
}

/// Details as they are written: not at all when there are none.
fn some(details: &Details) -> Option<Details> {
    (!details.is_empty()).then(|| details.clone())
}
