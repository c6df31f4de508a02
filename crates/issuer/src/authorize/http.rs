//! `GET /authorize` and `POST /authorize`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{
    error::{AuthorizeRefused, see_other},
    flow::Onward,
};
use crate::{
    browser::{Visitor, visitor},
    form::{self, BodyError},
    shared::Shared,
};

/// A request in the query.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let query = parts.uri.query().unwrap_or_default().to_owned();
    answer(&issuer, Ok(query), &visitor).await
}

/// A request in a form; what stands in the query counts too, so that nothing hides there (AZ-11).
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    let read = form::read_text(&parts.headers, body).await;
    let query = read.map(|form| match parts.uri.query() {
        Some(query) => format!("{query}&{form}"),
        None => form,
    });
    answer(&issuer, query, &visitor).await
}

async fn answer(issuer: &Shared, query: Result<String, BodyError>, visitor: &Visitor) -> Response {
    let begun = match query {
        Ok(query) => issuer.begin(query, visitor).await,
        Err(BodyError::TooLarge) => Err(AuthorizeRefused::TooLong),
        Err(BodyError::MediaType | BodyError::Interrupted | BodyError::Malformed) => {
            Err(AuthorizeRefused::Malformed)
        }
    };
    match begun {
        Ok(Onward::Page(location)) => see_other(&location),
        Ok(Onward::Reply(reply)) => issuer.send(&reply, visitor.locale),
        Err(refused) => {
            let reference = issuer.note_refusal(&refused, visitor);
            refused.answer_as(issuer, visitor.locale, Some(reference))
        }
    }
}
