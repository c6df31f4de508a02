//! The set-up page.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{secret::Secret, user::MINIMUM_PASSWORD};
use doorward_pages::{Message, Text};
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::{error::SetupError, flow::NewAdministrator};
use crate::{
    authorize::see_other,
    browser::{Visitor, visitor},
    form,
    shared::Shared,
    sign_in::{Visit, cross_site},
};

#[derive(Serialize)]
struct SetupPage {
    token: String,
    name: String,
    minimum: usize,
    error: Option<Text>,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let token = form::in_query(&parts, "token");
    match issuer
        .check_link(&Secret::presented(token.as_str()).digest())
        .await
    {
        Ok(()) => show((&issuer, &visitor), (token, String::new()), None),
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// The form.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            issuer.note_refused_setup(&error, &visitor);
            other_page(&issuer, &visitor, error)
        }
    }
}

/// What to do with the new account.
pub(crate) async fn done(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, _, _) = visitor(request, &issuer);
    match issuer.who(&visitor).await {
        Ok(Some(signed_in)) => {
            let page = issuer.endpoints(Some(&signed_in));
            let pages = issuer.pages.to(visitor.locale);
            pages.page((StatusCode::OK, "welcome.html"), &page)
        }
        Ok(None) => see_other(&issuer.path("/")),
        Err(refused) => refused.answer(&issuer, visitor.locale),
    }
}

async fn submit(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, SetupError> {
    if !visitor.own_page {
        issuer.note_cross_site("/setup", visitor);
        return Err(SetupError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let token = form.first("token").to_owned();
    let name = form.first("username").to_owned();
    let typed = NewAdministrator {
        link: Secret::presented(token.as_str()).digest(),
        name: name.clone(),
        password: Secret::presented(form.first("password")),
        again: Secret::presented(form.first("again")),
    };
    let visit = Visit {
        visitor,
        flow: "",
        page: "/setup/done",
        wanted: None,
    };
    match issuer.set_up(typed, &visit).await {
        Ok(entered) => Ok(issuer.lead_on(&entered, &visit)),
        Err(
            error @ (SetupError::Name(_)
            | SetupError::Password(_)
            | SetupError::Different
            | SetupError::Busy),
        ) => Ok(show((issuer, visitor), (token, name), Some(error))),
        Err(
            error @ (SetupError::SetUp
            | SetupError::Link
            | SetupError::CrossSite
            | SetupError::Form(_)
            | SetupError::Store(_)),
        ) => Err(error),
    }
}

fn show(
    (issuer, visitor): (&Shared, &Visitor),
    (token, name): (String, String),
    error: Option<SetupError>,
) -> Response {
    let status = match &error {
        None => StatusCode::OK,
        Some(error) => status(error),
    };
    let page = SetupPage {
        token,
        name: name.chars().take(64).collect(),
        minimum: MINIMUM_PASSWORD,
        error: error.as_ref().map(SetupError::text),
    };
    let pages = issuer.pages.to(visitor.locale);
    pages.page((status, "setup.html"), &page)
}

fn status(error: &SetupError) -> StatusCode {
    match error {
        SetupError::SetUp => StatusCode::NOT_FOUND,
        SetupError::Link => StatusCode::GONE,
        SetupError::CrossSite => StatusCode::FORBIDDEN,
        SetupError::Form(error) => crate::wire::body_status(*error),
        SetupError::Name(_) | SetupError::Password(_) | SetupError::Different => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        SetupError::Busy | SetupError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn other_page(issuer: &Shared, visitor: &Visitor, error: SetupError) -> Response {
    let (pages, lead) = (issuer.pages.to(visitor.locale), error.text());
    let advice = match &error {
        SetupError::Store(error) => {
            tracing::error!(%error, "storage failed");
            return pages.storage_failed(Duration::from_secs(2));
        }
        SetupError::CrossSite => return pages.message(status(&error), &cross_site()),
        SetupError::SetUp => "setup-done-before-you",
        SetupError::Link => "setup-link-you",
        SetupError::Form(_)
        | SetupError::Name(_)
        | SetupError::Password(_)
        | SetupError::Different
        | SetupError::Busy => "message-reload",
    };
    let message = Message::new(Text::of("setup-nothing"), lead).you(Text::of(advice));
    pages.message(status(&error), &message)
}
