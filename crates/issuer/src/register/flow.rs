//! Registers a client.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientAuthentication, ClientOrigin},
    entropy::draw,
    id::ClientId,
    registration::{Method, Registration},
    secret::Secret,
};
use doorward_store::StoreError;
use serde_json::{Map, Value};

use super::error::RegisterError;
use crate::{
    limits::peer_key,
    shared::{Shared, tag},
};

/// The most clients that wait for somebody to sign in through them (RG-08).
const MAXIMUM_UNUSED: u64 = 10_000;

impl Shared {
    /// Registers the client that `body` describes. A new secret is returned this once.
    pub(super) async fn register(
        &self,
        body: &[u8],
        peer: Option<IpAddr>,
    ) -> Result<(Client, Option<Secret>), RegisterError> {
        let document: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| RegisterError::NotAnObject)?;
        let registration = Registration::read(&document)?;
        let (authentication, secret) = match registration.method.clone() {
            Method::None => return Ok((self.register_public(registration, peer).await?, None)),
            Method::PrivateKey(key) => (ClientAuthentication::PrivateKey(key), None),
            Method::Secret(placement) => {
                let secret = Secret::mint("dwc_", draw(&*self.entropy));
                let digest = secret.digest();
                let authentication = ClientAuthentication::Secret { digest, placement };
                (authentication, Some(secret))
            }
        };
        let client = self.confidential(registration, authentication);
        self.add(&client, peer).await?;
        Ok((client, secret))
    }

    /// Whether this peer may register now, and whether anybody may.
    pub(super) fn admit_registration(&self, peer: Option<IpAddr>) -> Result<(), RegisterError> {
        if !self.published().config.dynamic_registration {
            return Err(RegisterError::Off);
        }
        let now = self.clock.now();
        self.limits.register_peer.take(peer_key(peer), now)?;
        Ok(())
    }

    /// Records that a registration was refused. There is nothing to commit with it.
    pub(super) fn note_refused_registration(&self, error: &RegisterError, peer: Option<IpAddr>) {
        let event = AuditEvent::new(self.clock.now(), AuditKind::ClientRegister, Outcome::Denied)
            .reason(error.to_string())
            .peer(peer);
        if let Err(error) = self.store.record(event) {
            tracing::error!(%error, "a refused registration could not be recorded");
        }
    }

    async fn register_public(
        &self,
        registration: Registration,
        peer: Option<IpAddr>,
    ) -> Result<Client, RegisterError> {
        let print = tag(&self.derived.client, &registration.fingerprint());
        let id = ClientId::from_known(format!("dyn_{print}"));
        let mut tx = self.store.begin().await?;
        match tx.client(&id).await? {
            Some(known) if !known.is_usable() => Err(RegisterError::Revoked),
            Some(known) => {
                tx.audit(self.registered(&known, peer).reason("registered before"));
                tx.commit().await?;
                Ok(known)
            }
            None => {
                drop(tx);
                let client = self.client(id, registration, ClientAuthentication::None);
                self.add(&client, peer).await?;
                Ok(client)
            }
        }
    }

    fn confidential(
        &self,
        registration: Registration,
        authentication: ClientAuthentication,
    ) -> Client {
        let bits: [u8; 16] = draw(&*self.entropy);
        let id = ClientId::from_known(format!("dyn_{}", URL_SAFE_NO_PAD.encode(bits)));
        self.client(id, registration, authentication)
    }

    fn client(
        &self,
        id: ClientId,
        registration: Registration,
        authentication: ClientAuthentication,
    ) -> Client {
        let client = Client::public(id, ClientOrigin::Dynamic, self.clock.now());
        registration.register(client, authentication)
    }

    async fn add(&self, client: &Client, peer: Option<IpAddr>) -> Result<(), RegisterError> {
        let mut tx = self.store.begin().await?;
        if tx.unused_clients(ClientOrigin::Dynamic).await? >= MAXIMUM_UNUSED {
            return Err(RegisterError::Full);
        }
        tx.add_client(client);
        tx.audit(self.registered(client, peer));
        tx.commit().await.map_err(StoreError::into)
    }

    fn registered(&self, client: &Client, peer: Option<IpAddr>) -> AuditEvent {
        AuditEvent::new(
            self.clock.now(),
            AuditKind::ClientRegister,
            Outcome::Allowed,
        )
        .client(client.id.as_str())
        .reason(client.name.clone())
        .peer(peer)
    }
}
