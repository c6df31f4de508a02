//! `POST /token`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::{
    access::Confirmation,
    audit::{AuditEvent, AuditKind, Outcome},
    authorize::Parameters,
    client::{Client, ClientOrigin, GrantType},
    dpop::{Proof, ProofFault},
    registration::CertificateOffer,
};
use doorward_store::StoreError;
use http::{StatusCode, request::Parts};

use super::{
    certificate::certificate,
    error::{Aftermath, TokenError},
    jwt_bearer::Believed,
    request::{Asked, RequestError, parameters},
    wire::{Issued, TokenResponse},
};
use crate::{
    browser::peer,
    refusals::{Asker, Refused},
    shared::Shared,
    wire::json,
};

/// What was asked for, and what is known about the request when it is refused.
struct Denied {
    kind: AuditKind,
    refused: Refused<TokenError>,
}

/// Issues tokens.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.token(&parts, body).await {
        Ok(response) => json(StatusCode::OK, &response),
        Err(denied) => match issuer.note_denied(&denied, &parts).await {
            Ok(()) => denied.refused.error.into_response(),
            Err(error) => TokenError::Store(error).into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

/// What asking for it is called in the audit log.
fn kind_of(grant_type: GrantType) -> AuditKind {
    match grant_type {
        GrantType::AuthorizationCode => AuditKind::TokenFromCode,
        GrantType::RefreshToken => AuditKind::TokenFromRefresh,
        GrantType::ClientCredentials => AuditKind::TokenForClient,
        GrantType::DeviceCode => AuditKind::TokenFromDevice,
        GrantType::TokenExchange => AuditKind::TokenExchange,
        GrantType::JwtBearer => AuditKind::TokenFromAssertion,
    }
}

/// Whether a client may ask for tokens in this way at all.
fn may_ask(grant_type: GrantType, client: &Client) -> Result<(), TokenError> {
    if !client.grants.contains(grant_type) {
        return Err(TokenError::NotForThisClient);
    }
    if grant_type.needs_authentication() && client.is_public() {
        return Err(TokenError::NotForThisClient); // TK-07: anybody could be it
    }
    Ok(())
}

impl Denied {
    /// Before anything is known about the client.
    fn early(error: impl Into<TokenError>, kind: AuditKind) -> Self {
        let refused = Refused::stranger(error);
        Self { kind, refused }
    }
}

impl Shared {
    async fn token(&self, parts: &Parts, body: Body) -> Result<TokenResponse, Denied> {
        let unknown = AuditKind::TokenFromCode;
        let parameters = parameters(parts, body).await;
        let parameters = parameters.map_err(|error| Denied::early(error, unknown))?;
        let grant_type = self.grant_type(&parameters);
        let grant_type = grant_type.map_err(|error| Denied::early(error, unknown))?;
        let kind = kind_of(grant_type);
        let opened = match grant_type {
            GrantType::JwtBearer => {
                let opened = self.open_assertion(parts, &parameters).await;
                opened.map(|(client, believed)| (client, Some(believed)))
            }
            GrantType::AuthorizationCode
            | GrantType::RefreshToken
            | GrantType::ClientCredentials
            | GrantType::DeviceCode
            | GrantType::TokenExchange => {
                let client = self.client_of(parts, &parameters).await;
                let client = client.map_err(Refused::stranger);
                client.map(|client| (client, None))
            }
        };
        let (client, believed) = opened.map_err(|refused| Denied { kind, refused })?;
        let asker = match believed {
            Some(_) => Asker::proven(&client),
            None => Asker::of(&client),
        };
        let refused = |error| Denied {
            kind,
            refused: Refused {
                error,
                asker: asker.clone(),
            },
        };
        may_ask(grant_type, &client).map_err(refused)?;
        let (held, proof) = self.bound_to(parts, &client).await.map_err(refused)?;
        let asked = Asked {
            client: &client,
            parameters: &parameters,
            key: held.as_ref(),
            proof: proof.as_ref(),
            peer: peer(parts),
        };
        let issued = self.issue(grant_type, &asked, believed.as_ref()).await;
        let now = self.clock.now();
        issued.map(|issued| issued.response(now)).map_err(refused)
    }

    /// What the request proves to hold, and the proof if it is a key; a client may have to prove a key (RFC 9449 section 5.2)
    /// or show a certificate (RFC 8705 section 3.4).
    async fn bound_to(
        &self,
        parts: &Parts,
        client: &Client,
    ) -> Result<(Option<Confirmation>, Option<Proof>), TokenError> {
        let proof = self.proof(parts, "/token").await?;
        if self.binds_to_certificates(client) {
            if proof.is_some() {
                return Err(TokenError::BoundTwice);
            }
            let now = self.clock.now();
            let shown = certificate(parts).and_then(|shown| shown.thumbprint_at(now));
            let shown = shown.ok_or(TokenError::CertificateMissing)?;
            return Ok((Some(Confirmation::Certificate(shown.clone())), None));
        }
        match proof {
            None if client.tokens.dpop_bound => Err(TokenError::Proof(ProofFault::Missing)),
            proof => {
                let key = proof.as_ref().map(|proof| proof.key.clone());
                Ok((key.map(Confirmation::Key), proof))
            }
        }
    }

    /// Whether the client gets only tokens that are bound to its certificate. One that was told
    /// so when it registered never gets others; the document of another keeps saying what it
    /// would like, and is heard while certificates are asked for.
    fn binds_to_certificates(&self, client: &Client) -> bool {
        let offered = self.published().config.certificate_offer() != CertificateOffer::Nothing;
        let promised = client.origin != ClientOrigin::MetadataDocument;
        client.tokens.certificate_bound && (offered || promised)
    }

    /// The grant type that is asked for, if it is offered (A-019, TK-16).
    fn grant_type(&self, parameters: &Parameters) -> Result<GrantType, TokenError> {
        let named = parameters.one("grant_type").ok().flatten();
        let named = named.ok_or(RequestError::Missing("grant_type"))?;
        let known = GrantType::parse(named).ok_or(TokenError::GrantType)?;
        let nobody_trusted = self.published().config.trusted_issuers.is_empty();
        if known == GrantType::JwtBearer && nobody_trusted {
            return Err(TokenError::GrantType);
        }
        Ok(known)
    }

    async fn issue(
        &self,
        grant_type: GrantType,
        asked: &Asked<'_>,
        believed: Option<&Believed>,
    ) -> Result<Issued, TokenError> {
        match grant_type {
            GrantType::AuthorizationCode => self.redeem(asked).await,
            GrantType::RefreshToken => self.refresh(asked).await,
            GrantType::ClientCredentials => self.for_itself(asked).await,
            GrantType::DeviceCode => self.poll(asked).await,
            GrantType::TokenExchange => self.exchange(asked).await,
            GrantType::JwtBearer => match believed {
                Some(believed) => self.redeem_assertion(asked, believed).await,
                None => Err(TokenError::Assertion),
            },
        }
    }

    /// The authenticated client of a request.
    pub(super) async fn client_of(
        &self,
        parts: &Parts,
        parameters: &Parameters,
    ) -> Result<Client, TokenError> {
        Ok(self.authenticate(parts, parameters).await?)
    }

    /// Records a refusal before it is answered.
    async fn note_denied(&self, denied: &Denied, parts: &Parts) -> Result<(), StoreError> {
        let (peer, Refused { error, asker }) = (peer(parts), &denied.refused);
        let event = AuditEvent::new(self.clock.now(), denied.kind, Outcome::Denied)
            .reason(error.to_string());
        match error.aftermath() {
            Aftermath::Nothing => Ok(()),
            Aftermath::Step => self.note_stranger(event, peer),
            Aftermath::Refused => self.note_refused(event, asker, peer).await,
        }
    }
}
