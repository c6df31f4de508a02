//! Answers an authorization request: with a code, or with the person's no.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    authorize::{AuthorizeError, Checked, Choice},
    client::{Client, ClientOrigin, MetadataUrl},
    code::{AuthorizationCode, CodeState},
    consent::{Circumstances, Consent, ConsentKey, Given, may_skip, redirect_host, remembered},
    id::UserId,
    once::OneTime,
    redirect::Destination,
    registration::Welcome,
    resource::{Resource, Resources},
    seal,
    secret::Secret,
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};

use super::{error::AuthorizeRefused, flow::Opened, reply::Reply};
use crate::{
    browser::{SignedIn, Visitor},
    shared::Shared,
};

/// What a person approved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approval<'a> {
    pub(crate) opened: &'a Opened,
    pub(crate) signed_in: &'a SignedIn,
    pub(crate) gift: &'a Gift,
    pub(crate) again: Again,
}

/// What is given, altogether and at each server.
#[derive(Clone, Debug)]
pub(crate) struct Gift {
    pub(crate) resources: Resources,
    /// What the grant opens.
    pub(crate) whole: Given,
    /// What was given at each of the resources, in their order.
    pub(crate) each: Vec<(Resource, Given)>,
}

/// What happens when the client comes again for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The person is not asked, where the rule allows it.
    Unasked,
    /// The person is asked: nothing is remembered any more.
    Asked,
    /// As before.
    Unchanged,
}

impl Shared {
    /// Answers without a page when the person approved the same before and the rule allows it.
    pub(crate) async fn answer_as_before(
        &self,
        mut tx: Box<dyn Tx>,
        opened: &Opened,
        signed_in: &SignedIn,
        visitor: &Visitor,
    ) -> Result<Option<Reply>, AuthorizeRefused> {
        let Some(resources) = unquestioned(&opened.checked) else {
            return Ok(None); // the person must choose
        };
        let (now, circumstances) = (self.clock.now(), self.circumstances(opened, visitor));
        let mut each = Vec::new();
        for resource in resources.iter() {
            let key = consent_key(opened, signed_in, resource);
            let (remembered, mut asked) = (tx.consent(&key).await?, asked_at(opened, resource));
            if !may_skip(remembered.as_ref(), &asked, circumstances, now) {
                return Ok(None);
            }
            asked.ends_at = remembered.and_then(|consent| consent.given.ends_at);
            each.push((resource.clone(), asked));
        }
        let gift = Gift {
            whole: Given {
                scopes: opened.checked.scopes.clone(),
                details: opened.checked.details.within(&resources),
                ends_at: each.iter().filter_map(|(_, given)| given.ends_at).min(),
            },
            resources,
            each,
        };
        let approval = Approval {
            opened,
            signed_in,
            gift: &gift,
            again: Again::Unchanged,
        };
        self.approve(tx, approval, visitor).await.map(Some)
    }

    /// Makes the code, remembers the approval, and commits both with their record.
    /// Returns the answer to the client.
    pub(crate) async fn approve(
        &self,
        mut tx: Box<dyn Tx>,
        approval: Approval<'_>,
        visitor: &Visitor,
    ) -> Result<Reply, AuthorizeRefused> {
        let now = self.clock.now();
        let opened = approval.opened;
        let secret = self.code_of(opened);
        self.close(&mut *tx, opened, &approval.signed_in.user.id);
        tx.add_code(&self.code(&approval, &secret, now));
        tx.mark_client_used(&opened.client.id, now);
        for (resource, given) in &approval.gift.each {
            self.remember(&mut *tx, &approval, (resource, given))
                .await?;
            let event = self.consent_event(opened, approval.signed_in, Outcome::Allowed, visitor);
            let event = match self.published().label(resource) {
                Some(name) => event.server(name),
                None => event,
            };
            tx.audit(event.reason(in_words(given)));
        }
        tx.commit().await.map_err(answered)?;
        Ok(self.reply(&opened.checked.to, &[("code", secret.expose())]))
    }

    /// The code that answers a request: always the same, so that whoever answers twice can be
    /// told what became of the first answer. Nobody can tell it from the request.
    pub(crate) fn code_of(&self, opened: &Opened) -> Secret {
        let flow = opened.pass.flow.as_str();
        Secret::mint("dwk_", seal::derive(&self.derived.code, flow))
    }

    /// Remembers the approval of one resource, or that there is none.
    async fn remember(
        &self,
        tx: &mut dyn Tx,
        approval: &Approval<'_>,
        (resource, given): (&Resource, &Given),
    ) -> Result<(), StoreError> {
        let (opened, now) = (approval.opened, self.clock.now());
        let key = consent_key(opened, approval.signed_in, resource);
        match approval.again {
            Again::Unchanged => {}
            Again::Asked => {
                if tx.consent(&key).await?.is_some() {
                    tx.forget_consent(&key);
                }
            }
            Again::Unasked => {
                let before = tx.consent(&key).await?.map(|consent| consent.given);
                let asked = asked_at(opened, resource);
                let given = remembered(before.as_ref(), &asked, given.clone(), now);
                tx.remember_consent(&Consent {
                    key,
                    given,
                    granted_at: now,
                });
            }
        }
        Ok(())
    }

    /// Commits the person's no. Returns the answer to the client.
    pub(crate) async fn deny(
        &self,
        mut tx: Box<dyn Tx>,
        opened: &Opened,
        signed_in: &SignedIn,
        visitor: &Visitor,
    ) -> Result<Reply, AuthorizeRefused> {
        self.close(&mut *tx, opened, &signed_in.user.id);
        tx.audit(self.consent_event(opened, signed_in, Outcome::Denied, visitor));
        tx.commit().await.map_err(answered)?;
        Ok(self.denial(opened))
    }

