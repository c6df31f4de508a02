//! Pages for requests that have nowhere to go: what was sent, what is registered, and what the
//! person, the developer and the operator can do (interop 18).
//!
//! An address out of a request never stands in a command to copy: whoever sent the link chose it.

use doorward_core::{
    authorize::{Parameters, ShowFault},
    client::{Client, ClientOrigin, MetadataUrl},
    id::ClientId,
    registration::DocumentError,
};
use doorward_pages::{Comparison, Message, Text};

use super::error::sentence;
use crate::directory::{DocumentFault, DocumentTrouble};

/// A fault that only the person is told, with what is known of the request.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{fault}")]
pub(crate) struct Shown {
    fault: ShowFault,
    /// What was sent as the parameter that is at fault.
    sent: Vec<String>,
    /// Who asks, when that is known.
    client: Option<Box<Client>>,
}

impl From<ShowFault> for Shown {
    fn from(fault: ShowFault) -> Self {
        Self {
            fault,
            sent: Vec::new(),
            client: None,
        }
    }
}

impl Shown {
    /// The fault of a request with these parameters, of `client` if it is known.
    pub(super) fn of(fault: ShowFault, parameters: &Parameters, client: Option<&Client>) -> Self {
        let name = match fault {
            ShowFault::ClientMissing | ShowFault::ClientUnknown => "client_id",
            ShowFault::RedirectMissing | ShowFault::RedirectMismatch { .. } => "redirect_uri",
            ShowFault::Nowhere(_) | ShowFault::StateTooLong => "",
        };
        Self {
            fault,
            sent: parameters.all(name).map(str::to_owned).collect(),
            client: client.cloned().map(Box::new),
        }
    }

    /// The page.
    pub(super) fn page(&self) -> Message {
        let page = |title, lead, developer| {
            let message = Message::new(Text::of(title), Text::of(lead));
            let message = message.you(Text::of("message-restart"));
            message.developer(Text::of(developer))
        };
        match &self.fault {
            ShowFault::ClientMissing => page(
                "authorize-nameless",
                "authorize-nameless-lead",
                "authorize-nameless-developer",
            )
            .compare(Comparison::of("client_id", &self.sent, &[])),
            ShowFault::ClientUnknown => unknown(Text::of("authorize-unknown-lead")),
            ShowFault::RedirectMissing => page(
                "authorize-nowhere-to",
                "authorize-nowhere-to-lead",
                "authorize-nowhere-to-developer",
            )
            .compare(self.redirects(&self.sent)),
            ShowFault::RedirectMismatch { sent, .. } => self.mismatch(sent),
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

    fn mismatch(&self, sent: &str) -> Message {
        let lead = Text::of("authorize-mismatch-lead");
        let message = Message::new(Text::of("authorize-mismatch"), lead)
            .compare(self.redirects(&[sent.to_owned()]))
            .you(Text::of("authorize-add-again-you"))
            .developer(Text::of("authorize-mismatch-developer"));
        let Some(client) = &self.client else {
            return message;
        };
        let id = client.id.as_str();
        let message = message.fact(Text::of("consent-application"), [client.name.clone()]);
        match client.origin {
            ClientOrigin::Preregistered => {
                message.operator(Text::of("authorize-mismatch-operator").with("client", id))
            }
            ClientOrigin::Dynamic => {
                message.operator(Text::of("authorize-mismatch-operator-itself").with("client", id))
            }
            ClientOrigin::MetadataDocument => message
                .operator(Text::of("authorize-mismatch-operator-document").with("document", id)),
        }
    }

    fn redirects(&self, sent: &[String]) -> Comparison {
        let registered = match &self.fault {
            ShowFault::RedirectMismatch { registered, .. } => registered.clone(),
            _ => self.registered(),
        };
        Comparison::of("redirect_uri", sent, &registered)
    }

    fn registered(&self) -> Vec<String> {
        let redirects = self.client.iter().flat_map(|client| &client.redirects);
        redirects.map(|it| it.as_str().to_owned()).collect()
    }
}

/// The page for a client that nobody knows, or that was revoked.
pub(super) fn unregistered(id: &ClientId) -> Message {
    let sent = Comparison::of("client_id", &[id.to_string()], &[]);
    let message = unknown(Text::of("authorize-unregistered-lead")).compare(sent);
    match id.as_str().starts_with("https://") {
        true => message.operator(Text::of("authorize-unknown-operator-document")),
        false => message.operator(Text::of("authorize-unknown-operator")),
    }
}

fn unknown(lead: Text) -> Message {
    Message::new(Text::of("authorize-unknown"), lead)
        .you(Text::of("authorize-unknown-you"))
        .developer(Text::of("authorize-unknown-developer"))
}

/// A page that says which document is the reason, and whose turn it is (A-069, interop 19).
pub(super) fn document(url: &MetadataUrl, trouble: DocumentTrouble) -> Message {
    let message = |title| {
        Message::new(Text::of(title), document_lead(trouble))
            .fact(Text::of("document-host"), [url.host().to_owned()])
            .fact(Text::of("document-address"), [url.as_str().to_owned()])
    };
    match trouble {
        DocumentTrouble::Denied => message("document-denied")
            .you(Text::of("document-denied-you"))
            .administrator(Text::of("document-denied-administrator").with("host", url.host())),
        DocumentTrouble::TooMany(_) | DocumentTrouble::Fault(DocumentFault::TooOften(_)) => {
            message("document-unchecked")
                .you(Text::of("document-often-you"))
                .developer(Text::of("document-often-developer"))
        }
        DocumentTrouble::Fault(_) => message("document-unchecked")
            .you(Text::of("document-fault-you"))
            .developer(Text::of("document-fault-developer"))
            .operator(Text::of("document-fault-operator").with("host", url.host())),
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
