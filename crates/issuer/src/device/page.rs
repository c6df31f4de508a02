//! The page `/device`: type the code, look at the request, answer it.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    consent::{Already, Given},
    device::{DeviceState, UserCode},
    resource::Resources,
    scope::WRITE,
    step_up::Acr,
};
use doorward_pages::{Message, Text};
use doorward_store::Tx;
use http::{StatusCode, header, request::Parts};
use serde::Serialize;

use super::{answer::Waiting, error::DeviceError, flow_of};
use crate::{
    authorize::{Gift, see_other},
    browser::{SignedIn, Visitor, visitor},
    consent::{
        GRANTS_LOOKED_AT, Terms, Who,
        choices::{ChoiceError, Choices},
        comes_from_sign_in, held_at,
        tools::{AskedAt, Form, ServerView},
    },
    form::{self, Pairs},
    issuer::Asking,
    limits::peer_key,
    shared::{Shared, tag},
    sign_in,
    wire::retry_after,
};

/// Where a code is typed.
#[derive(Serialize)]
struct CodePage {
    user: String,
    flow: String,
    code: String,
    form: String,
    error: Option<Text>,
}

/// Where it is answered.
#[derive(Serialize)]
struct AnswerPage {
    user: String,
    flow: String,
    who: Who,
    code: String,
    /// The address that the device asked from, and whether the person is there, too.
    from: Option<(String, bool)>,
    /// The person's own address.
    own: Option<String>,
    server: ServerView,
    terms: Terms,
    form: String,
    error: Option<Text>,
}

/// The page for a code, filled in when a link brought it.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let (typed, from_sign_in) = query
        .map(|pairs| {
            (
                pairs.first("user_code").to_owned(),
                comes_from_sign_in(&pairs),
            )
        })
        .unwrap_or_default();
    match issuer.device_visitor(&visitor).await {
        Err(DeviceError::SignIn) if from_sign_in => {
            issuer.not_kept(&flow_of(UserCode::parse(&typed).as_ref()), &visitor)
        }
        Ok(signed_in) => issuer.ask_for_code((&signed_in, &visitor), &typed, None),
        Err(error) => explain((&issuer, &visitor), &typed, error),
    }
}

/// A code, or an answer.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match issuer.take_device(&visitor, parts, body).await {
        Ok(response) => response,
        Err(error) => {
            if matches!(error, DeviceError::CrossSite | DeviceError::StaleForm) {
                issuer.note_cross_site("/device", &visitor);
            }
            explain((&issuer, &visitor), "", error)
        }
    }
}

impl Shared {
    async fn device_visitor(&self, visitor: &Visitor) -> Result<SignedIn, DeviceError> {
        let mut tx = self.store.begin().await?;
        let session = visitor.session.as_ref();
        let signed_in = self.signed_in(&mut *tx, session, self.clock.now()).await?;
        signed_in.ok_or(DeviceError::SignIn)
    }

    async fn take_device(
        &self,
        visitor: &Visitor,
        parts: Parts,
        body: Body,
    ) -> Result<Response, DeviceError> {
        if !visitor.own_page {
            return Err(DeviceError::CrossSite); // CO-02
        }
        let form = form::read(&parts.headers, body).await?;
        let typed = form.first("user_code");
        let signed_in = match self.device_visitor(visitor).await {
            Err(DeviceError::SignIn) => return Ok(self.sign_in_for_device(typed)),
            outcome => outcome?,
        };
        let (decision, ticks) = (form.first("decision"), !form.first("tick").is_empty());
        if decision.is_empty() && !ticks {
            check(form.first("form"), &self.code_tag(&signed_in))?;
        }
        let who = (&signed_in, visitor);
        let mut tx = self.store.begin().await?;
        let waiting = match self.waiting_device(&mut *tx, typed, who).await {
            Ok(waiting) => waiting,
            Err(DeviceError::UnknownCode) if !decision.is_empty() => {
                let settled = self.settled_device(&mut *tx, &form, &signed_in).await?;
                return Ok(match settled {
                    Some((waiting, allowed)) => self.done(&waiting, visitor, allowed),
                    None => self.ask_for_code(who, typed, Some(DeviceError::UnknownCode)),
                });
            }
            Err(error @ (DeviceError::UnknownCode | DeviceError::TooMany(_))) => {
                return Ok(self.ask_for_code(who, typed, Some(error)));
            }
            Err(error) => return Err(error),
        };
        if self.signed_in_too_weakly(&waiting, &signed_in) {
            return Ok(self.sign_in_more_strongly(typed, &waiting));
        }
        let tag = self.answer_tag(&waiting, &signed_in);
        if decision.is_empty() && !ticks {
            return self.show_device(&waiting, who, (&tag, None), None).await;
        }
        check(form.first("form"), &tag)?; // CO-09
        match decision {
            "allow" => {
                let gift = match self.device_gift(&waiting, (&form, &tag)) {
                    Ok(gift) => gift,
                    Err(error) => {
                        let (form, error) = ((tag.as_str(), Some(&form)), Some(error.text()));
                        return self.show_device(&waiting, who, form, error).await;
                    }
                };
                self.approve_device(tx, &waiting, who, &gift.whole).await?;
                Ok(self.done(&waiting, visitor, true))
            }
            "deny" => {
                self.deny_device(tx, &waiting, who).await?;
                Ok(self.done(&waiting, visitor, false))
            }
            "" => {
                self.show_device(&waiting, who, (&tag, Some(&form)), None)
                    .await
            }
            _ => Err(DeviceError::Unreadable),
        }
    }

