//! `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 section 2.1).
//!
//! ```text
//! assertion -> typ says which kind      an ID-JAG, or a workload's identity (X-016)
//!           -> its issuer is trusted for that kind, its keys verify the signature
//!           -> ID-JAG: the client authenticates, and is the one that it names
//!              workload: its subject and claims say which client it is
//!           -> the rule in the core, then one use of its jti together with the grant
//! ```
//!
//! An assertion is never repeated: not in a log, an error or an audit record (X-013).

use std::{collections::BTreeSet, sync::Arc};

use doorward_core::{
    account_link::ForeignSubject,
    audit::{AuditEvent, AuditKind, Outcome},
    authorize::Parameters,
    client::Client,
    grant::Grant,
    jwk::PublicKey,
    jws::{UnverifiedJws, VerifyingKey, object},
    jwt_bearer::{
        Account, AssertionClaims, Here, ID_JAG_TYPE, IdJagTrust, MAXIMUM_ASSERTION_BYTES,
        Presented, Trust, WorkloadTrust, judge_id_jag, judge_workload, over_at,
    },
    once::{OneTime, Purpose},
    resource::{Resource, Resources},
};
use doorward_store::{StoreError, Tx};
use http::{header, request::Parts};
use serde::Deserialize;

use super::{
    error::TokenError,
    mint::NewGrant,
    request::{Asked, RequestError},
    wire::Issued,
};
use crate::{
    directory::Wanted,
    proof::ProofError,
    refusals::Refused,
    shared::{Published, Shared},
    trust::{IssuerKeys, TrustedIssuer},
};

/// An assertion with a good signature of an issuer that is trusted for its kind.
pub(super) struct Believed {
    claims: AssertionClaims,
    published: Arc<Published>,
    /// Which of the trusted issuers made it.
    issuer: usize,
}

/// What kind of assertion it is, by its own word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    IdJag,
    Workload,
}

#[derive(Deserialize)]
struct Names {
    iss: String,
}

impl Believed {
    fn trust(&self) -> Option<&Trust> {
        let issuers = &self.published.config.trusted_issuers;
        issuers.get(self.issuer).map(|issuer| &issuer.trust)
    }
}

impl Shared {
    /// Whose request it is, and the assertion that came with it.
    pub(super) async fn open_assertion(
        &self,
        parts: &Parts,
        parameters: &Parameters,
    ) -> Result<(Client, Believed), Refused<TokenError>> {
        let text = parameters.one("assertion").ok().flatten();
        let text = text.ok_or(RequestError::Missing("assertion"));
        let text = text.map_err(Refused::stranger)?;
        let jws = UnverifiedJws::parse(text, MAXIMUM_ASSERTION_BYTES);
        let jws = jws.map_err(|_| Refused::stranger(TokenError::Assertion))?;
        match kind_of(&jws) {
            Some(Kind::IdJag) => {
                let client = self.client_of(parts, parameters).await;
                let client = client.map_err(Refused::stranger)?;
                let believed = self.believe_of(&jws, &client).await;
                let believed = believed.map_err(|error| Refused::to(&client, error))?;
                Ok((client, believed))
            }
            Some(Kind::Workload) => {
                let opened = self.open_workload(&jws, parts, parameters).await;
                opened.map_err(Refused::stranger)
            }
            None => Err(Refused::stranger(TokenError::Assertion)),
        }
    }

    async fn believe_of(
        &self,
        jws: &UnverifiedJws<'_>,
        client: &Client,
    ) -> Result<Believed, TokenError> {
        if client.is_public() {
            return Err(TokenError::NotForThisClient); // X-005
        }
        self.believe(jws, Kind::IdJag).await
    }

    async fn open_workload(
        &self,
        jws: &UnverifiedJws<'_>,
        parts: &Parts,
        parameters: &Parameters,
    ) -> Result<(Client, Believed), TokenError> {
        let believed = self.believe(jws, Kind::Workload).await?;
        let client = self.workload(&believed).await?;
        self.check_named(parts, parameters, &client).await?;
        Ok((client, believed))
    }

