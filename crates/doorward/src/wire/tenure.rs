//! Judging by what is remembered for no longer than nobody else can change it.
//!
//! ```text
//! own, same term ---------> nothing to do
//! own, new term ----------> read what was revoked; ask again; judge on
//! nobody's or another's --> try once to have it again, and ask again:
//!     still another's ----> suspend
//! no word for 10 s -------> suspend
//! ```
//!
//! Revocations are remembered, because a call must not cost a lookup. That is right while
//! this process alone writes to the database. When another one certainly has it, tokens that
//! were revoked there would be good here: so no token is judged until it is known again what was
//! revoked (TK-18). Silence is no such word. It stops calls by itself, because they cannot be
//! recorded, and is given time: a slow database locks nobody out.
//!
//! There is one question at a time. It is never given up here; how long it may take is the
//! store's business.

use std::{pin::pin, sync::Arc, time::Duration};

use doorward_core::{access::CLOCK_SKEW, clock::Clock, revocation::Revocations};
use doorward_store::{Hold, Store, StoreError, Term};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

#[cfg(test)]
mod tests;

/// What was revoked, and in which term of the store all of it was read.
pub(super) struct Tenure {
    inquiry: Inquiry,
    /// The term in which the memory is complete.
    sure: Option<Term>,
    /// When the database last said that it is still that one.
    heard: Instant,
}

/// Asks who has the database, and does what can be done about it.
struct Inquiry {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    revocations: Arc<Revocations>,
    /// How long a token may live.
    longest: Duration,
}

impl Tenure {
    /// Reads what was revoked while tokens from before, which live for `longest`, may still be
    /// good (request path D, stop 4).
    pub(super) async fn begin(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        longest: Duration,
    ) -> Result<Self, StoreError> {
        let inquiry = Inquiry {
            store,
            clock,
            revocations: Arc::default(),
            longest,
        };
        let hold = inquiry.look(None).await?;
        let mut tenure = Self {
            inquiry,
            sure: None,
            heard: Instant::now(),
        };
        tenure.settle(Ok(hold));
        Ok(tenure)
    }

    /// The memory.
    pub(super) fn revocations(&self) -> Arc<Revocations> {
        Arc::clone(&self.inquiry.revocations)
    }

    /// Sees to it for ever that the memory is complete or suspended. How long it took to start
    /// counts for nothing: nobody was served before.
    pub(super) async fn keep(mut self) {
        self.heard = Instant::now();
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let found = self.found().await;
        self.settle(found);
    }

    /// What a look finds. One that outlives the patience goes on, with the memory suspended.
    async fn found(&self) -> Result<Hold, StoreError> {
        let mut looking = pin!(self.inquiry.look(self.sure));
        if let Ok(found) = timeout_at(self.heard + SURE_FOR, looking.as_mut()).await {
            return found;
        }
        self.inquiry.suspend();
        looking.await
    }

    fn settle(&mut self, found: Result<Hold, StoreError>) {
        match found {
            Ok(Hold::Own(term)) => {
                (self.sure, self.heard) = (Some(term), Instant::now());
                self.inquiry.resume();
            }
            Ok(Hold::Anothers) => {
                self.sure = None;
                self.inquiry.suspend();
            }
            Ok(Hold::Nobodys) => self.wait(),
            Err(error) => {
                tracing::debug!(%error, "nobody says whose the database is");
                self.wait();
            }
        }
    }

    fn wait(&self) {
        if self.sure.is_none() || self.heard.elapsed() >= SURE_FOR {
            self.inquiry.suspend();
        }
    }
}

impl Inquiry {
    /// Who has the database. If it is this process, the memory is complete in that term.
    async fn look(&self, sure: Option<Term>) -> Result<Hold, StoreError> {
        let hold = self.ask(sure).await?;
        if matches!(hold, Hold::Own(_)) {
            return Ok(hold);
        }
        // Whatever comes of it, and whether it goes on behind: the next answer tells.
        timeout(HAVE_AGAIN, self.store.flush()).await.ok();
        self.ask(sure).await
    }

    async fn ask(&self, sure: Option<Term>) -> Result<Hold, StoreError> {
        match self.store.hold().await? {
            Hold::Own(term) if sure != Some(term) => self.read(term).await,
            hold => Ok(hold),
        }
    }

    /// Reads what was revoked. It counts if the term is the same afterwards.
    async fn read(&self, term: Term) -> Result<Hold, StoreError> {
        let since = self.clock.now() - self.longest - CLOCK_SKEW - CLOCK_SKEW;
        for revoked in self.store.revoked_since(since).await? {
            self.revocations.add(revoked.what, revoked.at);
        }
        match self.store.hold().await? {
            Hold::Own(now) if now != term => Err(StoreError::Unavailable(OVERTAKEN.into())),
            hold => Ok(hold),
        }
    }

    fn suspend(&self) {
        if self.revocations.suspend() {
            tracing::warn!("another process may have the database: no token is judged");
        }
    }

    fn resume(&self) {
        if self.revocations.resume() {
            tracing::warn!("the database is this process's own: tokens are judged again");
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the last good word counts when there is none: longer than a slow database takes for
/// an answer.
const SURE_FOR: Duration = Duration::from_secs(10);
/// How long trying to have the database again puts off the word that another process has it.
const HAVE_AGAIN: Duration = Duration::from_secs(1);
const OVERTAKEN: &str = "the database changed hands while it was read";
