//! The form of `/token` and `/revoke`, read once and strictly (TK-15).

use axum::body::Body;
use doorward_core::{
    access::Confirmation, authorize::Parameters, client::Client, dpop::Proof, grant::Narrowing,
};
use http::request::Parts;
use std::net::IpAddr;

use crate::form::{self, BodyError, Pairs};

/// Names that must never stand in a query, where logs keep them.
const CREDENTIALS: [&str; 12] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "code",
    "code_verifier",
    "device_code",
    "grant_type",
    "actor_token",
    "assertion",
    "refresh_token",
    "subject_token",
    "token",
];

/// Why a form is not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Parameters stand in the query.
    #[error("parameters belong into the body and never into the query")]
    InQuery,
    /// A parameter stands twice.
    #[error("a parameter is repeated")]
    Repeated,
    /// A parameter is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
}

/// A request of a client that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) client: &'a Client,
    pub(crate) parameters: &'a Parameters,
    /// The key or certificate that was shown to be held: what is issued now is bound to it.
    pub(crate) key: Option<&'a Confirmation>,
    /// The proof itself: it is used up together with what is issued for it.
    pub(crate) proof: Option<&'a Proof>,
    pub(crate) peer: Option<IpAddr>,
}

impl<'a> Asked<'a> {
    /// What refresh tokens issued now are bound to. Those of a confidential client are bound to
    /// the client by its authentication (RFC 9449 section 5, RFC 8705 section 7.1).
    pub(crate) fn binding(&self) -> Option<&'a Confirmation> {
        self.key.filter(|_| self.client.is_public())
    }

    /// A parameter that may be absent.
    pub(crate) fn optional(&self, name: &'static str) -> Option<&'a str> {
        self.parameters.one(name).ok().flatten()
    }

    /// What it leaves out of the calls that a grant is for (RFC 9396 section 7).
    pub(crate) fn narrowing(&self) -> Narrowing<'a> {
        Narrowing {
            scope: None,
            details: self.optional("authorization_details"),
        }
    }

    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&'a str, RequestError> {
        self.optional(name).ok_or(RequestError::Missing(name))
    }
}

/// Reads the form of a request.
pub(crate) async fn parameters(parts: &Parts, body: Body) -> Result<Parameters, RequestError> {
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    let clean = query.is_ok_and(|query| !query.names().any(|name| CREDENTIALS.contains(&name)));
    if !clean {
        return Err(RequestError::InQuery);
    }
    let pairs = form::read(&parts.headers, body).await?;
    if pairs.repeated(&["resource", "audience"]) {
        return Err(RequestError::Repeated); // AZ-11
    }
    Ok(pairs.into_parameters())
}
