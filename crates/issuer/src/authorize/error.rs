//! Why an authorization request does not reach its page, and what is shown or sent instead.

use std::time::Duration;

use axum::response::Response;
use doorward_core::{
    authorize::{Fault, RedirectFault, ShowFault},
    client::MetadataUrl,
    id::ClientId,
    registration::DocumentError,
};
use doorward_pages::{Locale, Message, Text};
use doorward_store::StoreError;
use http::{StatusCode, header};

use crate::{
    directory::{DirectoryError, DocumentFault, DocumentTrouble},
    limits::Wait,
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
    pub(crate) fn answer(self, issuer: &Shared, locale: Locale) -> Response {
        let pages = issuer.pages.to(locale);
        let page = |status, title, lead| {
            let message = Message::new(Text::of(title), Text::of(lead));
            pages.message(status, &message.you(Text::of("authorize-again-you")))
        };
        let unreadable = "authorize-unreadable";
        match self {
            Self::Malformed => page(StatusCode::BAD_REQUEST, unreadable, "authorize-malformed"),
            Self::TooLong => page(StatusCode::BAD_REQUEST, unreadable, "authorize-too-long"),
            Self::Show(fault) => pages.message(StatusCode::BAD_REQUEST, &explain(&fault)),
            Self::Unregistered(id) => {
                let message = unknown(Text::of("authorize-unregistered-lead"));
                let sent = Text::of("authorize-sent-client");
                pages.message(
                    StatusCode::BAD_REQUEST,
                    &message.fact(sent, [id.to_string()]),
                )
            }
            Self::Document { url, trouble } => {
                let message = explain_document(&url, trouble);
                let Some(Wait(wait)) = trouble.wait() else {
                    return pages.message(StatusCode::BAD_REQUEST, &message);
                };
                let mut response = pages.message(StatusCode::TOO_MANY_REQUESTS, &message);
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, retry_after(wait));
                response
            }
            Self::Return(fault) => issuer.send_fault(&fault, locale),
            Self::RequestUri(fault) => {
                let (status, lead) = match fault {
                    RequestUriFault::Unknown => (StatusCode::BAD_REQUEST, "authorize-uri-unknown"),
                    RequestUriFault::Expired => (StatusCode::GONE, "authorize-uri-expired"),
                    RequestUriFault::Used => (StatusCode::CONFLICT, "authorize-uri-used"),
                };
                page(status, "authorize-unusable", lead)
            }
            Self::NotAFlow => page(
                StatusCode::BAD_REQUEST,
                "authorize-no-link",
                "authorize-no-link-lead",
            ),
            Self::Expired => page(
                StatusCode::GONE,
                "authorize-expired",
                "authorize-expired-lead",
            ),
            Self::Answered => {
                let lead = Text::of("authorize-answered-lead");
                let message = Message::new(Text::of("authorize-answered"), lead);
                let message = message.you(Text::of("authorize-done-you"));
                pages.message(StatusCode::CONFLICT, &message)
            }
            Self::Store(error) => {
                tracing::error!(%error, "storage failed");
                pages.storage_failed(Duration::from_secs(2))
            }
        }
    }
}

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

/// A page that teaches: what was sent, what is registered, what to do (interop 18).
fn explain(fault: &ShowFault) -> Message {
    let page = |title, lead, developer| {
        let message = Message::new(Text::of(title), Text::of(lead));
        let message = message.you(Text::of("message-restart"));
        message.developer(Text::of(developer))
    };
    match fault {
        ShowFault::ClientMissing => page(
            "authorize-nameless",
            "authorize-nameless-lead",
            "authorize-nameless-developer",
        ),
        ShowFault::ClientUnknown => unknown(Text::of("authorize-unknown-lead")),
        ShowFault::RedirectMissing => page(
            "authorize-nowhere-to",
            "authorize-nowhere-to-lead",
            "authorize-nowhere-to-developer",
        ),
        ShowFault::RedirectMismatch { sent, registered } => mismatch(sent, registered),
        ShowFault::Nowhere(error) => {
            let lead = Text::verbatim(sentence(&error.to_string()));
            Message::new(Text::of("authorize-unmet"), lead)
                .you(Text::of("message-restart"))
                .developer(Text::of("authorize-unmet-developer"))
        }
        ShowFault::StateTooLong => page(
            "authorize-uncarried",
            "authorize-uncarried-lead",
            "authorize-uncarried-developer",
        ),
    }
}

