//! Judging by what is remembered for no longer than nobody else can change it.
//!
//! ```text
//! same term --------------------> nothing to do
//! new term ---------------------> suspend, read what was revoked, resume
//! another's, or no word for 1 s -> suspend, and try to have the database again
//! ```
//!
//! Revocations are remembered, because a call must not cost a lookup. That is right while
//! this process alone writes to the database. When it loses the database to another one,
//! or cannot say whether it has, tokens that were revoked there would be good here: so no
//! token is judged until it is known again what was revoked (TK-18).

use std::{sync::Arc, time::Duration};

use doorward_core::{access::CLOCK_SKEW, clock::Clock, revocation::Revocations};
use doorward_store::{Store, StoreError, Term};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

/// What was revoked, and in which term of the store all of it was read.
pub(super) struct Tenure {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    revocations: Arc<Revocations>,
    /// How long a token may live.
    longest: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The memory was complete in this term, which went on at this time.
    Sure(Term, Instant),
    /// Nobody knows what was revoked.
    Lost,
}

/// What to do after a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Go(Term),
    Wait,
    Read(Term),
    Stop,
}

impl Tenure {
    /// Reads what was revoked while tokens from before, which live for `longest`, may still be
    /// good (request path D, stop 4).
    pub(super) async fn begin(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        longest: Duration,
    ) -> Result<Self, StoreError> {
        let mut tenure = Self {
            store,
            clock,
            revocations: Arc::default(),
            longest,
            state: State::Lost,
        };
        let (term, now) = (tenure.store.term().await?, Instant::now());
        tenure.read().await?;
        if let Some(term) = term {
            tenure.state = State::Sure(term, now);
        }
        Ok(tenure)
    }

    /// The memory.
    pub(super) fn revocations(&self) -> Arc<Revocations> {
        Arc::clone(&self.revocations)
    }

    /// Sees to it for ever that the memory is complete or suspended.
    pub(super) async fn keep(mut self) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let now = Instant::now();
        let asked = timeout_at(self.state.until(now), self.store.term()).await;
        let answer = asked.unwrap_or_else(|_| Err(StoreError::Unavailable(SILENT.into())));
        match self.state.after(answer, Instant::now()) {
            Step::Go(term) => self.state = State::Sure(term, now),
            Step::Wait => {}
            Step::Read(term) => {
                self.suspend();
                match self.read().await {
                    Ok(()) => self.resume(term, now),
                    Err(error) => tracing::warn!(%error, "cannot read what was revoked"),
                }
            }
            Step::Stop => {
                self.suspend();
                // Whatever comes of it, the next look tells.
                timeout(HAVE_AGAIN, self.store.flush()).await.ok();
            }
        }
    }

    fn suspend(&mut self) {
        self.state = State::Lost;
        if self.revocations.suspend() {
            tracing::warn!("another process may have the database: no token is judged");
        }
    }

    fn resume(&mut self, term: Term, now: Instant) {
        self.state = State::Sure(term, now);
        if self.revocations.resume() {
            tracing::warn!("the database is this process's own: tokens are judged again");
        }
    }

    async fn read(&self) -> Result<(), StoreError> {
        let since = self.clock.now() - self.longest - CLOCK_SKEW - CLOCK_SKEW;
        let mut tx = self.store.begin().await?;
        for revoked in tx.revocations_since(since).await? {
            self.revocations.add(revoked.what, revoked.at);
        }
        Ok(())
    }
}

impl State {
    /// How long an answer is waited for.
    fn until(self, now: Instant) -> Instant {
        match self {
            Self::Sure(_, at) => at + SURE_FOR,
            Self::Lost => now + SURE_FOR,
        }
    }

