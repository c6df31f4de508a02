//! Connecting, confirming and cutting links: each needs a form of the page, a recent sign-in, and
//! leaves one record.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{body::Body, response::Response};
use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, AuditKind, Outcome},
    grant::RevocationReason,
    group::GroupSource,
    secret::Secret,
    session::{Method, Methods},
    user::{Role, User},
};
use doorward_federation::{Provider, RelyingParty};
use doorward_store::{StoreError, Tx};
use http::request::Parts;

use super::{
    begin::{Going, Recent},
    browser,
    error::FederationRefused,
    under_way::{Offer, Purpose},
};
use crate::{
    authorize::see_other,
    browser::{SignedIn, Visitor},
    form::{self, Pairs},
    shared::Shared,
    sign_in::{Entered, Proof, Said, Visit},
};

impl Shared {
    pub(super) async fn change_links(
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
        if !self.is_trusted(&signed_in).await? {
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
            recent: Recent::AsItComes,
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
        let party = self.still_offering(&mut *tx, &provider, &offer).await?;
        let making = (party.provider(), &secret, visitor);
        self.write_link(&mut *tx, &offer, making, signed_in.user.name.as_str());
        tx.commit().await.map_err(gone)?;
        let next = match offer.flow.is_empty() || super::page_of(&offer.flow).is_some() {
            true => self.path("/account/links"),
            false => format!("{}?flow={}", self.path("/consent"), offer.flow),
        };
        Ok(see_other(&next))
    }

    /// The provider of an offer, as long as it still admits who is offered, and nobody else here
    /// is that person: an offer is minutes old.
    async fn still_offering(
        &self,
        tx: &mut dyn Tx,
        provider: &str,
        offer: &Offer,
    ) -> Result<Arc<RelyingParty>, FederationRefused> {
        let party = self.parties().named(provider);
        let party = party.ok_or(FederationRefused::NoProvider)?;
        let foreign = &offer.profile.foreign;
        if !party.provider().is_named(foreign.issuer()) {
            return Err(FederationRefused::Unknown);
        }
        party.provider().allow.judge(&offer.profile)?;
        match tx.account_link(foreign).await? {
            Some(_) => Err(FederationRefused::Taken),
            None => Ok(party),
        }
    }

    /// Somebody who is not signed in, whose address is proof enough: linked and let in at once, by
    /// the word of the provider. Whoever would owe anything more proves the account first: no link
    /// is made by half a sign-in.
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
        let party = self.still_offering(&mut *tx, &provider, &offer).await?;
        let provider = party.provider();
        let Some(user) = self.still_proven(&mut *tx, provider, &offer).await? else {
            return Ok(self.sign_in_first(&secret));
        };
        let making = (provider, &secret, visitor);
        self.write_link(&mut *tx, &offer, making, user.name.as_str());
        let user = self
            .follow_role(&mut *tx, user, (provider, &offer.profile))
            .await?;
        self.keep_word(&mut *tx, &user, offer.word(provider))
            .await?;
        let how = format!("by {}", provider.name);
        let proof = Proof {
            user: &user,
            methods: Methods::of([Method::Federated]),
            said: Some(Said {
                how: &how,
                at: offer.signed_in_at,
            }),
        };
        let visit = Visit {
            visitor,
            flow: &offer.flow,
            page: "/",
            wanted: self.wanted_by(&offer.flow, visitor).await,
        };
        let entered = self.proceed(&mut *tx, proof, &visit).await?;
        if let Entered::Owes(_) = entered {
            return Ok(self.sign_in_first(&secret)); // nothing of it is committed
        }
        tx.commit().await.map_err(gone)?;
        Ok(self.lead_on(&entered, &visit))
    }

    /// Whose account it is, while the verified address is still proof of it (LG-05).
    async fn still_proven(
        &self,
        tx: &mut dyn Tx,
        provider: &Provider,
        offer: &Offer,
    ) -> Result<Option<User>, FederationRefused> {
        let user = self.same_address(tx, &offer.profile).await?;
        let same = |user: &User| user.id == offer.user && user.role == Role::Member;
        Ok(user.filter(|user| provider.link_by_mail && same(user)))
    }

    fn write_link(
        &self,
        tx: &mut dyn Tx,
        offer: &Offer,
        (provider, secret, visitor): (&Provider, &Secret, &Visitor),
        name: &str,
    ) {
        let now = self.clock.now();
        tx.take_pending_sign_in(&secret.digest());
        tx.add_account_link(&AccountLink {
            foreign: offer.profile.foreign.clone(),
            user: offer.user.clone(),
            created_at: now,
            used_at: None,
        });
        let event = AuditEvent::new(now, AuditKind::LinkChange, Outcome::Allowed)
            .user(name)
            .reason(format!(
                "connected to {} at {}",
                offer.called, provider.name
            ))
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
            self.say_groups(&mut *tx, (&user.id, &source), &[]).await?;
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
        self.tell_of_asserted(&user.id).await?;
        self.tell_of_vouched((&user.id, &foreign), None).await;
        Ok(see_other(&self.path("/account/links")))
    }

    /// Whether one of these links is to a provider that people sign in through.
    fn is_a_way_in<'a>(&self, mut links: impl Iterator<Item = &'a AccountLink>) -> bool {
        let parties = self.parties();
        links.any(|link| parties.knows(link.foreign.issuer()))
    }
}

/// What conflicts was taken, linked or cut meanwhile.
fn gone(error: StoreError) -> FederationRefused {
    match error {
        StoreError::Conflict => FederationRefused::Unknown,
        StoreError::Corrupt(_) | StoreError::Unavailable(_) => error.into(),
    }
}
