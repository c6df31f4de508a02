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
use doorward_pages::{Locale, Policy, Text};
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
    title: Text,
    lead: Text,
    destination: Text,
    /// Where a link leads; none when a form is posted.
    link: Option<String>,
    /// Where the form is posted.
    action: &'a str,
    fields: &'a [(&'static str, String)],
    /// Whether the form sends itself.
    at_once: bool,
    /// Whether it was sent before.
    again: bool,
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
    pub(crate) fn send(&self, reply: &Reply, locale: Locale) -> Response {
        match reply.to.mode {
            ResponseMode::Query => see_other(&reply.location()),
            ResponseMode::FormPost => {
                let (title, lead) = (Text::of("reply-done"), Text::of("reply-done-lead"));
                let what = (title, lead, true);
                self.reply_page((StatusCode::OK, locale), reply, what)
            }
        }
    }

    /// Tells a client about a fault (A-018, A-024), in sight of the person when nobody vouches
    /// for the client (A-032).
    pub(crate) fn send_fault(&self, fault: &RedirectFault, locale: Locale) -> Response {
        let description = printable(&fault.error.to_string());
        let answer = [
            ("error", fault.error.code()),
            ("error_description", description.as_str()),
        ];
        let reply = self.reply(&fault.to, &answer);
        match fault.passage {
            Passage::Direct => self.send(&reply, locale),
            Passage::Shown => {
                let lead = Text::verbatim(sentence(&fault.error.to_string()));
                let what = (Text::of("reply-fault"), lead, false);
                self.reply_page((StatusCode::BAD_REQUEST, locale), &reply, what)
            }
        }
    }

    /// Offers to carry a reply once more, when the person says so.
    pub(crate) fn carry_again(
        &self,
        reply: &Reply,
        (title, lead): (Text, Text),
        locale: Locale,
    ) -> Response {
        self.reply_page((StatusCode::OK, locale), reply, (title, lead, false))
    }

    fn reply_page(
        &self,
        (status, locale): (StatusCode, Locale),
        reply: &Reply,
        (title, lead, at_once): (Text, Text, bool),
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
            again: status == StatusCode::OK && !at_once,
        };
        let mut policy = Policy::default();
        if posted {
            policy = policy.forms_only_to(reply.form_targets());
        }
        if posted && at_once {
            policy = policy.with_scripts();
        }
        let pages = self.pages.to(locale);
        pages.page_with((status, "reply.html"), &page, &policy)
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
