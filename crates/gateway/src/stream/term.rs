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
    /// Looks since it said something.
    silent: AtomicU64,
}

impl Term {
    /// None for what never ends by itself.
    pub(super) fn new(limits: Limits, total_of_people: Duration) -> Option<Self> {
        Some(Self {
            quiet: limits.quiet.as_secs().max(1),
            total: limits.total?.as_secs().max(1),
            total_of_people: total_of_people.as_secs().max(1),
            looks: AtomicU64::new(0),
            silent: AtomicU64::new(0),
        })
    }

    /// Looks once more, while its client takes what there is: who does not read holds the server
    /// up, not the other way round. Whether it may have taken too long.
    pub(super) fn look(&self) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.silent.fetch_add(1, Ordering::Relaxed);
        self.is_silent() || self.is_spent(false)
    }

    /// It said something.
    pub(super) fn beat(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    /// Whether it said nothing for too long.
    pub(super) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed) >= self.quiet
    }

    /// Whether it took too long in all; `has_asked` where people had to answer something.
    pub(super) fn is_spent(&self, has_asked: bool) -> bool {
        let total = match has_asked {
            true => self.total_of_people,
            false => self.total,
        };
        self.looks.load(Ordering::Relaxed) >= total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_the_one_time_anew_and_not_the_other() {
        // GW-27
        let second = Duration::from_secs(1);
        let term = |total| {
            let quiet = 3 * second;
            Term::new(Limits { quiet, total }, 7 * second)
        };
        assert!(term(None).is_none(), "it has no end");
        let short = term(Some(5 * second)).expect("one");
        let looks = [(); 5].map(|()| {
            short.beat();
            short.look()
        });
        assert_eq!(looks, [false, false, false, false, true]);
        assert!(!short.is_silent() && !short.is_spent(true));
        let looks = [(); 2].map(|()| (short.look(), short.is_spent(true)));
        assert_eq!(looks, [(true, false), (true, true)]);
        let long = term(Some(9 * second)).expect("one");
        assert_eq!([(); 3].map(|()| long.look()), [false, false, true]);
        long.beat();
        assert!(!long.is_silent(), "it said something meanwhile");
    }
}
