//! Time and chance that do nothing by themselves.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use doorward_core::{clock::Clock, entropy::Entropy, time::UnixTime};

/// A clock that stands still at 1,000 seconds.
pub(crate) struct Stopped(AtomicI64);

impl Stopped {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(1_000))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Stopped {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

/// Never the same twice, always the same from the start.
pub(super) struct Counted(pub(super) AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (to, from) in chunk.iter_mut().zip(next.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
