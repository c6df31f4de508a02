//! A request that the server has, whoever waits for its answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_mcp::{
    envelope::IdValue,
    method::Method,
    translate::{InputKind, cancelled},
};
use futures_util::StreamExt;
use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use crate::{
    bridge::lifted::pool::Lease,
    upstream::{
        Fault,
        link::{Incoming, SessionLink},
    },
};

/// A request of which the response has not come yet.
pub(super) struct Conversation {
    pub(super) method: Method,
    pub(super) questions: Vec<Question>,
    /// How many questions there were so far: no key is used twice.
    pub(super) asked: usize,
    pub(super) incoming: Incoming,
    /// What may be meant for it without saying so.
    pub(super) strays: Option<mpsc::Receiver<Bytes>>,
    pub(super) cancel: Cancel,
}

/// A question of the server that has not been answered.
pub(super) struct Question {
    /// What the client calls it.
    pub(super) key: String,
    /// What the server calls it.
    pub(super) id: IdValue,
    pub(super) kind: InputKind,
    /// The question as the client gets it.
    pub(super) entry: String,
}

/// Tells the server that nobody waits any more, when dropped before the response (P-017). The
/// session is given back when that was told: what the server asks until then is nobody else's to
/// answer (P-019).
pub(super) struct Cancel {
    link: Arc<dyn SessionLink>,
    id: u64,
    answered: bool,
    lease: Option<Lease>,
}

impl Conversation {
    /// The next message that may be for it.
    pub(super) async fn hear(&mut self) -> Option<Result<Bytes, Fault>> {
        let Some(strays) = &mut self.strays else {
            return self.incoming.next().await;
        };
        tokio::select! {
            biased;
            Some(stray) = strays.recv() => Some(Ok(stray)),
            next = self.incoming.next() => next,
        }
    }

    /// The bytes of the questions that it keeps.
    pub(super) fn bytes(&self) -> usize {
        let entries = self.questions.iter().map(|question| question.entry.len());
        entries.sum()
    }

    /// Tells the server something of the gateway's own. What does not arrive is no reason to
    /// give up: the stream will say so.
    pub(super) async fn tell(&mut self, message: impl Into<Bytes>) {
        if let Err(fault) = self.cancel.link.tell(message.into()).await {
            tracing::debug!(%fault, "an answer of the gateway's own did not reach a server");
        }
    }
}

impl Cancel {
    /// Of the request with this id, which has the session of `lease`.
    pub(super) fn new(link: &Arc<dyn SessionLink>, id: u64, lease: Lease) -> Self {
        let link = Arc::clone(link);
        Self {
            link,
            id,
            answered: false,
            lease: Some(lease),
        }
    }

    /// The session that the request is asked in.
    pub(super) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// The session again, if there is nothing to cancel in it.
    pub(super) fn into_lease(mut self) -> Option<Lease> {
        self.lease.take_if(|_| self.answered)
    }

    /// What the server calls the request.
    pub(super) fn id(&self) -> IdValue {
        IdValue::Integer(self.id.into())
    }

    pub(super) fn link(&self) -> &Arc<dyn SessionLink> {
        &self.link
    }

    /// Nothing more is heard. What the server may have taken is cancelled all the same.
    pub(super) fn failed(&mut self, fault: Fault) {
        self.answered = !matches!(
            fault,
            Fault::Timeout | Fault::TooLarge | Fault::NotMcp | Fault::Broken | Fault::Unread
        );
    }

    /// There is nothing to cancel any more.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        if self.answered || self.link.is_over() {
            return;
        }
        let (link, lease) = (Arc::clone(&self.link), self.lease.take());
        let message = cancelled(&self.id.to_string(), Some("nobody waits for it any more"));
        // Outside of a runtime everything is ending anyway.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let told = timeout(PATIENCE, link.tell(message.into())).await;
                drop((told, lease));
            });
        }
    }
}

/// How long a server may take to be told.
const PATIENCE: Duration = Duration::from_secs(10);
