//! Why an authorization request does not reach its page, and what is shown or sent instead.

use std::time::Duration;

use axum::response::Response;
use doorward_core::{
    authorize::{Fault, RedirectFault},
    client::MetadataUrl,
    id::ClientId,
};
use doorward_pages::{Locale, Message, Text};
use doorward_store::StoreError;
use http::{StatusCode, header};

use super::{
    reference::Reference,
    refusal::{Shown, document, unregistered},
};
use crate::{
    directory::{DirectoryError, DocumentTrouble},
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
    Show(#[from] Shown),
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
            Fault::Show(fault) => Self::Show(fault.into()),
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
        self.answer_as(issuer, locale, None)
    }

    /// The answer to a refusal that was recorded under `reference`.
    pub(super) fn answer_as(
        self,
        issuer: &Shared,
        locale: Locale,
        reference: Option<Reference>,
    ) -> Response {
        let pages = issuer.pages.to(locale);
        let message = |status, page: Message| match &reference {
            Some(reference) => pages.message(status, &page.reference(reference.as_str())),
            None => pages.message(status, &page),
        };
        let page = |status, title, lead| {
            let page = Message::new(Text::of(title), Text::of(lead));
            message(status, page.you(Text::of("authorize-again-you")))
        };
        let unreadable = "authorize-unreadable";
        match self {
            Self::Malformed => page(StatusCode::BAD_REQUEST, unreadable, "authorize-malformed"),
            Self::TooLong => page(StatusCode::BAD_REQUEST, unreadable, "authorize-too-long"),
            Self::Show(shown) => message(StatusCode::BAD_REQUEST, shown.page()),
            Self::Unregistered(id) => message(StatusCode::BAD_REQUEST, unregistered(&id)),
            Self::Document { url, trouble } => {
                let page = document(&url, trouble);
                let Some(Wait(wait)) = trouble.wait() else {
                    return message(StatusCode::BAD_REQUEST, page);
                };
                let mut response = message(StatusCode::TOO_MANY_REQUESTS, page);
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
                let page = Message::new(Text::of("authorize-answered"), lead);
                message(
                    StatusCode::CONFLICT,
                    page.you(Text::of("authorize-done-you")),
                )
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
