//! One session of the pool.

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use doorward_mcp::envelope::LogLevel;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::sync::mpsc;

use super::Key;
use crate::{
    bridge::lifted::listen::Hub,
    upstream::{Fault, link::SessionLink},
};

type Opened = Result<Arc<dyn SessionLink>, Fault>;

/// A session that is open, or about to be.
pub(in super::super) struct Session {
    key: Key,
    opening: Shared<BoxFuture<'static, Opened>>,
    link: OnceLock<Arc<dyn SessionLink>>,
    /// Ids and progress tokens that were used (P-006).
    used: AtomicU64,
    level: Mutex<Option<LogLevel>>,
    /// Who is meant by what the server says to nobody in particular, while somebody has the
    /// session to themselves.
    alone: Mutex<Option<mpsc::Sender<Bytes>>>,
    hub: Hub,
}

impl Session {
    pub(super) fn opening(
        key: Key,
        opening: impl Future<Output = Opened> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            key,
            opening: opening.boxed().shared(),
            link: OnceLock::new(),
            used: AtomicU64::new(0),
            level: Mutex::default(),
            alone: Mutex::default(),
            hub: Hub::default(),
        })
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// Waits until it is open.
    pub(super) async fn open(&self) -> Opened {
        let link = self.opening.clone().await?;
        Ok(Arc::clone(self.link.get_or_init(|| link)))
    }

    /// The link, once it is open.
    pub(in super::super) fn link(&self) -> Option<&Arc<dyn SessionLink>> {
        self.link.get()
    }

    /// Whether the server has forgotten it.
    pub(in super::super) fn is_over(&self) -> bool {
        self.link().is_some_and(|link| link.is_over())
    }

    /// Ends it.
    pub(super) fn end(&self) {
        if let Some(link) = self.link() {
            link.end();
        }
    }

    /// An id, or a progress token, that was not used in it before.
    pub(in super::super) fn next(&self) -> u64 {
        self.used.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether the server has agreed to log at this level.
    pub(in super::super) fn logs_at(&self, level: LogLevel) -> bool {
        *lock(&self.level) == Some(level)
    }

    /// The server logs at this level from now on.
    pub(in super::super) fn note_level(&self, level: LogLevel) {
        *lock(&self.level) = Some(level);
    }

    /// What the server says to nobody in particular comes here from now on, until it is dropped.
    pub(super) fn strays(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(STRAYS);
        *lock(&self.alone) = Some(sender);
        receiver
    }

    /// Hands on what the server said to nobody in particular; gives it back when nobody has the
    /// session to themselves.
    pub(in super::super) fn stray(&self, message: Bytes) -> Result<(), Bytes> {
        let mut alone = lock(&self.alone);
        let Some(sender) = alone.as_ref().filter(|_| message.len() <= LONGEST_STRAY) else {
            return Err(message);
        };
        match sender.try_send(message) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(message)) => Err(message),
            Err(mpsc::error::TrySendError::Closed(message)) => {
                *alone = None;
                Err(message)
            }
        }
    }

    /// Where those are who listen.
    pub(in super::super) fn hub(&self) -> &Hub {
        &self.hub
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many messages wait for who has a session to themselves.
const STRAYS: usize = 64;
/// The longest of them.
const LONGEST_STRAY: usize = 1 << 20;
