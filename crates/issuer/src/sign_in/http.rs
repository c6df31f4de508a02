//! The sign-in page.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{redirect::MatchedRedirect, secret::Secret, step_up::Acr};
use doorward_pages::{Message, Policy, Text};
use doorward_store::StoreError;
use http::{StatusCode, header, request::Parts};
use serde::Serialize;

use super::{
    again, entry::Visit, error::SignInError, flow::Credentials, passkeys::PasskeyOffer,
    step::answered, step_error::StepError,
};
use crate::{
    authorize::{Opened, see_other},
    browser::{Visitor, visitor},
    consent::target,
    device,
    federation::{self, ProviderButton},
    form::{self, Pairs},
    shared::Shared,
    wire::retry_after,
};

#[derive(Serialize)]
struct SignInPage {
    /// The client that waits, if any.
    client: Option<String>,
    /// Where the answer will go.
    destination: Option<Text>,
    flow: String,
    name: String,
    error: Option<Text>,
    /// No account exists yet.
    first: bool,
    /// A page of the person's own account waits.
    again: bool,
    /// Through whom else somebody signs in.
    providers: Vec<ProviderButton>,
    /// Whether a link to a new password can be sent.
    forgot: bool,
    /// How strong the sign-in must be besides.
    acr: &'static str,
    passkey: Option<PasskeyOffer>,
}

