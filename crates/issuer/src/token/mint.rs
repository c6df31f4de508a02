//! Makes access tokens and refresh tokens of a grant.

use std::time::Duration;

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims, Confirmation},
    actor::Actor,
    audit::{AuditEvent, AuditKind, Outcome},
    client::Client,
    details::Details,
    entropy::draw,
    grant::{Grant, Opening},
    group::GroupName,
    id::{ClientId, GrantId, TokenId, UserId},
    refresh::{self, RefreshState, RefreshToken},
    resource::{Resource, Resources},
    scope::ScopeSet,
    secret::Secret,
    session::Methods,
    time::UnixTime,
};

use super::{error::TokenError, person::Person, request::Asked, wire::Issued};
use crate::shared::{Published, Shared};

/// What a new grant is about.
pub(super) struct NewGrant<'a> {
    /// Who approved; nobody when the client acts for itself.
    pub(super) user: Option<&'a UserId>,
    pub(super) client: &'a ClientId,
    pub(super) resources: Resources,
    pub(super) scopes: &'a ScopeSet,
    pub(super) authenticated_at: Option<UnixTime>,
    pub(super) lifetime: Duration,
    /// What its refresh tokens are bound to.
    pub(super) key: Option<&'a Confirmation>,
}

/// What a new access token says.
pub(super) struct Minting<'a> {
    /// Who gets it.
    pub(super) client: &'a Client,
    /// What the request proved to hold: the token is bound to it.
    pub(super) key: Option<&'a Confirmation>,
    /// What it hangs off.
    pub(super) grant: &'a Grant,
    /// The user of the grant.
    pub(super) person: Option<&'a Person>,
    pub(super) resource: &'a Resource,
    pub(super) scopes: &'a ScopeSet,
    pub(super) details: &'a Details,
    /// When it ends at the latest.
    pub(super) expires_by: UnixTime,
    pub(super) act: Option<Actor>,
    pub(super) may_act: Option<Actor>,
}

impl Shared {
    /// An access token of `grant`, opening what `opening` says, bound to the key that was
    /// proven with the request; `person` is the grant's. It never outlives the grant, and is
    /// never for a server of another environment than the client's.
    pub(super) fn mint_access(
        &self,
        asked: &Asked<'_>,
        grant: &Grant,
        person: Option<&Person>,
        opening: &Opening,
    ) -> Result<Issued, TokenError> {
        self.mint(Minting {
            client: asked.client,
            key: asked.key,
            grant,
            person,
            resource: opening.resource(),
            scopes: opening.scopes(),
            details: opening.details(),
            expires_by: grant.expires_at,
            act: None,
            may_act: None,
        })
    }

    /// An access token, for what is published now and nothing else.
    pub(super) fn mint(&self, minting: Minting<'_>) -> Result<Issued, TokenError> {
        let (now, published) = (self.clock.now(), self.published());
        let grant = minting.grant;
        let at_servers = published.servers_at(minting.resource).next().is_some();
        if !at_servers && published.userinfo.as_ref() != Some(minting.resource) {
            return Err(TokenError::Target); // not published any more
        }
        if !published.admits(minting.client, minting.resource) {
            return Err(TokenError::Environment);
        }
        let ends = minting.expires_by.min(grant.expires_at);
        let lifetime = self.access_lifetime(minting.client, minting.resource);
        let expires_at = (now + lifetime).min(ends);
        // Policies at a server name people and groups; UserInfo tells by scope.
        let person = minting.person.filter(|_| at_servers);
        let issued_at = minting
            .person
            .map_or(now, |person| person.belonging.issued_at(now));
        let claims = AccessClaims {
            iss: self.url.as_str().to_owned(),
            sub: grant.subject(),
            aud: minting.resource.clone(),
            client_id: minting.client.id.clone(),
            scope: minting.scopes.to_string(),
            iat: issued_at.seconds(),
            exp: expires_at.seconds(),
            jti: TokenId::from_random(draw(&*self.entropy)),
            auth_time: grant.authenticated_at.map(UnixTime::seconds),
            acr: grant.acr(),
            amr: grant.amr(),
            grant: grant.id.clone(),
            authorization_details: some(minting.details),
            preferred_username: person.map(|person| person.user.name.to_string()),
            groups: person.map_or_else(Vec::new, |person| groups_told(person, &published)),
            act: minting.act,
            may_act: minting.may_act,
            cnf: minting.key.cloned(),
        };
        Ok(Issued {
            access_token: self.sign(ACCESS_TOKEN_TYPE, &claims)?,
            expires_at: claims.exp,
            refresh_token: None,
            scope: claims.scope,
            details: claims.authorization_details,
            resource: Some(claims.aud),
            id_token: None,
            issued_token_type: None,
            key: minting.key.cloned(),
        })
    }

    /// A grant that begins now. How its person signed in is for the caller to say.
    pub(super) fn new_grant(&self, new: NewGrant<'_>) -> Grant {
        let now = self.clock.now();
        Grant {
            id: GrantId::made_at(now, draw(&*self.entropy)),
            user: new.user.cloned(),
            client: new.client.clone(),
            resources: new.resources,
            scopes: new.scopes.clone(),
            details: Details::default(),
            authenticated_at: new.authenticated_at,
            methods: Methods::default(),
            created_at: now,
            key: new.key.cloned(),
            bound_at: None,
            last_used_at: now,
            expires_at: now + new.lifetime,
            revoked: None,
        }
    }

    /// The first access token of a grant: it opens all of it but the calls that the request
    /// leaves out.
    pub(super) fn mint_first(
        &self,
        asked: &Asked<'_>,
        grant: &Grant,
        person: Option<&Person>,
    ) -> Result<Issued, TokenError> {
        let opening = grant.opening(grant.resources.first(), asked.narrowing())?;
        self.mint_access(asked, grant, person, &opening)
    }

    /// How long a person's approval of this client for these resources lasts from now on: as
    /// configured, or until it ends by the person's word, whichever comes first.
    pub(super) fn lasting(
        &self,
        client: &Client,
        resources: &Resources,
        ends_at: Option<UnixTime>,
    ) -> Duration {
        let most = self.longest_grant(client, resources.iter());
        let left = ends_at.map(|end| end.since(self.clock.now()));
        left.map_or(most, |left| left.min(most))
    }

    /// A fresh refresh token of `grant`: it dies when it idles, and with the grant.
    pub(super) fn mint_refresh(&self, grant: &Grant, now: UnixTime) -> (Secret, RefreshToken) {
        let secret = refresh::mint(now, draw(&*self.entropy));
        let idle = now + self.published().config.lifetimes.refresh_idle;
        let record = RefreshToken {
            digest: refresh::digest_of(secret.expose()),
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
        match self.published().label(grant.resources.first()) {
            Some(name) => event.server(name),
            None => event,
        }
    }
}

/// The groups that a token tells of. Whoever is in too many is told of in the log.
fn groups_told(person: &Person, published: &Published) -> Vec<GroupName> {
    let wanted = &published.config.groups_in_rules;
    let (told, left_out) = person.belonging.groups.in_a_token(wanted);
    if left_out > 0 {
        tracing::warn!(user = %person.user.name, left_out, "more groups than fit in a token");
    }
    told.iter().cloned().collect()
}

/// Details as they are written: not at all when there are none.
fn some(details: &Details) -> Option<Details> {
    (!details.is_empty()).then(|| details.clone())
}