    /// A token for what the assertion says.
    pub(super) async fn redeem_assertion(
        &self,
        asked: &Asked<'_>,
        believed: &Believed,
    ) -> Result<Issued, TokenError> {
        match believed.trust() {
            Some(Trust::IdJag(trust)) => self.redeem_id_jag(asked, believed, trust).await,
            Some(Trust::Workload(trust)) => self.redeem_workload(asked, believed, trust).await,
            None => Err(TokenError::Assertion),
        }
    }

    async fn redeem_id_jag(
        &self,
        asked: &Asked<'_>,
        believed: &Believed,
        trust: &IdJagTrust,
    ) -> Result<Issued, TokenError> {
        let claims = &believed.claims;
        let mut tx = self.store.begin().await?;
        let foreign = ForeignSubject::claimed(&claims.iss, &claims.sub);
        let link = tx.account_link(&foreign).await?;
        let presented = Presented {
            client: &asked.client.id,
            scope: asked.optional("scope"),
            link: link.as_ref(),
        };
        let endpoint = self.token_endpoint();
        let allowed = judge_id_jag(claims, trust, presented, &self.here(&endpoint))?;
        let resource = self.resource_allowed(asked, claims)?;
        let user = match allowed.account {
            Account::Named(name) => tx.user_by_name(name).await?,
            Account::Linked(link) => {
                tx.use_account_link(link, self.clock.now()); // cut meanwhile: a conflict
                tx.user(&link.user).await?
            }
        };
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(TokenError::Assertion)?;
        let grant = self.new_grant(NewGrant {
            user: Some(&user.id),
            client: &asked.client.id,
            resources: Resources::one(resource),
            scopes: &allowed.scopes,
            authenticated_at: None, // not here, and how is not known
            key: asked.binding(),
            lifetime: self.published().config.lifetimes.access, // X-010: a new assertion comes next
        });
        let grant = Grant {
            details: claims.authorization_details.clone().unwrap_or_default(),
            ..grant
        };
        let person = self.with_groups(&mut *tx, user).await?;
        let issued = self.mint_first(asked, &grant, Some(&person))?;
        self.note_use(&mut *tx, claims); // X-007
        let event = self.redeemed(asked, believed, &grant);
        self.keep(tx, asked, &grant, event.user(person.user.name.as_str()))
            .await?;
        Ok(issued)
    }

    async fn redeem_workload(
        &self,
        asked: &Asked<'_>,
        believed: &Believed,
        trust: &WorkloadTrust,
    ) -> Result<Issued, TokenError> {
        let grant = self.own_grant(asked)?;
        let issued = self.mint_first(asked, &grant, None)?;
        let mut tx = self.store.begin().await?;
        if !trust.reusable {
            self.note_use(&mut *tx, &believed.claims);
        }
        let event = self.redeemed(asked, believed, &grant);
        self.keep(tx, asked, &grant, event).await?;
        Ok(issued)
    }

    /// Commits the grant with its record. What conflicts is the second use of an assertion, or
    /// somebody who may not act any more.
    async fn keep(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        grant: &Grant,
        event: AuditEvent,
    ) -> Result<(), TokenError> {
        tx.add_grant(grant);
        tx.mark_client_used(&asked.client.id, grant.created_at);
        tx.audit(event);
        match self.commit_proven(tx, asked.proof).await {
            Err(ProofError::Store(StoreError::Conflict)) => Err(TokenError::Assertion),
            outcome => Ok(outcome?),
        }
    }

    fn note_use(&self, tx: &mut dyn Tx, claims: &AssertionClaims) {
        let used = OneTime::named(Purpose::GrantAssertion, &claims.iss, &claims.jti);
        tx.use_once(&used, over_at(claims));
    }

    fn redeemed(&self, asked: &Asked<'_>, believed: &Believed, grant: &Grant) -> AuditEvent {
        let what = (AuditKind::TokenFromAssertion, Outcome::Allowed);
        let reason = format!("{}, by the word of {}", grant.scopes, believed.claims.iss);
        self.grant_event(what, grant, asked).reason(reason)
    }

