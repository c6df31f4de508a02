//! The page of an invitation.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{
    invitation::Invitation,
    secret::Secret,
    user::{MINIMUM_PASSWORD, Username},
};
use doorward_pages::{Message, Text};
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::{error::InvitationError, flow::Accepting};
use crate::{
    browser::{Visitor, visitor},
    form,
    shared::Shared,
    sign_in::{Visit, cross_site},
};

#[derive(Serialize)]
struct InvitationPage {
    token: String,
    name: String,
    /// Whether the name is not for the person to choose.
    named: bool,
    minimum: usize,
    error: Option<Text>,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let token = form::in_query(&parts, "token");
    let link = Secret::presented(token.as_str()).digest();
    match issuer.invitation(&link).await {
        Ok(invitation) => {
            let typed = (token, String::new());
            show((&issuer, &visitor), &invitation, typed, None)
        }
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// The form.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            issuer.note_refused_invitation(&error, &visitor);
            other_page(&issuer, &visitor, error)
        }
    }
}

async fn submit(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, InvitationError> {
    if !visitor.own_page {
        issuer.note_cross_site("/invitation", visitor);
        return Err(InvitationError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let (token, name) = (
        form.first("token").to_owned(),
        form.first("username").to_owned(),
    );
    let link = Secret::presented(token.as_str()).digest();
    let invitation = issuer.invitation(&link).await?;
    let typed = Accepting {
        link,
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
    match issuer.accept_invitation(typed, &visit).await {
        Ok(entered) => Ok(issuer.lead_on(&entered, &visit)),
        Err(error) if error.shows_form() => Ok(show(
            (issuer, visitor),
            &invitation,
            (token, name),
            Some(error),
        )),
        Err(error) => Err(error),
    }
}

fn show(
    (issuer, visitor): (&Shared, &Visitor),
    invitation: &Invitation,
    (token, typed): (String, String),
    error: Option<InvitationError>,
) -> Response {
    let status = error
        .as_ref()
        .map_or(StatusCode::OK, InvitationError::status);
    let given = invitation.name.as_ref().map(Username::to_string);
    let page = InvitationPage {
        token,
        named: given.is_some(),
        name: given.unwrap_or_else(|| typed.chars().take(64).collect()),
        minimum: MINIMUM_PASSWORD,
        error: error.as_ref().map(InvitationError::text),
    };
    let pages = issuer.pages.to(visitor.locale);
    pages.page((status, "invitation.html"), &page)
}

fn other_page(issuer: &Shared, visitor: &Visitor, error: InvitationError) -> Response {
    let pages = issuer.pages.to(visitor.locale);
    let advice = match &error {
        InvitationError::Store(error) => {
            tracing::error!(%error, "storage failed");
            return pages.storage_failed(Duration::from_secs(2));
        }
        InvitationError::CrossSite => return pages.message(error.status(), &cross_site()),
        InvitationError::Link => "invitation-over-you",
        InvitationError::Form(_)
        | InvitationError::Name(_)
        | InvitationError::OtherName
        | InvitationError::NameTaken
        | InvitationError::Password(_)
        | InvitationError::Different
        | InvitationError::Busy => "message-reload",
    };
    let message = Message::new(Text::of("invitation-nothing"), error.text());
    pages.message(error.status(), &message.you(Text::of(advice)))
}
