//! `/account/links`: who somebody is elsewhere, by their own word.
//!
//! Connecting and cutting need a recent sign-in. A link is made by the press of a button on a page
//! that says who over there and who here, and the last way into an account cannot be cut.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, AuditKind, Outcome},
    client::display_name,
    grant::RevocationReason,
    group::GroupSource,
    revocation::Revocation,
    secret::Secret,
    session::{Method, Methods, Session},
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::{
    MARK,
    begin::Going,
    browser,
    error::{FederationRefused, Where},
    parties::ProviderButton,
    under_way::{Offer, Purpose},
};
use crate::{
    authorize::see_other,
    browser::{SignedIn, Visitor, visitor},
    form::{self, Pairs},
    shared::{Shared, tag},
    sign_in,
};

/// How recent a sign-in must be for changing links.
const FRESH: Duration = Duration::from_secs(600);

#[derive(Serialize)]
struct LinksPage {
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

/// Whether the sign-in is recent enough for what changes who gets into an account.
fn is_fresh(session: &Session, now: UnixTime) -> bool {
    now.since(session.authenticated_at) <= FRESH
}

impl Shared {
    async fn show_links(
        &self,
        parts: &Parts,
        visitor: &Visitor,
    ) -> Result<Response, FederationRefused> {
        let query = Pairs::parse(parts.uri.query().unwrap_or_default());
        let named = query.map(|pairs| pairs.first("offer").to_owned());
        let secret = Secret::presented(named.unwrap_or_default());
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
        let pages = self.pages.to(visitor.locale);
        Ok(pages.page((StatusCode::OK, "links.html"), &page))
    }

