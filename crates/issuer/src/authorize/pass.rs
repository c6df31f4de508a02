//! An authorization request on its way through the pages.
//!
//! It is sealed, so that it needs no row in the store until it is answered and
//! nobody can change what is approved (CO-09, DS-05). It dies after
//! [`Lifetimes::flow`](doorward_core::lifetimes::Lifetimes).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{entropy::draw, id::FlowId, time::UnixTime};
use serde::{Deserialize, Serialize};

use crate::shared::Shared;

/// The request and how it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pass {
    /// The query exactly as the client sent it.
    #[serde(rename = "q")]
    pub(crate) query: String,
    /// When it arrived.
    #[serde(rename = "t")]
    pub(crate) begun_at: UnixTime,
    /// Its identity: it can be answered once.
    #[serde(rename = "f")]
    pub(crate) flow: FlowId,
    /// Whether another site sent the browser here.
    #[serde(rename = "x")]
    pub(crate) cross_site: bool,
}

/// The text is no pass of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAPass;

impl Shared {
    /// Begins a flow for `query`.
    pub(crate) fn new_pass(&self, query: String, cross_site: bool) -> Pass {
        Pass {
            query,
            begun_at: self.clock.now(),
            flow: FlowId::from_random(draw(&*self.entropy)),
            cross_site,
        }
    }

    /// Seals a pass for a link or a form.
    pub(crate) fn seal_pass(&self, pass: &Pass) -> String {
        // INVARIANT: a struct of texts and numbers serialises
        let plain = serde_json::to_vec(pass).unwrap_or_default();
        let sealed = self.derived.flow.seal(draw(&*self.entropy), b"", &plain);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Opens what [`Shared::seal_pass`] made.
    pub(crate) fn open_pass(&self, text: &str) -> Result<Pass, NotAPass> {
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPass)?;
        let plain = self.derived.flow.open(b"", &sealed).map_err(|_| NotAPass)?;
        serde_json::from_slice(&plain).map_err(|_| NotAPass)
    }
}
