//! The pages.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    factor::{FEW, Passkey, Totp},
    time::UnixTime,
};
use doorward_pages::{Message, Policy, Text};
use http::{StatusCode, request::Parts};
use serde::Serialize;

use super::flow::{Change, Changed, Removed};
use crate::{
    authorize::see_other,
    browser::{SignedIn, Visitor, visitor},
    form::{self, Pairs},
    shared::{Shared, tag},
    sign_in::{
        CodesPage, EnrolledNow, Entered, PasskeyOffer, Proof, StepError, TotpOffer, Visit, again,
        answered, cross_site,
    },
};

/// The list.
#[derive(Serialize)]
struct SecurityPage {
    /// Which page it is, for the navigation.
    here: &'static str,
    user: String,
    form: String,
    totp: Option<Used>,
    passkeys: Vec<PasskeyView>,
    /// Whether passkeys can be added here.
    takes_passkeys: bool,
    /// How many recovery codes are left; none is told where there is no factor.
    codes: Option<u32>,
    few: bool,
    done: Option<Text>,
    error: Option<Text>,
}

#[derive(Serialize)]
struct PasskeyView {
    id: String,
    name: String,
    synced: bool,
    used: Used,
}

/// Days, as people read them everywhere: 2027-01-31.
#[derive(Serialize)]
struct Used {
    created: String,
    last: Option<String>,
}

/// An application or a passkey that is being added.
#[derive(Serialize)]
struct AddPage {
    here: &'static str,
    user: String,
    form: String,
    totp: Option<TotpOffer>,
    passkey: Option<PasskeyOffer>,
    done: Option<Text>,
    error: Option<Text>,
}

const LIST: &str = "/account/security";
const PASSKEY: &str = "/account/security/passkey";

/// Which page adds what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Added {
    App,
    Passkey,
}

/// The list of factors.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, _, _) = visitor(request, &issuer);
    let listed = match issuer.person(&visitor).await {
        Ok(Some(signed_in)) => issuer.list(&signed_in, &visitor, None).await,
        Ok(None) => return issuer.to_fresh_sign_in(),
        Err(error) => Err(error),
    };
    listed.unwrap_or_else(|error| explain(&issuer, &visitor, error))
}

/// A change of what is there.
pub(crate) async fn change(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, parts, body) = visitor(request, &issuer);
    let taken = issuer.take_change(&visitor, parts, body).await;
    taken.unwrap_or_else(|error| explain(&issuer, &visitor, error))
}

/// The page that adds an application.
pub(crate) async fn add_app(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    begin(&issuer, request, Added::App).await
}

/// The page that adds a passkey.
pub(crate) async fn add_passkey(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    begin(&issuer, request, Added::Passkey).await
}

/// The first code of an application.
pub(crate) async fn confirm_app(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    confirm(&issuer, request, Added::App).await
}

/// A passkey that was made.
pub(crate) async fn confirm_passkey(
    State(issuer): State<Arc<Shared>>,
    request: Request,
) -> Response {
    confirm(&issuer, request, Added::Passkey).await
}

async fn begin(issuer: &Shared, request: Request, what: Added) -> Response {
    let (visitor, _, _) = visitor(request, issuer);
    let shown = match issuer.trusted_person(&visitor).await {
        Ok(Some(signed_in)) => {
            let again = (&signed_in, &visitor);
            issuer.show_addition(again, what, None).await
        }
        Ok(None) => return issuer.to_fresh_sign_in(),
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| explain(issuer, &visitor, error))
}

async fn confirm(issuer: &Shared, request: Request, what: Added) -> Response {
    let (visitor, parts, body) = visitor(request, issuer);
    let taken = issuer.take_addition(&visitor, (parts, body), what).await;
    taken.unwrap_or_else(|error| explain(issuer, &visitor, error))
}

impl Shared {
    async fn person(&self, visitor: &Visitor) -> Result<Option<SignedIn>, StepError> {
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let session = visitor.session.as_ref();
        Ok(self.signed_in(&mut *tx, session, now).await?)
    }

    /// Who is signed in well enough to change something.
    async fn trusted_person(&self, visitor: &Visitor) -> Result<Option<SignedIn>, StepError> {
        Ok(match self.person(visitor).await? {
            Some(signed_in) if self.is_trusted(&signed_in).await? => Some(signed_in),
            _ => None,
        })
    }