    fn sign_in_first(&self, offer: &Secret) -> Response {
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

    async fn change_links(
        &self,
        visitor: &Visitor,
        (parts, body): (Parts, Body),
    ) -> Result<Response, FederationRefused> {
        if !visitor.own_page {
            return Err(FederationRefused::CrossSite); // CO-02
        }
        let form = form::read(&parts.headers, body).await?;
        let signed_in = self.who(visitor).await?;
        let Some(signed_in) = signed_in else {
            return self.confirm_as_stranger(&form, (visitor, &parts)).await;
        };
        let expected = self.links_tag(&signed_in);
        verify_slices_are_equal(form.first("form").as_bytes(), expected.as_bytes())
            .map_err(|_| FederationRefused::Form)?;
        if !is_fresh(&signed_in.session, self.clock.now()) {
            return Ok(self.sign_in_first(&Secret::presented(form.first("offer"))));
        }
        match form.first("action") {
            "connect" => self.connect(&signed_in, &form, (visitor, &parts)).await,
            "confirm" => self.confirm(&signed_in, &form, (visitor, &parts)).await,
            "cut" => self.cut(&signed_in, &form, visitor).await,
            _ => Err(FederationRefused::Form),
        }
    }

    /// Off to a provider, to come back and be asked.
    async fn connect(
        &self,
        signed_in: &SignedIn,
        form: &Pairs,
        (visitor, parts): (&Visitor, &Parts),
    ) -> Result<Response, FederationRefused> {
        let party = self.parties().named(form.first("provider"));
        let party = party.ok_or(FederationRefused::NoProvider)?;
        let going = Going {
            party: &party,
            purpose: Purpose::Link {
                user: signed_in.user.id.clone(),
            },
            max_age: None,
            hint: None,
        };
        self.send_off(going, visitor, &parts.headers).await
    }

    async fn confirm(
        &self,
        signed_in: &SignedIn,
        form: &Pairs,
        (visitor, parts): (&Visitor, &Parts),
    ) -> Result<Response, FederationRefused> {
        let secret = Secret::presented(form.first("offer"));
        let browser = browser::sent(&parts.headers, &self.url);
        let mut tx = self.store.begin().await?;
        let offered = self.offer(&mut *tx, &secret, browser.as_ref()).await?;
        let (provider, offer) = offered.ok_or(FederationRefused::Unknown)?;
        if offer.user != signed_in.user.id {
            return Err(FederationRefused::Unknown); // CO-09
        }
        if tx.account_link(&offer.foreign).await?.is_some() {
            return Err(FederationRefused::Taken);
        }
        self.write_link(
            &mut *tx,
            &offer,
            (&provider, &secret, visitor),
            signed_in.user.name.as_str(),
        );
        tx.commit().await.map_err(gone)?;
        let next = match offer.flow.is_empty() || super::page_of(&offer.flow).is_some() {
            true => self.path("/account/links"),
            false => format!("{}?flow={}", self.path("/consent"), offer.flow),
        };
        Ok(see_other(&next))
    }

    /// Somebody who is not signed in, whose address is proof enough: linked and let in at once.
    async fn confirm_as_stranger(
        &self,
        form: &Pairs,
        (visitor, parts): (&Visitor, &Parts),
    ) -> Result<Response, FederationRefused> {
        let secret = Secret::presented(form.first("offer"));
        let browser = browser::sent(&parts.headers, &self.url);
        let mut tx = self.store.begin().await?;
        let offered = self.offer(&mut *tx, &secret, browser.as_ref()).await?;
        let Some((provider, offer)) = offered.filter(|(_, offer)| offer.proven) else {
            return Ok(self.sign_in_first(&secret));
        };
        let user = tx.user(&offer.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(FederationRefused::Disabled)?;
        if tx.account_link(&offer.foreign).await?.is_some() {
            return Err(FederationRefused::Taken);
        }
        self.write_link(
            &mut *tx,
            &offer,
            (&provider, &secret, visitor),
            user.name.as_str(),
        );
        let methods = Methods::of([Method::Federated]);
        let how = format!("by {provider}");
        let admitted = self
            .admit(tx, (&user, methods, &how), visitor)
            .await
            .map_err(gone)?;
        Ok(sign_in::go_on(self, &offer.flow, &admitted))
    }

    fn write_link(
        &self,
        tx: &mut dyn Tx,
        offer: &Offer,
        (provider, secret, visitor): (&str, &Secret, &Visitor),
        name: &str,
    ) {
        let now = self.clock.now();
        tx.take_pending_sign_in(&secret.digest());
        tx.add_account_link(&AccountLink {
            foreign: offer.foreign.clone(),
            user: offer.user.clone(),
            created_at: now,
            used_at: None,
        });
        let event = AuditEvent::new(now, AuditKind::LinkChange, Outcome::Allowed)
            .user(name)
            .reason(format!("connected to {} at {provider}", offer.called))
            .peer(visitor.peer);
        tx.audit(event);
    }

    /// Cuts a link, and ends what stood by it.
    async fn cut(
        &self,
        signed_in: &SignedIn,
        form: &Pairs,
        visitor: &Visitor,
    ) -> Result<Response, FederationRefused> {
        let (user, now) = (&signed_in.user, self.clock.now());
        let foreign = ForeignSubject::claimed(form.first("issuer"), form.first("subject"));
        let mut tx = self.store.begin().await?;
        let links = tx.account_links_of(&user.id).await?;
        let link = links.iter().find(|link| link.foreign == foreign);
        let link = link.ok_or(FederationRefused::Unknown)?;
        let others = links.iter().filter(|other| *other != link);
        let another_way = user.password.is_some()
            || self.is_a_way_in(others)
            || !tx.passkeys_of(&user.id).await?.is_empty();
        if !another_way {
            return Err(FederationRefused::LastWayIn);
        }
        if let Some(account) = tx.federated_account(&foreign).await? {
            let source = GroupSource::Provider(account.provider);
            tx.set_groups_of_user(&user.id, &source, &[]);
        }
        tx.end_vouched(&user.id, &foreign, None);
        let reason = RevocationReason::UserChanged;
        tx.revoke_vouched(&user.id, &foreign, None, now, reason);
        tx.revoke_asserted_grants_of_user(&user.id, now, reason);
        tx.remove_account_link(link);
        let event = AuditEvent::new(now, AuditKind::LinkChange, Outcome::Allowed)
            .user(user.name.as_str())
            .reason(format!(
                "cut from {} of {}",
                foreign.subject(),
                foreign.issuer()
            ))
            .peer(visitor.peer);
        tx.audit(event);
        tx.commit().await.map_err(gone)?;
        let asserted = self
            .store
            .begin()
            .await?
            .grants(Some(&user.id), None)
            .await?;
        let asserted = asserted
            .into_iter()
            .filter(|it| it.authenticated_at.is_none());
        for grant in asserted {
            self.revocations.add(Revocation::Grant(grant.id), now);
        }
        self.tell_of_vouched((&user.id, &foreign), None).await;
        Ok(see_other(&self.path("/account/links")))
    }

    /// Whether one of these links is to a provider that people sign in through.
    fn is_a_way_in<'a>(&self, mut links: impl Iterator<Item = &'a AccountLink>) -> bool {
        let parties = self.parties();
        links.any(|link| parties.knows(link.foreign.issuer()))
    }

    /// Binds the forms of the page to one session.
    fn links_tag(&self, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        tag(&self.derived.form, &format!("{session}.links"))
    }
}

/// What conflicts was taken, linked or cut meanwhile.
fn gone(error: StoreError) -> FederationRefused {
    match error {
        StoreError::Conflict => FederationRefused::Unknown,
        StoreError::Corrupt(_) | StoreError::Unavailable(_) => error.into(),
    }
}