    fn after(self, answer: Result<Option<Term>, StoreError>, now: Instant) -> Step {
        match (answer, self) {
            (Ok(Some(term)), Self::Sure(same, _)) if term == same => Step::Go(term),
            (Ok(Some(term)), _) => Step::Read(term),
            (Err(_), Self::Sure(..)) if now < self.until(now) => Step::Wait,
            (Ok(None) | Err(_), _) => Step::Stop,
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long the last word counts: a revocation reaches every call within a second.
const SURE_FOR: Duration = Duration::from_secs(1);
/// How long trying to have the database again may take.
const HAVE_AGAIN: Duration = Duration::from_secs(5);
const SILENT: &str = "the database does not answer";

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use doorward_core::{
        audit::{AuditEvent, ChainBroken, ChainHead},
        id::TokenId,
        time::UnixTime,
    };
    use doorward_store::{AuditFilter, AuditPage, SqliteStore, Tx};

    use super::*;

    /// A store that says of its term what it is told to say.
    struct Told {
        store: SqliteStore,
        term: Mutex<Option<Term>>,
        _folder: tempfile::TempDir,
    }

    #[async_trait]
    impl Store for Told {
        async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
            self.store.begin().await
        }
        fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
            self.store.record(event)
        }
        async fn flush(&self) -> Result<(), StoreError> {
            self.store.flush().await
        }
        async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
            self.store.audit(filter).await
        }
        async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
            self.store.verify_audit().await
        }
        async fn term(&self) -> Result<Option<Term>, StoreError> {
            Ok(*self.term.lock().expect("lock"))
        }
        async fn reap(&self, now: UnixTime, unused: UnixTime) -> Result<usize, StoreError> {
            self.store.reap(now, unused).await
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> UnixTime {
            UnixTime::from_seconds(100_000)
        }
    }

    async fn begun() -> (Arc<Told>, Tenure) {
        let folder = tempfile::tempdir().expect("a folder");
        let told = Arc::new(Told {
            store: SqliteStore::open(&folder.path().join("d.db")).expect("opens"),
            term: Mutex::new(Some(Term::ONLY)),
            _folder: folder,
        });
        let tenure = Tenure::begin(told.clone(), Arc::new(Noon), HOUR).await;
        (told, tenure.expect("begins"))
    }

    #[tokio::test]
    async fn who_lost_the_database_judges_nothing_until_it_was_read_again() {
        // TK-18, CR-06
        let (told, mut tenure) = begun().await;
        let memory = tenure.revocations();
        tenure.look().await;
        let epoch = memory.epoch();
        tenure.look().await;
        assert_eq!(memory.epoch(), epoch, "nobody has to look again");

        *told.term.lock().expect("lock") = None;
        tenure.look().await;
        assert!(!memory.suspend(), "it is suspended");
        let mut tx = told.begin().await.expect("opens");
        tx.revoke_access_token(&TokenId::from_known("t"), Noon.now());
        tx.commit().await.expect("another process revokes");
        tenure.look().await;
        assert!(!memory.suspend(), "it still is");

        *told.term.lock().expect("lock") = Some(Term::ONLY);
        tenure.look().await;
        assert!(!memory.resume(), "it judges again");
        let since = format!("{memory:?}");
        assert!(since.contains("Token(TokenId(\"t\"))"), "{since}");
    }

    #[test]
    fn the_last_word_counts_for_a_second() {
        let at = Instant::now();
        let (sure, silence) = (State::Sure(Term::ONLY, at), || {
            Err(StoreError::Unavailable(SILENT.into()))
        });
        let (soon, late) = (at + SURE_FOR / 2, at + SURE_FOR);
        assert_eq!(sure.after(silence(), soon), Step::Wait);
        assert_eq!(sure.after(silence(), late), Step::Stop);
        assert_eq!(State::Lost.after(silence(), soon), Step::Stop);
        assert_eq!(sure.after(Ok(None), soon), Step::Stop);
        assert_eq!(sure.after(Ok(Some(Term::ONLY)), late), Step::Go(Term::ONLY));
        let again = State::Lost.after(Ok(Some(Term::ONLY)), late);
        assert_eq!(again, Step::Read(Term::ONLY));
    }
}
