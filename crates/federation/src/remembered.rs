//! What a provider publishes, kept for a while: its metadata, its keys.
//!
//! ```text
//! fresh and good for the purpose  -> that one
//! asked less than a minute ago    -> that one: whoever makes up key names causes no traffic
//! else ask:   an answer           -> the new one
//!             none, known for less than a day -> the old one
//!             none                -> the fault, and nobody asks again for some seconds
//! ```
//!
//! One asks for all who wait.

use std::{sync::Arc, time::Duration};

use doorward_core::time::UnixTime;
use tokio::sync::Mutex;

/// What is believed for how long when the provider does not say, and at most.
const FRESH: Duration = Duration::from_secs(3600);
const FRESH_AT_LEAST: Duration = Duration::from_secs(300);
const FRESH_AT_MOST: Duration = Duration::from_secs(24 * 3600);
const STALE_AT_MOST: Duration = Duration::from_secs(24 * 3600);
/// The least time between two questions for something that is known but not good enough.
const AGAIN: Duration = Duration::from_secs(60);
/// The least time between two questions after one that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Something that is asked for when it is needed.
#[derive(Debug)]
pub(crate) struct Remembered<T>(Mutex<Slot<T>>);

#[derive(Debug)]
struct Slot<T> {
    known: Option<Known<T>>,
    failed_at: Option<UnixTime>,
}

#[derive(Debug)]
struct Known<T> {
    value: Arc<T>,
    asked_at: UnixTime,
    fresh_until: UnixTime,
}

/// Nobody was asked: somebody just was, in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JustFailed;

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::new(Slot {
            known: None,
            failed_at: None,
        }))
    }
}

impl<T> Remembered<T> {
    /// What is known, asked for by `ask` when it is old or not `good`. The value that comes
    /// back may still not be good.
    pub(crate) async fn obtain<E: From<JustFailed> + std::fmt::Display>(
        &self,
        now: UnixTime,
        good: impl Fn(&T) -> bool,
        ask: impl Future<Output = Result<(T, Option<Duration>), E>>,
    ) -> Result<Arc<T>, E> {
        let mut slot = self.0.lock().await;
        if let Some(known) = &slot.known {
            let fresh = now < known.fresh_until;
            let just_asked = now.since(known.asked_at) < AGAIN;
            if fresh && (good(&known.value) || just_asked) {
                return Ok(Arc::clone(&known.value));
            }
        }
        let outcome = match slot.failed_at {
            Some(at) if now.since(at) < AFTER_FAILURE => Err(JustFailed.into()),
            Some(_) | None => ask.await,
        };
        match outcome {
            Ok((value, max_age)) => Ok(slot.keep(value, max_age, now)),
            Err(error) => slot.failed(error, now),
        }
    }
}

impl<T> Slot<T> {
    fn keep(&mut self, value: T, max_age: Option<Duration>, now: UnixTime) -> Arc<T> {
        let fresh = max_age
            .unwrap_or(FRESH)
            .clamp(FRESH_AT_LEAST, FRESH_AT_MOST);
        let value = Arc::new(value);
        self.failed_at = None;
        self.known = Some(Known {
            value: Arc::clone(&value),
            asked_at: now,
            fresh_until: now + fresh,
        });
        value
    }

    fn failed<E: std::fmt::Display>(&mut self, error: E, now: UnixTime) -> Result<Arc<T>, E> {
        let again = self
            .failed_at
            .is_none_or(|at| now.since(at) >= AFTER_FAILURE);
        if again {
            self.failed_at = Some(now);
        }
        match &self.known {
            Some(known) if now.since(known.asked_at) < STALE_AT_MOST => {
                tracing::warn!(%error, "going by what the identity provider published before");
                Ok(Arc::clone(&known.value))
            }
            Some(_) | None => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Debug, PartialEq, Eq, thiserror::Error)]
    #[error("down")]
    enum Down {
        Really,
        Before,
    }

    impl From<JustFailed> for Down {
        fn from(_: JustFailed) -> Self {
            Self::Before
        }
    }

    #[derive(Default)]
    struct Host {
        asked: AtomicUsize,
        memory: Remembered<usize>,
    }

    impl Host {
        async fn obtain(&self, at: i64, good: bool, up: bool) -> Result<usize, Down> {
            let ask = async {
                let count = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
                up.then_some((count, None)).ok_or(Down::Really)
            };
            let now = UnixTime::from_seconds(at);
            let value = self.memory.obtain(now, |_| good, ask).await?;
            Ok(*value)
        }
    }

    #[tokio::test]
    async fn what_is_known_is_asked_for_again_when_it_is_old_or_lacks_something() {
        let host = Host::default();
        let hour = 3600;
        #[rustfmt::skip]
        let cases = [
            ("first",                      0,             true,  true,  Ok(1)),
            ("fresh",                      10,            true,  true,  Ok(1)),
            ("lacks, just asked",          59,            false, true,  Ok(1)), // A-015
            ("lacks",                      60,            false, true,  Ok(2)),
            ("lacks again",                90,            false, true,  Ok(2)),
            ("old",                        60 + hour,     true,  true,  Ok(3)),
            ("old, host down",             60 + 2 * hour, true,  false, Ok(3)),
            ("old, host down for a day",   60 + 25 * hour, true, false, Err(Down::Really)),
            ("nobody asks again at once",  61 + 25 * hour, true, true,  Err(Down::Before)),
            ("until some seconds later",   65 + 25 * hour, true, true,  Ok(6)),
        ];
        for (name, at, good, up, expected) in cases {
            assert_eq!(host.obtain(at, good, up).await, expected, "{name}");
        }
    }
}
