//! The one way in: from a first proof to a session, or to what is still owed.
//!
//! ```text
//! password, passkey, provider, link -> proceed() -> Entered::SignedIn: a new session
//!                                              -> Entered::Owes: a half-finished sign-in
//! half-finished + second factor -> proceed() -> ...
//! ```
//!
//! Nobody else writes a session. What is owed is decided anew each time, by what is enrolled and
//! demanded then ([`owed`]); a half-finished sign-in is a sealed value bound to its browser
//! ([`super::half`]) and opens nothing by itself.

use axum::response::Response;
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    factor::{Demand, Owed, owed},
    session::Methods,
    step_up::Acr,
    time::UnixTime,
    user::User,
};
use doorward_store::{StoreError, Tx};

use super::{
    half::{Half, HalfSealed},
    http::{own_page, with_cookies},
};
use crate::{
    authorize::see_other,
    browser::{Arrival, SignedIn, Visitor},
    shared::Shared,
};

/// Somebody who proved who they are, by `methods` and nothing more. Whoever makes one has
/// checked that.
#[derive(Clone, Debug)]
pub(crate) struct Proof<'a> {
    /// Who.
    pub(crate) user: &'a User,
    /// How.
    pub(crate) methods: Methods,
    /// Who said so, when somebody else did.
    pub(crate) said: Option<Said<'a>>,
}

/// The word of somebody else that a person signed in there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    /// By whom, for the record.
    pub(crate) how: &'a str,
    /// When that was.
    pub(crate) at: UnixTime,
}

/// How somebody came to the door, and where they want to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    /// The browser.
    pub(crate) visitor: &'a Visitor,
    /// The flow that waits, as its pages carry it; empty when there is none. It was checked.
    pub(crate) flow: &'a str,
    /// The own page to go to where no flow waits; below the prefix of the public URL.
    pub(crate) page: &'a str,
    /// How strong the sign-in must be for what waits.
    pub(crate) wanted: Option<Acr>,
}

/// What became of it.
#[derive(Debug)]
#[must_use = "the person has to be led on"]
pub(crate) enum Entered {
    /// They are signed in; this is what the browser gets.
    SignedIn(Arrival),
    /// More is owed.
    Owes(HalfSealed),
}

impl Proof<'_> {
    /// What the record of it says.
    fn reason(&self) -> String {
        match self.said {
            Some(said) => said.how.to_owned(),
            None => self.methods.stored(),
        }
    }
}

impl Shared {
    /// Signs somebody in who proved who they are, or begins what they still owe. The caller
    /// commits, and then leads on ([`Shared::lead_on`]).
    pub(crate) async fn proceed(
        &self,
        tx: &mut dyn Tx,
        proof: Proof<'_>,
        visit: &Visit<'_>,
    ) -> Result<Entered, StoreError> {
        let now = self.clock.now();
        self.proceed_since(tx, (proof, now), visit).await
    }

    /// The same for a sign-in whose first proof was taken at `begun_at`.
    pub(super) async fn proceed_since(
        &self,
        tx: &mut dyn Tx,
        (proof, begun_at): (Proof<'_>, UnixTime),
        visit: &Visit<'_>,
    ) -> Result<Entered, StoreError> {
        let visitor = visit.visitor;
        let event = |kind| {
            AuditEvent::new(self.clock.now(), kind, Outcome::Allowed)
                .user(proof.user.name.as_str())
                .reason(proof.reason())
                .peer(visitor.peer)
        };
        match self.what_is_owed(tx, &proof, visit.wanted).await? {
            Owed::Nothing => {
                let who = (proof.user, proof.methods.clone());
                let now = self.clock.now();
                let at = proof.said.map_or(now, |said| said.at.min(now));
                let arrival = self.begin_session_of(tx, who, at, visitor).await?;
                tx.audit(event(AuditKind::SignIn));
                Ok(Entered::SignedIn(arrival))
            }
            Owed::Confirm(_) | Owed::Enrol(_) => {
                tx.audit(event(AuditKind::SignInStep));
                let half = Half::begun(&proof, visit, begun_at);
                Ok(Entered::Owes(self.seal_half(&half, visitor)))
            }
        }
    }

    /// What somebody owes who proved this much.
    pub(super) async fn what_is_owed(
        &self,
        tx: &mut dyn Tx,
        proof: &Proof<'_>,
        wanted: Option<Acr>,
    ) -> Result<Owed, StoreError> {
        let passkeys = self.takes_passkeys();
        let required = self.published().config.sign_in.required(proof.user.role);
        let demand = Demand {
            acr: required.max(wanted.unwrap_or(required)),
            passkeys,
        };
        let factors = tx.factors(&proof.user.id).await?;
        Ok(owed(&proof.methods, factors.counted(passkeys), demand))
    }

    /// Whether somebody may change what is sensitive: they proved who they are a moment ago, with
    /// all that a sign-in asks for now. A session that never showed the factor that is enrolled
    /// changes nothing (LG-01).
    pub(crate) async fn is_trusted(&self, signed_in: &SignedIn) -> Result<bool, StoreError> {
        if !signed_in.session.is_fresh(self.clock.now()) {
            return Ok(false);
        }
        let proof = Proof {
            user: &signed_in.user,
            methods: signed_in.session.methods.clone(),
            said: None,
        };
        let mut tx = self.store.begin().await?;
        Ok(self.what_is_owed(&mut *tx, &proof, None).await? == Owed::Nothing)
    }

    /// Leads the browser on, after the commit.
    pub(crate) fn lead_on(&self, entered: &Entered, visit: &Visit<'_>) -> Response {
        match entered {
            Entered::SignedIn(arrival) => {
                with_cookies(see_other(&self.onward(visit)), self.cookies_of(arrival))
            }
            Entered::Owes(half) => {
                let step = self.path(&step_page(half, visit.flow));
                with_cookies(see_other(&step), [self.step_cookie(&half.browser)])
            }
        }
    }

    /// Where somebody goes who is signed in: never to a place that the request names (LG-07).
    pub(crate) fn onward(&self, visit: &Visit<'_>) -> String {
        let flow = visit.flow;
        match own_page(flow) {
            Some(page) => self.path(&page),
            None if flow.is_empty() => self.path(visit.page),
            None => format!("{}?flow={flow}&from=sign-in", self.path("/consent")),
        }
    }
}

/// The page of the next step, below the prefix.
pub(super) fn step_page(half: &HalfSealed, flow: &str) -> String {
    format!("/login/step/factor?step={}&flow={flow}", half.sealed)
}
