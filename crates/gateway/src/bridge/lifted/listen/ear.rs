//! One who listens.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::Notification,
    translate::{Filter, for_listener},
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::{
    hub::{Command, LONGEST, Subscribed},
    watched::Wanting,
};
use crate::{bridge::lifted::pool::Lease, upstream::Fault};

/// What the hub has of one who listens.
pub(super) struct Ear {
    id: String,
    pub(super) filter: Filter,
    sender: Option<mpsc::Sender<Bytes>>,
    ending: Arc<OnceLock<Ending>>,
    receiver: Option<mpsc::Receiver<Bytes>>,
}

/// Why nothing more is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The session is gone.
    Fault(Fault),
    /// What came was not read.
    Slow,
}

/// One who listens; leaves the hub when dropped.
pub(super) struct Listener {
    number: u64,
    line: mpsc::Sender<Command>,
    receiver: mpsc::Receiver<Bytes>,
    ending: Arc<OnceLock<Ending>>,
    lease: Option<Lease>,
}

impl Ear {
    /// Of the request with this id, as JSON.
    pub(super) fn new(id: &str, filter: Filter) -> Self {
        let (sender, receiver) = mpsc::channel(UNREAD);
        Self {
            id: id.to_owned(),
            filter,
            sender: Some(sender),
            ending: Arc::default(),
            receiver: Some(receiver),
        }
    }

    /// Hears a change, if it listens for it; false when it does not read. One that is too long to
    /// be a change is nobody's.
    pub(super) fn hear(&self, change: &Notification<'_>) -> bool {
        match &self.sender {
            Some(sender) if self.filter.admits(change) => {
                let told = for_listener(change, &self.id);
                told.len() > LONGEST || sender.try_send(told.into()).is_ok()
            }
            Some(_) | None => true,
        }
    }

    /// Says why nothing more comes. What it subscribed to stays until it leaves.
    pub(super) fn end(&mut self, ending: Ending) {
        self.ending.set(ending).ok(); // the first reason is the reason
        self.sender = None;
    }
}

impl Listener {
    /// Joins those who listen to the session of `lease`; `None` when there are too many.
    pub(super) async fn join(lease: Lease, mut ear: Ear) -> Option<Self> {
        let receiver = ear.receiver.take()?;
        let ending = Arc::clone(&ear.ending);
        let (number, line) = lease.session().hub().line(lease.session())?;
        let (reply, joined) = oneshot::channel();
        // From here on whoever leaves says so, also before it is known whether there is room.
        let listener = Self {
            number,
            line,
            receiver,
            ending,
            lease: Some(lease),
        };
        let join = Command::Join { number, ear, reply };
        listener.line.send(join).await.ok()?;
        joined.await.ok()?.then_some(listener)
    }

    /// Subscribes to a resource, unless somebody has already, who shares it then.
    pub(super) async fn subscribe(&self, uri: &str, permit: &Permit) -> Subscribed {
        let (reply, subscribed) = oneshot::channel();
        let wanting = Wanting {
            number: self.number,
            permit: permit.for_part(),
            reply,
        };
        let uri = uri.to_owned();
        let command = Command::Subscribe { uri, wanting };
        match self.line.send(command).await {
            Ok(()) => subscribed.await.unwrap_or(Subscribed::Over),
            Err(_) => Subscribed::Over,
        }
    }

    /// The next change.
    pub(super) async fn hear(&mut self) -> Result<Bytes, Ending> {
        let heard = self.receiver.recv().await;
        heard.ok_or_else(|| {
            let ending = self.ending.get().copied();
            ending.unwrap_or(Ending::Fault(Fault::Ended))
        })
    }

    /// Leaves, keeping the session.
    pub(super) fn into_lease(mut self) -> Lease {
        // INVARIANT: it is taken here alone, and this takes the listener.
        #[expect(clippy::expect_used, reason = "taken once")]
        self.lease.take().expect("a listener has its session")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let (line, number) = (self.line.clone(), self.number);
        let lease = self.lease.take();
        // Outside of a runtime everything is ending anyway.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let (done, undone) = oneshot::channel();
                if line.send(Command::Leave { number, done }).await.is_ok() {
                    undone.await.ok(); // it is never sent anything
                }
                // Whoever listens next comes after what is taken back, and the session is given
                // back when nothing is.
                drop((line, lease));
            });
        }
    }
}

/// So many changes wait for who listens.
const UNREAD: usize = 256;
