//! One HTTP request whose caller is known, on its way to an answer.

use std::{
    borrow::Cow,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{body::Body, response::Response};
use doorward_core::{
    access::{CLOCK_SKEW, Principal},
    audit::{AuditEvent, AuditKind, Outcome},
    dpop::{ContentDigest, ProofFault, Scheme},
    peer::SameMachine,
};
use doorward_mcp::era::Era;
use doorward_verify::{Refusal as Rejected, credentials};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use http_body::Body as _;

use super::{entry::Entry, failing::Failing, refusal::Refusal, session::Named};
use crate::{
    access::Caller,
    config::GatewayLimits,
    gateway::Inner,
    places::OpenStream,
    snapshot::Server,
    stream::{Brings, Holder, Long, Pulse, Sieve},
    upstream::{Fault, http::SESSION_ID},
};

/// Everything known about a request but its body.
pub(super) struct Exchange {
    pub(super) inner: Arc<Inner>,
    pub(super) limits: Arc<GatewayLimits>,
    pub(super) server: Arc<Server>,
    pub(super) principal: Arc<Principal>,
    pub(super) caller: Arc<Caller>,
    /// How the token was sent.
    pub(super) scheme: Scheme,
    /// The body that the proof of the token is for, when it says so.
    pub(super) content: Option<ContentDigest>,
    pub(super) headers: HeaderMap,
    /// Whether it came from this very machine.
    pub(super) here: Option<SameMachine>,
    pub(super) peer: Option<IpAddr>,
    /// Its place among what this caller has open; a stream takes it over.
    pub(super) place: Mutex<Option<OpenStream>>,
}

/// The answer, or why there is none.
pub(super) type Answer = Result<Response, Refusal>;

impl Exchange {
    /// Gives the place of this request to one that goes on in its stead.
    pub(super) fn lend_place(&self, to: &Self) {
        let take = |place: &Mutex<Option<OpenStream>>| {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            place.take()
        };
        let place = take(&self.place);
        *to.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// Writes down what was decided. What cannot be written down does not happen.
    pub(super) fn record(
        &self,
        (kind, outcome): (AuditKind, Outcome),
        subject: Option<&str>,
        reason: Option<Cow<'static, str>>,
    ) -> Result<(), Refusal> {
        let event = AuditEvent {
            at: self.inner.clock.now(),
            kind,
            outcome,
            user: self.caller.username.clone(),
            client: Some(Arc::clone(&self.caller.client_label)),
            grant: Some(Arc::clone(&self.caller.grant_label)),
            server: Some(Arc::clone(&self.server.label)),
            tool: subject.map(|subject| short(subject).into()),
            reason,
            peer: self.peer,
        };
        self.inner.store.record(event).map_err(|error| {
            tracing::error!(%error, "a call was not recorded and is not made");
            Refusal::Unrecorded
        })
    }

    /// Writes down what was decided about each thing that a message names.
    pub(super) fn enter(
        &self,
        entry: &Entry<'_>,
        outcome: Outcome,
        reason: Option<Cow<'static, str>>,
    ) -> Result<(), Refusal> {
        let mut names = entry.names();
        names.try_for_each(|name| self.record((entry.kind, outcome), Some(name), reason.clone()))
    }

    /// Writes down that a message was refused, and refuses it.
    pub(super) fn refused(&self, subject: Option<&str>, refusal: Refusal) -> Refusal {
        let what = (AuditKind::McpRefused, Outcome::Denied);
        match self.record(what, subject, Some(refusal.reason())) {
            Ok(()) => refusal,
            Err(unrecorded) => unrecorded,
        }
    }

    /// Refuses another body than the one that the proof is for.
    pub(super) fn check_content(&self, body: &[u8]) -> Result<(), Refusal> {
        match self.content {
            Some(expected) if !expected.is_of(body) => {
                let challenge = self.server.challenge.unproven(ProofFault::Content);
                Err(self.refused(None, Refusal::Unauthenticated(challenge)))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The session that the caller names, whoever hosts it.
    pub(super) fn named(&self) -> Result<Option<Named>, Refusal> {
        let mut named = self.headers.get_all(&SESSION_ID).iter();
        let Some(presented) = named.next() else {
            return Ok(None);
        };
        let ids = &self.inner.sessions;
        let opened = ids.open(&self.server.name, &self.caller, presented);
        match (opened, named.next()) {
            (Some(session), None) => Ok(Some(session)),
            (_, _) => Err(Refusal::no_session()),
        }
    }

    /// Puts the stream of the answer under watch, if the token is still good. It takes
    /// over the place of its request, so that nothing is refused for want of one after it was
    /// done.
    pub(super) async fn pulse(&self, brings: Brings) -> Result<Pulse, Refusal> {
        self.still_good().await?;
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let open = place.take().ok_or(Refusal::Streams)?;
        let (watch, mut holder) = (&self.inner.watch, self.visit().holder());
        // A call goes on where it went.
        let is_of_all = brings == Brings::News && self.server.whole.is_some();
        holder.whole = is_of_all.then(|| Arc::clone(&self.server));
        Ok(watch.admit(holder, (open, brings), self.limits.keep_alive))
    }

    /// An answer over a connection that others share, which is dropped when it is long and nobody
    /// takes it (GW-25). An event stream is held already, and has taken the place of its request.
    pub(super) fn held(&self, response: Response) -> Response {
        if response
            .body()
            .size_hint()
            .exact()
            .is_some_and(|exact| exact <= SHORT)
        {
            return response;
        }
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = place.take() else {
            return response;
        };
        drop(place);
        let (holder, watch) = (self.visit().holder(), &self.inner.watch);
        let pulse = watch.admit(holder, (open, Brings::Document), Duration::MAX);
        let grip = pulse.grip();
        response.map(|body| Body::new(grip.hold(Long::new(body, pulse))))
    }

    /// Whose the answer is.
    pub(super) fn visit(&self) -> Visit {
        Visit {
            server: Arc::clone(&self.server),
            principal: Arc::clone(&self.principal),
            caller: Arc::clone(&self.caller),
            authorization: self.headers.get(AUTHORIZATION).cloned(),
        }
    }

    /// The answer to one whose token was good when they asked, and is no longer.
    pub(super) fn over(&self) -> Refusal {
        let holder = self.visit().holder();
        let refusal = match self.inner.verifier.cached(&holder.token, &holder.resource) {
            Some(Err(Rejected::Unknown | Rejected::Unavailable)) => Refusal::Unjudged,
            Some(Ok(_) | Err(Rejected::Invalid(_) | Rejected::Revoked)) | None => {
                let challenge = self.server.challenge.invalid_token(self.scheme);
                Refusal::Unauthenticated(challenge)
            }
        };
        self.refused(None, refusal)
    }

    /// The same caller with the same token, for what is done later on their behalf.
    pub(super) fn again(&self) -> Self {
        let authorization = self.headers.get(AUTHORIZATION).cloned();
        Self {
            inner: Arc::clone(&self.inner),
            limits: Arc::clone(&self.limits),
            server: Arc::clone(&self.server),
            principal: Arc::clone(&self.principal),
            caller: Arc::clone(&self.caller),
            scheme: self.scheme,
            content: None,
            headers: authorization
                .map(|value| (AUTHORIZATION, value))
                .into_iter()
                .collect(),
            peer: self.peer,
            here: self.here,
            place: Mutex::default(),
        }
    }

    /// The same under the configuration of now; none when that has no such server, or nothing of
    /// it for this caller (P-051).
    pub(super) fn by_now(&self) -> Option<Self> {
        let snapshot = self.inner.snapshot.load();
        let server = snapshot.behind(&self.server.name);
        let server = server.filter(|server| server.is_reached_from(self.here))?;
        Some(Self {
            caller: server.access.caller(&self.principal)?,
            limits: Arc::clone(&snapshot.limits),
            server,
            ..self.again()
        })
    }

    /// Refuses a token that was good when it came, and is no longer (P-051).
    pub(super) async fn still_good(&self) -> Result<(), Refusal> {
        let holder = self.visit().holder();
        let verifier = &self.inner.verifier;
        let verdict = match verifier.cached(&holder.token, &holder.resource) {
            Some(verdict) => verdict,
            None => verifier.verify(&holder.token, &holder.resource).await,
        };
        // Keys that cannot be had say nothing against a token that was good when it came.
        let is_good = matches!(verdict, Ok(_) | Err(Rejected::Unavailable));
        match is_good && self.inner.clock.now() < self.principal.expires_at + CLOCK_SKEW {
            true => Ok(()),
            false => Err(self.over()),
        }
    }

    /// What lists must be filtered by, if by anything.
    pub(super) fn sieve(&self, era: Era) -> Option<Sieve> {
        Sieve::of(&self.caller, era)
    }

    /// Tells the caller that the upstream gave no answer, and the operator why.
    pub(super) fn failed(&self, fault: Fault, id: Option<&str>) -> Refusal {
        self.failing().failed(fault, id)
    }

    /// The same for what goes on when the request is answered in part.
    pub(super) fn failing(&self) -> Failing {
        Failing {
            inner: Arc::clone(&self.inner),
            server: Arc::clone(&self.server),
            caller: Arc::clone(&self.caller),
            peer: self.peer,
        }
    }
}

/// Whose an answer is: all that is needed to look at their token again.
pub(super) struct Visit {
    server: Arc<Server>,
    principal: Arc<Principal>,
    caller: Arc<Caller>,
    authorization: Option<HeaderValue>,
}

impl Visit {
    /// For the watch.
    pub(super) fn holder(&self) -> Holder {
        let authorization = self.authorization.clone();
        let headers = authorization.map(|value| (AUTHORIZATION, value));
        let headers: HeaderMap = headers.into_iter().collect();
        Holder {
            token: credentials(&headers).map_or("", |sent| sent.token).into(),
            principal: Arc::clone(&self.principal),
            server: self.server.name.clone(),
            caller: Arc::clone(&self.caller),
            resource: self.principal.resource.clone(),
            whole: None,
        }
    }
}

/// As much of a name as an audit record keeps; `…` says that it goes on.
fn short(name: &str) -> Cow<'_, str> {
    let kept = name.get(..name.floor_char_boundary(LONGEST - '…'.len_utf8()));
    match kept.filter(|_| name.len() > LONGEST) {
        Some(kept) => Cow::Owned(format!("{kept}…")),
        None => Cow::Borrowed(name),
    }
}

/// So short an answer costs nothing, whoever takes it.
const SHORT: u64 = 64 * 1024;
/// What a field of a record keeps, in bytes.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_cut_says_so() {
        // AD-06
        let (fits, long) = ("é".repeat(128), "é".repeat(129));
        assert_eq!(short(&fits), fits);
        assert_eq!(short(&long), format!("{}…", "é".repeat(126)));
    }
}