    /// The answer of a person's no.
    pub(crate) fn denial(&self, opened: &Opened) -> Reply {
        let denied = AuthorizeError::AccessDenied;
        let description = denied.to_string();
        let answer = [
            ("error", denied.code()),
            ("error_description", description.as_str()),
        ];
        self.reply(&opened.checked.to, &answer)
    }

    /// A flow is answered once. Who did that may see later what became of it.
    fn close(&self, tx: &mut dyn Tx, opened: &Opened, user: &UserId) {
        let lifetime = self.published().config.lifetimes.flow;
        let (flow, end) = (&opened.pass.flow, opened.pass.begun_at + lifetime);
        tx.use_once(&OneTime::flow(flow), end);
        tx.use_once(&OneTime::answer(flow, user), end);
    }

    fn code(&self, approval: &Approval<'_>, secret: &Secret, now: UnixTime) -> AuthorizationCode {
        let checked = &approval.opened.checked;
        AuthorizationCode {
            digest: secret.digest(),
            client: approval.opened.client.id.clone(),
            redirect_uri: checked.to.redirect.as_str().to_owned(),
            challenge: checked.challenge.clone(),
            user: approval.signed_in.user.id.clone(),
            resources: approval.gift.resources.clone(),
            scopes: approval.gift.whole.scopes.clone(),
            details: approval.gift.whole.details.clone(),
            ends_at: approval.gift.whole.ends_at,
            authenticated_at: approval.signed_in.session.authenticated_at,
            methods: approval.signed_in.session.methods.clone(),
            key: checked.key.clone(),
            nonce: checked.nonce.clone(),
            expires_at: now + self.published().config.lifetimes.code,
            state: CodeState::Fresh,
        }
    }

    fn consent_event(
        &self,
        opened: &Opened,
        signed_in: &SignedIn,
        outcome: Outcome,
        visitor: &Visitor,
    ) -> AuditEvent {
        AuditEvent::new(self.clock.now(), AuditKind::Consent, outcome)
            .user(signed_in.user.name.as_str())
            .client(opened.client.id.as_str())
            .peer(visitor.peer)
    }
}

/// What is approved when nobody is asked; `None` when somebody has to be.
fn unquestioned(checked: &Checked) -> Option<Resources> {
    let clear = checked.choice == Choice::Any || checked.resources.len() == 1;
    let resources = checked.resources.iter().cloned();
    Resources::of(resources).filter(|_| clear)
}

/// What is asked for at one of the resources.
pub(crate) fn asked_at(opened: &Opened, resource: &Resource) -> Given {
    Given {
        scopes: opened.checked.scopes.clone(),
        details: opened
            .checked
            .details
            .within(&Resources::one(resource.clone())),
        ends_at: None,
    }
}

/// What was given, for the record.
fn in_words(given: &Given) -> String {
    let calls = if given.details.is_empty() {
        ""
    } else {
        ", single tools"
    };
    let end = if given.ends_at.is_some() {
        ", for a time"
    } else {
        ""
    };
    format!("{}{calls}{end}", given.scopes)
}

pub(crate) fn consent_key(
    opened: &Opened,
    signed_in: &SignedIn,
    resource: &Resource,
) -> ConsentKey {
    ConsentKey {
        user: signed_in.user.id.clone(),
        client: opened.client.id.clone(),
        redirect_host: redirect_host(&opened.checked.to.redirect.destination()),
        resource: resource.clone(),
    }
}

impl Shared {
    /// A link to a page of a flow can be begun in one browser and followed in another, so the
    /// visit counts as well as the beginning (CO-04).
    pub(crate) fn circumstances(&self, opened: &Opened, visitor: &Visitor) -> Circumstances {
        let destination = opened.checked.to.redirect.destination();
        Circumstances {
            self_registered: self.is_always_asked_about(&opened.client),
            local: !matches!(destination, Destination::Web { .. }),
            cross_site: opened.pass.cross_site || visitor.cross_site,
            prompted: opened.checked.prompt.consent,
        }
    }

    /// The issuer whose software statement vouches for a client, while it is trusted.
    pub(crate) fn voucher_of(&self, client: &Client) -> Option<String> {
        let voucher = client.software.vouched_by.clone()?;
        let published = self.published();
        let mut trusted = published.config.statement_issuers.iter();
        trusted
            .any(|issuer| issuer.issuer == voucher)
            .then_some(voucher)
    }

    /// Whether nobody vouches for the name: it registered itself, or the operator wants to be
    /// asked about clients of its host. A metadata document is vouched for by its host.
    fn is_always_asked_about(&self, client: &Client) -> bool {
        match client.origin {
            ClientOrigin::Preregistered => false,
            ClientOrigin::Dynamic => self.voucher_of(client).is_none(),
            ClientOrigin::MetadataDocument => {
                let published = self.published();
                let domains = published.config.client_documents.as_ref();
                let url = MetadataUrl::parse(client.id.as_str());
                let word = domains
                    .zip(url)
                    .map(|(domains, url)| domains.judge(url.host()));
                word != Some(Welcome::Allowed)
            }
        }
    }
}

/// Every other write of an answer adds something new: only the flow can conflict.
fn answered(error: StoreError) -> AuthorizeRefused {
    match error {
        StoreError::Conflict => AuthorizeRefused::Answered,
        StoreError::Corrupt(_) | StoreError::Unavailable(_) => AuthorizeRefused::Store(error),
    }
}
