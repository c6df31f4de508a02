//! Session servers that look like stateless ones (P-015 to P-031).
//!
//! ```text
//! server/discover        from the answer to initialize
//! subscriptions/listen   the unasked stream and resources/subscribe     listen/
//! a retry                a parked call goes on, once                    talk/resume
//! all else               a request in a session of the pool             talk/begin
//! ```
//!
//! Sessions are the owner's own ([`pool`]); ids and progress tokens are the bridge's. What a
//! server asks while it serves a call, a prompt or a resource becomes a result that wants
//! input, and the call waits in the [`talk::Lot`]. What it asks otherwise is declined: nobody
//! of this era could be asked (P-021). Methods that 2026-07-28 does not have stay unknown, and
//! so do tasks, which mean something else in either era (P-043).

mod listen;
mod opens;
mod pool;
mod talk;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{clock::Clock, permit::Permit, server::ServerName};
use doorward_mcp::{
    envelope::Message,
    era::Revision,
    error::RpcError,
    method::Method,
    translate::{
        InputResponses, Offer, Reach, StatelessRequest, discover_result, stateless_request,
    },
};
use tokio::time::Instant;

use self::{
    pool::{Lease, Need, Pool},
    talk::{Lot, Turn},
};
use crate::{
    config::GatewayLimits,
    upstream::{
        Fault,
        link::{Incoming, Opening, Owner, StatelessLink},
    },
};

pub(crate) use self::{pool::Opens, talk::RequestStates};

/// One session server, spoken to in the manner of 2026-07-28.
pub(crate) struct Lifted {
    home: Arc<Home>,
}

/// What all conversations with one server share.
struct Home {
    server: ServerName,
    pool: Arc<Pool>,
    lot: Lot,
    states: Arc<RequestStates>,
    clock: Arc<dyn Clock>,
}

/// What a bridge needs of others.
pub(crate) struct LiftedParts {
    pub(crate) opens: Arc<dyn Opens>,
    pub(crate) states: Arc<RequestStates>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Lifted {
    pub(crate) fn new(server: ServerName, parts: LiftedParts, limits: &GatewayLimits) -> Self {
        let home = Arc::new(Home {
            server,
            pool: Pool::new(parts.opens, limits),
            lot: Lot::default(),
            states: parts.states,
            clock: parts.clock,
        });
        Self { home }
    }

    /// Lets go of calls that nobody came back for, and of sessions that nobody uses. Called
    /// every second.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        self.home.lot.sweep(now);
        self.home.pool.sweep(now);
    }

    /// Cancels what is parked and ends all sessions, for good.
    pub(crate) fn end_all(&self) {
        self.home.lot.clear();
        self.home.pool.end_all();
    }
}

impl Drop for Lifted {
    fn drop(&mut self) {
        self.end_all();
    }
}

#[async_trait]
impl StatelessLink for Lifted {
    async fn ask(&self, permit: Permit, owner: &Owner, request: Bytes) -> Result<Incoming, Fault> {
        let Ok(Message::Request(read)) = Message::parse(&request) else {
            return Err(Fault::NotMcp);
        };
        let id = read.id.as_json();
        let unknown = || words::refused(&RpcError::method_not_found(&read.method), id);
        let Some(method) = Method::request(&read.method) else {
            return Ok(unknown()); // R-038
        };
        let turn = Turn::of(owner, &read);
        if turn.is_too_long() {
            return Ok(words::refused(&too_long(), id)); // DS-05
        }
        let answer = match stateless_request(method) {
            StatelessRequest::Discover => self.home.discover(&turn, &permit).await,
            StatelessRequest::Listen => listen::listen(&self.home, permit, &turn, &read).await,
            StatelessRequest::Unknown => return Ok(unknown()), // R-038, P-043
            StatelessRequest::Forward => match InputResponses::of_request(&read) {
                Ok(Some(said)) if said.state().is_some() => {
                    talk::resume(&self.home, permit, turn, (&read, method), &said).await
                }
                // Answers without the state that goes with every question answer none.
                Ok(_) => talk::begin(&self.home, permit, turn, (&read, method)).await,
                Err(fault) => Ok(words::refused(&fault.to_error(), id)),
            },
        };
        // Sessions are the bridge's own business: nobody is told to initialize again.
        answer.map_err(|fault| match fault {
            Fault::NoSession => Fault::Broken,
            Fault::Sessions => Fault::Crowded,
            other => other,
        })
    }
}

impl Home {
    /// The server as it introduced itself when a session was opened (R-044, P-009, P-015).
    async fn discover(&self, turn: &Turn, permit: &Permit) -> Result<Incoming, Fault> {
        let lease = self.lease(turn, permit, Need::Shared).await?;
        let opened = lease.link()?.opened().clone();
        let Ok(Message::Response(response)) = Message::parse(&opened) else {
            return Err(Fault::NotMcp);
        };
        let offer = Offer {
            versions: &[Revision::V2026_07_28],
            reach: Reach::Listens,
        };
        let answer = discover_result(&response, turn.id(), offer);
        Ok(match answer {
            Ok(answer) => words::one(answer.into()),
            Err(fault) => words::refused(&fault.to_error(), turn.id()),
        })
    }

    /// A session for who asks.
    async fn lease(&self, turn: &Turn, permit: &Permit, need: Need) -> Result<Lease, Fault> {
        let capabilities = turn.capabilities_of_session();
        let opening = Opening {
            revision: Revision::LATEST_SESSION,
            capabilities: Arc::clone(capabilities.as_json()),
            client_info: turn.client_info(),
            spare: true,
        };
        let key = pool::Key {
            owner: turn.owner().clone(),
            capabilities: capabilities.canonical().into(),
            revision: opening.revision,
        };
        let wish = pool::Wish {
            key,
            opening,
            permit,
        };
        self.pool.acquire(&wish, need).await
    }
}

fn too_long() -> RpcError {
    RpcError::invalid_params(&"what the client says of itself is longer than 64 KiB")
}
