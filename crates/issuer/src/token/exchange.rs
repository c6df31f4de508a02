//! `grant_type=urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693).
//!
//! The subject token must be an access token of this server that would open its
//! resource right now: signed here, not expired, not revoked, its grant and account
//! alive (TK-07). What comes out hangs off the same grant and ends no later.

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims, Principal},
    audit::{AuditKind, Outcome},
    exchange::{ExchangeRequest, Exchanged, exchange},
    grant::Grant,
    resource::Resource,
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};

use super::{error::TokenError, mint::Minting, person::Person, request::Asked, wire::Issued};
use crate::shared::Shared;

/// The one type of token that is taken and given (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A token that is valid here, and what it hangs off.
struct Valid {
    claims: AccessClaims,
    grant: Grant,
    person: Option<Person>,
}

impl Shared {
    /// Exchanges an access token for one that opens less, or something else where a rule says so.
    pub(super) async fn exchange(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        check_types(asked)?;
        let mut tx = self.store.begin().await?;
        let subject = asked.required("subject_token")?;
        let subject = self.valid_token(&mut *tx, subject).await?;
        let subject = subject.ok_or(TokenError::InvalidSubject)?;
        let actor = match asked.optional("actor_token") {
            None => None,
            Some(token) => {
                let actor = self.valid_token(&mut *tx, token).await?;
                Some(actor.ok_or(TokenError::InvalidActor)?.claims)
            }
        };
        let target = self.exchange_target(asked)?;
        let request = ExchangeRequest {
            client: &asked.client.id,
            key: asked.key,
            subject: &subject.claims,
            actor: actor.as_ref(),
            target: target.as_ref(),
            scope: asked.optional("scope"),
            details: asked.optional("authorization_details"),
        };
        let exchanged = exchange(&request, &self.published().config.exchange)?;
        self.issue_exchanged(tx, asked, &subject, exchanged).await
    }

    async fn issue_exchanged(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        subject: &Valid,
        exchanged: Exchanged,
    ) -> Result<Issued, TokenError> {
        let published = self.published();
        if published.server_at(&exchanged.resource).is_none() {
            return Err(TokenError::Target);
        }
        let issued = self.mint(Minting {
            client: asked.client,
            key: asked.key,
            grant: &subject.grant,
            person: subject.person.as_ref(),
            resource: &exchanged.resource,
            scopes: &exchanged.scopes,
            details: &exchanged.details,
            expires_by: UnixTime::from_seconds(subject.claims.exp),
            act: exchanged.act,
            may_act: exchanged.may_act,
        })?;
        tx.mark_grant_used(&subject.grant.id, self.clock.now());
        let what = (AuditKind::TokenExchange, Outcome::Allowed);
        let event = self.grant_event(what, &subject.grant, asked);
        let event = match published.label(&exchanged.resource) {
            Some(name) => event.server(name),
            None => event,
        };
        let event = match &subject.person {
            Some(person) => event.user(person.user.name.as_str()),
            None => event,
        };
        let reason = format!(
            "{} for a token of {} for {}",
            issued.scope, subject.claims.client_id, subject.claims.aud
        );
        tx.audit(event.reason(reason));
        self.commit_proven(tx, asked.proof).await?;
        Ok(Issued {
            issued_token_type: Some(ACCESS_TOKEN),
            ..issued
        })
    }

    /// A token of ours that would open its resource right now.
    async fn valid_token(&self, tx: &mut dyn Tx, token: &str) -> Result<Option<Valid>, StoreError> {
        let now = self.clock.now();
        let ours =
            |claims: &AccessClaims| claims.iss == self.url.as_str() && now.seconds() < claims.exp;
        let Some(claims) = self.access_claims(token).filter(ours) else {
            return Ok(None);
        };
        if self.is_revoked(&Principal::from(claims.clone()))? {
            return Ok(None);
        }
        let grant = tx.grant(&claims.grant).await?;
        let Some(grant) = grant.filter(|grant| grant.is_live(now)) else {
            return Ok(None);
        };
        let client = tx.client(&claims.client_id).await?;
        if !client.is_some_and(|client| client.is_usable()) {
            return Ok(None);
        }
        let person = match &grant.user {
            None => None,
            Some(id) => match tx.user(id).await? {
                Some(user) if user.disabled_at.is_none() => Some(self.with_groups(tx, user).await?),
                Some(_) | None => return Ok(None),
            },
        };
        Ok(Some(Valid {
            claims,
            grant,
            person,
        }))
    }

    /// What an access token says that was signed here, expired or not.
    pub(super) fn access_claims(&self, token: &str) -> Option<AccessClaims> {
        self.keys.read(ACCESS_TOKEN_TYPE, token)
    }

    /// The one resource that the request names, by `resource` or `audience`.
    fn exchange_target(&self, asked: &Asked<'_>) -> Result<Option<Resource>, TokenError> {
        let audiences = asked.parameters.all("audience");
        let mut named = self.resources_meant(asked);
        named.extend(audiences.filter(|text| !text.is_empty()).map(str::to_owned));
        let [first, rest @ ..] = named.as_slice() else {
            return Ok(None);
        };
        let offered = self.published().resources_of(asked.client);
        let meant = offered.into_iter().find(|resource| resource.matches(first));
        let meant = meant.filter(|resource| rest.iter().all(|other| resource.matches(other)));
        meant.map(Some).ok_or(TokenError::Target)
    }
}

/// Only access tokens are taken and given (TK-07).
fn check_types(asked: &Asked<'_>) -> Result<(), TokenError> {
    let subject = asked.required("subject_token_type")?;
    let actor = asked.optional("actor_token_type");
    let requested = asked.optional("requested_token_type");
    let stated = actor.is_some() == asked.optional("actor_token").is_some();
    let access = |name: &str| name == ACCESS_TOKEN;
    let known = access(subject) && actor.is_none_or(access) && requested.is_none_or(access);
    if stated && known {
        Ok(())
    } else {
        Err(TokenError::TokenType)
    }
}
