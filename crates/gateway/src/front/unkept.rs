//! A session that a server opened, until its client is told of it: from the head of the answer on
//! it is ended at the server when the rest fails, or the client leaves (GW-26, GW-27).

use std::time::Duration;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{era::Era, method::Method};
use http::HeaderMap;
use tokio::{runtime::Handle, time::timeout};

use super::{exchange::Exchange, judge::judge_use, post::About};
use crate::upstream::{
    Fault, Kind,
    http::{Outbound, SESSION_ID, ServerSession},
};

/// The session; ended when dropped.
pub(super) struct Unkept<'a> {
    exchange: &'a Exchange,
    session: Option<ServerSession>,
}

impl<'a> Unkept<'a> {
    pub(super) fn new(exchange: &'a Exchange, session: Option<ServerSession>) -> Self {
        Self { exchange, session }
    }

    /// What the head of an answer of the server's opens.
    pub(super) fn opened_by(exchange: &'a Exchange, head: &HeaderMap, about: About<'_>) -> Self {
        let opens = about.method == Some(Method::Initialize) && !about.in_session;
        let id = head.get(&SESSION_ID).filter(|_| opens);
        let id = id.and_then(|id| id.to_str().ok());
        Self::new(exchange, id.map(|id| id.to_owned().into()))
    }

    /// From now on somebody else ends it.
    pub(super) fn keep(mut self) -> Option<ServerSession> {
        self.session.take()
    }
}

impl Drop for Unkept<'_> {
    fn drop(&mut self) {
        let named = self.session.take().filter(|session| !session.id.is_empty());
        // Outside of a runtime everything is ending anyway.
        if let (Some(session), Ok(runtime)) = (named, Handle::try_current())
            && let Ok(permit) = judge_use(self.exchange)
        {
            let kind = self.exchange.server.upstream.kind.clone();
            runtime.spawn(async move { end(&kind, permit, session).await });
        }
    }
}

/// Ends a session of the server's that nobody was told of.
pub(super) async fn end(kind: &Kind, permit: Permit, session: ServerSession) {
    let ended = match kind {
        Kind::Stdio(upstream) => upstream.end(permit, &session.id),
        Kind::Http(upstream) => {
            let outbound = Outbound {
                method: http::Method::DELETE,
                era: Era::Session,
                headers: &HeaderMap::new(),
                session: Some(session),
                body: Bytes::new(),
            };
            let ended = timeout(ENDED_WITHIN, upstream.forward(permit, outbound)).await;
            ended.unwrap_or(Err(Fault::Timeout)).map(drop)
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "a session that nobody uses was not ended");
    }
}

/// How long a server may take to end it.
const ENDED_WITHIN: Duration = Duration::from_secs(10);
