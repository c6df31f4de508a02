//! `/login/step/factor` and `/login/step/passkey`: the pages of a sign-in that is not finished yet.
//!
//! Each works without JavaScript but for passkeys, carries all that it needs in its address and
//! its forms, and can be loaded twice or gone back to.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::{
    factor::{Confirm, Enrol, Owed},
    secret::Digest,
};
use doorward_pages::{Message, Policy, Text};
use http::{StatusCode, header, request::Parts};
use serde::Serialize;

use super::{
    enrolment::{EnrolledNow, TotpOffer},
    entry::{Entered, Visit},
    half::HalfSealed,
    http::{cross_site, other_page, own_page, with_cookies},
    passkeys::{Answered, PasskeyOffer},
    second::Picked,
    step_error::StepError,
};
use crate::{
    authorize::Opened,
    browser::{Visitor, visitor},
    form::{self, Pairs},
    shared::Shared,
    wire::retry_after,
};

/// What is confirmed.
#[derive(Serialize)]
struct ConfirmPage {
    user: String,
    flow: String,
    step: String,
    code: bool,
    recovery: bool,
    passkey: Option<PasskeyOffer>,
    error: Option<Text>,
}

/// What is enrolled.
#[derive(Serialize)]
struct EnrolPage {
    user: String,
    flow: String,
    step: String,
    totp: Option<TotpOffer>,
    passkey: Option<PasskeyOffer>,
    error: Option<Text>,
}

/// Recovery codes, once.
#[derive(Serialize)]
pub(crate) struct CodesPage {
    pub(crate) codes: Vec<String>,
    /// Where to go on.
    pub(crate) next: String,
}

/// The form that came, with what waits behind it.
struct Sent<'a> {
    form: &'a Pairs,
    flow: &'a str,
    opened: Option<&'a Opened>,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let Ok(query) = query else {
        return explain(&issuer, &visitor, "", StepError::Lost);
    };
    let flow = query.first("flow").to_owned();
    match look(&issuer, &visitor, &query, &flow).await {
        Ok(response) => response,
        Err(error) => explain(&issuer, &visitor, &flow, error),
    }
}

/// A code, a passkey, or a new factor.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &visitor, parts, body).await {
        Ok(response) => response,
        Err((flow, error)) => explain(&issuer, &visitor, &flow, error),
    }
}

async fn look(
    issuer: &Shared,
    visitor: &Visitor,
    query: &Pairs,
    flow: &str,
) -> Result<Response, StepError> {
    let opened = issuer.waiting(flow, visitor).await?;
    let mut tx = issuer.store.begin().await?;
    let step = query.first("step");
    let picked = issuer.pick_up_half(&mut *tx, step, visitor).await?;
    let sent = Sent {
        form: query,
        flow,
        opened: opened.as_ref(),
    };
    issuer.show_step(visitor, &picked, &sent, None).await
}

async fn submit(
    issuer: &Shared,
    visitor: &Visitor,
    parts: Parts,
    body: Body,
) -> Result<Response, (String, StepError)> {
    let nowhere = |error| (String::new(), error);
    if !visitor.own_page {
        issuer.note_cross_site("/login/step/factor", visitor);
        return Err(nowhere(StepError::CrossSite));
    }
    let form = form::read(&parts.headers, body).await;
    let form = form.map_err(|error| nowhere(error.into()))?;
    let flow = form.first("flow").to_owned();
    let taken = issuer.take_step(visitor, &form, &flow).await;
    taken.map_err(|error| (flow, error))
}

