//! Begins an authorization request, and picks it up again on every page.

use std::time::Duration;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    authorize::{AuthorizeError, Checked, Choice, Fault, RedirectFault, check, permitted},
    client::Client,
    id::UserId,
    openid::{Hinted, ID_TOKEN_TYPE, IdTokenClaims},
    step_up::Wanted,
    time::UnixTime,
};
use doorward_pages::Locale;

use super::{
    error::AuthorizeRefused,
    pass::{NotAPass, Pass},
    reference::Reference,
    refusal::Shown,
    reply::Reply,
};
use crate::{
    browser::{SignedIn, Visitor},
    directory::Caller,
    form::{Malformed, Pairs},
    shared::Shared,
};

/// The longest query that is carried: a state of 2 KiB, percent-encoded, and ample room (AZ-14).
const MAXIMUM_QUERY: usize = 12 * 1024;

/// A request that was checked just now, with its client as registered just now.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) pass: Pass,
    pub(crate) client: Client,
    pub(crate) checked: Checked,
    /// What the sign-in must be like: what the client asks, and what the servers want (RFC 9470).
    pub(crate) wanted: Wanted,
    /// Whom the client expects, by the ID token that it sent along.
    pub(crate) expected: Expected,
    /// The language that the client asks for (`ui_locales`), if it is one of ours.
    locale: Option<Locale>,
}

impl Opened {
    /// The language to speak to a visitor in who is here for this request.
    pub(crate) fn locale(&self, visitor: &Visitor) -> Locale {
        self.locale.unwrap_or(visitor.locale)
    }
}

/// Whom a client expects to sign in (`id_token_hint`, OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Whoever it is.
    Anybody,
    /// This person.
    Person(UserId),
    /// Somebody whom nobody here can name any more: whoever signs in anew. It is never said of a
    /// sign-in from before that it is the expected one.
    Forgotten,
}

/// What the browser does with an authorization request that was taken.
#[derive(Clone, Debug)]
pub(super) enum Onward {
    /// It goes to a page of ours.
    Page(String),
    /// It carries the answer to the client.
    Reply(Reply),
}

/// Where the browser goes from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// To the sign-in page.
    SignIn,
    /// To the consent page.
    Consent,
    /// Back to the client: somebody else signed in than it expects (OpenID Connect Core
    /// section 3.1.2.1).
    OtherPerson,
}

/// Whether the sign-in satisfies the request: there is one, and it is young enough.
///
/// `prompt=login` is satisfied by a sign-in after the request began, and so is
/// any `max_age`: with `max_age=0` the page would otherwise come for ever (AZ-15). What is asked
/// of its strength is satisfied by nothing but that.
pub(crate) fn next(opened: &Opened, signed_in: Option<&SignedIn>, now: UnixTime) -> Next {
    let Some(signed_in) = signed_in else {
        return Next::SignIn;
    };
    let authenticated_at = signed_in.session.authenticated_at;
    let since_begun = authenticated_at >= opened.pass.begun_at;
    let age = now.since(authenticated_at);
    let too_old = opened.wanted.max_age.is_some_and(|most| age > most);
    let too_weak = opened.wanted.acr > Some(signed_in.session.methods.acr());
    let other = match &opened.expected {
        Expected::Anybody => false,
        Expected::Person(expected) => *expected != signed_in.user.id,
        Expected::Forgotten => !since_begun,
    };
    match (since_begun, opened.checked.prompt.login || too_old, other) {
        (false, true, _) | (false, false, true) => Next::SignIn,
        (true, _, true) => Next::OtherPerson,
        (false, false, false) | (true, _, false) if too_weak => Next::SignIn,
        (false, false, false) | (true, _, false) => Next::Consent,
    }
}

impl Shared {
    /// Answers an authorization request with what the browser does next.
    pub(super) async fn begin(
        &self,
        query: String,
        visitor: &Visitor,
    ) -> Result<Onward, AuthorizeRefused> {
        if query.len() > MAXIMUM_QUERY {
            return Err(AuthorizeRefused::TooLong);
        }
        let now = self.clock.now();
        let caller = Caller::visitor(visitor);
        let (query, came) = self.asked(query, &caller).await?;
        let pass = self.new_pass(query, visitor.cross_site);
        let opened = self.open(pass, &caller).await?;
        permitted(&opened.client, came).map_err(|error| told(&opened, error))?;
        let mut tx = self.store.begin().await?;
        let signed_in = self
            .signed_in(&mut *tx, visitor.session.as_ref(), now)
            .await?;
        match (next(&opened, signed_in.as_ref(), now), signed_in) {
            (Next::Consent, Some(signed_in)) => {
                let before = self.answer_as_before(tx, &opened, &signed_in, visitor);
                if let Some(reply) = before.await? {
                    return Ok(Onward::Reply(reply));
                }
                quiet(&opened, unasked(&opened))?;
                Ok(self.page_of_flow("/consent", &opened.pass))
            }
            (Next::SignIn | Next::Consent | Next::OtherPerson, _) => {
                quiet(&opened, AuthorizeError::LoginRequired)?;
                Ok(self.page_of_flow("/login", &opened.pass))
            }
        }
    }

