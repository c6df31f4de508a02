//! What is known of the era that a program speaks.
//!
//! ```text
//! nothing --it answered server/discover in the manner of 2026--> stateless
//!        \--it answered in any other manner--> session, for a while
//! ```
//!
//! Only an answer teaches anything. Silence lets the one caller who met it try the other
//! era (P-047), but a program that starts slowly says the same by it as one that does not
//! know the question: it is not held against the next caller, nor against a program that
//! has answered before.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::upstream::Fault;

/// The era of a program, as far as it is known.
#[derive(Default)]
pub(super) struct Era {
    belief: Mutex<Belief>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Belief {
    #[default]
    Nothing,
    Stateless,
    Session {
        since: Instant,
    },
}

impl Era {
    /// Notes an answer to `server/discover`.
    pub(super) fn answered(&self, is_stateless: bool, now: Instant) {
        *self.lock() = match is_stateless {
            true => Belief::Stateless,
            false => Belief::Session { since: now },
        };
    }

    /// Whether the program was heard to be of the session era, not long ago.
    pub(super) fn is_session(&self, now: Instant) -> bool {
        match *self.lock() {
            Belief::Session { since } => now.saturating_duration_since(since) < BELIEVED,
            Belief::Nothing | Belief::Stateless => false,
        }
    }

    /// How long a new process may take to answer, and what it means if it does not.
    pub(super) fn patience(&self) -> (Duration, Fault) {
        match *self.lock() {
            Belief::Stateless => (STARTING, Fault::Timeout),
            Belief::Nothing | Belief::Session { .. } => (PROBING, Fault::OtherEra),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Belief> {
        self.belief.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a program may take to say of which era it is.
const PROBING: Duration = Duration::from_secs(5);
/// How long one that is known to be of 2026-07-28 may take to start.
const STARTING: Duration = Duration::from_secs(30);
/// How long a program is believed to be of the session era.
const BELIEVED: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_teach_and_those_of_the_session_era_are_forgotten() {
        let (era, now) = (Era::default(), Instant::now());
        assert!(!era.is_session(now));
        assert_eq!(era.patience(), (PROBING, Fault::OtherEra));
        era.answered(false, now);
        assert!(era.is_session(now));
        assert!(!era.is_session(now + BELIEVED), "it may have been replaced");
        era.answered(true, now);
        assert!(!era.is_session(now));
        assert_eq!(
            era.patience(),
            (STARTING, Fault::Timeout),
            "slow is not another era"
        );
    }
}
