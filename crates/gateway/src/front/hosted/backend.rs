//! What a hosted session is put in front of, as the session sees it.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{envelope::Notification, error::RpcError};
use tokio_util::sync::CancellationToken;

use super::{
    line::Line,
    session::{Asking, Session},
    visitor::Visitor,
};
use crate::upstream::Fault;

/// A server, or several that look like one, behind one session.
///
/// Requests come one by one and run side by side. Ids and progress tokens of the client are its
/// own; what is said to the client has them again (P-006).
#[async_trait]
pub(crate) trait Backend: Send + Sync + 'static {
    /// The answer to `initialize` with the client's id and in the words of its revision.
    fn opened(&self, id: &str) -> Result<Bytes, RpcError>;

    /// Serves one request to its end: the response, with the client's id. When the request is
    /// given up it says so to the server and returns soon.
    async fn serve(&self, call: &Call, permit: Permit) -> Bytes;

    /// Takes a notification of the client's that the session does not keep to itself.
    async fn tell(&self, notification: &Notification<'_>) -> Result<(), Fault>;

    /// Says on [`Session::unasked`] what the server says unasked, for as long as the session lasts.
    async fn listen(&self, session: &Arc<Session>);

    /// Whether the server has forgotten the session.
    fn is_over(&self) -> bool;

    /// Ends it at the server.
    fn end(&self);
}

/// A request of the client's that runs.
pub(crate) struct Call {
    pub(super) session: Arc<Session>,
    /// Who sent it.
    pub(super) visitor: Arc<dyn Visitor>,
    pub(super) line: Arc<Line>,
    /// Where the server's own messages go meanwhile.
    pub(super) aside: Arc<Line>,
    /// The client's id as JSON text.
    pub(super) id: Box<str>,
    /// The request as the client wrote it.
    pub(super) body: Bytes,
    pub(super) given_up: CancellationToken,
}

impl Call {
    /// Says something that belongs to this request.
    pub(super) fn say(&self, json: Bytes) {
        if !self.aside.say(json) {
            tracing::debug!("a client lost what it did not read");
        }
    }

    /// Asks the client something for the sake of this request.
    pub(super) fn ask_client(&self, request: impl FnOnce(i64) -> Bytes) -> Result<Asking, Fault> {
        self.session.ask_client(&self.aside, request)
    }

    /// The response that tells a failure.
    pub(super) fn failed(&self, fault: Fault) -> Bytes {
        self.note(fault);
        self.error(&self.visitor.failed(fault))
    }

    /// Notes it when what the client did not read was dropped.
    pub(super) fn note(&self, fault: Fault) {
        if fault == Fault::Unread {
            self.line.lost();
        }
    }

    /// The response that is an error.
    pub(super) fn error(&self, error: &RpcError) -> Bytes {
        error.to_body(Some(&self.id)).into()
    }

    /// The response that says nothing but that it is done.
    pub(super) fn done(&self) -> Bytes {
        format!(r#"{{"jsonrpc":"2.0","id":{},"result":{{}}}}"#, self.id).into()
    }

    /// The response to a request that was given up, for who reads on all the same.
    pub(super) fn cancelled(&self) -> Bytes {
        self.error(&RpcError::internal("the request was cancelled"))
    }

    /// Says the response.
    pub(super) fn answer(&self, response: Bytes) {
        self.line.answer(response, || self.failed(Fault::Crowded));
    }
}