    /// Picks up the flow that a page carries.
    pub(crate) async fn pick_up(
        &self,
        text: &str,
        visitor: &Visitor,
    ) -> Result<Opened, AuthorizeRefused> {
        let pass = self
            .open_pass(text)
            .map_err(|NotAPass| AuthorizeRefused::NotAFlow)?;
        let age = self.clock.now().since(pass.begun_at);
        if age >= self.published().config.lifetimes.flow {
            return Err(AuthorizeRefused::Expired);
        }
        self.open(pass, &Caller::visitor(visitor)).await
    }

    /// The link to a page of a flow.
    fn page_of_flow(&self, page: &str, pass: &Pass) -> Onward {
        Onward::Page(format!("{}?flow={}", self.path(page), self.seal_pass(pass)))
    }

    /// Records that a request was refused, under a reference. There is nothing to commit with it.
    pub(super) fn note_refusal(&self, refused: &AuthorizeRefused, visitor: &Visitor) -> Reference {
        let reference = Reference::make(&*self.entropy);
        let event = AuditEvent::new(
            self.clock.now(),
            AuditKind::AuthorizeRefused,
            Outcome::Denied,
        )
        .reason(format!("{refused} (reference {})", reference.as_str()));
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a refused authorization request could not be recorded");
        }
        reference
    }

    async fn open(&self, pass: Pass, caller: &Caller) -> Result<Opened, AuthorizeRefused> {
        let pairs = Pairs::parse(&pass.query).map_err(|Malformed| AuthorizeRefused::Malformed)?;
        let parameters = pairs.into_parameters();
        let id = parameters.client_id();
        let id = id.map_err(|fault| Shown::of(fault, &parameters, None))?;
        let client = self.find_client(&id, caller).await?;
        let client = client.filter(Client::is_usable);
        let client = client.ok_or(AuthorizeRefused::Unregistered(id))?;
        let published = self.published();
        let servers = published.resources_of(&client);
        let checked = check(&parameters, &client, published.offered(&client, &servers));
        let checked = checked.map_err(|fault| match fault {
            Fault::Show(fault) => Shown::of(fault, &parameters, Some(&client)).into(),
            told @ Fault::Redirect(_) => AuthorizeRefused::from(told),
        })?;
        let expected = self.hinted(&checked, &client)?;
        let asked = Wanted {
            max_age: checked.max_age.map(u64::from).map(Duration::from_secs),
            acr: checked.acr,
        };
        let locales = parameters.one("ui_locales").ok().flatten();
        Ok(Opened {
            wanted: asked.and(published.sign_in_wanted(&checked.resources)),
            pass,
            client,
            checked,
            expected,
            locale: locales.and_then(Locale::of_list),
        })
    }

    /// Whom the ID token names that a request brings along. One that is surely not its client's
    /// own from here is a fault; one that cannot be judged, as after the end of its key, names
    /// somebody forgotten.
    fn hinted(&self, checked: &Checked, client: &Client) -> Result<Expected, AuthorizeRefused> {
        let Some(text) = &checked.id_token_hint else {
            return Ok(Expected::Anybody);
        };
        let claims: Option<IdTokenClaims> = self.keys.read(ID_TOKEN_TYPE, text); // TK-10
        let hinted = claims.as_ref().map(|claims| Hinted {
            claims,
            issuer: self.url.as_str(),
            client: &client.id,
        });
        let person = hinted.and_then(|hinted| hinted.person().cloned());
        match person {
            Some(person) => Ok(Expected::Person(person)),
            None if self.keys.cannot_judge(text) => Ok(Expected::Forgotten),
            None => {
                let (error, to) = (AuthorizeError::IdTokenHint, checked.to.clone());
                let fault = RedirectFault::early(error, to, client);
                Err(AuthorizeRefused::Return(Box::new(fault)))
            }
        }
    }
}

/// The answer to a client that expects somebody else than who signed in.
pub(crate) fn not_expected(opened: &Opened) -> AuthorizeRefused {
    told(opened, AuthorizeError::LoginRequired)
}

/// With `prompt=none` no page may be shown.
fn quiet(opened: &Opened, error: AuthorizeError) -> Result<(), AuthorizeRefused> {
    if !opened.checked.prompt.none {
        return Ok(());
    }
    Err(told(opened, error))
}

/// A fault that the client is told before anybody was asked.
fn told(opened: &Opened, error: AuthorizeError) -> AuthorizeRefused {
    let to = opened.checked.to.clone();
    let fault = RedirectFault::early(error, to, &opened.client);
    AuthorizeRefused::Return(Box::new(fault))
}

/// What the person would have to be asked.
fn unasked(opened: &Opened) -> AuthorizeError {
    let choice = opened.checked.choice == Choice::One && opened.checked.resources.len() > 1;
    if choice {
        AuthorizeError::InteractionRequired
    } else {
        AuthorizeError::ConsentRequired
    }
}
