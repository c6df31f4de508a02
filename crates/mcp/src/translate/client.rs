//! Who asks: said once in `initialize`, or in the `_meta` of every request.

use std::sync::Arc;

use super::{Fault, capability::ClientCapabilities};
use crate::{
    envelope::{LogLevel, Meta, Request},
    era::Revision,
    json::Raw,
    rewrite::{Changes, quoted},
};

/// What a client says of itself. For display and negotiation only (R-055).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// What it can do.
    pub capabilities: ClientCapabilities,
    /// What it is called: an `Implementation` as JSON. Not demanded in 2026-07-28 (R-034).
    pub info: Option<Arc<str>>,
}

/// What a session-era client asks for when it opens a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opening {
    /// The revision that it names, known or not.
    pub requested: String,
    /// What it says of itself; nothing is cut yet.
    pub client: Client,
}

/// What goes into the `_meta` of a stateless request that a session stands behind.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    /// The client of the session.
    pub client: &'a Client,
    /// The level that it set with `logging/setLevel` (P-039).
    pub log_level: Option<LogLevel>,
}

pub(super) const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
pub(super) const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
pub(super) const INFO: &str = "io.modelcontextprotocol/clientInfo";
pub(super) const LEVEL: &str = "io.modelcontextprotocol/logLevel";

impl Client {
    /// What the `_meta` of a stateless request says.
    pub fn of_meta(meta: &Meta<'_>) -> Self {
        let capabilities = meta.client_capabilities.and_then(ClientCapabilities::new);
        let info = meta.client_info.map(|info| info.as_str().into());
        Self {
            capabilities: capabilities.unwrap_or_default(),
            info,
        }
    }

    /// The same as far as `revision` knows it (P-033).
    #[must_use]
    pub fn known_to(&self, revision: Revision) -> Self {
        let capabilities = self.capabilities.known_to(revision);
        let info = self.info.clone();
        Self { capabilities, info }
    }
}

impl Opening {
    /// Reads an `initialize` request (R-057).
    pub fn of_initialize(request: &Request<'_>) -> Result<Self, Fault> {
        let params = request.params.raw.ok_or(Fault::Opening)?;
        let member = |name| params.member(&[name]);
        let requested = member("protocolVersion").and_then(|version| version.text());
        let capabilities = member("capabilities").filter(|value| !value.is_null());
        let capabilities = capabilities.map(|value| ClientCapabilities::new(value));
        let info = member("clientInfo").filter(Raw::is_object);
        Ok(Self {
            requested: requested.ok_or(Fault::Opening)?.into_owned(),
            client: Client {
                capabilities: match capabilities {
                    Some(read) => read.ok_or(Fault::Opening)?,
                    None => ClientCapabilities::default(),
                },
                info: info.map(|info| info.as_str().into()),
            },
        })
    }
}

impl Speaker<'_> {
    /// The members of `_meta` of 2026-07-28 (P-032). What a caller wrote there itself is
    /// replaced: it is of a revision that does not have them.
    pub(super) fn meta(&self) -> Changes<'static> {
        let version = quoted(Revision::V2026_07_28.as_str());
        let capabilities = self.client.capabilities.as_json().to_string();
        let changes = Changes::none().with(VERSION, version);
        let changes = match &self.client.info {
            Some(info) => changes.with(INFO, info.to_string()),
            None => changes.without(INFO),
        };
        let changes = changes.with(CAPABILITIES, capabilities);
        match self.log_level {
            Some(level) => changes.with(LEVEL, quoted(level.as_str())),
            None => changes.without(LEVEL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Message;

    fn opening(params: &str) -> Result<Opening, Fault> {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{params}}}"#);
        let Message::Request(request) = Message::parse(body.as_bytes()).expect("well formed")
        else {
            panic!("a request");
        };
        Opening::of_initialize(&request)
    }

    #[test]
    fn an_opening_says_what_is_asked_for_and_by_whom() {
        // P-032, R-057
        let read = opening(r#"{"protocolVersion":"2024-11-05","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}"#)
            .expect("readable");
        assert_eq!(read.requested, "2024-11-05");
        assert_eq!(&**read.client.capabilities.as_json(), r#"{"roots":{}}"#);
        assert_eq!(
            read.client.info.as_deref(),
            Some(r#"{"name":"c","version":"1"}"#)
        );

        let bare = opening(r#"{"protocolVersion":"x","clientInfo":null}"#).expect("readable");
        assert_eq!(bare.client, Client::default());

        for refused in [
            "{}",
            r#"{"protocolVersion":1}"#,
            r#"{"protocolVersion":"x","capabilities":[]}"#,
            "null",
        ] {
            assert_eq!(opening(refused), Err(Fault::Opening), "{refused}");
        }
    }
}
