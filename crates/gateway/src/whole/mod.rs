//! All servers that a caller may use, as one: what `/mcp` is made of.
//!
//! ```text
//! request -> whose is it -> judged for that server -> its own words -> link of the server
//!            (name, URI)                                                     |
//! answer  <- our words  <--------------------------------------- answer <----+
//! ```
//!
//! Lists are those of all members in a stable order, page by page under one sealed cursor; a
//! subscription is one with each member. Everything else goes to exactly one member, and what
//! it does not recognise in a message passes untouched. A member that is dead or slow is absent,
//! and the answer says so; the others answer all the same.
//!
//! It refuses to guess: names and URIs lead to one server or to none. Nothing is decided here:
//! [`Ask`] judges every single message for its member before it is sent.

mod cache;
mod content;
mod discover;
mod effort;
mod gathered;
mod listen;
mod lists;
mod merged;
mod message;
mod names;
#[cfg(test)]
mod scripted;
mod seals;
mod shown;
mod single;
mod uris;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{access::Principal, permit::Rights, server::ServerName, time::UnixTime};
use doorward_mcp::{envelope::Message, method::Method};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

pub use self::names::NameFault;
pub(crate) use self::{
    cache::{Cached, Changed},
    discover::discover,
    listen::listen,
    merged::{Unlisted, list},
    message::{Coming, going, reopened, stated},
    names::Names,
    seals::Seals,
    shown::Shown,
    single::{Lost, Routed, route},
};
use crate::{
    places::Buffered,
    upstream::{Fault, link::Incoming, modest::modestly},
};

/// What is the same for all callers under one configuration.
pub(crate) struct Whole {
    pub(crate) names: Names,
    pub(crate) cached: Cached,
    pub(crate) shown: Shown,
}

/// Asks the members of one caller.
#[async_trait]
pub(crate) trait Ask: Send + Sync + 'static {
    /// Why a member may not be asked.
    type No: Send + 'static;

    /// The servers that the caller may use, by name.
    fn members(&self) -> Vec<Usable<'_>>;

    /// Judges whether anything of a member may be told, as for a request by this method: what is
    /// kept of it is shown to nobody whom the member itself would refuse (P-014).
    fn admits(&self, member: &ServerName, method: Method) -> Result<(), Self::No>;

    /// What the caller holds of what members say counts here, and so much may be held.
    fn room(&self) -> (Buffered, usize);

    /// Judges a request for one of them, and sends it.
    async fn ask(&self, member: &ServerName, body: Bytes) -> Result<Incoming, Declined<Self::No>>;

    /// How often lists of the member were said to have changed.
    fn changes(&self, member: &ServerName) -> Arc<Changed>;
}

/// A server and what the caller may use of it.
#[derive(Clone, Copy)]
pub(crate) struct Usable<'a> {
    pub(crate) name: &'a ServerName,
    pub(crate) rights: &'a Rights,
}

/// Why there is no answer of a member.
#[derive(Debug)]
pub(crate) enum Declined<N> {
    /// It was not asked.
    No(N),
    /// It gave none.
    Fault(Fault),
    /// It answered with an error of this code.
    Error(i64),
}

/// On whose behalf, in which configuration, and when.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) whole: &'a Whole,
    pub(crate) seals: &'a Seals,
    pub(crate) whose: &'a Principal,
    pub(crate) now: UnixTime,
}

/// Asks a member and waits for its response.
async fn response<A: Ask>(
    asker: &A,
    member: &ServerName,
    body: Bytes,
) -> Result<Bytes, Declined<A::No>> {
    let mut incoming = asker.ask(member, body).await?;
    while let Some(message) = incoming.next().await {
        let message = message.map_err(Declined::Fault)?;
        if matches!(Message::parse(&message), Ok(Message::Response(_))) {
            return Ok(message);
        }
    }
    Err(Declined::Fault(Fault::Broken))
}

/// What a member says, if it says it in time. Nothing that its caller works in goes for it.
async fn patiently<T, N>(
    until: Instant,
    said: impl Future<Output = Result<T, Declined<N>>>,
) -> Result<T, Declined<N>> {
    let said = timeout_at(until, modestly(said)).await;
    said.unwrap_or(Err(Declined::Fault(Fault::Timeout)))
}

/// For so long one request waits for members, whatever of them it asks for.
const PATIENCE: Duration = Duration::from_secs(10);
