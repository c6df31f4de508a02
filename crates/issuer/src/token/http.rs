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
    certificate::PresentedCertificate,
    client::{Client, GrantType},
    dpop::{Proof, ProofFault},
    id::ClientId,
};
use http::{StatusCode, request::Parts};

use super::{
    authentication::ClientError,
    certificate::certificate,
    error::{Aftermath, TokenError, client_error},
    jwt_bearer::Believed,
    request::{Asked, RequestError, parameters},
    wire::{Issued, TokenResponse},
};
use crate::{
    browser::peer,
    refusals::{PutOff, is_somebody},
    shared::Shared,
    wire::json,
};

/// What is known about a request when it is refused.
struct Refused {
    error: TokenError,
    kind: AuditKind,
    client: Option<ClientId>,
    /// Whether that client proved who it is, and somebody stands behind it.
    authenticated: bool,
}

/// Issues tokens.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.token(&parts, body).await {
        Ok(response) => json(StatusCode::OK, &response),
        Err(refused) => match issuer.note_refused_token(&refused, &parts).await {
            Ok(()) => refused.error.into_response(),
            Err(PutOff::Later(wait)) => client_error(&ClientError::TooMany(wait)),
            Err(PutOff::Store(error)) => TokenError::Store(error).into_response(),
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

impl Refused {
    /// Before anything is known about the client.
    fn early(error: impl Into<TokenError>, kind: AuditKind) -> Self {
        Self {
            error: error.into(),
            kind,
            client: None,
            authenticated: false,
        }
    }
}

impl Shared {
    async fn token(&self, parts: &Parts, body: Body) -> Result<TokenResponse, Refused> {
        let unknown = AuditKind::TokenFromCode;
        let parameters = parameters(parts, body).await;
        let parameters = parameters.map_err(|error| Refused::early(error, unknown))?;
        let grant_type = self.grant_type(&parameters);
        let grant_type = grant_type.map_err(|error| Refused::early(error, unknown))?;
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
                client.map(|client| (client, None))
            }
        };
        let (client, believed) = opened.map_err(|error| Refused::early(error, kind))?;
        let refused = |error| Refused {
            error,
            kind,
            client: Some(client.id.clone()),
            authenticated: believed.is_some() || is_somebody(&client),
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
        if client.tokens.certificate_bound {
            if proof.is_some() {
                return Err(TokenError::BoundTwice);
            }
            let shown = certificate(parts).map(PresentedCertificate::thumbprint);
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

    /// Records a refusal before it is answered: of a client that proved who it is durably, of
    /// anybody else as long as there are not too many.
    async fn note_refused_token(&self, refused: &Refused, parts: &Parts) -> Result<(), PutOff> {
        let (peer, aftermath) = (peer(parts), refused.error.aftermath());
        let event = AuditEvent::new(self.clock.now(), refused.kind, Outcome::Denied)
            .reason(refused.error.to_string());
        let event = match &refused.client {
            Some(client) => event.client(client.as_str()),
            None => event,
        };
        match (aftermath, refused.authenticated) {
            (Aftermath::Nothing, _) | (Aftermath::Counted, true) => Ok(()),
            (Aftermath::Counted, false) => {
                self.count_stranger(peer);
                Ok(())
            }
            (Aftermath::Recorded | Aftermath::Refused, true) => {
                let mut tx = self.store.begin().await?;
                tx.audit(event.peer(peer));
                Ok(tx.commit().await?)
            }
            (Aftermath::Recorded, false) => match self.refuse_stranger(event, peer) {
                Err(PutOff::Later(_)) => Ok(()),
                recorded => recorded,
            },
            (Aftermath::Refused, false) => self.refuse_stranger(event, peer),
        }
    }
}
