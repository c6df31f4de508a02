//! `/account/links`: who somebody is elsewhere, by their own word.
//!
//! Connecting and cutting need a recent sign-in. A link is made by the press of a button on a page
//! that says who over there and who here, and the last way into an account cannot be cut.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{account_link::AccountLink, client::display_name, secret::Secret};
use doorward_pages::Text;
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::{
    MARK, browser,
    error::{FederationRefused, Where},
    parties::ProviderButton,
    under_way::Offer,
};
use crate::{
    authorize::see_other,
    browser::{SignedIn, Visitor, visitor},
    form,
    shared::{Shared, tag},
};

/// Where the page is.
const HERE: &str = "/account/links";

#[derive(Serialize)]
struct LinksPage {
    /// Where this page is among those of an account.
    here: &'static str,
    done: Option<Text>,
    error: Option<Text>,
    user: String,
    form: String,
    links: Vec<LinkView>,
    providers: Vec<ProviderButton>,
    offer: Option<OfferView>,
}

#[derive(Serialize)]
struct LinkView {
    provider: String,
    issuer: String,
    subject: String,
    /// The subject, harmless to show.
    shown: String,
}

#[derive(Serialize)]
struct OfferView {
    secret: String,
    provider: String,
    called: String,
    /// The account that it would be linked to.
    user: String,
    /// Whether the person signed in to the account.
    signed_in: bool,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, _) = visitor(request, &issuer);
    match issuer.show_links(&parts, &visitor).await {
        Ok(response) => response,
        Err(refused) => refused.answer(&issuer, &visitor, NOWHERE),
    }
}

/// Its forms.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    match issuer.change_links(&visitor, (parts, body)).await {
        Ok(response) => response,
        Err(refused) => {
            if matches!(
                refused,
                FederationRefused::CrossSite | FederationRefused::Form
            ) {
                issuer.note_cross_site("/account/links", &visitor);
            }
            refused.answer(&issuer, &visitor, NOWHERE)
        }
    }
}

const NOWHERE: Where<'static> = Where {
    provider: "",
    flow: MARK,
};

impl Shared {
    async fn show_links(
        &self,
        parts: &Parts,
        visitor: &Visitor,
    ) -> Result<Response, FederationRefused> {
        let secret = Secret::presented(form::in_query(parts, "offer"));
        let browser = browser::sent(&parts.headers, &self.url);
        let mut tx = self.store.begin().await?;
        let offered = match secret.expose().is_empty() {
            true => None,
            false => self.offer(&mut *tx, &secret, browser.as_ref()).await?,
        };
        let signed_in = self.who(visitor).await?;
        let page = match (&offered, signed_in) {
            (_, Some(signed_in)) => self.page_of(&signed_in, &secret, offered).await?,
            (Some((_, offer)), None) if offer.proven => {
                self.page_of_stranger(&secret, offered).await?
            }
            (_, None) => return Ok(self.sign_in_first(&secret)),
        };
        let template = match page.user.is_empty() {
            true => "links_confirm.html",
            false => "links.html",
        };
        let pages = self.pages.to(visitor.locale);
        Ok(pages.page((StatusCode::OK, template), &page))
    }

    pub(super) fn sign_in_first(&self, offer: &Secret) -> Response {
        let login = self.path("/login");
        see_other(&format!("{login}?flow={MARK}{}", offer.expose()))
    }

    async fn page_of(
        &self,
        signed_in: &SignedIn,
        secret: &Secret,
        offered: Option<(String, Offer)>,
    ) -> Result<LinksPage, FederationRefused> {
        let user = &signed_in.user;
        let links = self.store.begin().await?.account_links_of(&user.id).await?;
        let parties = self.parties();
        let view = |link: &AccountLink| LinkView {
            provider: parties.title_of(link.foreign.issuer()),
            issuer: link.foreign.issuer().to_owned(),
            subject: link.foreign.subject().to_owned(),
            shown: display_name(link.foreign.subject()),
        };
        let linked = |button: &ProviderButton| {
            let mut theirs = links.iter();
            theirs.any(|link| parties.speaks_for(&button.name, link.foreign.issuer()))
        };
        let mut providers = parties.buttons();
        providers.retain(|button| !linked(button));
        let offered = offered.filter(|(_, offer)| offer.user == user.id);
        Ok(LinksPage {
            here: HERE,
            done: None,
            error: None,
            user: user.name.to_string(),
            form: self.links_tag(signed_in),
            links: links.iter().map(view).collect(),
            providers,
            offer: offered.map(|(provider, offer)| OfferView {
                secret: secret.expose().to_owned(),
                provider: parties.title(&provider),
                called: offer.called,
                user: user.name.to_string(),
                signed_in: true,
            }),
        })
    }

    /// What somebody sees whose verified address the operator takes as proof: which account it is,
    /// and the question.
    async fn page_of_stranger(
        &self,
        secret: &Secret,
        offered: Option<(String, Offer)>,
    ) -> Result<LinksPage, FederationRefused> {
        let (provider, offer) = offered.ok_or(FederationRefused::Unknown)?;
        let user = self.store.begin().await?.user(&offer.user).await?;
        let user = user.ok_or(FederationRefused::Unknown)?.name.to_string();
        Ok(LinksPage {
            here: HERE,
            done: None,
            error: None,
            user: String::new(),
            form: String::new(),
            links: Vec::new(),
            providers: Vec::new(),
            offer: Some(OfferView {
                secret: secret.expose().to_owned(),
                provider: self.parties().title(&provider),
                called: offer.called,
                user,
                signed_in: false,
            }),
        })
    }

    /// Binds the forms of the page to one session.
    pub(super) fn links_tag(&self, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        tag(&self.derived.form, &format!("{session}.links"))
    }
}
