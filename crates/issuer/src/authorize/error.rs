//! Why an authorization request does not reach its page, and what is shown or sent instead.

use std::time::Duration;

use axum::response::Response;
use doorward_core::{
    authorize::{Fault, RedirectFault, ShowFault},
    client::MetadataUrl,
    id::ClientId,
};
use doorward_store::StoreError;
use http::{StatusCode, header};

use crate::{
    directory::{DirectoryError, DocumentFault, DocumentTrouble},
    limits::Wait,
    pages::Message,
    par::RequestUriFault,
    shared::Shared,
    wire::retry_after,
};

/// Why. Only [`AuthorizeRefused::Return`] can send anything to a client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorizeRefused {
    /// The query has invalid encoding.
    #[error("the request has invalid percent-encoding or invalid UTF-8")]
    Malformed,
    /// The query is longer than links carry.
    #[error("the request is too long")]
    TooLong,
    /// A fault that only the person is told.
    #[error(transparent)]
    Show(ShowFault),
    /// The client that the request names is unknown or revoked.
    #[error("the request names an application that is not registered here, or not any more")]
    Unregistered(ClientId),
    /// The metadata document of the client is the reason.
    #[error("{trouble}")]
    Document {
        /// Whose.
        url: Box<MetadataUrl>,
        /// What is wrong.
        trouble: DocumentTrouble,
    },
    /// A fault that the client is told.
    #[error("{}", .0.error)]
    Return(Box<RedirectFault>),
    /// A `request_uri` of ours that does not open.
    #[error(transparent)]
    RequestUri(#[from] RequestUriFault),
    /// The link of the page is not one that was made here.
    #[error("this link was not made here")]
    NotAFlow,
    /// The request is older than a flow lives.
    #[error("the request has expired")]
    Expired,
    /// Somebody answered before.
    #[error("the request was answered before")]
    Answered,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Fault> for AuthorizeRefused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Show(fault) => Self::Show(fault),
            Fault::Redirect(fault) => Self::Return(fault),
        }
    }
}

impl From<DirectoryError> for AuthorizeRefused {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Document { url, trouble } => Self::Document { url, trouble },
            DirectoryError::Store(error) => Self::Store(error),
        }
    }
}

impl AuthorizeRefused {
    /// The answer: a page, or a redirect to the client.
    pub(crate) fn answer(self, issuer: &Shared) -> Response {
        let lead = self.to_string();
        let page = |status, title: &str, advice| {
            let message = message(title, &lead, advice);
            issuer.pages.message(status, &message)
        };
        match self {
            Self::Malformed | Self::TooLong => page(
                StatusCode::BAD_REQUEST,
                "This request cannot be read",
                AGAIN,
            ),
            Self::Show(fault) => issuer
                .pages
                .message(StatusCode::BAD_REQUEST, &explain(&fault)),
            Self::Unregistered(id) => {
                let mut message = explain(&ShowFault::ClientUnknown);
                message.lead = sentence(&lead);
                message.facts = vec![("Sent client_id", vec![id.to_string()])];
                issuer.pages.message(StatusCode::BAD_REQUEST, &message)
            }
            Self::Document { url, trouble } => {
                let message = explain_document(&url, trouble);
                let Some(Wait(wait)) = trouble.wait() else {
                    return issuer.pages.message(StatusCode::BAD_REQUEST, &message);
                };
                let mut response = issuer
                    .pages
                    .message(StatusCode::TOO_MANY_REQUESTS, &message);
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, retry_after(wait));
                response
            }
            Self::Return(fault) => issuer.send_fault(&fault),
            Self::RequestUri(fault) => {
                let status = match fault {
                    RequestUriFault::Unknown => StatusCode::BAD_REQUEST,
                    RequestUriFault::Expired => StatusCode::GONE,
                    RequestUriFault::Used => StatusCode::CONFLICT,
                };
                page(status, "This request cannot be used", AGAIN)
            }
            Self::NotAFlow => page(StatusCode::BAD_REQUEST, "This link does not work", AGAIN),
            Self::Expired => page(StatusCode::GONE, "This request has expired", AGAIN),
            Self::Answered => page(
                StatusCode::CONFLICT,
                "This request was answered already",
                DONE,
            ),
            Self::Store(error) => {
                tracing::error!(%error, "storage failed");
                issuer.pages.come_again(
                    "Doorward cannot reach its storage right now.",
                    Duration::from_secs(2),
                )
            }
        }
    }
}

type Advice = &'static [(&'static str, &'static str)];

const AGAIN: Advice = &[(
    "You",
    "Go back to the application that sent you here and start connecting again.",
)];
const DONE: Advice = &[(
    "You",
    "Return to the application. If it is still not connected, start connecting there again.",
)];

