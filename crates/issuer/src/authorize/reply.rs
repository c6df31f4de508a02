//! Carries an answer to its client: a redirect, or a form that the browser posts.
//!
//! ```text
//! query:     303 -> client
//! form_post: page -(script, or the button)-> client
//! a fault that nobody was asked about: page -(link, or the button)-> client
//! ```
//!
//! The script of the form is a file of ours, so that the policy of the page needs
//! nothing inline; without scripts the button does the same.

use axum::response::Response;
use doorward_core::{
    authorize::{Passage, RedirectFault, ResponseMode, ReturnAddress},
    redirect::Destination,
};
use http::StatusCode;
use serde::Serialize;

use super::error::{see_other, sentence};
use crate::{consent::target, shared::Shared, wire::printable};

/// An answer on its way, with `state` as it was sent and `iss` (RFC 9207).
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    to: ReturnAddress,
    parameters: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct ReplyPage<'a> {
    title: &'static str,
    lead: String,
    destination: String,
    /// Where a link leads; none when a form is posted.
    link: Option<String>,
    /// Where the form is posted.
    action: &'a str,
    fields: &'a [(&'static str, String)],
    /// Whether the form sends itself.
    at_once: bool,
}

impl Shared {
    /// The reply with `answer`, `state` and `iss`.
    pub(crate) fn reply(&self, to: &ReturnAddress, answer: &[(&'static str, &str)]) -> Reply {
        let mut parameters: Vec<_> = answer
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        parameters.extend(to.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", self.url.as_str().to_owned()));
        Reply {
            to: to.clone(),
            parameters,
        }
    }

    /// Sends a reply off.
    pub(crate) fn send(&self, reply: &Reply) -> Response {
        match reply.to.mode {
            ResponseMode::Query => see_other(&reply.location()),
            ResponseMode::FormPost => {
                let lead = "The answer is ready to be sent.".to_owned();
                self.reply_page(StatusCode::OK, reply, ("Almost done", lead, true))
            }
        }
    }

    /// Tells a client about a fault (A-018, A-024), in sight of the person when nobody vouches
    /// for the client (A-032).
    pub(crate) fn send_fault(&self, fault: &RedirectFault) -> Response {
        let description = printable(&fault.error.to_string());
        let answer = [
            ("error", fault.error.code()),
            ("error_description", description.as_str()),
        ];
        let reply = self.reply(&fault.to, &answer);
        match fault.passage {
            Passage::Direct => self.send(&reply),
            Passage::Shown => {
                let lead = sentence(&fault.error.to_string());
                let words = (
                    "The application sent a request that cannot be met",
                    lead,
                    false,
                );
                self.reply_page(StatusCode::BAD_REQUEST, &reply, words)
            }
        }
    }

    fn reply_page(
        &self,
        status: StatusCode,
        reply: &Reply,
        (title, lead, at_once): (&'static str, String, bool),
    ) -> Response {
        let redirect = &reply.to.redirect;
        let posted = reply.to.mode == ResponseMode::FormPost;
        let page = ReplyPage {
            title,
            lead,
            destination: target::in_words(&redirect.destination()),
            link: (!posted).then(|| reply.location()),
            action: redirect.as_str(),
            fields: &reply.parameters,
            at_once,
        };
        if !posted {
            return self.pages.page((status, "reply.html"), &page, None);
        }
        let script = if at_once { "script-src 'self'; " } else { "" };
        let leave = format!("{script}form-action {}", reply.form_targets());
        self.pages.reply((status, "reply.html"), &page, &leave)
    }
}

impl Reply {
    /// The redirect that carries the answer in its query.
    fn location(&self) -> String {
        let pairs = self.parameters.iter();
        let pairs: Vec<_> = pairs.map(|(name, value)| (*name, value.as_str())).collect();
        self.to.redirect.with(&pairs)
    }

    /// Where the form may lead. Browsers hold it to its whole way, and a client may well send
    /// the browser on from the address that took the answer (CO-10).
    fn form_targets(&self) -> &'static str {
        match self.to.redirect.destination() {
            Destination::Web { .. } => "https:",
            Destination::Loopback => "http: https:",
            Destination::Application { .. } => "'none'",
        }
    }
}
