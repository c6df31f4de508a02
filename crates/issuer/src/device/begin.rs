//! `POST /device_authorization` (RFC 8628 section 3.1).

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::GrantType,
    details::Details,
    device::{DeviceAuthorization, DeviceState, POLL_INTERVAL, UserCode},
    entropy::draw,
    resource::Resource,
    scope::{ScopeError, ScopeSet},
    secret::{Digest, Secret},
};
use doorward_store::StoreError;
use http::{StatusCode, request::Parts};
use serde::Serialize;

use crate::{
    browser::peer,
    limits::{Wait, peer_key, prefix_key},
    refusals::{Asker, Refused},
    shared::Shared,
    token::{Asked, TokenError, parameters},
    wire::json,
};

/// What the device gets (RFC 8628 section 3.2).
#[derive(Serialize)]
struct DeviceResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

/// Hands out both codes.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match issuer.begin_device(&parts, body).await {
        Ok(response) => json(StatusCode::OK, &response),
        Err(refused) => {
            let kind = AuditKind::DeviceAuthorization;
            issuer.answer_refused(kind, refused, peer(&parts)).await
        }
    }
}

impl Shared {
    async fn begin_device(
        &self,
        parts: &Parts,
        body: Body,
    ) -> Result<DeviceResponse, Refused<TokenError>> {
        let parameters = parameters(parts, body).await;
        let parameters = parameters.map_err(Refused::stranger)?;
        let client = self.authenticate(parts, &parameters).await;
        let client = client.map_err(Refused::stranger)?;
        let asked = Asked {
            client: &client,
            parameters: &parameters,
            key: None,
            proof: None,
            peer: peer(parts),
        };
        let begun = self.begin_for(&asked).await;
        begun.map_err(|error| Refused::to(&client, error))
    }

    async fn begin_for(&self, asked: &Asked<'_>) -> Result<DeviceResponse, TokenError> {
        if !asked.client.grants.contains(GrantType::DeviceCode) {
            return Err(TokenError::NotForThisClient);
        }
        self.count_device(asked).map_err(TokenError::TooMany)?;
        let added = match self.add_device(asked).await {
            // Two codes of 34 bits are rarely the same, and never twice in a row.
            Err(TokenError::Store(StoreError::Conflict)) => self.add_device(asked).await,
            outcome => outcome,
        };
        added.inspect_err(|_| self.give_back_device(asked))
    }

    /// Counts a request for its client and peer, for its peer, and for its network, which may
    /// have any number of peers: whoever names one client does not put off the others there.
    /// A client that proved who it is, and behind which somebody stands, is not counted.
    fn count_device(&self, asked: &Asked<'_>) -> Result<(), Wait> {
        if is_somebody(asked) {
            return Ok(());
        }
        let (limits, now) = (&self.limits, self.clock.now());
        let key = device_key(asked);
        limits.device_share.take(key, now)?;
        let all = limits.device_peer.take(key.0, now).and_then(|()| {
            let network = limits.device_network.take(prefix_key(asked.peer), now);
            network.inspect_err(|_| limits.device_peer.give_back(&key.0))
        });
        all.inspect_err(|_| limits.device_share.give_back(&key))
    }

    /// The request left nothing behind.
    fn give_back_device(&self, asked: &Asked<'_>) {
        if is_somebody(asked) {
            return;
        }
        let (limits, key) = (&self.limits, device_key(asked));
        limits.device_share.give_back(&key);
        limits.device_peer.give_back(&key.0);
        limits.device_network.give_back(&prefix_key(asked.peer));
    }

    async fn add_device(&self, asked: &Asked<'_>) -> Result<DeviceResponse, TokenError> {
        self.device_is_for_servers(asked)?;
        let resource = self.device_resource(asked)?;
        let details = asked.optional("authorization_details").map(Details::parse);
        let details = details.transpose()?.unwrap_or_default();
        let details = details.all_about(&resource)?;
        let lifetime = self.published().config.lifetimes.device;
        let device_code = Secret::mint("dwd_", draw(&*self.entropy));
        let user_code = UserCode::mint(draw(&*self.entropy));
        let request = DeviceAuthorization {
            digest: device_code.digest(),
            user_code: user_code.digest(),
            client: asked.client.id.clone(),
            resource,
            scopes: ScopeSet::requested(asked.optional("scope"))?,
            expires_at: self.clock.now() + lifetime,
            interval: POLL_INTERVAL,
            polled_at: None,
            details,
            peer: asked.peer,
            state: DeviceState::Pending,
        };
        let mut tx = self.store.begin().await?;
        tx.add_device_authorization(&request);
        tx.audit(self.begun(asked, &request));
        tx.commit().await?;
        let page = format!("{}/device", self.url.as_str());
        Ok(DeviceResponse {
            device_code: device_code.expose().to_owned(),
            verification_uri_complete: format!("{page}?user_code={user_code}"),
            verification_uri: page,
            user_code: user_code.to_string(),
            expires_in: lifetime.as_secs(),
            interval: POLL_INTERVAL.as_secs(),
        })
    }

    /// A tool that asks who somebody is, and names no server, does not get the tokens of one: no
    /// device learns that here. Only an administrator gives clients this grant, so nobody asks
    /// so by habit.
    fn device_is_for_servers(&self, asked: &Asked<'_>) -> Result<(), ScopeError> {
        let connects = self.published().userinfo.is_some();
        let named = asked.parameters.all("resource").any(|it| !it.is_empty());
        let detailed = asked.optional("authorization_details").is_some();
        let alone = ScopeSet::asks_person_alone(asked.optional("scope"))?;
        match connects && alone && !named && !detailed {
            true => Err(ScopeError::PersonAlone),
            false => Ok(()),
        }
    }

    /// The one resource that a device asks for, which may be all servers at once.
    fn device_resource(&self, asked: &Asked<'_>) -> Result<Resource, TokenError> {
        let published = self.published();
        let mut named = asked.parameters.all("resource").filter(|it| !it.is_empty());
        let whole = published.whole_for(asked.client);
        let whole = whole.filter(|whole| named.next().is_some_and(|it| whole.matches(it)));
        match whole.filter(|whole| named.all(|it| whole.matches(it))) {
            Some(whole) => Ok(whole.clone()),
            None => self.one_resource(asked),
        }
    }

    fn begun(&self, asked: &Asked<'_>, request: &DeviceAuthorization) -> AuditEvent {
        let (kind, now) = (AuditKind::DeviceAuthorization, self.clock.now());
        let event = AuditEvent::new(now, kind, Outcome::Allowed)
            .client(asked.client.id.as_str())
            .reason(request.scopes.to_string())
            .peer(asked.peer);
        match self.published().label(&request.resource) {
            Some(name) => event.server(name),
            None => event,
        }
    }
}

/// Who asks: a client at a peer.
fn device_key(asked: &Asked<'_>) -> (Option<IpAddr>, Digest) {
    let client = Digest::of(asked.client.id.as_str());
    (peer_key(asked.peer), client)
}

/// Whether a client proved who it is, and somebody stands behind it.
fn is_somebody(asked: &Asked<'_>) -> bool {
    match Asker::of(asked.client) {
        Asker::Stranger(_) => false,
        Asker::Used(_) | Asker::Administered(_) => true,
    }
}
