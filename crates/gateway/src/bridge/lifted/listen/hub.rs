//! Where those meet who listen to one session.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::{Ear, reader::Reader, watched::Wanting};
use crate::{bridge::lifted::pool::Session, upstream::Fault};

/// The way to who reads the unasked stream of a session, as long as anybody listens.
#[derive(Default)]
pub(in super::super) struct Hub {
    line: Mutex<Option<mpsc::WeakSender<Command>>>,
    joined: AtomicU64,
}

/// What the reader is told.
pub(super) enum Command {
    /// Somebody listens; told whether there was room.
    Join {
        number: u64,
        ear: Ear,
        reply: oneshot::Sender<bool>,
    },
    /// They want to hear of a resource, too.
    Subscribe { uri: String, wanting: Wanting },
    /// They listen no more; `done` is dropped when everything that they wanted is taken back.
    Leave {
        number: u64,
        done: oneshot::Sender<()>,
    },
    /// The server said something while it answered a request.
    Hear(Bytes),
    /// The session is gone.
    End(Fault),
}

/// What became of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subscribed {
    /// The server agreed, now or before.
    Yes,
    /// It did not.
    No,
    /// The session is gone.
    Over,
}

impl Hub {
    /// The way to the reader, which begins to read if nobody listened so far, and a number for
    /// one more who does.
    pub(super) fn line(&self, session: &Arc<Session>) -> Option<(u64, mpsc::Sender<Command>)> {
        let number = self.joined.fetch_add(1, Ordering::Relaxed);
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = line.as_ref().and_then(mpsc::WeakSender::upgrade) {
            return Some((number, known));
        }
        let (sender, receiver) = mpsc::channel(COMMANDS);
        *line = Some(sender.downgrade());
        drop(line);
        tokio::spawn(Reader::new(session)?.run(receiver));
        Some((number, sender))
    }

    /// Something was said that may be a change. When nobody keeps up, a change is lost, and
    /// who listens will hear of the next.
    pub(in super::super) fn hear(&self, message: Bytes) {
        if message.len() <= LONGEST {
            self.send(Command::Hear(message));
        }
    }

    /// Nothing more will be heard.
    pub(in super::super) fn end(&self, fault: Fault) {
        self.send(Command::End(fault));
    }

    fn send(&self, command: Command) {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = line.as_ref().and_then(mpsc::WeakSender::upgrade)
            && line.try_send(command).is_err()
        {
            tracing::debug!("those who listen to a session are not told: too much waits for them");
        }
    }
}

const COMMANDS: usize = 256;
/// The longest word of a change: it names what changed, and a URI at most.
pub(super) const LONGEST: usize = 64 * 1024;
