//! `GET`, `PUT` and `DELETE /register/{client_id}`.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::{id::ClientId, secret::Secret};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::error::ManagementError;
use crate::{
    browser::peer,
    form::read_body,
    register::{MAXIMUM_DOCUMENT, wire::Registered},
    shared::Shared,
    wire::json,
};

/// Who asks for which registration, with which token.
pub(super) struct Manager {
    pub(super) client: ClientId,
    pub(super) token: Secret,
    pub(super) peer: Option<IpAddr>,
}

/// Shows what is registered.
pub(crate) async fn get(
    State(issuer): State<Arc<Shared>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(show(&issuer, id, request).await)
}

/// Replaces what is registered.
pub(crate) async fn put(
    State(issuer): State<Arc<Shared>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(replace(&issuer, id, request).await)
}

/// Deletes a registration and ends everything that hangs off it.
pub(crate) async fn delete(
    State(issuer): State<Arc<Shared>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(remove(&issuer, id, request).await)
}

type Answer = Result<Response, ManagementError>;

fn answer(answer: Answer) -> Response {
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn show(issuer: &Shared, id: String, request: Request) -> Answer {
    let (manager, _) = manager(id, request)?;
    let client = issuer.registration_of(&manager).await?;
    let uri = issuer.registration_uri(&client.id);
    let shown = Registered::of(&client, None).connecting(issuer.id_token_algorithm());
    let shown = shown.managed(&manager.token, &uri);
    Ok(json(StatusCode::OK, &shown))
}

async fn replace(issuer: &Shared, id: String, request: Request) -> Answer {
    let (manager, body) = manager(id, request)?;
    let read = read_body(body, MAXIMUM_DOCUMENT).await;
    let document = read.map_err(|error| ManagementError::Registration(error.into()))?;
    let replaced = issuer.replace_registration(&manager, &document).await?;
    let uri = issuer.registration_uri(&replaced.client.id);
    let shown = Registered::of(&replaced.client, replaced.secret.as_ref());
    let shown = shown.connecting(issuer.id_token_algorithm());
    let shown = shown.asked_by(&document);
    Ok(json(StatusCode::OK, &shown.managed(&replaced.token, &uri)))
}

async fn remove(issuer: &Shared, id: String, request: Request) -> Answer {
    let (manager, _) = manager(id, request)?;
    issuer.delete_registration(&manager).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn manager(id: String, request: Request) -> Result<(Manager, Body), ManagementError> {
    let (parts, body) = request.into_parts();
    let manager = Manager {
        client: ClientId::from_known(id),
        token: bearer(&parts.headers).ok_or(ManagementError::Unauthorized)?,
        peer: peer(&parts),
    };
    Ok((manager, body))
}

/// The one bearer token of a request (RFC 6750 section 2.1).
pub(in crate::register) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let usable = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
    usable.then(|| Secret::presented(token))
}
