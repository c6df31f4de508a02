//! A server in its own era, whatever carries it: what bridges between eras speak to.
//!
//! ```text
//! caller of one era -> front -> bridge -> link of the other era -> Streamable HTTP | HTTP+SSE | stdio
//! ```
//!
//! A link belongs to one owner. Nothing that a server says through it is ever told to anybody
//! else (P-007, GW-19, GW-20).

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{id::ClientId, permit::Permit, subject::Subject};
use doorward_mcp::era::Revision;
use futures_util::{Stream, stream::BoxStream};

use super::Fault;

/// Whose a conversation with a server is: one subject through one client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) subject: Subject,
    pub(crate) client: ClientId,
}

/// What a server says in answer to one request: whole JSON-RPC messages in order, the response
/// last, then nothing. Bounded: who does not read is told nothing more (GW-25).
///
/// Dropped before the response, a server of the stateless era has been cancelled (R-049), and one
/// of the session era goes on until it is told a cancellation (R-066).
pub(crate) struct Incoming(BoxStream<'static, Result<Bytes, Fault>>);

/// How a session is opened (`initialize`): in the words of the session era.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The newest revision that is asked for.
    pub(crate) revision: Revision,
    /// `params.capabilities`, a JSON object.
    pub(crate) capabilities: Arc<str>,
    /// `params.clientInfo`, a JSON object.
    pub(crate) client_info: Arc<str>,
    /// Whether no client holds the session: another one would do as well.
    pub(crate) spare: bool,
}

/// A session with a server of the session era, opened and `initialized` by the gateway.
///
/// Ids and progress tokens of what is asked are the bridge's own and differ within the session
/// (P-006). `ping` of the server is answered by the link (P-028).
#[async_trait]
pub(crate) trait SessionLink: Send + Sync + 'static {
    /// The server's answer to `initialize`: the whole response.
    fn opened(&self) -> &Bytes;

    /// The revision that was agreed on; it is what the version header says from then on (P-046).
    fn revision(&self) -> Revision;

    /// Sends a request. Requests of the server that belong to it come in the same stream.
    async fn ask(&self, permit: Permit, request: Bytes) -> Result<Incoming, Fault>;

    /// Sends a notification or a response.
    async fn tell(&self, message: Bytes) -> Result<(), Fault>;

    /// What the server says that belongs to no request. One reader at a time: the stream of the
    /// reader before ends. A server that offers none gives a stream that stays silent.
    async fn unasked(&self) -> Result<Incoming, Fault>;

    /// Whether what the server says without naming a request comes in the stream of the request
    /// that it belongs to, also when several wait: each has a stream of its own. Where it cannot
    /// be told, calls that may be asked something are made one at a time.
    fn tells_apart(&self) -> bool;

    /// A call in it waits for answers that may never come, or goes on. What it waits in may be
    /// given to others meanwhile, if there is nothing else to give: then the session is over.
    fn rest(&self, rests: bool);

    /// Whether the server has forgotten it, or its process or connection is gone.
    fn is_over(&self) -> bool;

    /// Ends it. Nothing that was asked is answered any more.
    fn end(&self);
}

/// A server of the stateless era, or one that is made to look like it.
#[async_trait]
pub(crate) trait StatelessLink: Send + Sync + 'static {
    /// Sends a request with a whole `_meta`. Its id and progress token are the bridge's own.
    /// Headers that mirror the body are made from it (P-040).
    async fn ask(&self, permit: Permit, owner: &Owner, request: Bytes) -> Result<Incoming, Fault>;
}

impl Incoming {
    /// What `messages` yields. The last is the response, unless it is a fault.
    pub(crate) fn new(messages: impl Stream<Item = Result<Bytes, Fault>> + Send + 'static) -> Self {
        Self(Box::pin(messages))
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}
