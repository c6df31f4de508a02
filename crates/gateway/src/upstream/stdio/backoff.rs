//! How long a program or server that keeps failing is left alone (ST-06).

use std::time::Duration;

use tokio::time::Instant;

/// The failures in a row of one user's processes.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::upstream) struct Backoff {
    failures: u32,
    until: Option<Instant>,
}

impl Backoff {
    /// Notes that a process ended unasked after having run for `ran`.
    pub(in crate::upstream) fn failed(&mut self, ran: Duration, now: Instant) {
        self.failures = if ran >= STEADY {
            1
        } else {
            self.failures.saturating_add(1)
        };
        let doubled = 1_u32
            .checked_shl(self.failures.min(16) - 1)
            .unwrap_or(u32::MAX);
        self.until = Some(now + FIRST.saturating_mul(doubled).min(LONGEST));
    }

    /// How long to wait still; `None` when a process may be started.
    pub(in crate::upstream) fn remaining(&self, now: Instant) -> Option<Duration> {
        let left = self.until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// Whether nothing is lost by forgetting.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now >= until + LONGEST)
    }
}

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// A process that ran this long is not in a crash loop.
const STEADY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_start_over_after_a_steady_run() {
        let now = Instant::now();
        let mut backoff = Backoff::default();
        assert_eq!(backoff.remaining(now), None);
        let mut waits = Vec::new();
        for _ in 0..8 {
            backoff.failed(Duration::ZERO, now);
            waits.push(backoff.remaining(now).expect("a wait").as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.failed(STEADY, now);
        assert_eq!(backoff.remaining(now), Some(FIRST));
        assert_eq!(backoff.remaining(now + FIRST), None);
        assert!(!backoff.is_over(now + FIRST));
        assert!(backoff.is_over(now + FIRST + LONGEST));
    }
}