    /// What an answer gives.
    fn device_gift(
        &self,
        waiting: &Waiting,
        (form, tag): (&Pairs, &str),
    ) -> Result<Gift, ChoiceError> {
        let request = &waiting.request;
        let resources = Resources::one(request.resource.clone());
        let asked = (&request.scopes, &request.details);
        self.gift(asked, resources, Choices { form, tag })
    }

    /// What became of a request that was answered on this very page, by a second click or in
    /// another tab.
    async fn settled_device(
        &self,
        tx: &mut dyn Tx,
        form: &Pairs,
        signed_in: &SignedIn,
    ) -> Result<Option<(Waiting, bool)>, DeviceError> {
        let found = self.find_device(tx, form.first("user_code")).await?;
        let Some(waiting) = found else {
            return Ok(None);
        };
        let tag = self.answer_tag(&waiting, signed_in);
        let shown_here = check(form.first("form"), &tag).is_ok();
        let allowed = match &waiting.request.state {
            DeviceState::Approved(approval) if approval.user == signed_in.user.id => true,
            DeviceState::Denied => false,
            DeviceState::Approved(_) | DeviceState::Pending => return Ok(None),
        };
        Ok(shown_here.then_some((waiting, allowed)))
    }

    /// Whether the server wants a more recent or a stronger sign-in (RFC 9470): with another one
    /// the device would get tokens that open nothing.
    fn signed_in_too_weakly(&self, waiting: &Waiting, signed_in: &SignedIn) -> bool {
        let resources = std::slice::from_ref(&waiting.request.resource);
        let wanted = self.published().sign_in_wanted(resources);
        let age = self.clock.now().since(signed_in.session.authenticated_at);
        wanted.is_unmet(Some(age), Some(signed_in.session.methods.acr()))
    }