    fn to_fresh_sign_in(&self) -> Response {
        let flow = again::flow_of(LIST);
        see_other(&format!("{}?flow={flow}", self.path("/login")))
    }

    /// A form of ours, of somebody who signed in a short while ago with all that is enrolled;
    /// otherwise where to do that.
    async fn trusted_form(
        &self,
        visitor: &Visitor,
        (parts, body): (Parts, Body),
    ) -> Result<Result<(SignedIn, Pairs), Response>, StepError> {
        if !visitor.own_page {
            self.note_cross_site(LIST, visitor);
            return Err(StepError::CrossSite); // CO-02
        }
        let form = form::read(&parts.headers, body).await?;
        let Some(signed_in) = self.trusted_person(visitor).await? else {
            return Ok(Err(self.to_fresh_sign_in()));
        };
        let expected = self.security_tag(&signed_in);
        if verify_slices_are_equal(form.first("form").as_bytes(), expected.as_bytes()).is_err() {
            self.note_cross_site(LIST, visitor);
            return Err(StepError::CrossSite);
        }
        Ok(Ok((signed_in, form)))
    }

    async fn take_change(
        &self,
        visitor: &Visitor,
        parts: Parts,
        body: Body,
    ) -> Result<Response, StepError> {
        let (signed_in, form) = match self.trusted_form(visitor, (parts, body)).await? {
            Ok(trusted) => trusted,
            Err(response) => return Ok(response),
        };
        let id = form.first("passkey");
        let change = match form.first("do") {
            "rename-passkey" => Change::Rename(id, form.first("name")),
            "remove-passkey" => Change::Remove(Removed::Passkey(id)),
            "remove-app" => Change::Remove(Removed::App),
            "codes" => Change::NewCodes,
            _ => return Err(StepError::Form(form::BodyError::Malformed)),
        };
        match self.change_factors(change, &signed_in, visitor).await? {
            Changed::Done => Ok(see_other(&self.path(LIST))),
            Changed::Codes(codes) => Ok(self.show_new_codes(codes, visitor)),
            Changed::Demanded => {
                let error = Some(Text::of("security-demanded"));
                self.list(&signed_in, visitor, error).await
            }
        }
    }

    async fn take_addition(
        &self,
        visitor: &Visitor,
        sent: (Parts, Body),
        what: Added,
    ) -> Result<Response, StepError> {
        let (signed_in, form) = match self.trusted_form(visitor, sent).await? {
            Ok(trusted) => trusted,
            Err(response) => return Ok(response),
        };
        match self.enrol(&signed_in, visitor, &form, what).await {
            Ok((entered, made)) => Ok(self.show_codes(&entered, made, &visit_of(visitor))),
            Err(error) if error.shows_form() => {
                let whose = (&signed_in, visitor);
                let again = Some((form.first("ticket"), error));
                self.show_addition(whose, what, again).await
            }
            Err(error) => Err(error),
        }
    }

    /// Enrols, and goes on with a session that showed it in place of all others.
    async fn enrol(
        &self,
        signed_in: &SignedIn,
        visitor: &Visitor,
        form: &Pairs,
        what: Added,
    ) -> Result<(Entered, EnrolledNow), StepError> {
        let whose = (&signed_in.user, visitor);
        let binding = &signed_in.session.digest;
        let mut tx = self.store.begin().await?;
        let made = match what {
            Added::App => {
                let typed = (binding, form.first("ticket"), form.first("code"));
                self.enrol_totp(&mut *tx, whose, typed).await?
            }
            Added::Passkey => {
                let (sent, name) = (answered(form, binding), form.first("name"));
                self.enrol_passkey(&mut *tx, whose, sent, name).await?
            }
        };
        let proof = Proof {
            user: &signed_in.user,
            methods: signed_in.session.methods.clone().with(made.method),
            said: None,
        };
        let entered = self.proceed(&mut *tx, proof, &visit_of(visitor)).await?;
        self.commit_enrolment(tx).await?;
        Ok((entered, made))
    }

