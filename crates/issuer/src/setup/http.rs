//! The set-up page.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{secret::Secret, user::MINIMUM_PASSWORD};
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::{error::SetupError, flow::NewAdministrator};
use crate::{
    authorize::{see_other, sentence},
    browser::{Visitor, visitor},
    form::{self, Pairs},
    pages::Message,
    shared::Shared,
    sign_in::{cross_site, with_cookies},
};

#[derive(Serialize)]
struct SetupPage {
    token: String,
    name: String,
    minimum: usize,
    error: Option<String>,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (_, parts, _) = visitor(request, &issuer);
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let token = query
        .map(|pairs| pairs.first("token").to_owned())
        .unwrap_or_default();
    match issuer
        .check_link(&Secret::presented(token.as_str()).digest())
        .await
    {
        Ok(()) => show(&issuer, token, String::new(), None),
        Err(error) => other_page(&issuer, error),
    }
}

/// The form.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            issuer.note_refused_setup(&error, &visitor);
            other_page(&issuer, error)
        }
    }
}

/// What to do with the new account.
pub(crate) async fn done(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, _, _) = visitor(request, &issuer);
    match issuer.who(&visitor).await {
        Ok(Some(signed_in)) => {
            let page = issuer.endpoints(Some(&signed_in));
            issuer
                .pages
                .page((StatusCode::OK, "welcome.html"), &page, None)
        }
        Ok(None) => see_other(&issuer.path("/")),
        Err(refused) => refused.answer(&issuer),
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
    match issuer.set_up(typed, visitor).await {
        Ok(arrival) => {
            let next = see_other(&issuer.path("/setup/done"));
            Ok(with_cookies(next, issuer.cookies_of(&arrival)))
        }
        Err(
            error @ (SetupError::Name(_)
            | SetupError::Password(_)
            | SetupError::Different
            | SetupError::Busy),
        ) => Ok(show(issuer, token, name, Some(error))),
        Err(
            error @ (SetupError::SetUp
            | SetupError::Link
            | SetupError::CrossSite
            | SetupError::Form(_)
            | SetupError::Store(_)),
        ) => Err(error),
    }
}

fn show(issuer: &Shared, token: String, name: String, error: Option<SetupError>) -> Response {
    let status = match &error {
        None => StatusCode::OK,
        Some(error) => status(error),
    };
    let page = SetupPage {
        token,
        name: name.chars().take(64).collect(),
        minimum: MINIMUM_PASSWORD,
        error: error.map(|error| sentence(&error.to_string())),
    };
    issuer.pages.page((status, "setup.html"), &page, None)
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

fn other_page(issuer: &Shared, error: SetupError) -> Response {
    let advice = match &error {
        SetupError::Store(error) => {
            tracing::error!(%error, "storage failed");
            let wait = Duration::from_secs(2);
            return issuer
                .pages
                .come_again("Doorward cannot reach its storage right now.", wait);
        }
        SetupError::CrossSite => {
            return issuer.pages.message(status(&error), &cross_site());
        }
        SetupError::SetUp => {
            "Sign in with the account that was made. Other accounts are made with: doorward user add NAME"
        }
        SetupError::Link => {
            "Restart Doorward: while there is no account it prints a fresh link, which works for an hour."
        }
        SetupError::Form(_)
        | SetupError::Name(_)
        | SetupError::Password(_)
        | SetupError::Different
        | SetupError::Busy => "Go back, load the page again, and try again.",
    };
    let message = Message {
        title: "Nothing to set up here".to_owned(),
        lead: sentence(&error.to_string()),
        advice: vec![("You", advice.to_owned())],
        ..Message::default()
    };
    issuer.pages.message(status(&error), &message)
}
