//! Everything that is stored about a person, and the end of the account.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use doorward_issuer::AccountError;
use doorward_pages::{Message, Text};
use http::{StatusCode, header};
use serde::Serialize;

use crate::door::{Guest, Sheet, with_cookies};

pub(crate) const PAGE: &str = "/account/data";
pub(crate) const DOWNLOAD: &str = "/account/data/download";
pub(crate) const DELETE: &str = "/account/data/delete";

#[derive(Serialize)]
struct Data {
    name: String,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    show(&guest, None)
}

/// A file with everything.
pub(crate) async fn download(guest: Guest, body: Body) -> Response {
    if let Err(refused) = guest.form(DOWNLOAD, body).await {
        return refused;
    }
    let fresh = match guest.fresh(PAGE).await {
        Ok(fresh) => fresh,
        Err(response) => return response,
    };
    match guest.accounts.everything(fresh).await {
        Ok(record) => file(&record),
        Err(error) => guest.failed(&error),
    }
}

/// The end.
pub(crate) async fn delete(guest: Guest, body: Body) -> Response {
    let form = match guest.form(DELETE, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let fresh = match guest.fresh(PAGE).await {
        Ok(fresh) => fresh,
        Err(response) => return response,
    };
    match guest.accounts.delete(fresh, form.value("name")).await {
        Ok(cookies) => {
            let lead = Text::of("account-deleted-lead");
            let message = Message::new(Text::of("account-deleted"), lead);
            let page = guest.pages().message(StatusCode::OK, &message);
            with_cookies(page, &cookies)
        }
        Err(error @ (AccountError::Unconfirmed | AccountError::LastAdministrator)) => {
            show(&guest, Some(error))
        }
        Err(error) => guest.failed(&error),
    }
}

fn show(guest: &Guest, error: Option<AccountError>) -> Response {
    let page = Data {
        name: guest.visit.user().name.to_string(),
    };
    let sheet = Sheet {
        template: "account_data.html",
        here: PAGE,
        forms: &[DOWNLOAD, DELETE],
        error,
    };
    guest.show(sheet, &page)
}

fn file(record: &impl Serialize) -> Response {
    let Ok(bytes) = serde_json::to_vec_pretty(record) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response(); // our own types always serialise
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"doorward-account.json\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Body::from(bytes)).into_response()
}
