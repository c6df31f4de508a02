//! Where and how the answer to an authorization request goes.

use super::fault::AuthorizeError;
use crate::{
    client::{Client, ClientOrigin},
    redirect::{Destination, MatchedRedirect},
};

/// Where the answer goes, in which way, and the `state` that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    /// Where.
    pub redirect: MatchedRedirect,
    /// How.
    pub mode: ResponseMode,
    /// Returned to the client untouched.
    pub state: Option<String>,
}

/// How the answer travels through the browser. Codes never travel in a fragment (AZ-12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect (RFC 6749 section 4.1.2).
    #[default]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode section 2).
    FormPost,
}

/// Whether the browser may carry a fault to the client before a person has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// At once.
    Direct,
    /// After the person followed a link on a page of ours that says where it leads.
    Shown,
}

impl ResponseMode {
    /// What `response_mode` asks for; a private-use scheme cannot be posted to.
    pub(super) fn parse(
        text: Option<&str>,
        redirect: &MatchedRedirect,
    ) -> Result<Self, AuthorizeError> {
        match (text, redirect.destination()) {
            (None | Some("query"), _) => Ok(Self::Query),
            (Some("form_post"), Destination::Web { .. } | Destination::Loopback) => {
                Ok(Self::FormPost)
            }
            (Some("form_post"), Destination::Application { .. }) => Err(AuthorizeError::FormPost),
            (Some(_), _) => Err(AuthorizeError::ResponseMode),
        }
    }
}

/// How a fault goes back that nobody was asked about (A-032, RFC 9700 section 4.11.2).
///
/// Anybody can register a client and let its requests fail: without a page in
/// between, links to this origin would lead wherever they like. What an
/// administrator registered is trusted, and so is this computer itself.
pub fn passage(client: &Client, redirect: &MatchedRedirect) -> Passage {
    match (client.origin, redirect.destination()) {
        (ClientOrigin::Preregistered, _) | (_, Destination::Loopback) => Passage::Direct,
        (_, Destination::Web { .. } | Destination::Application { .. }) => Passage::Shown,
    }
}
