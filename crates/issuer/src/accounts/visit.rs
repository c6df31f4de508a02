//! Who visits, and whether a form is theirs.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{session::Session, user::User};
use doorward_pages::{Locale, Reader};
use doorward_store::StoreError;
use http::request::Parts;
use std::net::IpAddr;

use super::{Accounts, FormRefused};
use crate::{
    browser::{Arrival, SignedIn, Visitor},
    form::{self, Pairs},
    shared::tag,
    sign_in::again,
};

/// Somebody who is signed in looks at a page. Holding one proves it: the session is live and the
/// account may be used.
#[derive(Clone, Debug)]
pub struct Visit {
    pub(super) signed_in: SignedIn,
    pub(super) visitor: Visitor,
}

/// The visit of somebody who proved who they are in the last ten minutes, with the second factor
/// where one is enrolled.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'visit>(pub(super) &'visit Visit);

/// A form of one of our own pages, made for this session.
#[derive(Debug)]
pub struct AccountForm(Pairs);

/// What `Set-Cookie` says in the answer.
#[derive(Debug)]
pub struct Cookies(Vec<String>);

impl Visit {
    /// Whose account.
    pub fn user(&self) -> &User {
        &self.signed_in.user
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.signed_in.session
    }

    /// The language to answer in.
    pub fn locale(&self) -> Locale {
        self.visitor.locale
    }

    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.visitor.peer
    }
}

impl AccountForm {
    /// What was typed or chosen under `name`; empty when nothing was.
    pub fn value(&self, name: &str) -> &str {
        self.0.first(name)
    }
}

impl Cookies {
    /// The header values.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Accounts {
    /// Who visits; `None` when nobody is signed in.
    pub async fn visit(&self, parts: &Parts) -> Result<Option<Visit>, StoreError> {
        let visitor = Visitor::of(parts, &self.0);
        if visitor.session.is_none() {
            return Ok(None);
        }
        let mut tx = self.0.store.begin().await?;
        let session = visitor.session.as_ref();
        let signed_in = self.0.signed_in(&mut *tx, session, self.now()).await?;
        Ok(signed_in.map(|signed_in| Visit { signed_in, visitor }))
    }

    /// The visit as one in which sensitive things may be changed, if it is.
    pub async fn fresh<'visit>(
        &self,
        visit: &'visit Visit,
    ) -> Result<Option<Fresh<'visit>>, StoreError> {
        let trusted = self.0.is_trusted(&visit.signed_in).await?;
        Ok(trusted.then_some(Fresh(visit)))
    }

    /// Where to sign in, or again, and come back to `path` below the prefix. Only own paths lead
    /// back (LG-07).
    pub fn sign_in_path(&self, path: &str) -> String {
        format!("{}?flow={}", self.0.path("/login"), again::flow_of(path))
    }

    /// Pages for whoever sends this.
    pub fn pages(&self, parts: &Parts) -> Reader {
        self.0.pages.to(Visitor::of(parts, &self.0).locale)
    }

    /// Pages in the language of a visit.
    pub fn pages_for(&self, visit: &Visit) -> Reader {
        self.0.pages.to(visit.locale())
    }

    /// What binds a form to this session and to `purpose`. The same for every load of a page.
    pub fn form_tag(&self, visit: &Visit, purpose: &str) -> String {
        let session = URL_SAFE_NO_PAD.encode(visit.session().digest.as_bytes());
        let text = format!("{session}.account:{purpose}");
        tag(&self.0.derived.form, &text)
    }

    /// Reads a form that was made for `purpose`, the path that it was sent to.
    pub async fn form(
        &self,
        visit: &Visit,
        purpose: &'static str,
        (parts, body): (&Parts, Body),
    ) -> Result<AccountForm, FormRefused> {
        if !visit.visitor.own_page {
            self.0.note_cross_site(purpose, &visit.visitor);
            return Err(FormRefused::CrossSite); // CO-02, AD-01
        }
        let form = form::read(&parts.headers, body).await;
        let form = form.map_err(|error| FormRefused::Unreadable(error.text()))?;
        let expected = self.form_tag(visit, purpose);
        let sent = form.first("form").as_bytes();
        if verify_slices_are_equal(sent, expected.as_bytes()).is_err() {
            self.0.note_cross_site(purpose, &visit.visitor);
            return Err(FormRefused::Stale);
        }
        Ok(AccountForm(form))
    }

    pub(super) fn cookies_of(&self, arrival: &Arrival) -> Cookies {
        Cookies(self.0.cookies_of(arrival).into())
    }

    /// The cookie of a session that ended.
    pub fn ended(&self) -> Cookies {
        Cookies(vec![self.0.ended_cookie()])
    }
}
