//! `POST /par`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::{AuditEvent, AuditKind, Outcome};
use http::{StatusCode, request::Parts};

use super::error::{PushError, Refused};
use crate::{
    browser::peer,
    refusals::PutOff,
    shared::Shared,
    token::{ClientError, client_error},
    wire::json,
};

/// Takes an authorization request.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.push(&parts, body).await {
        Ok(pushed) => json(StatusCode::CREATED, &pushed),
        Err(refused) => match issuer.note_refused_push(&refused, &parts) {
            Ok(()) => refused.error.into_response(),
            Err(PutOff::Later(_)) if refused.error.stays() => refused.error.into_response(),
            Err(PutOff::Later(wait)) => client_error(&ClientError::TooMany(wait)),
            Err(PutOff::Store(error)) => PushError::Store(error).into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

impl Shared {
    /// Records a refusal before it is answered: of a client that proved who it is always, of
    /// anybody else as long as there are not too many.
    fn note_refused_push(&self, refused: &Refused, parts: &Parts) -> Result<(), PutOff> {
        let (now, peer) = (self.clock.now(), peer(parts));
        let event = AuditEvent::new(now, AuditKind::AuthorizeRefused, Outcome::Denied)
            .reason(refused.error.to_string());
        if refused.authenticated {
            return Ok(self.store.record(event.peer(peer))?);
        }
        self.refuse_stranger(event, peer)
    }
}
