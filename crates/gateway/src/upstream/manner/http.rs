//! Asking a server behind a URL (C-027).
//!
//! ```text
//! POST server/discover -> of 2026-07-28 | does not know it
//!     -> POST initialize -> Streamable HTTP | 4xx
//!         -> GET -> event endpoint -> HTTP+SSE
//! ```

use std::sync::Arc;

use doorward_mcp::era::{Era, Revision};

use super::{Carrier, Found, Manner, said::Said};
use crate::config::{Speaking, Transport};
use crate::upstream::{
    Fault,
    http::{HttpSession, HttpUpstream, SseSession},
    opening,
};

pub(super) async fn probe(
    upstream: &Arc<HttpUpstream>,
    speaking: &Speaking,
) -> Result<Found, Fault> {
    if speaking.revision.map(Revision::era) == Some(Era::Session) {
        return sessions(upstream, speaking).await.map(Found::sure);
    }
    let is_sure = match upstream.discover().await {
        Ok(answer) => match Said::by(&answer) {
            Said::Stateless { sessions } => {
                return Ok(Found::sure(Manner {
                    stateless: true,
                    sessions: sessions.then_some(Carrier::Streamable),
                }));
            }
            Said::Sessions => true,
        },
        Err(fault) => goes_on(fault)?,
    };
    let manner = sessions(upstream, speaking).await?;
    Ok(Found { manner, is_sure })
}

/// Whether the server speaks 2026-07-28 at this moment.
pub(in crate::upstream) async fn is_stateless(upstream: &HttpUpstream) -> bool {
    let answer = upstream.discover().await;
    answer.is_ok_and(|answer| matches!(Said::by(&answer), Said::Stateless { .. }))
}

/// Whether what a server did instead of answering `server/discover` is how one does that does not
/// know the question. Old servers say so in many ways, and some of these are those of one that is
/// busy or fails: then it may know the question all the same (C-029). In either case the next
/// question is not in vain.
fn goes_on(fault: Fault) -> Result<bool, Fault> {
    match fault {
        Fault::Status(_) | Fault::Refused(408 | 425 | 429) | Fault::Broken | Fault::TooLarge => {
            Ok(false)
        }
        Fault::Refused(_) | Fault::NotMcp | Fault::OtherEra => Ok(true),
        other => Err(other),
    }
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
