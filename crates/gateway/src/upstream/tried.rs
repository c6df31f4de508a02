//! Whether a server that names only 2026-07-28 takes `initialize` all the same.
//!
//! Many do: `server/discover` of a server of both eras tells clients of the newer one what they
//! may speak, and no more. Only `initialize` itself shows it.

use std::sync::atomic::{AtomicU8, Ordering};

/// What became of the first `initialize` that was passed to such a server.
#[derive(Debug, Default)]
pub(crate) struct Tried(AtomicU8);

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// Nothing: it has to be tried.
    Open,
    /// It opens sessions.
    Taken,
    /// It refused to.
    Refused,
}

impl Tried {
    /// What is known.
    pub(crate) fn known(&self) -> Trial {
        match self.0.load(Ordering::Relaxed) {
            TAKEN => Trial::Taken,
            REFUSED => Trial::Refused,
            _ => Trial::Open,
        }
    }

    /// It was taken.
    pub(crate) fn taken(&self) {
        self.0.store(TAKEN, Ordering::Relaxed);
    }

    /// It was refused in the server's own words.
    pub(crate) fn refused(&self) {
        self.0.store(REFUSED, Ordering::Relaxed);
    }
}

const TAKEN: u8 = 1;
const REFUSED: u8 = 2;
