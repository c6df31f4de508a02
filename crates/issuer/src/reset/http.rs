//! The pages of forgotten passwords.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{secret::Secret, user::MINIMUM_PASSWORD};
use doorward_pages::{Message, Text};
use http::{StatusCode, header, request::Parts};
use serde::Serialize;

use super::{error::ResetError, flow::NewlyTyped};
use crate::{
    browser::{Visitor, visitor},
    form,
    shared::Shared,
    sign_in::cross_site,
    wire::retry_after,
};

/// The longest text that is looked up; whatever is longer is nobody.
const LONGEST: usize = 254;

#[derive(Serialize)]
struct ForgotPage {}

#[derive(Serialize)]
struct ResetPage {
    token: String,
    user: String,
    minimum: usize,
    error: Option<Text>,
}

/// `GET /forgot`: asks who forgot a password.
pub(crate) async fn forgot(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, _, _) = visitor(request, &issuer);
    if issuer.post.is_none() {
        return other_page(&issuer, &visitor, ResetError::NoMail);
    }
    let pages = issuer.pages.to(visitor.locale);
    pages.page((StatusCode::OK, "forgot.html"), &ForgotPage {})
}

/// `POST /forgot`: says the same to everybody, and looks after it behind the answer (LG-03).
pub(crate) async fn send(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match take(&issuer, &visitor, parts, body).await {
        Ok(()) => {
            let message = Message::new(Text::of("forgot-sent"), Text::of("forgot-sent-lead"));
            let message = message.you(Text::of("forgot-sent-you"));
            let pages = issuer.pages.to(visitor.locale);
            pages.message(StatusCode::OK, &message)
        }
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// `GET /reset`: asks for the new password.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let token = form::in_query(&parts, "token");
    let link = Secret::presented(token.as_str()).digest();
    match issuer.reset_for(&link).await {
        Ok(user) => show((&issuer, &visitor), (token, user.name.to_string()), None),
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// `POST /reset`: sets it.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            issuer.note_refused_reset(&error, &visitor);
            other_page(&issuer, &visitor, error)
        }
    }
}

async fn take(
    issuer: &Arc<Shared>,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<(), ResetError> {
    if issuer.post.is_none() {
        return Err(ResetError::NoMail);
    }
    if !visitor.own_page {
        issuer.note_cross_site("/forgot", visitor);
        return Err(ResetError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let typed: String = form.first("who").chars().take(LONGEST).collect();
    Ok(issuer.ask_for_reset(typed, visitor.peer)?)
}

async fn submit(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, ResetError> {
    if !visitor.own_page {
        issuer.note_cross_site("/reset", visitor);
        return Err(ResetError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let token = form.first("token").to_owned();
    let link = Secret::presented(token.as_str()).digest();
    let user = issuer.reset_for(&link).await?;
    let typed = NewlyTyped {
        link,
        password: Secret::presented(form.first("password")),
        again: Secret::presented(form.first("again")),
        ends_grants: !form.first("grants").is_empty(),
    };
    match issuer.set_by_link(typed, visitor).await {
        Ok(()) => {
            let message = Message::new(Text::of("reset-done"), Text::of("reset-done-lead"));
            let message = message.next(issuer.path("/login"), Text::of("reset-done-next"));
            let pages = issuer.pages.to(visitor.locale);
            Ok(pages.message(StatusCode::OK, &message))
        }
        Err(error) if error.shows_form() => Ok(show(
            (issuer, visitor),
            (token, user.name.to_string()),
            Some(error),
        )),
        Err(error) => Err(error),
    }
}

fn show(
    (issuer, visitor): (&Shared, &Visitor),
    (token, user): (String, String),
    error: Option<ResetError>,
) -> Response {
    let status = error.as_ref().map_or(StatusCode::OK, ResetError::status);
    let page = ResetPage {
        token,
        user,
        minimum: MINIMUM_PASSWORD,
        error: error.as_ref().map(ResetError::text),
    };
    let pages = issuer.pages.to(visitor.locale);
    pages.page((status, "reset.html"), &page)
}

fn other_page(issuer: &Shared, visitor: &Visitor, error: ResetError) -> Response {
    let pages = issuer.pages.to(visitor.locale);
    let advice = match &error {
        ResetError::Store(error) => {
            tracing::error!(%error, "storage failed");
            return pages.storage_failed(Duration::from_secs(2));
        }
        ResetError::CrossSite => return pages.message(error.status(), &cross_site()),
        ResetError::NoMail => "forgot-no-mail-you",
        ResetError::Link => "reset-over-you",
        ResetError::TooMany(_)
        | ResetError::Form(_)
        | ResetError::Password(_)
        | ResetError::Different
        | ResetError::Busy => "message-reload",
    };
    let message = Message::new(Text::of("reset-nothing"), error.text());
    let mut response = pages.message(error.status(), &message.you(Text::of(advice)));
    if let ResetError::TooMany(wait) = error {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, retry_after(wait));
    }
    response
}
