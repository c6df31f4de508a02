//! `POST /revoke`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::{AuditEvent, AuditKind, Outcome};
use http::{HeaderValue, StatusCode, header, request::Parts};

use super::error::RevokeError;
use crate::{
    browser::peer,
    refusals::PutOff,
    shared::Shared,
    token::{Asked, ClientError, client_error, parameters},
};

/// Revokes a token.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match issuer.give_up(&parts, body).await {
        Ok(()) => {
            let no_store = HeaderValue::from_static("no-store");
            (StatusCode::OK, [(header::CACHE_CONTROL, no_store)]).into_response()
        }
        Err(error) => {
            let event = AuditEvent::new(issuer.clock.now(), AuditKind::Revoke, Outcome::Denied)
                .reason(error.to_string());
            match issuer.refuse_stranger(event, peer(&parts)) {
                Ok(()) => error.into_response(),
                Err(PutOff::Later(wait)) => client_error(&ClientError::TooMany(wait)),
                Err(PutOff::Store(error)) => RevokeError::Store(error).into_response(),
            }
        }
    }
}

impl Shared {
    async fn give_up(&self, parts: &Parts, body: Body) -> Result<(), RevokeError> {
        let parameters = parameters(parts, body).await?;
        let client = self.authenticate(parts, &parameters).await?;
        let asked = Asked {
            client: &client,
            parameters: &parameters,
            key: None,
            proof: None,
            peer: peer(parts),
        };
        self.revoke(&asked).await
    }
}
