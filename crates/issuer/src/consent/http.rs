//! The consent page and its answer.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    authorize::{Checked, Choice},
    resource::{Resource, Resources},
};
use doorward_pages::{Message, Policy, Reader, Text};
use http::{StatusCode, request::Parts};

use super::{
    choices::{ChoiceError, Choices},
    error::ConsentError,
    page::FormParts,
    tools::Form,
};
use crate::{
    authorize::{
        Again, Approval, AuthorizeRefused, Gift, Next, Opened, next, not_expected, see_other,
    },
    browser::{SignedIn, Visitor, visitor},
    form::{self, Pairs},
    shared::{Shared, tag},
    sign_in,
};

/// The page, or the next step when there is nothing to ask.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let (flow, signed_in) = query
        .map(|pairs| (pairs.first("flow").to_owned(), comes_from_sign_in(&pairs)))
        .unwrap_or_default();
    match issuer.ask(flow, signed_in, &visitor).await {
        Ok(response) => response,
        Err(error) => explain(&issuer, &visitor, error),
    }
}

/// The answer.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match issuer.take_answer(&visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            if matches!(error, ConsentError::CrossSite | ConsentError::StaleForm(_)) {
                issuer.note_cross_site("/consent", &visitor);
            }
            explain(&issuer, &visitor, error)
        }
    }
}

impl Shared {
    async fn ask(
        &self,
        flow: String,
        from_sign_in: bool,
        visitor: &Visitor,
    ) -> Result<Response, ConsentError> {
        let opened = self.pick_up(&flow, visitor).await?;
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let signed_in = self
            .signed_in(&mut *tx, visitor.session.as_ref(), now)
            .await?;
        let step = next(&opened, signed_in.as_ref(), now);
        let signed_in = match (step, signed_in) {
            (Next::Consent, Some(signed_in)) => signed_in,
            (Next::OtherPerson, _) => return Err(not_expected(&opened).into()),
            (Next::SignIn, None) if from_sign_in => return Ok(self.not_kept(&flow, visitor)),
            (Next::SignIn | Next::Consent, _) => return Ok(self.to_sign_in(&flow)),
        };
        if self.was_answered(&mut *tx, &opened).await? {
            return Ok(self.outcome(&opened, (&signed_in, visitor)).await?);
        }
        let before = self.answer_as_before(tx, &opened, &signed_in, visitor);
        if let Some(reply) = before.await? {
            return Ok(self.send(&reply, opened.locale(visitor)));
        }
        let tag = self.form_tag(&opened, &signed_in);
        let form = Form {
            tag: &tag,
            sent: None,
        };
        self.show((&opened, visitor), &signed_in, (flow, form), None)
            .await
    }