/// A redirect that a browser follows with GET.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    let headers = [
        (http::header::LOCATION, location),
        (http::header::CACHE_CONTROL, "no-store"),
        (http::header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in headers {
        match http::HeaderValue::try_from(value) {
            Ok(value) => drop(response.headers_mut().insert(name, value)),
            Err(_) => {
                *response.status_mut() = StatusCode::BAD_REQUEST;
                return response;
            }
        }
    }
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}

fn message(title: &str, lead: &str, advice: Advice) -> Message {
    Message {
        title: title.to_owned(),
        lead: sentence(lead),
        advice: advice
            .iter()
            .map(|(who, what)| (*who, (*what).to_owned()))
            .collect(),
        ..Message::default()
    }
}

/// A page that teaches: what was sent, what is registered, what to do (interop 18).
fn explain(fault: &ShowFault) -> Message {
    let (title, you, developer) = match fault {
        ShowFault::ClientMissing => (
            "Which application is asking?",
            "Go back to the application and start connecting again.",
            "Send exactly one client_id.",
        ),
        ShowFault::ClientUnknown => (
            "This application is not registered here",
            "Remove this server from the application and add it again: it then registers afresh. Registrations that nobody used are deleted after a while, and an administrator can revoke one.",
            "Register again at the registration endpoint and use the new client_id. The token endpoint answers 401 invalid_client for an unknown one.",
        ),
        ShowFault::RedirectMissing => (
            "Where should the answer go?",
            "Go back to the application and start connecting again.",
            "Send exactly one redirect_uri.",
        ),
        ShowFault::RedirectMismatch { .. } => (
            "The answer would go somewhere unknown",
            "Do not continue if a link in a message brought you here. Otherwise remove this server from the application and add it again.",
            "The redirect_uri must be one of the registered ones, byte for byte; on loopback the port may differ.",
        ),
        ShowFault::Nowhere(_) => (
            "This request cannot be met",
            "Go back to the application and start connecting again.",
            "A request object has to be signed for this issuer by a key of the client, and is used once. With redirect_uri beside it, the answer goes there.",
        ),
        ShowFault::StateTooLong => (
            "This request cannot be carried",
            "Go back to the application and start connecting again.",
            "Keep state within 2048 bytes.",
        ),
    };
    Message {
        title: title.to_owned(),
        lead: sentence(&fault.to_string()),
        facts: facts(fault),
        advice: vec![
            ("You", you.to_owned()),
            ("The developer of the application", developer.to_owned()),
        ],
        next: None,
    }
}

fn facts(fault: &ShowFault) -> Vec<(&'static str, Vec<String>)> {
    match fault {
        ShowFault::RedirectMismatch { sent, registered } => vec![
            ("Sent redirect_uri", vec![sent.clone()]),
            ("Registered redirect_uris", registered.clone()),
        ],
        ShowFault::ClientMissing
        | ShowFault::ClientUnknown
        | ShowFault::RedirectMissing
        | ShowFault::Nowhere(_)
        | ShowFault::StateTooLong => Vec::new(),
    }
}

/// A page that says which document is the reason, and whose turn it is (A-069, interop 19).
fn explain_document(url: &MetadataUrl, trouble: DocumentTrouble) -> Message {
    let (title, you, other) = match trouble {
        DocumentTrouble::Denied => (
            "This application is not accepted here",
            "Ask the administrator of this server if you need it.",
            (
                "The administrator",
                "Hosts are allowed and denied in registration.client_id_metadata.",
            ),
        ),
        DocumentTrouble::TooMany(_) | DocumentTrouble::Fault(DocumentFault::TooOften(_)) => (
            "This application cannot be checked right now",
            "Wait a minute and load this page again, or sign in to this server first: requests of other people in your network do not hold you up then.",
            (
                "The developer of the application",
                "The document is fine as far as is known: it was not asked for.",
            ),
        ),
        DocumentTrouble::Fault(_) => (
            "This application cannot be checked right now",
            "Try again in a few minutes. Nothing was changed.",
            (
                "The developer of the application",
                "Serve the document as plain JSON with status 200, within 5 seconds and 64 KiB, on a public address and without a redirect.",
            ),
        ),
        DocumentTrouble::Refused(_) => (
            "This application describes itself wrongly",
            "Do not continue if a link in a message brought you here. Otherwise tell the developer of the application.",
            (
                "The developer of the application",
                "The document must name its own address as client_id, a client_name and redirect_uris, and no secret.",
            ),
        ),
    };
    Message {
        title: title.to_owned(),
        lead: sentence(&trouble.to_string()),
        facts: vec![
            ("Host", vec![url.host().to_owned()]),
            ("Client metadata document", vec![url.as_str().to_owned()]),
        ],
        advice: vec![("You", you.to_owned()), (other.0, other.1.to_owned())],
        next: None,
    }
}

/// `text` with a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", characters.as_str())
}
