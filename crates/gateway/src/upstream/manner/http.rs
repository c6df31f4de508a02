//! Asking a server behind a URL (C-027).
//!
//! ```text
//! POST server/discover -> of 2026-07-28 | does not know it
//!     -> POST initialize -> Streamable HTTP | 4xx
//!         -> GET -> event endpoint -> HTTP+SSE
//! ```

use std::sync::Arc;

use doorward_mcp::era::{Era, Revision};

use super::{Carrier, Manner, said::Said};
use crate::config::{Speaking, Transport};
use crate::upstream::{
    Fault,
    http::{HttpSession, HttpUpstream, SseSession},
    opening,
};

pub(super) async fn probe(
    upstream: &Arc<HttpUpstream>,
    speaking: &Speaking,
) -> Result<Manner, Fault> {
    if speaking.revision.map(Revision::era) == Some(Era::Session) {
        return sessions(upstream, speaking).await;
    }
    match upstream.discover().await {
        Ok(answer) => match Said::by(&answer) {
            Said::Stateless { sessions } => {
                return Ok(Manner {
                    stateless: true,
                    sessions: sessions.then_some(Carrier::Streamable),
                });
            }
            Said::Sessions => {}
        },
        // Old servers answer what they do not know in many ways, and none of these says that
        // the next question is in vain.
        Err(
            Fault::Refused(_)
            | Fault::Status(_)
            | Fault::NotMcp
            | Fault::OtherEra
            | Fault::Broken
            | Fault::TooLarge,
        ) => {}
        Err(fault) => return Err(fault),
    }
    sessions(upstream, speaking).await
}

/// Whatever comes about here is proof.
async fn sessions(upstream: &Arc<HttpUpstream>, speaking: &Speaking) -> Result<Manner, Fault> {
    let mut opening = opening::own();
    if let Some(newest) = speaking.revision {
        opening.revision = opening.revision.min(newest);
    }
    match HttpSession::open(upstream, &opening).await {
        Ok(session) => {
            session.finish().await;
            Ok(Manner::sessions(Carrier::Streamable))
        }
        // It knows what was asked, and says no in its own words.
        Err(Fault::NotOpened) => Ok(Manner::sessions(Carrier::Streamable)),
        Err(Fault::NoSessions) => Ok(Manner::stateless()),
        Err(refused @ (Fault::Refused(_) | Fault::NotMcp))
            if refused != Fault::Refused(429) && speaking.transport == Transport::Auto =>
        {
            let dialled = SseSession::dial(upstream).await;
            dialled
                .map(|_| Manner::sessions(Carrier::HttpSse))
                .map_err(|_| refused)
        }
        Err(fault) => Err(fault),
    }
}
