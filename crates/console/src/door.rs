//! The way in to every page: who visits, what they sent, and what they get when that is no good.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use doorward_issuer::{AccountError, AccountForm, Accounts, Cookies, FormRefused, Fresh, Visit};
use doorward_pages::{Message, Reader, Text};
use doorward_store::StoreError;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use serde::Serialize;

/// Somebody who is signed in, at a page. Everybody else is sent to sign in first.
pub(crate) struct Guest {
    pub(crate) accounts: Accounts,
    pub(crate) visit: Visit,
    parts: Parts,
}

/// What every page is rendered with.
#[derive(Serialize)]
struct Framed<'a, T: Serialize> {
    /// Which page it is, for the navigation.
    here: &'static str,
    user: &'a str,
    /// What was just done, if anything.
    done: Option<Text>,
    /// What is wrong, if anything.
    error: Option<Text>,
    /// Tags for the forms of the page, by purpose.
    tags: BTreeMap<&'static str, String>,
    #[serde(flatten)]
    page: &'a T,
}

/// A page to show: its template, its address, the forms on it, and what the last one came to.
pub(crate) struct Sheet {
    pub(crate) template: &'static str,
    pub(crate) here: &'static str,
    pub(crate) forms: &'static [&'static str],
    pub(crate) error: Option<AccountError>,
}

impl FromRequestParts<Accounts> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, accounts: &Accounts) -> Result<Self, Response> {
        match accounts.visit(parts).await {
            Ok(Some(visit)) => Ok(Self {
                accounts: accounts.clone(),
                visit,
                parts: parts.clone(),
            }),
            Ok(None) => {
                let path = match parts.method {
                    Method::GET => parts.uri.path(),
                    _ => "/account", // what was sent is gone, so it leads to no action
                };
                let path = path.strip_prefix(accounts.prefix()).unwrap_or(path);
                Err(see_other(&accounts.sign_in_path(path)))
            }
            Err(error) => Err(storage_failed(&accounts.pages(parts), &error)),
        }
    }
}

impl Guest {
    /// Pages in the language of the guest.
    pub(crate) fn pages(&self) -> Reader {
        self.accounts.pages_for(&self.visit)
    }

    /// The value of `name` in the query; only letters, digits and a few signs count.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        let query = self.parts.uri.query().unwrap_or_default();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (!value.is_empty() && value.bytes().all(plain)).then_some(value)
    }

    /// The form that was sent to `purpose`, or the answer to one that does not count.
    pub(crate) async fn form(
        &self,
        purpose: &'static str,
        body: Body,
    ) -> Result<AccountForm, Response> {
        let form = self
            .accounts
            .form(&self.visit, purpose, (&self.parts, body));
        form.await.map_err(|refused| self.refused(refused))
    }

    /// Shows a page.
    pub(crate) fn show<T: Serialize>(&self, sheet: Sheet, page: &T) -> Response {
        let tag = |purpose: &&'static str| {
            let name = purpose.strip_prefix("/account/").unwrap_or(purpose);
            (name, self.accounts.form_tag(&self.visit, purpose))
        };
        let status = sheet.error.as_ref().map_or(StatusCode::OK, status);
        let framed = Framed {
            here: sheet.here,
            user: self.visit.user().name.as_str(),
            done: self.asked("done").and_then(done),
            error: sheet.error.as_ref().map(text),
            tags: sheet.forms.iter().map(tag).collect(),
            page,
        };
        self.pages().page((status, sheet.template), &framed)
    }

    /// The answer to an action: back to its page, or what went wrong.
    pub(crate) fn answer(
        &self,
        outcome: Result<(), AccountError>,
        page: &'static str,
        done: &'static str,
    ) -> Response {
        match outcome {
            Ok(()) => see_other(&format!("{}?done={done}", self.accounts.path(page))),
            Err(error) => self.failed(&error),
        }
    }

    /// The guest as somebody who may change what is sensitive; otherwise where to sign in for that.
    pub(crate) async fn fresh(&self, page: &str) -> Result<Fresh<'_>, Response> {
        match self.accounts.fresh(&self.visit).await {
            Ok(Some(fresh)) => Ok(fresh),
            Ok(None) => Err(self.sign_in_again(page)),
            Err(error) => Err(storage_failed(&self.pages(), &error)),
        }
    }

    /// Sends the guest to sign in again, and back to `page`.
    pub(crate) fn sign_in_again(&self, page: &str) -> Response {
        see_other(&self.accounts.sign_in_path(page))
    }

    /// A page that says why something was not done.
    pub(crate) fn failed(&self, error: &AccountError) -> Response {
        let pages = self.pages();
        match error {
            AccountError::Store(error) => storage_failed(&pages, error),
            AccountError::Busy => pages.come_again(text(error), WAIT),
            AccountError::NotThere
            | AccountError::WrongPassword
            | AccountError::NoPassword
            | AccountError::Password(_)
            | AccountError::Different
            | AccountError::Name(_)
            | AccountError::TooMany(_)
            | AccountError::LastAdministrator
            | AccountError::Unconfirmed => {
                let message = Message::new(Text::of("account-not-done"), text(error))
                    .next("/account", Text::of("account-back"));
                let mut response = pages.message(status(error), &message);
                if let AccountError::TooMany(wait) = error {
                    let seconds = HeaderValue::from(wait.as_secs().saturating_add(1));
                    response.headers_mut().insert(header::RETRY_AFTER, seconds);
                }
                response
            }
        }
    }

    /// The answer when the store cannot be read.
    pub(crate) fn unreadable(&self, error: &StoreError) -> Response {
        storage_failed(&self.pages(), error)
    }

    fn refused(&self, refused: FormRefused) -> Response {
        let (status, title, lead) = match refused {
            FormRefused::CrossSite => (
                StatusCode::FORBIDDEN,
                Text::of("message-cross-site"),
                Text::of("message-cross-site-lead"),
            ),
            FormRefused::Stale => (
                StatusCode::FORBIDDEN,
                Text::of("account-not-done"),
                Text::of("account-stale"),
            ),
            FormRefused::Unreadable(lead) => {
                (StatusCode::BAD_REQUEST, Text::of("form-unreadable"), lead)
            }
        };
        let message = Message::new(title, lead).next("/account", Text::of("account-back"));
        self.pages().message(status, &message)
    }
}