fn unknown(lead: Text) -> Message {
    Message::new(Text::of("authorize-unknown"), lead)
        .you(Text::of("authorize-unknown-you"))
        .developer(Text::of("authorize-unknown-developer"))
}

fn mismatch(sent: &str, registered: &[String]) -> Message {
    let lead = Text::of("authorize-mismatch-lead");
    Message::new(Text::of("authorize-mismatch"), lead)
        .fact(Text::of("authorize-sent-redirect"), [sent.to_owned()])
        .fact(
            Text::of("authorize-registered-redirects"),
            registered.to_vec(),
        )
        .you(Text::of("authorize-add-again-you"))
        .developer(Text::of("authorize-mismatch-developer"))
}

/// A page that says which document is the reason, and whose turn it is (A-069, interop 19).
fn explain_document(url: &MetadataUrl, trouble: DocumentTrouble) -> Message {
    let message = |title| {
        Message::new(Text::of(title), document_lead(trouble))
            .fact(Text::of("document-host"), [url.host().to_owned()])
            .fact(Text::of("document-address"), [url.as_str().to_owned()])
    };
    match trouble {
        DocumentTrouble::Denied => message("document-denied")
            .you(Text::of("document-denied-you"))
            .administrator(Text::of("document-denied-administrator")),
        DocumentTrouble::TooMany(_) | DocumentTrouble::Fault(DocumentFault::TooOften(_)) => {
            message("document-unchecked")
                .you(Text::of("document-often-you"))
                .developer(Text::of("document-often-developer"))
        }
        DocumentTrouble::Fault(_) => message("document-unchecked")
            .you(Text::of("document-fault-you"))
            .developer(Text::of("document-fault-developer")),
        DocumentTrouble::Refused(_) => message("document-wrong")
            .you(Text::of("document-wrong-you"))
            .developer(Text::of("document-wrong-developer")),
    }
}

fn document_lead(trouble: DocumentTrouble) -> Text {
    match trouble {
        DocumentTrouble::Denied => Text::of("document-denied-lead"),
        DocumentTrouble::TooMany(_) => Text::of("document-many-lead"),
        DocumentTrouble::Fault(fault) => document_fault(fault),
        DocumentTrouble::Refused(error) => document_error(error),
    }
}

fn document_fault(fault: DocumentFault) -> Text {
    match fault {
        DocumentFault::Slow => Text::of("document-slow"),
        DocumentFault::Large { limit } => {
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            Text::of("document-large").number("limit", limit)
        }
        DocumentFault::Redirect => Text::of("document-redirect"),
        DocumentFault::PrivateAddress => Text::of("document-private"),
        DocumentFault::Unreachable => Text::of("document-unreachable"),
        DocumentFault::Certificate => Text::of("document-certificate"),
        DocumentFault::Status(status) => Text::of("document-status").number("status", status),
        DocumentFault::NotJson => Text::of("document-not-json"),
        DocumentFault::Broken => Text::of("document-broken"),
        DocumentFault::TooOften(_) => Text::of("document-often-lead"),
    }
}

fn document_error(error: DocumentError) -> Text {
    match error {
        DocumentError::NotAnObject => Text::of("document-not-an-object"),
        DocumentError::OtherClient => Text::of("document-other-client"),
        DocumentError::Secret => Text::of("document-secret"),
        DocumentError::Nameless => Text::of("document-nameless"),
        DocumentError::Method => Text::of("document-method"),
        DocumentError::Registration(reason) => {
            Text::of("document-unacceptable").with("reason", reason.to_string())
        }
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
