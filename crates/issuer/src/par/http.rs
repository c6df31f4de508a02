//! `POST /par`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::{AuditEvent, AuditKind, Outcome};
use doorward_store::StoreError;
use http::{StatusCode, request::Parts};

use super::error::PushError;
use crate::{browser::peer, refusals::Refused, shared::Shared, wire::json};

/// Takes an authorization request.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.push(&parts, body).await {
        Ok(pushed) => json(StatusCode::CREATED, &pushed),
        Err(refused) => match issuer.note_refused_push(&refused, &parts).await {
            Ok(()) => refused.error.into_response(),
            Err(error) => PushError::Store(error).into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

impl Shared {
    /// Records a refusal before it is answered.
    async fn note_refused_push(
        &self,
        refused: &Refused<PushError>,
        parts: &Parts,
    ) -> Result<(), StoreError> {
        let (peer, Refused { error, asker }) = (peer(parts), refused);
        let kind = AuditKind::AuthorizeRefused;
        let event = AuditEvent::new(self.clock.now(), kind, Outcome::Denied);
        let event = event.reason(error.to_string());
        if error.is_a_step() {
            return self.note_stranger(event, peer);
        }
        self.note_refused(event, asker, peer).await
    }
}
