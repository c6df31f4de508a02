//! `GET /userinfo` and `POST /userinfo`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    bearer::{BearerFault, Credentials, the_one},
};
use doorward_store::StoreError;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use super::error::UserInfoError;
use crate::{
    browser::peer,
    form::{self, BodyError, Pairs},
    refusals::Asker,
    shared::Shared,
    wire::json,
};

/// Tells who the person is.
pub(crate) async fn answer(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match issuer.userinfo(&parts, body).await {
        Ok(told) => json(StatusCode::OK, &told),
        Err(error) => match issuer.note_untold(&error, &parts).await {
            Ok(()) => error.into_response(),
            Err(failed) => UserInfoError::Store(failed).into_response(),
        },
    };
    issuer.with_nonce(&parts, response)
}

/// The one token of a request, which stands in the header and nowhere else.
pub(super) async fn credentials(parts: &Parts, body: Body) -> Result<Credentials<'_>, BearerFault> {
    let headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let sent = the_one(headers.map(HeaderValue::as_bytes))?;
    let names_one = |pairs: &Pairs| pairs.names().any(|name| name == "access_token");
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let form = match parts.method {
        Method::POST => form::read(&parts.headers, body).await,
        _ => Err(BodyError::MediaType),
    };
    let in_form = match form {
        Ok(form) => names_one(&form),
        Err(BodyError::MediaType) => false, // no form, so it is nobody's parameter
        Err(_) => return Err(BearerFault::Malformed),
    };
    match in_form || query.is_ok_and(|query| names_one(&query)) {
        true => Err(BearerFault::Malformed),
        false => Ok(sent),
    }
}

impl Shared {
    /// Records that nothing was told, as often as the peer may be refused. The answer stays: a
    /// client that is not told that its token ended does not refresh it.
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
