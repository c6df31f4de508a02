//! `POST /revoke`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::AuditKind;
use http::{HeaderValue, StatusCode, header, request::Parts};

use super::error::RevokeError;
use crate::{
    browser::peer,
    refusals::Refused,
    shared::Shared,
    token::{Asked, parameters},
};

/// Revokes a token.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match issuer.give_up(&parts, body).await {
        Ok(()) => {
            let no_store = HeaderValue::from_static("no-store");
            (StatusCode::OK, [(header::CACHE_CONTROL, no_store)]).into_response()
        }
        Err(refused) => {
            let kind = AuditKind::Revoke;
            issuer.answer_refused(kind, refused, peer(&parts)).await
        }
    }
}

impl Shared {
    async fn give_up(&self, parts: &Parts, body: Body) -> Result<(), Refused<RevokeError>> {
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
        let revoked = self.revoke(&asked).await;
        revoked.map_err(|error| Refused::to(&client, error))
    }
}