/// How long to wait when something does not keep up.
const WAIT: Duration = Duration::from_secs(2);

fn storage_failed(pages: &Reader, error: &StoreError) -> Response {
    tracing::error!(%error, "storage failed");
    pages.storage_failed(WAIT)
}

/// Leads to an own page.
pub(crate) fn see_other(path: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Adds cookies to an answer.
pub(crate) fn with_cookies(mut response: Response, cookies: &Cookies) -> Response {
    for value in cookies
        .iter()
        .filter_map(|it| HeaderValue::try_from(it).ok())
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// What a page says that was just done.
fn done(word: &str) -> Option<Text> {
    let id = match word {
        "revoked" => "account-done-revoked",
        "all-revoked" => "account-done-all-revoked",
        "ended" => "account-done-ended",
        "others-ended" => "account-done-others-ended",
        "device-forgotten" => "account-done-device",
        "approval-forgotten" => "account-done-approval",
        "named" => "account-done-named",
        "password" => "account-done-password",
        _ => return None,
    };
    Some(Text::of(id))
}

fn status(error: &AccountError) -> StatusCode {
    match error {
        AccountError::NotThere => StatusCode::NOT_FOUND,
        AccountError::LastAdministrator => StatusCode::CONFLICT,
        AccountError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        AccountError::Busy | AccountError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        AccountError::WrongPassword
        | AccountError::NoPassword
        | AccountError::Password(_)
        | AccountError::Different
        | AccountError::Name(_)
        | AccountError::Unconfirmed => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn text(error: &AccountError) -> Text {
    match error {
        AccountError::NotThere => Text::of("account-error-not-there"),
        AccountError::WrongPassword => Text::of("account-error-wrong-password"),
        AccountError::NoPassword => Text::of("account-error-no-password"),
        AccountError::Password(error) => Text::from(*error),
        AccountError::Different => Text::of("account-error-different"),
        AccountError::Name(_) => Text::of("account-error-name"),
        AccountError::TooMany(_) => Text::of("account-error-too-many"),
        AccountError::Busy => Text::of("account-error-busy"),
        AccountError::LastAdministrator => Text::of("account-error-last-administrator"),
        AccountError::Unconfirmed => Text::of("account-error-unconfirmed"),
        AccountError::Store(_) => Text::of("message-storage"),
    }
}
