//! How long a server may take for what it says on a stream that passes (`timeouts`).
//!
//! It is counted in the looks of the [`Watch`](super::Watch), one a second: a stream has no timer.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::upstream::Limits;

/// The times of one stream.
#[derive(Debug)]
pub(super) struct Term {
    /// Without a word.
    quiet: u64,
    /// In all.
    total: u64,
    /// The same once people were asked.
    total_of_people: u64,
    looks: AtomicU64,
}

impl Term {
    /// None for what never ends by itself.
    pub(super) fn new(limits: Limits, total_of_people: Duration) -> Option<Self> {
        Some(Self {
            quiet: limits.quiet.as_secs().max(1),
            total: limits.total?.as_secs().max(1),
            total_of_people: total_of_people.as_secs().max(1),
            looks: AtomicU64::new(0),
        })
    }

    /// Looks once more; `quiet` looks ago it said something. Whether it may have taken too long.
    pub(super) fn look(&self, quiet: u64) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.is_over(quiet, false)
    }

    /// Whether it took too long; `has_asked` where people had to answer something.
    pub(super) fn is_over(&self, quiet: u64, has_asked: bool) -> bool {
        let total = match has_asked {
            true => self.total_of_people,
            false => self.total,
        };
        quiet >= self.quiet || self.looks.load(Ordering::Relaxed) >= total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_the_one_time_anew_and_not_the_other() {
        // GW-27
        let second = Duration::from_secs(1);
        let limits = |total| Limits {
            quiet: 3 * second,
            total,
        };
        let term = |total| Term::new(limits(total), 7 * second);
        assert!(term(None).is_none(), "it has no end");
        let short = term(Some(5 * second)).expect("one");
        let looks = [1, 2, 0, 1, 0].map(|quiet| short.look(quiet));
        assert_eq!(looks, [false, false, false, false, true]);
        assert!(!short.is_over(0, true), "people take their time");
        let looks = [0, 0].map(|quiet| (short.look(quiet), short.is_over(quiet, true)));
        assert_eq!(looks, [(true, false), (true, true)]);
        let term = term(Some(9 * second)).expect("one");
        assert_eq!(
            [1, 2, 3].map(|quiet| term.look(quiet)),
            [false, false, true]
        );
        assert!(!term.is_over(0, false), "it said something meanwhile");
    }
}