impl Shared {
    async fn take_step(
        &self,
        visitor: &Visitor,
        form: &Pairs,
        flow: &str,
    ) -> Result<Response, StepError> {
        let opened = self.waiting(flow, visitor).await?;
        let mut tx = self.store.begin().await?;
        let picked = self
            .pick_up_half(&mut *tx, form.first("step"), visitor)
            .await?;
        let visit = Visit {
            visitor,
            flow,
            page: &picked.half.page,
            wanted: picked.half.wanted,
        };
        let wanted = picked.half.wanted;
        let owed = self.what_is_owed(&mut *tx, &picked.proof(), wanted).await?;
        let taken = match owed {
            Owed::Nothing => Ok(Taken::Entered(
                self.finish(tx, picked.proof(), &visit).await?,
            )),
            Owed::Confirm(confirm) => self.take_confirmation(&picked, confirm, form, &visit).await,
            Owed::Enrol(enrol) => self.take_enrolment(&picked, enrol, form, &visit).await,
        };
        match taken {
            Ok(Taken::Entered(entered)) => Ok(self.lead_on(&entered, &visit)),
            Ok(Taken::Enrolled(entered, now)) => Ok(self.show_codes(&entered, now, &visit)),
            Err(error) if error.shows_form() => {
                let sent = Sent {
                    form,
                    flow,
                    opened: opened.as_ref(),
                };
                self.show_step(visitor, &picked, &sent, Some(error)).await
            }
            Err(error) => Err(error),
        }
    }

    async fn take_confirmation(
        &self,
        picked: &Picked,
        confirm: Confirm,
        form: &Pairs,
        visit: &Visit<'_>,
    ) -> Result<Taken, StepError> {
        let entered = match form.first("kind") {
            "code" if confirm.code => self.take_code(picked, form.first("code"), visit).await?,
            "recovery" if confirm.recovery => {
                self.take_recovery_code(picked, form.first("code"), visit)
                    .await?
            }
            "passkey" if confirm.passkey => {
                let binding = self.browser_of(visit.visitor).digest();
                self.confirm_with_passkey(answered(form, &binding), picked, visit)
                    .await?
            }
            _ => return Err(StepError::Refused),
        };
        Ok(Taken::Entered(entered))
    }

    async fn take_enrolment(
        &self,
        picked: &Picked,
        enrol: Enrol,
        form: &Pairs,
        visit: &Visit<'_>,
    ) -> Result<Taken, StepError> {
        let binding = self.browser_of(visit.visitor).digest();
        let whose = (&picked.user, visit.visitor);
        let mut tx = self.store.begin().await?;
        let made = match form.first("kind") {
            "code" if enrol.code => {
                let typed = (&binding, form.first("ticket"), form.first("code"));
                self.enrol_totp(&mut *tx, whose, typed).await?
            }
            "passkey" if enrol.passkey => {
                let (sent, name) = (answered(form, &binding), form.first("name"));
                self.enrol_passkey(&mut *tx, whose, sent, name).await?
            }
            _ => return Err(StepError::Refused),
        };
        let entered = self.go_on(tx, (picked, made.method), visit).await?;
        Ok(Taken::Enrolled(entered, made))
    }

