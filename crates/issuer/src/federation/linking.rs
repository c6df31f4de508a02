//! Connecting, confirming and cutting links: each needs a form of the page, a recent sign-in, and
//! leaves one record.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{body::Body, response::Response};
use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, AuditKind, Outcome},
    grant::RevocationReason,
    group::GroupSource,
    revocation::Revocation,
    secret::Secret,
    session::{Method, Methods},
};
use doorward_store::{StoreError, Tx};
use http::request::Parts;

use super::{
    begin::Going,
    browser,
    error::FederationRefused,
    under_way::{Offer, Purpose},
};
use crate::{
    authorize::see_other,
    browser::{SignedIn, Visitor},
    form::{self, Pairs},
    shared::Shared,
    sign_in::{Proof, Visit},
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
        if !signed_in.session.is_fresh(self.clock.now()) {
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
        let how = format!("by {provider}");
        let proof = Proof {
            user: &user,
            methods: Methods::of([Method::Federated]),
            said: Some(&how),
        };
        let visit = Visit {
            visitor,
            flow: &offer.flow,
            page: "/",
            wanted: self.wanted_by(&offer.flow, visitor).await,
        };
        let admitted = self.admit(tx, proof, &visit).await.map_err(gone)?;
        Ok(self.lead_on(&admitted, &visit))
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
}

/// What conflicts was taken, linked or cut meanwhile.
fn gone(error: StoreError) -> FederationRefused {
    match error {
        StoreError::Conflict => FederationRefused::Unknown,
        StoreError::Corrupt(_) | StoreError::Unavailable(_) => error.into(),
    }
}
