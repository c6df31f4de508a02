//! The generic cell rate algorithm, for any number of keys in a memory of a fixed size.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use doorward_core::time::UnixTime;

/// The most keys that one limit keeps (DS-05).
const MOST_KEYS: usize = 20_000;
/// As many are left when it forgets some, so that it does so rarely.
const LEFT_KEYS: usize = MOST_KEYS / 2;

/// The limit is reached; a try will be granted again after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) Duration);

/// A limit for each key.
pub(crate) struct Limit<K> {
    /// How far ahead of now a key may be.
    tolerance: Duration,
    interval: Duration,
    /// When each key will have its whole burst again.
    full_at: Mutex<HashMap<K, UnixTime>>,
}

impl<K: Eq + Hash> Limit<K> {
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        Self {
            tolerance: interval * burst.saturating_sub(1),
            interval,
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one try of `key`.
    pub(crate) fn take(&self, key: K, now: UnixTime) -> Result<(), Wait> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_KEYS {
            full_at.retain(|_, at| self.is_worn(*at, now));
            keep_latest(&mut full_at, LEFT_KEYS);
        }
        let at = full_at.get(&key).copied();
        let at = at.filter(|at| self.is_worn(*at, now)).unwrap_or(now);
        let ahead = at.since(now);
        if ahead > self.tolerance {
            return Err(Wait(ahead - self.tolerance));
        }
        full_at.insert(key, at + self.interval);
        Ok(())
    }

    /// Gives one try of `key` back.
    pub(crate) fn give_back(&self, key: &K) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(key) {
            *at = *at - self.interval;
        }
    }

    pub(crate) fn forget_idle(&self, now: UnixTime) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.retain(|_, at| self.is_worn(*at, now));
    }

    /// Whether a key with this time has less than its whole burst. Further ahead than tries
    /// bring it comes only from a clock that was set back: that must lock nobody out.
    fn is_worn(&self, at: UnixTime, now: UnixTime) -> bool {
        at > now && at.since(now) <= self.tolerance + self.interval
    }
}

/// Keeps at most `most` of the entries, those with the latest times: of a limit those that are
/// worn most, so that whoever comes with ever new keys does not free the one that it wore down.
pub(super) fn keep_latest<K: Eq + Hash>(entries: &mut HashMap<K, UnixTime>, most: usize) {
    let Some(excess) = entries.len().checked_sub(most + 1) else {
        return;
    };
    let mut times: Vec<UnixTime> = entries.values().copied().collect();
    let (_, limit, _) = times.select_nth_unstable(excess);
    let limit = *limit;
    entries.retain(|_, at| *at > limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_000);

    #[test]
    fn a_burst_is_granted_and_then_one_try_per_interval() {
        let limit = Limit::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            assert_eq!(limit.take("a", T0), Ok(()));
        }
        assert_eq!(limit.take("a", T0), Err(Wait(Duration::from_secs(10))));
        assert_eq!(limit.take("b", T0), Ok(()), "keys do not share");
        let later = T0 + Duration::from_secs(10);
        assert_eq!(limit.take("a", later), Ok(()));
        assert!(limit.take("a", later).is_err());
        let rested = later + Duration::from_secs(100);
        for _ in 0..3 {
            assert_eq!(limit.take("a", rested), Ok(()));
        }
        assert!(
            limit.take("a", rested).is_err(),
            "rest does not add to the burst"
        );
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let limit = Limit::new(2, Duration::from_secs(10));
        for _ in 0..2 {
            assert_eq!(limit.take("a", T0), Ok(()));
        }
        let back = T0 - Duration::from_secs(500);
        for _ in 0..2 {
            assert_eq!(limit.take("a", back), Ok(()));
        }
        let longest = Duration::from_secs(10);
        assert_eq!(limit.take("a", back), Err(Wait(longest)), "it counts on");

        assert_eq!(limit.take("b", T0), Ok(()));
        limit.forget_idle(back);
        assert_eq!(limit.full_at.lock().expect("not poisoned").len(), 1);
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let limit = Limit::new(2, Duration::from_secs(10));
        for _ in 0..100 {
            assert_eq!(limit.take("a", T0), Ok(()));
            limit.give_back(&"a");
        }
    }

    #[test]
    fn idle_keys_are_forgotten_and_worn_ones_are_not() {
        let limit = Limit::new(1, Duration::from_secs(10));
        assert_eq!(limit.take("a", T0), Ok(()));
        limit.forget_idle(T0 + Duration::from_secs(9)); // DS-05
        assert!(limit.take("a", T0 + Duration::from_secs(9)).is_err());
        limit.forget_idle(T0 + Duration::from_secs(10));
        assert!(limit.full_at.lock().expect("not poisoned").is_empty());
    }

    // DS-05
    #[test]
    fn ever_new_keys_fill_no_memory_and_free_nobody_who_is_worn() {
        let limit = Limit::new(2, Duration::from_secs(1000));
        let late = |number: usize| T0 + Duration::from_millis(number as u64);
        for _ in 0..2 {
            assert_eq!(limit.take(usize::MAX, T0), Ok(()));
        }
        for number in 0..MOST_KEYS * 3 {
            assert_eq!(limit.take(number, late(number)), Ok(()));
            let kept = limit.full_at.lock().expect("not poisoned").len();
            assert!(kept <= MOST_KEYS);
        }
        assert!(limit.take(usize::MAX, late(MOST_KEYS * 3)).is_err());
    }
}