    /// The assertion, once a key of an issuer that is trusted for its kind verified it.
    async fn believe(&self, jws: &UnverifiedJws<'_>, kind: Kind) -> Result<Believed, TokenError> {
        let published = self.published();
        let named: Option<Names> = object(jws.unverified_payload());
        let named = named.ok_or(TokenError::Assertion)?;
        let trusted = |issuer: &TrustedIssuer| {
            issuer.issuer == named.iss && kind == kind_trusted(&issuer.trust)
        };
        let issuers = &published.config.trusted_issuers;
        let (issuer, trusted) = issuers
            .iter()
            .enumerate()
            .find(|(_, issuer)| trusted(issuer))
            .ok_or(TokenError::Assertion)?;
        let header = (jws.kid(), jws.algorithm());
        let keys: Vec<PublicKey> = match &trusted.keys {
            IssuerKeys::Inline(keys) => keys.matching(header.0, header.1).cloned().collect(),
            IssuerKeys::At(url) => {
                let wanted = Wanted {
                    kid: header.0,
                    algorithm: header.1,
                };
                let fetched = self.trusted_keys.at(url, wanted, None).await;
                let (keys, _) = fetched.map_err(|_| TokenError::KeysUnavailable)?;
                keys.matching(header.0, header.1).cloned().collect()
            }
        };
        let mut keys = keys.iter().filter_map(VerifyingKey::parse);
        let payload = keys.find_map(|key| jws.verified_by(&key));
        let claims = payload.and_then(object).ok_or(TokenError::Assertion)?;
        Ok(Believed {
            claims,
            published,
            issuer,
        })
    }

    /// The client that a workload is.
    async fn workload(&self, believed: &Believed) -> Result<Client, TokenError> {
        let Some(Trust::Workload(trust)) = believed.trust() else {
            return Err(TokenError::Assertion);
        };
        let endpoint = self.token_endpoint();
        let id = judge_workload(&believed.claims, trust, &self.here(&endpoint))?;
        let client = self.store.begin().await?.client(id).await?;
        let client = client.filter(Client::is_usable);
        client.ok_or(TokenError::Assertion)
    }

    /// A workload need not say which client it is; when it does, or even authenticates as one,
    /// it must be this one.
    async fn check_named(
        &self,
        parts: &Parts,
        parameters: &Parameters,
        client: &Client,
    ) -> Result<(), TokenError> {
        let given = |name| parameters.one(name).ok().flatten();
        let authenticates = parts.headers.contains_key(header::AUTHORIZATION)
            || given("client_secret").is_some()
            || given("client_assertion").is_some();
        let same = match given("client_id") {
            _ if authenticates => self.client_of(parts, parameters).await?.id == client.id,
            Some(id) => id == client.id.as_str(),
            None => true,
        };
        same.then_some(()).ok_or(TokenError::Assertion)
    }

    /// The one resource that the assertion and the request agree on (X-008).
    fn resource_allowed(
        &self,
        asked: &Asked<'_>,
        claims: &AssertionClaims,
    ) -> Result<Resource, TokenError> {
        let Some(allowed) = &claims.resource else {
            return self.one_resource(asked);
        };
        let offered = self.published().resources_of(asked.client);
        let named = self.resources_meant(asked);
        let allows = |resource: &&Resource| allowed.all().iter().any(|it| resource.matches(it));
        let meant = |resource: &&Resource| named.iter().all(|it| resource.matches(it));
        let agreed: BTreeSet<&Resource> = offered.iter().filter(allows).filter(meant).collect();
        let mut agreed = agreed.into_iter();
        match (agreed.next(), agreed.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(_), Some(_)) => Err(TokenError::Target),
            (None, _) => Err(TokenError::Assertion),
        }
    }

    fn token_endpoint(&self) -> String {
        format!("{}/token", self.url.as_str())
    }

    fn here<'a>(&'a self, token_endpoint: &'a str) -> Here<'a> {
        Here {
            issuer: self.url.as_str(),
            token_endpoint,
            now: self.clock.now(),
        }
    }
}

/// An ID-JAG says that it is one; everything that says nothing, or that it is some JWT, can be
/// a workload's; and whatever says that it is something else is neither (TK-10, X-016).
fn kind_of(jws: &UnverifiedJws<'_>) -> Option<Kind> {
    if jws.is_type(ID_JAG_TYPE) {
        Some(Kind::IdJag)
    } else if !jws.has_type() || jws.is_type("jwt") {
        Some(Kind::Workload)
    } else {
        None
    }
}

fn kind_trusted(trust: &Trust) -> Kind {
    match trust {
        Trust::IdJag(_) => Kind::IdJag,
        Trust::Workload(_) => Kind::Workload,
    }
}
