//! `POST /par`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::{AuditEvent, AuditKind, Outcome};
use http::{StatusCode, request::Parts};

use super::error::PushError;
use crate::{browser::peer, shared::Shared, wire::json};

/// Takes an authorization request.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.push(&parts, body).await {
        Ok(pushed) => json(StatusCode::CREATED, &pushed),
        Err(error) => match issuer.note_refused_push(&error, &parts) {
            Ok(()) => error.into_response(),
            Err(error) => error.into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

impl Shared {
    /// Records a refusal before it is answered. Anybody can cause any number, so they are queued.
    fn note_refused_push(&self, error: &PushError, parts: &Parts) -> Result<(), PushError> {
        let now = self.clock.now();
        let event = AuditEvent::new(now, AuditKind::AuthorizeRefused, Outcome::Denied)
            .reason(error.to_string())
            .peer(peer(parts));
        Ok(self.store.record(event)?)
    }
}