    async fn show_step(
        &self,
        visitor: &Visitor,
        picked: &Picked,
        sent: &Sent<'_>,
        error: Option<StepError>,
    ) -> Result<Response, StepError> {
        let mut tx = self.store.begin().await?;
        let owed = self
            .what_is_owed(&mut *tx, &picked.proof(), picked.half.wanted)
            .await?;
        let passkeys = tx.passkeys_of(&picked.user.id).await?;
        let browser = self.browser_of(visitor);
        let HalfSealed { sealed: step, .. } = self.seal_half(&picked.half, visitor);
        let (status, wait) = error
            .as_ref()
            .map_or((StatusCode::OK, None), StepError::status);
        let error = error.as_ref().map(StepError::text);
        let (user, flow) = (picked.user.name.to_string(), sent.flow.to_owned());
        let path = format!("/login?flow={flow}"); // elsewhere there is no such step
        let binding = browser.digest();
        let policy = sent.opened.map_or_else(Policy::default, |opened| {
            Policy::default().form_to(&super::form_source(&opened.checked.to.redirect))
        });
        let locale = sent
            .opened
            .map_or(visitor.locale, |opened| opened.locale(visitor));
        let (pages, policy) = (self.pages.to(locale), policy.with_scripts());
        let mut response = match owed {
            Owed::Nothing | Owed::Confirm(_) => {
                let confirm = match owed {
                    Owed::Confirm(confirm) => confirm,
                    Owed::Nothing | Owed::Enrol(_) => Confirm::default(),
                };
                let offer = confirm
                    .passkey
                    .then(|| self.offer_sign_in(&binding, &passkeys, &path));
                let page = ConfirmPage {
                    user,
                    flow,
                    step,
                    code: confirm.code,
                    recovery: confirm.recovery,
                    passkey: offer.flatten(),
                    error,
                };
                pages.page_with((status, "factor.html"), &page, &policy)
            }
            Owed::Enrol(enrol) => {
                let ticket = sent.form.first("ticket");
                let whose = (&picked.user, passkeys.as_slice());
                let offer = enrol
                    .passkey
                    .then(|| self.offer_registration(&binding, whose, &path));
                let totp = enrol
                    .code
                    .then(|| self.offer_totp_again(&binding, &picked.user, ticket));
                let page = EnrolPage {
                    user,
                    flow,
                    step,
                    totp,
                    passkey: offer.flatten(),
                    error,
                };
                pages.page_with((status, "factor_enrol.html"), &page, &policy)
            }
        };
        if let Some(wait) = wait {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, retry_after(wait));
        }
        Ok(with_cookies(response, [self.step_cookie(&browser)]))
    }

    /// The recovery codes, before going on.
    pub(crate) fn show_codes(
        &self,
        entered: &Entered,
        now: EnrolledNow,
        visit: &Visit<'_>,
    ) -> Response {
        let led = self.lead_on(entered, visit);
        if now.codes.is_empty() {
            return led;
        }
        let next = led.headers().get(header::LOCATION);
        let next = next.and_then(|next| next.to_str().ok()).unwrap_or("/");
        let page = CodesPage {
            codes: now.codes,
            next: next.to_owned(),
        };
        let pages = self.pages.to(visit.visitor.locale);
        let mut response = pages.page((StatusCode::OK, "recovery_codes.html"), &page);
        for cookie in led.headers().get_all(header::SET_COOKIE) {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie.clone());
        }
        response
    }
}

/// What came of a step.
enum Taken {
    Entered(Entered),
    Enrolled(Entered, EnrolledNow),
}

/// What the script put into a form.
pub(crate) fn answered<'a>(form: &'a Pairs, binding: &'a Digest) -> Answered<'a> {
    Answered {
        binding,
        ticket: form.first("ticket"),
        credential: form.first("credential"),
    }
}

fn explain(issuer: &Shared, visitor: &Visitor, flow: &str, error: StepError) -> Response {
    let (status, wait) = error.status();
    let pages = issuer.pages.to(visitor.locale);
    match error {
        StepError::Waiting(error) => other_page(issuer, visitor, *error),
        StepError::Store(error) => {
            tracing::error!(%error, "storage failed");
            pages.storage_failed(wait.unwrap_or_default())
        }
        StepError::CrossSite => pages.message(status, &cross_site()),
        StepError::Lost => {
            let flow = if issuer.open_pass(flow).is_ok() || own_page(flow).is_some() {
                flow
            } else {
                ""
            };
            let message = Message::new(Text::of("factor-lost"), error.text());
            let message = message.next(format!("/login?flow={flow}"), Text::of("factor-again"));
            pages.message(status, &message)
        }
        StepError::Form(_)
        | StepError::Refused
        | StepError::Stale
        | StepError::Many
        | StepError::Passkey(_)
        | StepError::TooMany(_) => {
            let message = Message::new(Text::of("form-unreadable"), error.text());
            pages.message(status, &message.you(Text::of("message-reload")))
        }
    }
}
