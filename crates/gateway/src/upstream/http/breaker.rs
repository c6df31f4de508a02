//! Leaves a server alone that failed several times in a row.
//!
//! ```text
//! fine --5 failures in a row--> resting, at once 503 --after 1, 2, 4 .. 60 s--> one is let through
//!   ^------------------------------- it is answered ---------------------------------/
//! ```
//!
//! What counts is what its infrastructure says or does not say: no connection, a connection that
//! breaks before the answer, no answer in time, 502, 503 and 504. A plain 500 may be the doing of
//! one caller's arguments, and says nothing about the next (GW-25).

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use doorward_core::server::ServerName;
use http::Response;
use tokio::time::Instant;

use crate::upstream::{Fault, stdio::Backoff};

/// The failures of one server.
pub(super) struct Breaker {
    server: ServerName,
    /// In a row. Read without a lock by every request.
    failures: AtomicU32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    backoff: Backoff,
    /// Since when one request is let through.
    trying: Option<Instant>,
}

/// One request that is let through.
#[must_use = "the outcome is to be told"]
pub(super) struct Turn<'a> {
    breaker: &'a Breaker,
    is_trial: bool,
}

impl Breaker {
    pub(super) fn new(server: ServerName) -> Self {
        Self {
            server,
            failures: AtomicU32::new(0),
            state: Mutex::default(),
        }
    }

    /// Lets a request through, or says for how long none is.
    pub(super) fn enter(&self) -> Result<Turn<'_>, Fault> {
        let is_trial = self.is_open();
        if is_trial {
            let (mut state, now) = (self.lock(), Instant::now());
            if let Some(left) = state.backoff.remaining(now) {
                return Err(Fault::Tripped(left));
            }
            // What was let through may be something that takes long by itself.
            let is_trying = |since| now.saturating_duration_since(since) < TRIAL;
            if state.trying.is_some_and(is_trying) {
                return Err(Fault::Tripped(MEANWHILE));
            }
            state.trying = Some(now);
        }
        Ok(Turn {
            breaker: self,
            is_trial,
        })
    }

    /// Whether requests are refused.
    pub(super) fn is_open(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= MOST
    }

    /// Counts a failure.
    pub(super) fn failed(&self) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures < MOST {
            return;
        }
        let now = Instant::now();
        let mut state = self.lock();
        // Those that were under way when it tripped are no further failures of it.
        if state.trying.is_some() || failures == MOST {
            state.backoff.failed(Duration::ZERO, now);
            let rests = state.backoff.remaining(now).unwrap_or_default();
            tracing::warn!(
                server = %self.server, seconds = rests.as_secs(),
                "the server failed several times in a row and is left alone for a while"
            );
        }
    }

    fn answered(&self) {
        if self.failures.load(Ordering::Relaxed) == 0 {
            return;
        }
        if self.failures.swap(0, Ordering::Relaxed) >= MOST {
            self.lock().backoff = Backoff::default();
            tracing::info!(server = %self.server, "the server answers again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Tells what came of it.
    pub(super) fn settle<B>(self, sent: Result<Response<B>, Fault>) -> Result<Response<B>, Fault> {
        let has_failed = match &sent {
            Ok(response) => matches!(response.status().as_u16(), 502..=504),
            Err(fault) => matches!(fault, Fault::Unreachable | Fault::Broken | Fault::Timeout),
        };
        match has_failed {
            true => self.breaker.failed(),
            false => self.breaker.answered(),
        }
        sent
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Who left before the end says nothing, and makes room for the next.
        if self.is_trial {
            self.breaker.lock().trying = None;
        }
    }
}

/// Failures in a row after which it rests.
const MOST: u32 = 5;
/// What those are told who come while one is let through.
const MEANWHILE: Duration = Duration::from_secs(1);
/// How long others wait for what comes of the one that is let through.
const TRIAL: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(ServerName::parse("files").expect("a name"))
    }

    fn answer(status: u16) -> Result<Response<()>, Fault> {
        Ok(Response::builder().status(status).body(()).expect("valid"))
    }

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            let turn = breaker.enter().expect("let through");
            assert!(turn.settle(answer(503)).is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn several_failures_in_a_row_trip_it_and_one_request_tries_again() {
        // GW-25, GW-27
        let breaker = breaker();
        fail(&breaker, MOST);
        let rest = |fault: Result<Turn<'_>, Fault>| fault.map(drop);
        let second = Duration::from_secs(1);
        assert_eq!(rest(breaker.enter()), Err(Fault::Tripped(second)));
        tokio::time::advance(second).await;
        let trial = breaker.enter().expect("one is let through");
        assert_eq!(rest(breaker.enter()), Err(Fault::Tripped(MEANWHILE)));
        tokio::time::advance(TRIAL).await;
        let other = breaker.enter().expect("another when that takes long");
        drop((trial, other));
        let trial = breaker.enter().expect("and another when they left");
        assert!(trial.settle::<()>(Err(Fault::Timeout)).is_err());
        assert_eq!(
            rest(breaker.enter()),
            Err(Fault::Tripped(2 * second)),
            "longer from time to time"
        );
        tokio::time::advance(2 * second).await;
        let trial = breaker.enter().expect("one is let through");
        assert!(trial.settle(answer(200)).is_ok());
        fail(&breaker, MOST);
        assert_eq!(rest(breaker.enter()), Err(Fault::Tripped(second)), "anew");
    }

    #[test]
    fn only_failures_of_the_server_itself_count_and_only_in_a_row() {
        let outcomes = [
            (answer(502), true),
            (answer(504), true),
            (Err(Fault::Unreachable), true),
            (Err(Fault::Broken), true),
            (answer(200), false),
            (answer(404), false),
            (answer(429), false),
            (answer(500), false),
        ];
        for (outcome, counts) in outcomes {
            let breaker = breaker();
            fail(&breaker, MOST - 1);
            let turn = breaker.enter().expect("let through");
            drop(turn.settle(outcome));
            assert_eq!(breaker.is_open(), counts);
        }
    }
}
