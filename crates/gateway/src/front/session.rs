//! Session identifiers that only their owner can use (R-060, GW-15, GW-16, P-046).
//!
//! What clients get is the upstream's own identifier, sealed for this server,
//! this subject and this client. Nothing is kept here: an identifier is good on any
//! replica and after a restart, for as long as the upstream knows its session.
//! Whatever does not open is an unknown session, whoever asks.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    entropy::{Entropy, draw},
    seal::SealingKey,
    server::ServerName,
};
use doorward_mcp::era::Revision;
use http::HeaderValue;

use crate::{access::Caller, upstream::http::ServerSession};

/// What an identifier stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A session of the server's own, as the server knows it.
    Raw(ServerSession),
    /// One that the gateway hosts.
    Hosted(String),
}

/// Seals and opens session identifiers.
pub(crate) struct SessionIds {
    key: SealingKey,
    entropy: Arc<dyn Entropy>,
}

impl SessionIds {
    pub(crate) fn new(master_key: &[u8; 32], entropy: Arc<dyn Entropy>) -> Self {
        Self {
            key: SealingKey::derive(master_key, "mcp session"),
            entropy,
        }
    }

    /// What the caller gets for a session; `None` for an identifier that no upstream may choose.
    pub(crate) fn seal(
        &self,
        server: &ServerName,
        caller: &Caller,
        session: &Named,
    ) -> Option<HeaderValue> {
        let (mark, upstreams) = match session {
            Named::Raw(ServerSession { id, version }) => match version {
                None => (RAW.to_string(), id),
                Some(version) => (format!("{CROSSED}{version}"), id),
            },
            Named::Hosted(key) => (HOSTED.to_string(), key),
        };
        let may_be_empty = mark.len() > 1; // some servers with sessions give them no name
        let visible = |byte: u8| (0x21..=0x7e).contains(&byte);
        if (upstreams.is_empty() && !may_be_empty)
            || upstreams.len() > LONGEST
            || !upstreams.bytes().all(visible)
        {
            return None;
        }
        let context = context(server, caller);
        let sealed = self.key.seal(
            draw(&*self.entropy),
            &context,
            format!("{mark}{upstreams}").as_bytes(),
        );
        HeaderValue::try_from(URL_SAFE_NO_PAD.encode(sealed)).ok()
    }

    /// The session, when `presented` was sealed for this server and caller.
    pub(crate) fn open(
        &self,
        server: &ServerName,
        caller: &Caller,
        presented: &HeaderValue,
    ) -> Option<Named> {
        let bytes = presented.as_bytes();
        if bytes.len() > 2 * LONGEST {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(bytes).ok()?;
        let plain = self.key.open(&context(server, caller), &sealed).ok()?;
        let mut plain = String::from_utf8(plain).ok()?;
        let mark = plain.chars().next().filter(char::is_ascii)?;
        plain.drain(..mark.len_utf8());
        match mark {
            RAW => Some(Named::Raw(plain.into())),
            CROSSED => {
                let (version, id) = plain.split_at_checked(VERSION_BYTES)?;
                let version = Some(Revision::parse(version)?);
                let id = id.to_owned();
                Some(Named::Raw(ServerSession { id, version }))
            }
            HOSTED => Some(Named::Hosted(plain)),
            _ => None,
        }
    }
}

/// Neither a server's name nor an identifier that we mint holds NUL, and what comes last may.
fn context(server: &ServerName, caller: &Caller) -> Vec<u8> {
    let subject = caller.subject.to_string();
    let parts = [server.as_str(), &subject, caller.client.as_str()];
    parts.join("\0").into_bytes()
}

const RAW: char = 'r';
/// Before the revision that the server agreed on, where that is not the client's (P-046).
const CROSSED: char = 'x';
const VERSION_BYTES: usize = "2025-11-25".len();
const HOSTED: char = 'h';
/// The longest identifier of an upstream's that is taken, in bytes.
const LONGEST: usize = 1024;