    async fn take_answer(
        &self,
        visitor: &Visitor,
        parts: Parts,
        body: Body,
    ) -> Result<Response, ConsentError> {
        if !visitor.own_page {
            return Err(ConsentError::CrossSite); // CO-02
        }
        let form = form::read(&parts.headers, body).await?;
        let flow = form.first("flow").to_owned();
        let opened = self.pick_up(&flow, visitor).await?;
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let signed_in = self
            .signed_in(&mut *tx, visitor.session.as_ref(), now)
            .await?;
        let signed_in = match (next(&opened, signed_in.as_ref(), now), signed_in) {
            (Next::Consent, Some(signed_in)) => signed_in,
            (Next::OtherPerson, _) => return Err(not_expected(&opened).into()),
            // the session ended meanwhile
            (Next::SignIn | Next::Consent, _) => return Ok(self.to_sign_in(&flow)),
        };
        let expected = self.form_tag(&opened, &signed_in);
        verify_slices_are_equal(form.first("form").as_bytes(), expected.as_bytes())
            .map_err(|_| ConsentError::StaleForm(flow.clone()))?;
        let choices = Choices {
            form: &form,
            tag: &expected,
        };
        let again = Form {
            tag: &expected,
            sent: Some(&form),
        };
        let answer = match form.first("decision") {
            "allow" => match self.approval(&opened, visitor, choices) {
                Ok((gift, again)) => {
                    let approval = Approval {
                        opened: &opened,
                        signed_in: &signed_in,
                        gift: &gift,
                        again,
                    };
                    self.approve(tx, approval, visitor).await
                }
                Err(error) => {
                    let error = Some(error.text());
                    let whose = (&opened, visitor);
                    return self.show(whose, &signed_in, (flow, again), error).await;
                }
            },
            "deny" => self.deny(tx, &opened, &signed_in, visitor).await,
            "" if !form.first("tick").is_empty() => {
                let whose = (&opened, visitor);
                return self.show(whose, &signed_in, (flow, again), None).await;
            }
            _ => return Err(ConsentError::Unreadable),
        };
        match answer {
            Ok(reply) => Ok(self.send(&reply, opened.locale(visitor))),
            Err(AuthorizeRefused::Answered) => {
                Ok(self.outcome(&opened, (&signed_in, visitor)).await?)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// What an answer gives, and what is remembered of it.
    fn approval(
        &self,
        opened: &Opened,
        visitor: &Visitor,
        choices: Choices<'_>,
    ) -> Result<(Gift, Again), ChoiceError> {
        let checked = &opened.checked;
        let resources = chosen(checked, choices.form).ok_or(ChoiceError::NoServer)?;
        let asked = (&checked.scopes, &checked.details);
        let gift = self.gift(asked, resources, choices)?;
        let again = match self.circumstances(opened, visitor).allow_remembering() {
            true => choices.again(),
            false => Again::Unchanged,
        };
        Ok((gift, again))
    }

    async fn show(
        &self,
        (opened, visitor): (&Opened, &Visitor),
        signed_in: &SignedIn,
        (flow, form): (String, Form<'_>),
        error: Option<Text>,
    ) -> Result<Response, ConsentError> {
        let status = if error.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let mut tx = self.store.begin().await?;
        let known = self.known(&mut *tx, opened, signed_in).await?;
        drop(tx); // nothing of it is held while servers are asked
        let parts = FormParts { flow, form, error };
        let whose = (opened, visitor);
        let page = self.consent_page(whose, signed_in, known, parts).await;
        let source = sign_in::form_source(&opened.checked.to.redirect); // CO-10
        let pages = self.pages.to(opened.locale(visitor));
        let policy = Policy::default().form_to(&source);
        Ok(pages.page_with((status, "consent.html"), &page, &policy))
    }

    fn to_sign_in(&self, flow: &str) -> Response {
        see_other(&format!("{}?flow={flow}", self.path("/login")))
    }

    /// Binds a form to one session and one flow. The same for every load of the page, so
    /// that a second tab does not spoil the first (CO-10, interop 47).
    fn form_tag(&self, opened: &Opened, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        tag(
            &self.derived.form,
            &format!("{session}.{}", opened.pass.flow),
        )
    }
}

/// Whether the browser was sent here by the sign-in page, with a session to bring along.
pub(crate) fn comes_from_sign_in(query: &Pairs) -> bool {
    query.first("from") == "sign-in"
}

/// The servers that were chosen among those that the request means (CO-09).
fn chosen(checked: &Checked, form: &Pairs) -> Option<Resources> {
    if let [only] = checked.resources.as_slice() {
        return Some(Resources::one(only.clone()));
    }
    let ticked = |resource: &&Resource| form.all("server").any(|it| it == resource.as_str());
    let chosen: Vec<Resource> = checked.resources.iter().filter(ticked).cloned().collect();
    match (checked.choice, chosen.len()) {
        (Choice::One, 1) | (Choice::Any, _) => Resources::of(chosen),
        (Choice::One, _) => None,
    }
}

fn explain(issuer: &Shared, visitor: &Visitor, error: ConsentError) -> Response {
    let pages = issuer.pages.to(visitor.locale);
    match error {
        ConsentError::CrossSite => pages.message(StatusCode::FORBIDDEN, &sign_in::cross_site()),
        ConsentError::StaleForm(flow) => {
            let (title, lead) = (Text::of("consent-stale"), Text::of("consent-stale-lead"));
            let path = format!("/consent?flow={flow}");
            let message = Message::new(title, lead).next(path, Text::of("consent-stale-next"));
            pages.message(StatusCode::FORBIDDEN, &message)
        }
        ConsentError::Unreadable => unreadable(&pages, Text::of("consent-unreadable-lead")),
        ConsentError::Flow(refused) => refused.answer(issuer, visitor.locale),
    }
}

fn unreadable(pages: &Reader, lead: Text) -> Response {
    let message = Message::new(Text::of("consent-unreadable"), lead);
    let message = message.you(Text::of("message-restart"));
    pages.message(StatusCode::BAD_REQUEST, &message)
}