    fn ask_for_code(
        &self,
        (signed_in, visitor): (&SignedIn, &Visitor),
        typed: &str,
        error: Option<DeviceError>,
    ) -> Response {
        let (status, wait) = match &error {
            None => (StatusCode::OK, None),
            Some(DeviceError::TooMany(wait)) => (StatusCode::TOO_MANY_REQUESTS, Some(wait.0)),
            Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        };
        let known = UserCode::parse(typed).map(|code| code.to_string());
        let page = CodePage {
            user: signed_in.user.name.to_string(),
            flow: flow_of(UserCode::parse(typed).as_ref()),
            code: known.unwrap_or_else(|| typed.chars().take(16).collect()),
            form: self.code_tag(signed_in),
            error: error.as_ref().map(DeviceError::text),
        };
        let pages = self.pages.to(visitor.locale);
        let mut response = pages.page((status, "device.html"), &page);
        if let Some(wait) = wait {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, retry_after(wait));
        }
        response
    }

    async fn show_device(
        &self,
        waiting: &Waiting,
        (signed_in, visitor): (&SignedIn, &Visitor),
        (tag, sent): (&str, Option<&Pairs>),
        error: Option<Text>,
    ) -> Result<Response, DeviceError> {
        let Waiting {
            request,
            client,
            code,
        } = waiting;
        let resources = std::slice::from_ref(&request.resource);
        let (form, now) = (Form { tag, sent }, self.clock.now());
        let mut tx = self.store.begin().await?;
        let user = &signed_in.user.id;
        let grants = tx.latest_grants(user, &client.id, GRANTS_LOOKED_AT).await?;
        let groups = self.groups_of(&mut *tx, &signed_in.user.id).await?;
        drop(tx); // nothing of it is held while the server is asked
        let who = Asking {
            user: &signed_in.user.name,
            groups: &groups,
            client: &client.id,
        };
        let already = Already::of(held_at(&request.resource, &grants, now), now);
        let (before, had) = (!already.is_nothing(), already.has(WRITE));
        let asked = AskedAt {
            resource: request.resource.clone(),
            servers: self.servers_for(&request.resource, &request.details, who),
            given: Given {
                scopes: request.scopes.clone(),
                details: request.details.clone(),
                ends_at: None,
            },
            already,
        };
        let mut servers = self.server_views(std::slice::from_ref(&asked), form).await;
        let Some(server) = servers.pop() else {
            let unknown = Some(DeviceError::UnknownCode);
            return Ok(self.ask_for_code((signed_in, visitor), "", unknown));
        };
        let status = match error {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let own = visitor.peer;
        let page = AnswerPage {
            user: signed_in.user.name.to_string(),
            flow: flow_of(Some(code)),
            who: self.who_asks(client, &grants),
            code: code.to_string(),
            from: request
                .peer
                .map(|from| (from.to_string(), peer_key(Some(from)) == peer_key(own))),
            own: own.map(|own| own.to_string()),
            server,
            terms: self.terms(
                (client, resources),
                (request.scopes.covers(WRITE), before && !had),
                form,
            ),
            form: tag.to_owned(),
            error,
        };
        let pages = self.pages.to(visitor.locale);
        Ok(pages.page((status, "device_answer.html"), &page))
    }

    fn done(&self, waiting: &Waiting, visitor: &Visitor, allowed: bool) -> Response {
        let (title, lead) = if allowed {
            ("device-connected", Text::of("device-connected-lead"))
        } else {
            ("device-denied", Text::of("device-denied-lead"))
        };
        let lead = lead.with("client", &waiting.client.name);
        let pages = self.pages.to(visitor.locale);
        pages.message(StatusCode::OK, &Message::new(Text::of(title), lead))
    }

    fn sign_in_for_device(&self, typed: &str) -> Response {
        let flow = flow_of(UserCode::parse(typed).as_ref());
        see_other(&format!("{}?flow={flow}", self.path("/login")))
    }

    /// The same, for a server that wants a strong sign-in.
    fn sign_in_more_strongly(&self, typed: &str, waiting: &Waiting) -> Response {
        let resources = std::slice::from_ref(&waiting.request.resource);
        let wanted = self.published().sign_in_wanted(resources).acr;
        let acr = wanted.map_or("", Acr::as_str);
        let flow = flow_of(UserCode::parse(typed).as_ref());
        let login = self.path("/login");
        see_other(&format!("{login}?flow={flow}&acr={acr}"))
    }

    /// Binds the form for a code to one session (CO-02).
    fn code_tag(&self, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        tag(&self.derived.form, &format!("device.{session}"))
    }

    /// Binds the form for an answer to one session and one request.
    fn answer_tag(&self, waiting: &Waiting, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        let request = URL_SAFE_NO_PAD.encode(waiting.request.digest.as_bytes());
        tag(&self.derived.form, &format!("device.{session}.{request}"))
    }
}

fn check(presented: &str, expected: &str) -> Result<(), DeviceError> {
    verify_slices_are_equal(presented.as_bytes(), expected.as_bytes())
        .map_err(|_| DeviceError::StaleForm)
}

fn explain((issuer, visitor): (&Shared, &Visitor), typed: &str, error: DeviceError) -> Response {
    let (pages, lead) = (issuer.pages.to(visitor.locale), error.text());
    let again = |status, title| {
        let message = Message::new(Text::of(title), lead);
        pages.message(status, &message.next("/device", Text::of("device-again")))
    };
    match error {
        DeviceError::SignIn => issuer.sign_in_for_device(typed),
        DeviceError::CrossSite => pages.message(StatusCode::FORBIDDEN, &sign_in::cross_site()),
        DeviceError::StaleForm => again(StatusCode::FORBIDDEN, "device-denied"),
        DeviceError::Unreadable => again(StatusCode::BAD_REQUEST, "consent-unreadable"),
        DeviceError::UnknownCode | DeviceError::TooMany(_) => {
            again(StatusCode::GONE, "device-gone")
        }
        DeviceError::Store(error) => {
            tracing::error!(%error, "storage failed");
            pages.storage_failed(std::time::Duration::from_secs(5))
        }
    }
}
