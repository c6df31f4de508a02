//! Streams that ended because their clients did not read (GW-25): counted, and told in the log.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Why a stream was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// There was something to read, and its client took nothing for too long.
    Stalled,
    /// More was unread than there is room for.
    Full,
}

/// How often each has happened.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    stalled: AtomicU64,
    full: AtomicU64,
}

/// Whose stream it is, for who reads the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blame {
    pub(crate) losses: Arc<Losses>,
    pub(crate) server: Arc<str>,
    pub(crate) client: Arc<str>,
}

impl Losses {
    /// How many streams were dropped for this reason.
    pub(crate) fn count(&self, loss: Loss) -> u64 {
        self.of(loss).load(Ordering::Relaxed)
    }

    /// Counts one, and tells of it.
    pub(crate) fn note(&self, loss: Loss, server: &str, client: &str) {
        self.of(loss).fetch_add(1, Ordering::Relaxed);
        let reason = match loss {
            Loss::Stalled => "its client took nothing for too long",
            Loss::Full => "too much of it was not read",
        };
        tracing::info!(server, client, reason, "an event stream was dropped");
    }

    fn of(&self, loss: Loss) -> &AtomicU64 {
        match loss {
            Loss::Stalled => &self.stalled,
            Loss::Full => &self.full,
        }
    }
}

impl Blame {
    /// Counts one, and tells of it.
    pub(crate) fn note(&self, loss: Loss) {
        self.losses.note(loss, &self.server, &self.client);
    }
}