    async fn list(
        &self,
        signed_in: &SignedIn,
        visitor: &Visitor,
        error: Option<Text>,
    ) -> Result<Response, StepError> {
        let mut tx = self.store.begin().await?;
        let user = &signed_in.user;
        let factors = tx.factors(&user.id).await?;
        let totp = tx.totp(&user.id).await?;
        let passkeys = tx.passkeys_of(&user.id).await?;
        let status = match error {
            Some(_) => StatusCode::CONFLICT,
            None => StatusCode::OK,
        };
        let few = u32::try_from(FEW).unwrap_or(u32::MAX);
        let page = SecurityPage {
            here: LIST,
            done: None,
            user: user.name.to_string(),
            form: self.security_tag(signed_in),
            totp: totp.as_ref().map(used_app),
            passkeys: passkeys.iter().map(view).collect(),
            takes_passkeys: self.takes_passkeys(),
            codes: factors.any().then_some(factors.recovery_codes),
            few: factors.any() && factors.recovery_codes <= few,
            error,
        };
        let pages = self.pages.to(visitor.locale);
        Ok(pages.page((status, "security.html"), &page))
    }

    async fn show_addition(
        &self,
        (signed_in, visitor): (&SignedIn, &Visitor),
        what: Added,
        again: Option<(&str, StepError)>,
    ) -> Result<Response, StepError> {
        let user = &signed_in.user;
        let binding = &signed_in.session.digest;
        let mut tx = self.store.begin().await?;
        if what == Added::App && tx.factors(&user.id).await?.totp {
            return Ok(see_other(&self.path(LIST))); // there is one
        }
        let passkeys = tx.passkeys_of(&user.id).await?;
        let (ticket, error) = match &again {
            Some((ticket, error)) => (*ticket, Some(error)),
            None => ("", None),
        };
        let status = error.map_or(StatusCode::OK, |error| error.status().0);
        let totp = || self.offer_totp_again(binding, user, ticket);
        let passkey = || self.offer_registration(binding, (user, &passkeys), PASSKEY);
        let page = AddPage {
            here: LIST,
            done: None,
            user: user.name.to_string(),
            form: self.security_tag(signed_in),
            totp: (what == Added::App).then(totp),
            passkey: (what == Added::Passkey).then(passkey).flatten(),
            error: error.map(StepError::text),
        };
        let pages = self.pages.to(visitor.locale);
        let policy = Policy::default().with_scripts();
        Ok(pages.page_with((status, "security_add.html"), &page, &policy))
    }

    fn show_new_codes(&self, codes: Vec<String>, visitor: &Visitor) -> Response {
        let next = self.path(LIST);
        let page = CodesPage { codes, next };
        let pages = self.pages.to(visitor.locale);
        pages.page((StatusCode::OK, "recovery_codes.html"), &page)
    }

    /// Binds the forms of these pages to one session (CO-02).
    fn security_tag(&self, signed_in: &SignedIn) -> String {
        let session = URL_SAFE_NO_PAD.encode(signed_in.session.digest.as_bytes());
        tag(&self.derived.form, &format!("security.{session}"))
    }
}

/// Back to the list, with what is shown now.
fn visit_of(visitor: &Visitor) -> Visit<'_> {
    Visit {
        visitor,
        flow: "",
        page: LIST,
        wanted: None,
    }
}

fn view(passkey: &Passkey) -> PasskeyView {
    PasskeyView {
        id: passkey.id.to_string(),
        name: passkey.name.clone(),
        synced: passkey.synced,
        used: Used {
            created: passkey.created_at.day(),
            last: passkey.used_at.map(UnixTime::day),
        },
    }
}

fn used_app(totp: &Totp) -> Used {
    Used {
        created: totp.created_at.day(),
        last: totp.used_at.map(UnixTime::day),
    }
}

fn explain(issuer: &Shared, visitor: &Visitor, error: StepError) -> Response {
    let (status, wait) = error.status();
    let pages = issuer.pages.to(visitor.locale);
    match error {
        StepError::Store(error) => {
            tracing::error!(%error, "storage failed");
            pages.storage_failed(wait.unwrap_or_default())
        }
        StepError::CrossSite => pages.message(status, &cross_site()),
        other => {
            let message = Message::new(Text::of("form-unreadable"), other.text());
            let message = message.next(LIST, Text::of("security-back"));
            pages.message(status, &message)
        }
    }
}
