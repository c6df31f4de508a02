//! What a person is called, and their password.

use axum::{body::Body, response::Response};
use doorward_core::{
    secret::Secret,
    user::{MINIMUM_PASSWORD, Role},
};
use doorward_issuer::{AccountError, AccountForm, NewPasswordTyped};
use doorward_pages::Text;
use serde::Serialize;

use crate::door::{Guest, Sheet, see_other, with_cookies};

pub(crate) const PAGE: &str = "/account/profile";
pub(crate) const NAME: &str = "/account/profile/name";
pub(crate) const PASSWORD: &str = "/account/profile/password";

#[derive(Serialize)]
struct Profile {
    name: String,
    display_name: String,
    mail: Option<String>,
    role: Text,
    has_password: bool,
    minimum: usize,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    show(&guest, None)
}

/// Says what the person is called.
pub(crate) async fn name(guest: Guest, body: Body) -> Response {
    let form = match guest.form(NAME, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let name = form.value("display_name");
    let outcome = guest.accounts.set_display_name(&guest.visit, name).await;
    match outcome {
        Err(error) if shows_form(&error) => show(&guest, Some(error)),
        outcome => guest.answer(outcome, PAGE, "named"),
    }
}

/// Replaces the password.
pub(crate) async fn password(guest: Guest, body: Body) -> Response {
    let form = match guest.form(PASSWORD, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let fresh = match guest.fresh(PAGE).await {
        Ok(fresh) => fresh,
        Err(response) => return response,
    };
    match guest.accounts.change_password(fresh, typed(&form)).await {
        Ok(cookies) => {
            let path = format!("{}?done=password", guest.accounts.path(PAGE));
            with_cookies(see_other(&path), &cookies)
        }
        Err(error) if shows_form(&error) => show(&guest, Some(error)),
        Err(error) => guest.failed(&error),
    }
}

fn typed(form: &AccountForm) -> NewPasswordTyped {
    NewPasswordTyped {
        old: Secret::presented(form.value("old")),
        new: Secret::presented(form.value("password")),
        again: Secret::presented(form.value("again")),
    }
}

fn show(guest: &Guest, error: Option<AccountError>) -> Response {
    let user = guest.visit.user();
    let page = Profile {
        name: user.name.to_string(),
        display_name: user
            .display_name
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        mail: user.mail.as_ref().map(ToString::to_string),
        role: Text::of(match user.role {
            Role::Member => "account-role-member",
            Role::Auditor => "account-role-auditor",
            Role::Administrator => "account-role-administrator",
        }),
        has_password: user.password.is_some(),
        minimum: MINIMUM_PASSWORD,
    };
    let sheet = Sheet {
        template: "account_profile.html",
        here: PAGE,
        forms: &[NAME, PASSWORD],
        error,
    };
    guest.show(sheet, &page)
}

/// Whether the form is shown again, for another try.
fn shows_form(error: &AccountError) -> bool {
    match error {
        AccountError::WrongPassword
        | AccountError::Password(_)
        | AccountError::Different
        | AccountError::Name(_)
        | AccountError::TooMany(_) => true,
        AccountError::NotThere
        | AccountError::NoPassword
        | AccountError::Busy
        | AccountError::LastAdministrator
        | AccountError::Unconfirmed
        | AccountError::Store(_) => false,
    }
}