/// What the page carries besides what waits.
#[derive(Clone, Copy, Debug, Default)]
struct Carried {
    acr: Option<Acr>,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let (flow, carried) = query
        .map(|pairs| (pairs.first("flow").to_owned(), Carried::by(&pairs)))
        .unwrap_or_default();
    match issuer.waiting(&flow, &visitor).await {
        Ok(opened) => {
            let flow = issuer.followed(flow, opened.as_ref(), &visitor);
            let hint = opened
                .as_ref()
                .and_then(|opened| opened.checked.login_hint.clone());
            let name = match hint {
                Some(name) => name,
                None => issuer.name_to_prove_again(&flow, &visitor).await,
            };
            let waiting = (opened.as_ref(), carried);
            show((&issuer, &visitor), (&flow, waiting), &name, None).await
        }
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// The form.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

/// Ends the session, and goes back to where somebody else can sign in.
pub(crate) async fn sign_out(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    if !visitor.own_page {
        issuer.note_cross_site("/logout", &visitor);
        return other_page(&issuer, &visitor, SignInError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await;
    let flow = form
        .map(|form| form.first("flow").to_owned())
        .unwrap_or_default();
    let there = match flow.is_empty() {
        true => issuer.sign_out_there(&visitor).await,
        false => None, // somebody else signs in, and goes on here
    };
    if let Err(error) = issuer.sign_out(&visitor).await {
        return other_page(&issuer, &visitor, error.into());
    }
    if let Some(page) = there {
        return with_cookies(page, [issuer.ended_cookie()]);
    }
    let next = if issuer.open_pass(&flow).is_ok() || own_page(&flow).is_some() {
        format!("{}?flow={flow}", issuer.path("/login"))
    } else {
        issuer.path("/")
    };
    with_cookies(see_other(&next), [issuer.ended_cookie()])
}

async fn submit(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, SignInError> {
    if !visitor.own_page {
        issuer.note_cross_site("/login", visitor);
        return Err(SignInError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let flow = form.first("flow").to_owned();
    let opened = issuer.waiting(&flow, visitor).await?;
    let carried = Carried::by(&form);
    let waiting = (opened.as_ref(), carried);
    let typed = Credentials {
        name: form.first("username").to_owned(),
        password: Secret::presented(form.first("password")),
    };
    let name = typed.name.clone();
    let visit = visit(visitor, &flow, waiting);
    match issuer.sign_in(typed, &visit).await {
        Ok(entered) => Ok(issuer.lead_on(&entered, &visit)),
        Err(error) if error.shows_form() => {
            if matches!(error, SignInError::TooMany(_) | SignInError::Busy) {
                issuer.note_put_off(&error, visitor); // AD-06
            }
            let whose = (issuer, visitor);
            let error = Some((error.text(), error.status()));
            Ok(show(whose, (&flow, waiting), &name, error).await)
        }
        Err(error) => Err(error),
    }
}

/// The page of ours that waits, when it is no authorization request.
pub(crate) fn own_page(flow: &str) -> Option<String> {
    device::page_of(flow)
        .or_else(|| again::page_of(flow))
        .or_else(|| federation::page_of(flow))
}

impl Shared {
    /// Whether there is no account yet, as far as that can be told.
    async fn has_nobody(&self) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        Ok(tx.has_users().await.is_ok_and(|any| !any))
    }

    /// The flow as this visitor carries it on: whoever followed a link of another site to the
    /// page is asked for consent, wherever the flow began (CO-04).
    fn followed(&self, flow: String, opened: Option<&Opened>, visitor: &Visitor) -> String {
        match opened {
            Some(opened) if visitor.cross_site && !opened.pass.cross_site => {
                let mut pass = opened.pass.clone();
                pass.cross_site = true;
                self.seal_pass(&pass)
            }
            Some(_) | None => flow,
        }
    }

    /// Whoever has to sign in again need not type their name again.
    async fn name_to_prove_again(&self, flow: &str, visitor: &Visitor) -> String {
        let signed_in = match again::page_of(flow) {
            Some(_) => self.who(visitor).await.ok().flatten(),
            None => None,
        };
        signed_in.map_or_else(String::new, |signed_in| signed_in.user.name.to_string())
    }

    /// How strong a sign-in what waits wants to be. Where that cannot be told any more, what
    /// waits says so itself.
    pub(crate) async fn wanted_by(&self, flow: &str, visitor: &Visitor) -> Option<Acr> {
        let opened = self.waiting(flow, visitor).await.ok().flatten();
        opened.and_then(|opened| opened.wanted.acr)
    }

    /// The request that waits behind the page; none when somebody just signs in.
    pub(crate) async fn waiting(
        &self,
        flow: &str,
        visitor: &Visitor,
    ) -> Result<Option<Opened>, SignInError> {
        if flow.is_empty() || own_page(flow).is_some() {
            return Ok(None);
        }
        Ok(Some(self.pick_up(flow, visitor).await?))
    }
}

/// A passkey alone.
pub(crate) async fn passkey(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit_passkey(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => other_page(&issuer, &visitor, error),
    }
}

async fn submit_passkey(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, SignInError> {
    if !visitor.own_page {
        issuer.note_cross_site("/login/step/passkey", visitor);
        return Err(SignInError::CrossSite);
    }
    let form = form::read(&parts.headers, body).await?;
    let flow = form.first("flow").to_owned();
    let opened = issuer.waiting(&flow, visitor).await?;
    let waiting = (opened.as_ref(), Carried::by(&form));
    let visit = visit(visitor, &flow, waiting);
    let binding = issuer.browser_of(visitor).digest();
    let entered = issuer.enter_with_passkey(answered(&form, &binding), &visit);
    match entered.await {
        Ok(entered) => Ok(issuer.lead_on(&entered, &visit)),
        Err(StepError::Waiting(error)) => Err(*error),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(error) => {
            let told = Some((error.text(), error.status()));
            Ok(show((issuer, visitor), (&flow, waiting), "", told).await)
        }
    }
}

impl Carried {
    /// What a query or a form carries; it can only make the sign-in stronger.
    fn by(pairs: &Pairs) -> Self {
        Self {
            acr: Acr::parse(pairs.first("acr")),
        }
    }
}

fn visit<'a>(
    visitor: &'a Visitor,
    flow: &'a str,
    (opened, carried): (Option<&Opened>, Carried),
) -> Visit<'a> {
    let wanted = opened.and_then(|opened| opened.wanted.acr);
    Visit {
        visitor,
        flow,
        page: "/",
        wanted: wanted.max(carried.acr),
    }
}

async fn show(
    (issuer, visitor): (&Shared, &Visitor),
    (flow, (opened, carried)): (&str, (Option<&Opened>, Carried)),
    name: &str,
    error: Option<(Text, (StatusCode, Option<Duration>))>,
) -> Response {
    let (error, (status, wait)) = match error {
        Some((text, status)) => (Some(text), status),
        None => (None, (StatusCode::OK, None)),
    };
    let first = match wait {
        Some(_) => false, // a crowd costs the store nothing
        None => match issuer.has_nobody().await {
            Ok(nobody) => nobody,
            Err(error) => return other_page(issuer, visitor, error.into()),
        },
    };
    let browser = issuer.browser_of(visitor);
    let path = format!("/login?flow={flow}");
    let passkey = issuer.offer_sign_in(&browser.digest(), &[], &path);
    let page = SignInPage {
        client: opened.map(|opened| opened.client.name.clone()),
        destination: opened
            .map(|opened| target::in_words(&opened.checked.to.redirect.destination())),
        flow: flow.to_owned(),
        name: name.chars().take(64).collect(),
        error,
        first,
        again: again::page_of(flow).is_some(),
        providers: issuer.parties().buttons(),
        acr: carried.acr.map_or("", Acr::as_str),
        passkey,
        forgot: issuer.post.is_some(),
    };
    // The answer may follow at once, and browsers hold the form to its whole way (CO-10).
    let policy = opened.map_or_else(Policy::default, |opened| {
        Policy::default().form_to(&form_source(&opened.checked.to.redirect))
    });
    let policy = match page.passkey {
        Some(_) => policy.with_scripts(),
        None => policy,
    };
    let locale = opened.map_or(visitor.locale, |opened| opened.locale(visitor));
    let pages = issuer.pages.to(locale);
    let mut response = pages.page_with((status, "sign_in.html"), &page, &policy);
    if let Some(wait) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, retry_after(wait));
    }
    match page.passkey {
        Some(_) => with_cookies(response, [issuer.step_cookie(&browser)]),
        None => response,
    }
}

/// The page of a refusal that is not told beside the form.
pub(super) fn other_page(issuer: &Shared, visitor: &Visitor, error: SignInError) -> Response {
    let (status, wait) = error.status();
    let pages = issuer.pages.to(visitor.locale);
    match error {
        SignInError::Flow(refused) => refused.answer(issuer, visitor.locale),
        SignInError::Store(error) => {
            tracing::error!(%error, "storage failed");
            pages.storage_failed(wait.unwrap_or_default())
        }
        SignInError::CrossSite => pages.message(status, &cross_site()),
        SignInError::Form(_)
        | SignInError::Refused
        | SignInError::TooMany(_)
        | SignInError::Busy => {
            let message = Message::new(Text::of("form-unreadable"), error.text());
            pages.message(status, &message.you(Text::of("message-reload")))
        }
    }
}

/// What somebody sees whose browser sent a form from another site (CO-02).
pub(crate) fn cross_site() -> Message {
    let lead = Text::of("message-cross-site-lead");
    Message::new(Text::of("message-cross-site"), lead)
        .you(Text::of("message-cross-site-you"))
        .operator(Text::of("message-cross-site-operator"))
}

/// The source for `form-action`. A policy cannot name an IPv6 address, so there the scheme must do.
pub(crate) fn form_source(redirect: &MatchedRedirect) -> String {
    match redirect.as_str().split_once("://[") {
        Some((scheme @ ("http" | "https"), _)) => format!("{scheme}:"),
        Some(_) | None => redirect.content_security_source(),
    }
}

/// Adds cookies to an answer.
pub(crate) fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = String>,
) -> Response {
    for cookie in cookies {
        match http::HeaderValue::try_from(cookie) {
            Ok(value) => drop(response.headers_mut().append(header::SET_COOKIE, value)),
            Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR, // our cookies are ASCII
        }
    }
    response
}
