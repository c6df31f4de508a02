//! `GET /userinfo` and `POST /userinfo`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    bearer::{BearerFault, Credentials, the_one},
};
use doorward_store::StoreError;
use http::{HeaderValue, StatusCode, header, request::Parts};

use super::error::UserInfoError;
use crate::{browser::peer, form::Pairs, refusals::Asker, shared::Shared, wire::json};

/// Tells who the person is.
pub(crate) async fn answer(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let response = match issuer.userinfo(&parts).await {
        Ok(told) => json(StatusCode::OK, &told),
        Err(error) => match issuer.note_untold(&error, &parts).await {
            Ok(()) => error.into_response(),
            Err(error) => UserInfoError::Store(error).into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

/// The one token of a request, which stands in the header and nowhere else.
pub(super) fn credentials(parts: &Parts) -> Result<Credentials<'_>, BearerFault> {
    let headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let sent = the_one(headers.map(HeaderValue::as_bytes))?;
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let again = query.is_ok_and(|query| query.names().any(|name| name == "access_token"));
    if again {
        return Err(BearerFault::Malformed);
    }
    Ok(sent)
}

impl Shared {
    /// Records that nothing was told, as often as the peer may be refused.
    async fn note_untold(&self, error: &UserInfoError, parts: &Parts) -> Result<(), StoreError> {
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserInfo, Outcome::Denied);
        let event = event.reason(error.to_string());
        if error.is_a_step() {
            return self.note_stranger(event, peer(parts));
        }
        let nobody = Asker::Stranger(None);
        self.note_refused(event, &nobody, peer(parts)).await
    }
}
