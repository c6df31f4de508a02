//! Telling every connection, once, that it should end soon.
//!
//! A connection registers once and afterwards looks at a flag, so that thousands
//! of them cost nothing while nothing ends.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

/// Whether the process is ending.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drain(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: AtomicBool,
    notify: Notify,
}

impl Drain {
    /// Tells everyone.
    pub(crate) fn begin(&self) {
        self.0.begun.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.begun.load(Ordering::Acquire)
    }

    /// Returns once it has begun.
    pub(crate) async fn begun(&self) {
        let notified = self.0.notify.notified();
        if !self.has_begun() {
            notified.await;
        }
    }
}
