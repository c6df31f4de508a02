//! Who asks now: a call that was parked has another caller's id at every try.

use std::sync::Arc;

use doorward_mcp::{
    envelope::{LogLevel, Request},
    era::Revision,
    translate::{Client, ClientCapabilities, InputKind},
};

use super::Fingerprint;
use crate::upstream::link::Owner;

/// One try of one request, as far as answers must fit it.
pub(in super::super) struct Turn {
    owner: Owner,
    id: String,
    token: Option<String>,
    level: Option<LogLevel>,
    client: Client,
    request: Fingerprint,
}

impl Turn {
    pub(in super::super) fn of(owner: &Owner, request: &Request<'_>) -> Self {
        let meta = &request.params.meta;
        Self {
            owner: owner.clone(),
            id: request.id.as_json().to_owned(),
            token: meta.progress_token.map(|token| token.as_json().to_owned()),
            level: meta.log_level,
            client: Client::of_meta(meta),
            request: Fingerprint::of(request),
        }
    }

    pub(in super::super) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The id that the answer must carry, as JSON.
    pub(in super::super) fn id(&self) -> &str {
        &self.id
    }

    /// The token that progress must carry, as JSON.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// How grave log messages must be; none is wanted without (P-027).
    pub(super) fn level(&self) -> Option<LogLevel> {
        self.level
    }

    /// What this very request declared: nothing is inferred from earlier ones (R-043).
    pub(super) fn capabilities(&self) -> &ClientCapabilities {
        &self.client.capabilities
    }

    /// The same in the words of a session (P-018).
    pub(in super::super) fn capabilities_of_session(&self) -> ClientCapabilities {
        self.client.capabilities.known_to(Revision::LATEST_SESSION)
    }

    /// Whether this is more than is kept for as long as a session (DS-05).
    pub(in super::super) fn is_too_long(&self) -> bool {
        let info = self.client.info.as_ref().map_or(0, |info| info.len());
        self.client.capabilities.as_json().len() + info > LONGEST
    }

    /// What the client is called, or that the gateway asks in its place.
    pub(in super::super) fn client_info(&self) -> Arc<str> {
        let own = || {
            concat!(
                r#"{"name":"doorward","version":""#,
                env!("CARGO_PKG_VERSION"),
                r#""}"#
            )
        };
        self.client.info.clone().unwrap_or_else(|| own().into())
    }

    /// Whether a server may ask this client anything.
    pub(super) fn can_be_asked(&self) -> bool {
        [
            InputKind::Form,
            InputKind::Url,
            InputKind::Sampling,
            InputKind::Roots,
        ]
        .into_iter()
        .any(|kind| self.client.capabilities.allow(kind))
    }

    pub(super) fn request(&self) -> &Fingerprint {
        &self.request
    }
}

/// What a client may say of itself, in bytes.
const LONGEST: usize = 64 * 1024;
