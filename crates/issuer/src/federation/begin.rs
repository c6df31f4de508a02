//! `POST /login/{provider}`: off to a provider.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Request, State},
    response::Response,
};
use doorward_core::{entropy::draw, secret::Secret};
use doorward_federation::{Begin, Provider, RelyingParty};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;
use url::Url;

use super::{
    browser,
    error::{FederationRefused, Where},
    under_way::{Purpose, UnderWay},
};
use crate::{
    authorize::{Expected, Opened},
    browser::{Visitor, visitor},
    form,
    limits::{peer_key, prefix_key},
    shared::Shared,
    sign_in::SignInError,
};

/// The page that leads there: browsers hold a form to the whole way of its answer (CO-10), and
/// where a provider has its sign-in page is known only once it said so. So the form ends here, and
/// the page goes on by itself.
#[derive(Serialize)]
struct LeavePage {
    provider: String,
    url: String,
    /// Whether it is to sign out there.
    ends: bool,
}

/// How somebody goes to a provider.
pub(super) struct Going<'a> {
    pub(super) party: &'a RelyingParty,
    pub(super) purpose: Purpose,
    pub(super) recent: Recent,
    pub(super) hint: Option<&'a str>,
}

/// How recent the sign-in over there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recent {
    /// So recent, by the word of the provider; one that does not say is refused.
    Within(Duration),
    /// The person is asked anew. What the provider says of the moment is believed, and one that
    /// cannot say is not refused: pages of ours that want it would be out of reach for good.
    Anew,
    /// As it comes, but said.
    AsItComes,
}

/// No sign-in is so old; but whoever is asked for one this recent has to say when it was (Core
/// section 2, `auth_time`).
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

impl Recent {
    /// What is asked.
    fn max_age(self) -> Duration {
        match self {
            Self::Within(age) => age,
            Self::Anew => Duration::ZERO,
            Self::AsItComes => A_YEAR,
        }
    }

    /// What must be.
    fn demanded(self) -> Option<u64> {
        match self {
            Self::Within(age) => Some(age.as_secs()),
            Self::Anew | Self::AsItComes => None,
        }
    }
}

/// The button of the sign-in page.
pub(crate) async fn post(
    State(issuer): State<Arc<Shared>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match submit(&issuer, &provider, &visitor, (parts, body)).await {
        Ok(response) => response,
        Err((refused, flow)) => {
            let at = Where {
                provider: &provider,
                flow: &flow,
            };
            issuer.note_not_arrived(&refused, at, &visitor);
            refused.answer(&issuer, &visitor, at)
        }
    }
}

async fn submit(
    issuer: &Shared,
    provider: &str,
    visitor: &Visitor,
    (parts, body): (Parts, Body),
) -> Result<Response, (FederationRefused, String)> {
    let nowhere = |refused: FederationRefused| (refused, String::new());
    if !visitor.own_page {
        issuer.note_cross_site("/login/provider", visitor);
        return Err(nowhere(FederationRefused::CrossSite)); // CO-03, LG-04
    }
    let form = form::read(&parts.headers, body).await;
    let form = form.map_err(|error| nowhere(error.into()))?;
    let flow = super::bounded(form.first("flow")).to_owned();
    let party = issuer.parties().named(provider);
    let party = party.ok_or_else(|| nowhere(FederationRefused::NoProvider))?;
    let opened = issuer.waiting(&flow, visitor).await;
    let opened = opened.map_err(|error| nowhere(error.into()))?;
    let opened = opened.as_ref();
    let going = Going {
        party: &party,
        purpose: Purpose::SignIn { flow: flow.clone() },
        recent: how_recent(&flow, opened),
        hint: opened.and_then(|opened| opened.checked.login_hint.as_deref()),
    };
    let sent = issuer.send_off(going, visitor, &parts.headers).await;
    sent.map_err(|refused| (refused, flow))
}

/// How recent the sign-in over there must be for what waits: the person is asked anew, not told
/// again that they once signed in.
/// And so they are for pages of ours, which want to know that it is still the same person.
fn how_recent(flow: &str, opened: Option<&Opened>) -> Recent {
    let Some(opened) = opened else {
        return match flow.is_empty() {
            true => Recent::AsItComes,
            false => Recent::Anew,
        };
    };
    let another = opened.expected != Expected::Anybody;
    match (opened.checked.prompt.login, opened.wanted.max_age) {
        (true, _) => Recent::Within(Duration::ZERO),
        (false, Some(_)) if another => Recent::Within(Duration::ZERO),
        (false, Some(age)) => Recent::Within(age),
        (false, None) if another => Recent::Anew,
        (false, None) => Recent::AsItComes,
    }
}

impl From<SignInError> for FederationRefused {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Flow(refused) => Self::Flow(refused),
            SignInError::Store(error) => Self::Store(error),
            SignInError::TooMany(wait) => Self::TooMany(wait),
            _ => Self::Form,
        }
    }
}

impl Shared {
    /// Writes down what waits and sends the browser away.
    pub(super) async fn send_off(
        &self,
        going: Going<'_>,
        visitor: &Visitor,
        headers: &HeaderMap,
    ) -> Result<Response, FederationRefused> {
        let now = self.clock.now();
        let limits = &self.limits;
        limits.federation_peer.take(peer_key(visitor.peer), now)?;
        limits
            .federation_network
            .take(prefix_key(visitor.peer), now)?;
        let provider = going.party.provider();
        let (state, nonce, verifier) = (self.random("dwf_"), self.random(""), self.random(""));
        let begin = Begin {
            redirect_uri: &self.callback_of(provider),
            state: &state,
            nonce: &nonce,
            verifier: &verifier,
            login_hint: going.hint,
            max_age: Some(going.recent.max_age()),
            now,
        };
        let url = going.party.begin(begin).await?;
        let under_way = UnderWay {
            nonce: nonce.expose().to_owned(),
            verifier: verifier.expose().to_owned(),
            max_age: going.recent.demanded(),
            anew: going.recent == Recent::Anew,
            begun_at: now,
            purpose: going.purpose,
        };
        let browser = browser::sent(headers, &self.url).unwrap_or_else(|| self.new_browser());
        let mut tx = self.store.begin().await?;
        self.await_return(&mut *tx, (&provider.name, &state, &browser), &under_way);
        tx.commit().await?;
        let mut response = self.leave((provider, &url), false, visitor);
        if let Some(cookie) = self.browser_cookie(&browser) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// Where a provider sends browsers back to: one place for each (RFC 9700 section 4.4.2.2).
    pub(super) fn callback_of(&self, provider: &Provider) -> String {
        format!("{}/login/{}/callback", self.url.as_str(), provider.name)
    }

    /// The page that leads to `url` at a provider, by itself or by its link.
    pub(super) fn leave(
        &self,
        (provider, url): (&Provider, &Url),
        ends: bool,
        visitor: &Visitor,
    ) -> Response {
        let page = LeavePage {
            provider: provider.title.clone(),
            url: url.to_string(),
            ends,
        };
        let pages = self.pages.to(visitor.locale);
        let mut response = pages.page((StatusCode::OK, "federation_leave.html"), &page);
        if let Ok(refresh) = HeaderValue::try_from(format!("0; url={url}")) {
            response.headers_mut().insert(header::REFRESH, refresh);
        }
        response
    }

    pub(super) fn random(&self, prefix: &str) -> Secret {
        Secret::mint(prefix, draw(&*self.entropy))
    }
}
