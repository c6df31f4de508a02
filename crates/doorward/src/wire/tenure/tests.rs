//! Whoever lost the database judges nothing, and whoever did not is never kept from it.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    id::TokenId,
    revocation::Revocation,
    time::UnixTime,
};
use doorward_store::{AuditFilter, AuditPage, RevokedTokens, Tx};
use tokio::time::{advance, sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// A store that says of its hold what it is told to say, as fast as it is told to.
#[derive(Default)]
struct Told(Mutex<Script>);

#[derive(Default)]
struct Script {
    hold: Option<Hold>,
    asked: usize,
    /// How long an answer takes.
    slowness: Duration,
    /// How long reading takes.
    reading: Duration,
    /// Whose the database is after the next flush, and after the next reading.
    flushed: Option<Hold>,
    read: Option<Hold>,
    flushes: usize,
    revoked: Vec<RevokedTokens>,
}

impl Told {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("lock")
    }

    fn say(&self, hold: Hold) {
        self.script().hold = Some(hold);
    }

    fn fall_silent(&self) {
        self.script().hold = None;
    }

    /// Another process revokes a token.
    fn revoke(&self, token: &str) {
        self.script().revoked.push(RevokedTokens {
            what: Revocation::Token(TokenId::from_known(token)),
            at: Noon.now(),
        });
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("gone".into())
}

#[async_trait]
impl Store for Told {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(gone())
    }
    fn record(&self, _: AuditEvent) -> Result<(), StoreError> {
        Err(gone())
    }
    async fn flush(&self) -> Result<(), StoreError> {
        let mut script = self.script();
        script.flushes += 1;
        let flushed = script.flushed.take().ok_or_else(gone)?;
        script.hold = Some(flushed);
        Ok(())
    }
    async fn audit(&self, _: AuditFilter) -> Result<AuditPage, StoreError> {
        Err(gone())
    }
    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        Err(gone())
    }
    async fn hold(&self) -> Result<Hold, StoreError> {
        let slowness = {
            let mut script = self.script();
            script.asked += 1;
            script.slowness
        };
        sleep(slowness).await;
        self.script().hold.ok_or_else(gone)
    }
    async fn revoked_since(&self, _: UnixTime) -> Result<Vec<RevokedTokens>, StoreError> {
        let reading = self.script().reading;
        sleep(reading).await;
        let mut script = self.script();
        let read = script.read.take();
        script.hold = read.or(script.hold);
        Ok(script.revoked.clone())
    }
    async fn reap(&self, _: UnixTime, _: UnixTime) -> Result<usize, StoreError> {
        Err(gone())
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(100_000)
    }
}

const FIRST: Hold = Hold::Own(Term::ONLY);

fn later() -> Hold {
    Hold::Own(Term::numbered(7))
}

async fn begun() -> (Arc<Told>, Tenure) {
    let told = Arc::new(Told::default());
    told.say(FIRST);
    let tenure = Tenure::begin(told.clone(), Arc::new(Noon), HOUR).await;
    (told, tenure.expect("begins"))
}

/// A store and the memory of a tenure that is kept.
async fn kept() -> (Arc<Told>, Arc<Revocations>) {
    let (told, tenure) = begun().await;
    let memory = tenure.revocations();
    tokio::spawn(tenure.keep());
    sleep(SECOND).await;
    (told, memory)
}

fn judges(memory: &Revocations) -> bool {
    format!("{memory:?}").contains("suspended: false")
}

fn knows(memory: &Revocations, token: &str) -> bool {
    format!("{memory:?}").contains(&format!("Token(TokenId(\"{token}\"))"))
}

#[tokio::test(start_paused = true)]
async fn who_lost_the_database_judges_nothing_until_it_was_read_again() {
    // TK-18, CR-06
    let (told, memory) = kept().await;
    let epoch = memory.epoch();
    sleep(SECOND).await;
    assert_eq!(memory.epoch(), epoch, "nobody has to look again");

    told.say(Hold::Anothers);
    sleep(SECOND).await;
    assert!(!judges(&memory), "at once");
    assert!(told.script().flushes > 0, "but not without an attempt");
    told.revoke("t");
    sleep(SECOND).await;
    assert!(!judges(&memory), "it still is another's");
    told.say(Hold::Nobodys);
    sleep(SECOND).await;
    assert!(!judges(&memory), "who had it may have revoked");

    told.say(FIRST);
    sleep(SECOND).await;
    assert!(judges(&memory) && knows(&memory, "t"));
}

