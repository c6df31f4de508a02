//! Registers a client.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientAuthentication, ClientOrigin},
    entropy::draw,
    id::ClientId,
    registration::{InitialAccess, InitialAccessToken, Method, Registration},
    secret::{Digest, Secret},
};
use doorward_store::{StoreError, Tx};
use http::HeaderMap;
use serde_json::{Map, Value};

use super::{error::RegisterError, management::bearer};
use crate::{
    issuer::DynamicRegistration,
    limits::{Wait, prefix_key},
    shared::{Shared, tag},
};

/// What a registration made, or found.
pub(super) struct Made {
    pub(super) client: Client,
    /// A new secret, shown this once.
    pub(super) secret: Option<Secret>,
    /// A new registration access token, shown this once.
    pub(super) management: Option<Secret>,
}

/// Somebody who may register, and what that counted for.
pub(super) struct Admitted {
    peer: Option<IpAddr>,
    prefix: Option<IpAddr>,
    /// The initial access token of the store that counts it, if it was one of these.
    token: Option<InitialAccessToken>,
}

impl Shared {
    /// Registers the client that `body` describes.
    pub(super) async fn register(
        &self,
        body: &[u8],
        admitted: &Admitted,
    ) -> Result<Made, RegisterError> {
        let document: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| RegisterError::NotAnObject)?;
        let vouched = self.vouched(document).await?;
        let offer = self.published().config.certificate_offer();
        let mut registration = Registration::read(&vouched.members)?.within(offer)?;
        registration.software.vouched_by = vouched.by;
        let (authentication, secret) = match registration.method.clone() {
            Method::None => return self.register_public(registration, admitted).await,
            Method::PrivateKey(key) => (ClientAuthentication::PrivateKey(key), None),
            Method::Certificate(named) => (ClientAuthentication::Certificate(named), None),
            Method::OwnCertificate(own) => (ClientAuthentication::OwnCertificate(own), None),
            Method::Secret(placement) => {
                let secret = Secret::mint("dwc_", draw(&*self.entropy));
                let digest = secret.digest();
                let authentication = ClientAuthentication::Secret { digest, placement };
                (authentication, Some(secret))
            }
        };
        // Each makes a row of its own, so alike ones of one network are limited.
        let print = Digest::of(&registration.fingerprint());
        let management = self.mint_management();
        let client = Client {
            management: Some(management.digest()),
            ..self.client(self.own_id(), registration, authentication)
        };
        self.add(&client, admitted, Some(print)).await?;
        Ok(Made {
            client,
            secret,
            management: Some(management),
        })
    }

    /// Whether anybody may register, or whoever asks.
    pub(super) async fn admit_registration(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<Admitted, RegisterError> {
        let token = match &self.published().config.dynamic_registration {
            DynamicRegistration::Off => return Err(RegisterError::Off),
            DynamicRegistration::Open => None,
            DynamicRegistration::Token(known) => {
                let presented = bearer(headers).ok_or(RegisterError::Token)?.digest();
                match known.iter().any(|token| token.matches(&presented)) {
                    true => None,
                    false => Some(self.initial_token(&presented).await?),
                }
            }
        };
        let prefix = prefix_key(peer);
        Ok(Admitted {
            peer,
            prefix,
            token,
        })
    }

    /// Counts a client that makes a row, and with a secret or key also how alike ones it has.
    /// Hosted clients share addresses, so what counts is the network, and only clients that
    /// were not known before (interop 17). Nothing is counted for everybody together: the same
    /// product from elsewhere must not be put off, and the table makes room (RG-08).
    fn count_new(&self, admitted: &Admitted, print: Option<Digest>) -> Result<(), Wait> {
        let (limits, now) = (&self.limits, self.clock.now());
        limits.register_prefix.take(admitted.prefix, now)?;
        let Some(print) = print else { return Ok(()) };
        let alike = limits.register_print.take((admitted.prefix, print), now);
        alike.inspect_err(|_| limits.register_prefix.give_back(&admitted.prefix))
    }

    /// There is no row after all.
    fn give_back_new(&self, admitted: &Admitted, print: Option<Digest>) {
        let (limits, prefix) = (&self.limits, admitted.prefix);
        limits.register_prefix.give_back(&prefix);
        if let Some(print) = print {
            limits.register_print.give_back(&(prefix, print));
        }
    }

    /// The initial access token that an administrator made by command, while it admits. Why
    /// it does not is nobody's business but the administrator's, who can list it.
    async fn initial_token(&self, digest: &Digest) -> Result<InitialAccessToken, RegisterError> {
        let mut tx = self.store.begin().await?;
        let token = tx.initial_access_token(digest).await?;
        let token = token.ok_or(RegisterError::Token)?;
        match token.admits(self.clock.now()) {
            InitialAccess::Admitted => Ok(token),
            InitialAccess::Expired | InitialAccess::UsedUp => Err(RegisterError::Token),
        }
    }

    /// Records that a registration was refused. There is nothing to commit with it.
    pub(super) fn note_refused_registration(&self, error: &RegisterError, peer: Option<IpAddr>) {
        let event = AuditEvent::new(self.clock.now(), AuditKind::ClientRegister, Outcome::Denied)
            .reason(error.to_string());
        if let Err(error) = self.note_stranger(event, peer) {
            tracing::error!(%error, "a refused registration could not be recorded");
        }
    }

    /// The same metadata is the same client: it makes a row once, whoever sends it however
    /// often. A client that is known costs its network nothing, and comes in whatever others
    /// there did.
    async fn register_public(
        &self,
        registration: Registration,
        admitted: &Admitted,
    ) -> Result<Made, RegisterError> {
        let print = tag(&self.derived.client, &registration.fingerprint());
        let id = ClientId::from_known(format!("dyn_{print}"));
        let known = self.store.begin().await?.client(&id).await?;
        let client = match known {
            Some(known) if !known.is_usable() => return Err(RegisterError::Revoked),
            Some(known) => {
                self.note_known(&known, admitted).await?;
                known
            }
            None => {
                let client = self.client(id, registration, ClientAuthentication::None);
                self.add(&client, admitted, None).await?;
                client
            }
        };
        Ok(Made {
            client,
            secret: None,
            management: None,
        })
    }

    /// An identifier that nobody else has.
    fn own_id(&self) -> ClientId {
        let bits: [u8; 16] = draw(&*self.entropy);
        ClientId::from_known(format!("dyn_{}", URL_SAFE_NO_PAD.encode(bits)))
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

    /// Adds a client that counts, unless it cannot be added.
    async fn add(
        &self,
        client: &Client,
        admitted: &Admitted,
        print: Option<Digest>,
    ) -> Result<(), RegisterError> {
        self.count_new(admitted, print)?;
        let added = self.add_row(client, admitted).await;
        added.inspect_err(|_| self.give_back_new(admitted, print))
    }

    async fn add_row(&self, client: &Client, admitted: &Admitted) -> Result<(), RegisterError> {
        let mut tx = self.store.begin().await?;
        self.make_room(&mut *tx, ClientOrigin::Dynamic).await?;
        tx.add_client(client);
        tx.audit(self.registered(client, client.name.clone(), admitted));
        self.commit(tx, admitted).await
    }

    /// Records a registration that makes nothing. It is an answer all the same, so a counted
    /// token counts it.
    async fn note_known(&self, known: &Client, admitted: &Admitted) -> Result<(), RegisterError> {
        let event = self.registered(known, "registered before".to_owned(), admitted);
        if admitted.token.is_none() {
            return Ok(self.note_stranger(event, admitted.peer)?);
        }
        let mut tx = self.store.begin().await?;
        tx.audit(event);
        self.commit(tx, admitted).await
    }

    /// Commits, together with the use of the token. A conflict means that another registration
    /// used it up, or that it was revoked, since it was looked at.
    async fn commit(&self, mut tx: Box<dyn Tx>, admitted: &Admitted) -> Result<(), RegisterError> {
        if let Some(token) = &admitted.token {
            tx.use_initial_access_token(&token.digest, self.clock.now());
        }
        match tx.commit().await {
            Err(StoreError::Conflict) if admitted.token.is_some() => Err(RegisterError::Token),
            outcome => Ok(outcome?),
        }
    }

    fn registered(&self, client: &Client, what: String, admitted: &Admitted) -> AuditEvent {
        let what = match &admitted.token {
            Some(token) => format!("{what} (initial access token {})", token.id),
            None => what,
        };
        let (now, kind) = (self.clock.now(), AuditKind::ClientRegister);
        AuditEvent::new(now, kind, Outcome::Allowed)
            .client(client.id.as_str())
            .reason(what)
            .peer(admitted.peer)
    }
}
