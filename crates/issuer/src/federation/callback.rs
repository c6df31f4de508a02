//! `GET /login/{provider}/callback`: somebody is back.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use doorward_core::{access::CLOCK_SKEW, id::UserId, secret::Secret, time::UnixTime};
use doorward_federation::{
    Arrived, Callback, CallbackFault, Expected, FederationFault, IdTokenFault, RelyingParty,
};
use doorward_pages::{Message, Text};
use http::StatusCode;

use super::{
    MARK,
    account::{Coming, Entered},
    browser,
    error::{FederationRefused, Where},
    under_way::{Purpose, UnderWay},
};
use crate::{
    authorize::see_other,
    browser::{Visitor, visitor},
    form::Pairs,
    shared::Shared,
};

/// Why nobody came in, and what waits for another try.
type Stopped = (FederationRefused, String);

/// The answer of a provider.
pub(crate) async fn get(
    State(issuer): State<Arc<Shared>>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    let browser = browser::sent(&parts.headers, &issuer.url);
    let query = parts.uri.query().unwrap_or_default();
    let back = issuer.come_back(&provider, query, (browser.as_ref(), &visitor));
    match back.await {
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

impl Shared {
    async fn come_back(
        &self,
        name: &str,
        query: &str,
        (browser, visitor): (Option<&Secret>, &Visitor),
    ) -> Result<Response, Stopped> {
        let nowhere = |refused| (refused, String::new());
        let party = self.parties().named(name);
        let party = party
            .ok_or(FederationRefused::NoProvider)
            .map_err(nowhere)?;
        let callback = read(query).map_err(nowhere)?;
        let taken = self.take_waiting(name, &callback.state, browser).await;
        let under_way = taken.map_err(nowhere)?;
        let flow = under_way.purpose.flow().to_owned();
        let arrived = self.arrived(&party, callback, &under_way).await;
        let arrived = arrived.map_err(|fault| (fault.into(), flow.clone()))?;
        let signed_in_at = self.signed_in_there(&arrived, under_way.begun_at);
        let answered = match (under_way.purpose, browser) {
            (Purpose::SignIn { flow }, Some(browser)) => {
                let coming = Coming {
                    party: &party,
                    arrived: &arrived,
                    flow: &flow,
                    browser,
                    wanted: self.wanted_by(&flow, visitor).await,
                    signed_in_at,
                };
                self.let_in(&coming, visitor).await
            }
            (Purpose::Link { user }, Some(browser)) => {
                self.offer_to((&party, signed_in_at), (&arrived, user), browser)
                    .await
            }
            (Purpose::SignIn { .. } | Purpose::Link { .. }, None) => {
                Err(FederationRefused::Unknown) // it was judged to be there
            }
        };
        answered.map_err(|refused| (refused, flow))
    }

    async fn arrived(
        &self,
        party: &RelyingParty,
        callback: Callback,
        under_way: &UnderWay,
    ) -> Result<Arrived, FederationFault> {
        let code = callback.code?;
        let (begun_at, now) = (under_way.begun_at, self.clock.now());
        let way = now.since(begun_at);
        let expected = Expected {
            redirect_uri: &self.callback_of(party.provider()),
            nonce: &Secret::presented(under_way.nonce.as_str()),
            verifier: &Secret::presented(under_way.verifier.as_str()),
            // How recent it was when the browser left: the way there takes its time.
            max_age: under_way.max_age.map(|age| Duration::from_secs(age) + way),
            iss: callback.iss.as_deref(),
            now,
        };
        let arrived = party.finish(&code, expected).await?;
        let before = arrived
            .signed_in_at
            .is_some_and(|at| at + CLOCK_SKEW < begun_at);
        match under_way.anew && before {
            true => Err(IdTokenFault::SignInTooOld.into()),
            false => Ok(arrived),
        }
    }

    /// When somebody signed in over there. Where the provider does not say, coming back counts as
    /// that; where it was on this very way, what clocks differ by does not.
    fn signed_in_there(&self, arrived: &Arrived, begun_at: UnixTime) -> UnixTime {
        let now = self.clock.now();
        let at = arrived.signed_in_at.unwrap_or(now);
        match at + CLOCK_SKEW < begun_at {
            true => at,
            false => at.max(begun_at).min(now),
        }
    }

    async fn let_in(
        &self,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Response, FederationRefused> {
        match self.enter(coming, visitor).await? {
            Entered::In(entered) => Ok(self.lead_on(&entered, &coming.visit(visitor))),
            Entered::Offered(offer) => Ok(self.known_address(coming, &offer, visitor)),
        }
    }

    /// Somebody here has that address: whether that is the same person, they show themselves.
    fn known_address(&self, coming: &Coming<'_>, offer: &Secret, visitor: &Visitor) -> Response {
        let title = coming.party.provider().title.as_str();
        let lead = Text::of("federation-known-address-lead").with("provider", title);
        let message = Message::new(Text::of("federation-known-address"), lead)
            .you(Text::of("federation-known-address-you"))
            .next(
                format!("/account/links?offer={}", offer.expose()),
                Text::of("federation-known-address-next"),
            );
        let pages = self.pages.to(visitor.locale);
        pages.message(StatusCode::OK, &message)
    }

    /// Somebody who is signed in came back to be linked: the page asks once more, because it may
    /// be somebody else's account over there that the browser was signed in to (LG-04).
    async fn offer_to(
        &self,
        (party, signed_in_at): (&RelyingParty, UnixTime),
        (arrived, user): (&Arrived, UserId),
        browser: &Secret,
    ) -> Result<Response, FederationRefused> {
        party.provider().allow.judge(&arrived.profile)?;
        let offer = self
            .write_offer(
                (party, signed_in_at),
                (arrived, user, false),
                (browser, MARK),
            )
            .await?;
        let page = format!("/account/links?offer={}", offer.expose());
        Ok(see_other(&self.path(&page)))
    }
}

fn read(query: &str) -> Result<Callback, FederationRefused> {
    let pairs = Pairs::parse(query).map_err(|_| FederationFault::from(CallbackFault::Malformed))?;
    Callback::read(pairs.iter()).map_err(|fault| match fault {
        CallbackFault::NoState => FederationRefused::Unknown,
        CallbackFault::Malformed => FederationFault::from(fault).into(),
    })
}