#[tokio::test(start_paused = true)]
async fn who_has_the_database_again_reads_and_judges_on() {
    // TK-18
    for lost in [Hold::Nobodys, Hold::Anothers] {
        let (told, mut tenure) = begun().await;
        let memory = tenure.revocations();
        let epoch = memory.epoch();
        told.say(lost);
        told.script().flushed = Some(later());
        told.revoke("t");
        tenure.look().await;
        assert!(judges(&memory) && knows(&memory, "t"), "{lost:?}");
        assert_eq!(memory.epoch(), epoch + 1, "it never was suspended");
    }
}

#[tokio::test(start_paused = true)]
async fn nobodys_database_is_given_time() {
    let (told, memory) = kept().await;
    told.say(Hold::Nobodys);
    sleep(SURE_FOR - SECOND).await;
    assert!(judges(&memory));
    sleep(SECOND * 2).await;
    assert!(!judges(&memory)); // TK-18
    told.script().flushed = Some(later());
    sleep(SECOND).await;
    assert!(judges(&memory), "and taken back");
}

#[tokio::test(start_paused = true)]
async fn silence_is_given_time_and_the_same_term_ends_it() {
    let (told, memory) = kept().await;
    told.fall_silent();
    sleep(SURE_FOR - SECOND).await;
    assert!(judges(&memory));
    sleep(SECOND * 2).await;
    assert!(!judges(&memory)); // TK-18
    told.say(FIRST);
    sleep(SECOND).await;
    assert!(judges(&memory));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_never_answered_is_asked_once() {
    let (told, memory) = kept().await;
    told.script().slowness = HOUR;
    sleep(SECOND).await;
    let asked = told.script().asked;
    sleep(SURE_FOR).await;
    assert!(!judges(&memory)); // TK-18
    sleep(SURE_FOR * 10).await;
    assert_eq!(told.script().asked, asked);
}

#[tokio::test(start_paused = true)]
async fn a_slow_database_locks_nobody_out() {
    let (told, memory) = kept().await;
    {
        let mut script = told.script();
        (script.slowness, script.reading) = (SECOND * 4, SECOND * 4);
    }
    let epoch = memory.epoch();
    sleep(SURE_FOR * 10).await;
    assert!(judges(&memory));
    assert_eq!(memory.epoch(), epoch, "it always was judged");

    told.fall_silent();
    sleep(SURE_FOR * 2).await;
    assert!(!judges(&memory));
    told.say(later());
    sleep(SURE_FOR * 3).await;
    let epoch = memory.epoch();
    assert!(judges(&memory), "it comes back by itself");
    sleep(SURE_FOR * 10).await;
    assert_eq!(memory.epoch(), epoch, "and stays");
}

#[tokio::test(start_paused = true)]
async fn what_takes_long_to_read_is_judged_by_when_it_was_read() {
    let (told, memory) = kept().await;
    told.revoke("t");
    told.script().reading = SURE_FOR * 2;
    told.say(later());
    sleep(SURE_FOR + SECOND).await;
    assert!(!judges(&memory)); // TK-18
    sleep(SURE_FOR).await;
    assert!(judges(&memory) && knows(&memory, "t"));
}

#[tokio::test(start_paused = true)]
async fn what_was_read_while_the_database_changed_hands_is_read_again() {
    // TK-18
    let (told, mut tenure) = begun().await;
    let memory = tenure.revocations();
    for read in [later(), Hold::Anothers] {
        told.say(FIRST);
        tenure.sure = None;
        told.script().read = Some(read);
        tenure.look().await;
        assert!(!judges(&memory), "{read:?}");
    }
    told.say(FIRST);
    tenure.look().await;
    assert!(judges(&memory));
}

#[tokio::test(start_paused = true)]
async fn how_long_a_start_takes_counts_for_nothing() {
    let (told, tenure) = begun().await;
    let memory = tenure.revocations();
    advance(SURE_FOR * 2).await;
    let epoch = memory.epoch();
    told.script().slowness = SECOND * 4;
    tokio::spawn(tenure.keep());
    sleep(SECOND * 5).await;
    assert_eq!(memory.epoch(), epoch);
    assert!(judges(&memory));
}

#[tokio::test(start_paused = true)]
async fn who_starts_without_the_database_judges_nothing() {
    // TK-18
    for lost in [Hold::Nobodys, Hold::Anothers] {
        let told = Arc::new(Told::default());
        told.say(lost);
        let tenure = Tenure::begin(told.clone(), Arc::new(Noon), HOUR).await;
        assert!(!judges(&tenure.expect("begins").revocations()), "{lost:?}");
    }
    let told = Arc::new(Told::default());
    let silent = Tenure::begin(told, Arc::new(Noon), HOUR).await;
    assert!(silent.is_err());
}
