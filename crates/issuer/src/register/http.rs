//! `POST /register`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use super::{error::RegisterError, wire::Registered};
use crate::{browser::peer, form::read_body, shared::Shared, wire::json};

/// The largest document that is read (RG-08).
pub(super) const MAXIMUM_DOCUMENT: usize = 16 * 1024;

/// Registers a client.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match register(&issuer, &parts, body).await {
        Ok(response) => response,
        Err(error) => {
            issuer.note_refused_registration(&error, peer(&parts));
            error.into_response()
        }
    }
}

async fn register(
    issuer: &Shared,
    parts: &Parts,
    body: axum::body::Body,
) -> Result<Response, RegisterError> {
    let peer = peer(parts);
    let admitted = issuer.admit_registration(&parts.headers, peer).await?;
    let document = read_body(body, MAXIMUM_DOCUMENT).await?;
    let made = issuer.register(&document, &admitted).await?;
    let uri = issuer.registration_uri(&made.client.id);
    let registered = Registered::of(&made.client, made.secret.as_ref());
    let registered = registered.connecting(issuer.id_token_algorithm());
    let registered = registered.asked_by(&document);
    let registered = match &made.management {
        Some(token) => registered.managed(token, &uri),
        None => registered,
    };
    Ok(json(StatusCode::CREATED, &registered))
}
