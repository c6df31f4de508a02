//! Why nobody is signed in through a provider, and the page that says so.

use std::time::Duration;

use axum::response::Response;
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    federation::NotTheSame,
};
use doorward_federation::{FederationFault, NotAdmitted, Step};
use doorward_pages::{Message, Text};
use doorward_store::StoreError;
use http::{StatusCode, header};

use crate::{
    authorize::AuthorizeRefused, browser::Visitor, form::BodyError, limits::Wait, shared::Shared,
    sign_in::cross_site, wire::retry_after,
};

/// Why. What a person is told is less: which step failed, and what to try.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FederationRefused {
    /// No provider has this name.
    #[error("no identity provider has this name")]
    NoProvider,
    /// The callback belongs to no sign-in that is under way, or not any more.
    #[error("the answer belongs to no sign-in that is under way")]
    Unknown,
    /// The browser that comes back is not the one that left.
    #[error(transparent)]
    NotTheSame(#[from] NotTheSame),
    /// Something went wrong with the provider.
    #[error("{0}")]
    Failed(#[from] FederationFault),
    /// The person is not admitted.
    #[error("{0}")]
    NotAdmitted(#[from] NotAdmitted),
    /// The account may not be used.
    #[error("the account is disabled")]
    Disabled,
    /// There is no account, and none is made.
    #[error("there is no account for this person, and this provider makes none")]
    NoAccount,
    /// Nobody administers yet, so nobody else comes in.
    #[error("there is no administrator yet")]
    NotSetUp,
    /// No name was free.
    #[error("no name is free for this person")]
    NoName,
    /// The person over there is linked to another account.
    #[error("the person is linked to another account")]
    Taken,
    /// The link is the only way into the account.
    #[error("the link is the only way into the account")]
    LastWayIn,
    /// Too many sign-ins from this address.
    #[error("too many sign-ins through identity providers from this address")]
    TooMany(Duration),
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form is stale or cannot be read.
    #[error("the form cannot be read, or was made for another session")]
    Form,
    /// The request that waits is not usable any more.
    #[error(transparent)]
    Flow(#[from] AuthorizeRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Wait> for FederationRefused {
    fn from(Wait(time): Wait) -> Self {
        Self::TooMany(time)
    }
}

impl From<BodyError> for FederationRefused {
    fn from(_: BodyError) -> Self {
        Self::Form
    }
}

/// Where it happened: at which provider, with what waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Where<'a> {
    pub(super) provider: &'a str,
    pub(super) flow: &'a str,
}

impl FederationRefused {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoProvider => StatusCode::NOT_FOUND,
            Self::Unknown | Self::NotTheSame(NotTheSame::Provider | NotTheSame::Late) => {
                StatusCode::BAD_REQUEST
            }
            Self::NotTheSame(NotTheSame::Browser)
            | Self::NotAdmitted(_)
            | Self::Disabled
            | Self::NoAccount
            | Self::NotSetUp
            | Self::Form
            | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Failed(fault) => match fault.step() {
                Step::Reach | Step::Exchange | Step::Profile => StatusCode::BAD_GATEWAY,
                Step::Answer | Step::Proof => StatusCode::BAD_REQUEST, // LG-06
            },
            Self::Taken | Self::LastWayIn | Self::NoName => StatusCode::CONFLICT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Flow(_) => StatusCode::BAD_REQUEST,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What a person is told. It never says more than which step it was: the reason is for the
    /// operator, and what is known of an account for its owner (LG-03).
    fn texts(&self) -> (Text, Text, Option<Text>) {
        let of = |lead, you| (Text::of("federation-failed"), lead, you);
        let again = Some(Text::of("federation-try-again"));
        match self {
            Self::NoProvider => of(Text::of("federation-no-provider"), None),
            Self::Unknown | Self::NotTheSame(NotTheSame::Provider) => {
                of(Text::of("federation-unknown"), again)
            }
            Self::NotTheSame(NotTheSame::Late) => of(Text::of("federation-late"), again),
            Self::NotTheSame(NotTheSame::Browser) => of(
                Text::of("federation-other-browser"),
                Some(Text::of("federation-other-browser-you")),
            ),
            Self::Failed(fault) => of(step(fault.step()), again),
            Self::NotAdmitted(_) | Self::Disabled => (
                Text::of("federation-not-admitted"),
                Text::of("federation-not-admitted-lead"),
                Some(Text::of("federation-not-admitted-you")),
            ),
            Self::NoAccount | Self::NoName => (
                Text::of("federation-no-account"),
                Text::of("federation-no-account-lead"),
                Some(Text::of("federation-no-account-you")),
            ),
            Self::NotSetUp => of(Text::of("federation-not-set-up"), None),
            Self::Taken => (
                Text::of("federation-not-linked"),
                Text::of("federation-taken"),
                None,
            ),
            Self::LastWayIn => (
                Text::of("federation-not-cut"),
                Text::of("federation-last-way-in"),
                None,
            ),
            Self::TooMany(_) => of(Text::of("sign-in-too-many"), again),
            Self::CrossSite | Self::Form | Self::Flow(_) | Self::Store(_) => {
                of(Text::of("message-reload"), None)
            }
        }
    }

    /// The page.
    pub(super) fn answer(self, issuer: &Shared, visitor: &Visitor, at: Where<'_>) -> Response {
        let pages = issuer.pages.to(visitor.locale);
        let (status, (title, lead, you)) = (self.status(), self.texts());
        let wait = match self {
            Self::Flow(refused) => return refused.answer(issuer, visitor.locale),
            Self::Store(error) => {
                tracing::error!(%error, "storage failed");
                return pages.storage_failed(Duration::from_secs(2));
            }
            Self::CrossSite => return pages.message(status, &cross_site()),
            Self::TooMany(wait) => Some(wait),
            _ => None,
        };
        let name = issuer.parties().title(at.provider);
        let mut message = Message::new(title, lead.with("provider", name));
        if let Some(you) = you {
            message = message.you(you);
        }
        if matches!(status, StatusCode::BAD_GATEWAY | StatusCode::BAD_REQUEST) {
            message = message.operator(Text::of("federation-operator"));
        }
        let (path, text) = match super::page_of(at.flow) {
            Some(page) => (page, "federation-back-to-links"),
            None if at.flow.is_empty() => ("/login".to_owned(), "federation-again"),
            None => (format!("/login?flow={}", at.flow), "federation-again"),
        };
        let mut response = pages.message(status, &message.next(path, Text::of(text)));
        if let Some(wait) = wait {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, retry_after(wait));
        }
        response
    }
}

fn step(step: Step) -> Text {
    Text::of(match step {
        Step::Reach => "federation-step-reach",
        Step::Answer => "federation-step-answer",
        Step::Exchange => "federation-step-exchange",
        Step::Proof => "federation-step-proof",
        Step::Profile => "federation-step-profile",
    })
}

impl Shared {
    /// Records why nobody was signed in: for the operator, in the log and the audit log.
    pub(super) fn note_not_arrived(
        &self,
        refused: &FederationRefused,
        at: Where<'_>,
        visitor: &Visitor,
    ) {
        let provider = at.provider.chars().take(32).collect::<String>();
        if let FederationRefused::Failed(fault) = refused {
            tracing::warn!(provider, %fault, "a sign-in through an identity provider failed");
        }
        let event = AuditEvent::new(self.clock.now(), AuditKind::SignIn, Outcome::Denied)
            .reason(format!("{provider}: {refused}"));
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a sign-in that failed could not be recorded");
        }
    }
}
