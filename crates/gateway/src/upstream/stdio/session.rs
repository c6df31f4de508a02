//! One session of the session era, and its process.
//!
//! ```text
//! initialize -> process started, message written -> answered -> session
//! process ends -> waiting requests fail at once; the next message starts another process and
//!                 repeats initialize, the log level and the subscriptions (answers are swallowed)
//! DELETE, idle, room needed -> session over: 404 from now on
//! ```
//!
//! Messages pass byte for byte; [`Routes`] says whose stream the server's own go to. No process is
//! started to hear that a request of another one is cancelled, or the answer to what another one
//! asked.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doorward_core::subject::Subject;
use doorward_mcp::{
    envelope::{IdValue, Message, Request},
    method::Method,
};
use tokio::time::{Instant, timeout};

use super::{
    Reply,
    home::{Home, cancelled},
    is_error,
    outbox::Outbox,
    process::{End, Process, Receiver, Text},
    questions::Questions,
    routes::{Ask, Routes},
    slots::{Need, Tenant},
};
use crate::upstream::{Fault, asked::pong, opening, standing::Said};

/// A session with a process of its own.
pub(super) struct Session {
    me: Weak<Self>,
    home: Arc<Home>,
    user: Subject,
    opening: Text,
    opening_id: IdValue,
    starting: tokio::sync::Mutex<()>,
    /// Whether the gateway itself is the client.
    is_own: AtomicBool,
    /// Whether another session would do as well.
    is_spare: AtomicBool,
    /// Whether what waits in it may never go on.
    rests: AtomicBool,
    state: Mutex<State>,
}

struct State {
    process: Option<Arc<Process>>,
    /// Counts processes, so that a late word of an old one is not taken for the new one's.
    generation: u64,
    routes: Routes,
    /// What each process is to be told.
    said: Said,
    questions: Questions,
    initialized: bool,
    over: bool,
    last_used: Instant,
}

/// What a message is that is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// `notifications/initialized`.
    Initialized,
    /// `notifications/cancelled`.
    Cancelled,
    /// The answer to a question of the server's.
    Answer(IdValue),
    /// Anything else.
    Other,
}

impl Telling {
    pub(super) fn of(message: &Message<'_>) -> Self {
        match message {
            Message::Response(response) => match &response.id {
                Some(id) => Self::Answer(id.value()),
                None => Self::Other,
            },
            Message::Notification(notification) => {
                match Method::notification(&notification.method) {
                    Some(Method::Initialized) => Self::Initialized,
                    Some(Method::Cancelled) => Self::Cancelled,
                    Some(_) | None => Self::Other,
                }
            }
            Message::Request(_) => Self::Other,
        }
    }
}

/// Hears one process on behalf of its session.
struct Ear {
    session: Weak<Session>,
    generation: u64,
}

impl Session {
    /// A session that `opening`, an `initialize` request, begins. Nothing is started yet.
    pub(super) fn new(
        home: Arc<Home>,
        user: Subject,
        opening: Text,
        opening_id: IdValue,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            home,
            user,
            opening,
            opening_id,
            starting: tokio::sync::Mutex::default(),
            is_own: AtomicBool::new(false),
            is_spare: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            state: Mutex::new(State {
                process: None,
                generation: 0,
                routes: Routes::default(),
                said: Said::default(),
                questions: Questions::default(),
                initialized: false,
                over: false,
                last_used: Instant::now(),
            }),
        })
    }

    /// What waits in it may never go on: its process is there for others, if no other is.
    pub(super) fn rest(&self, rests: bool) {
        self.rests.store(rests, Ordering::Relaxed);
    }

    /// From now on the gateway itself is the client: it answers what is asked of every client
    /// (P-028).
    pub(super) fn is_own(&self) {
        self.is_own.store(true, Ordering::Relaxed);
    }

    /// No client holds it: another one would do as well.
    pub(super) fn is_spare(&self) {
        self.is_spare.store(true, Ordering::Relaxed);
    }

    /// Starts the process and sends `initialize`.
    pub(super) async fn open(&self) -> Result<Reply, Fault> {
        let process = self.start().await?;
        self.keep(&process)?;
        self.repeat_opening(&process).await
    }

    /// Sends a message, or the messages of a batch as one text, and waits for the first
    /// message in return.
    pub(super) async fn ask(&self, asks: Vec<Ask>, text: Text) -> Result<Reply, Fault> {
        let process = self.process().await?;
        self.send(&process, asks, text).await
    }

    /// Sends what is not answered: notifications and responses.
    pub(super) async fn tell(&self, text: Text, telling: &Telling) -> Result<(), Fault> {
        if !self.is_due(telling)? {
            tracing::debug!(server = %self.home.server, "a word was for a process that is gone");
            return Ok(());
        }
        let process = self.process().await?;
        process.room().await.map_err(|_| Fault::Ended)?.send(text);
        let mut state = self.lock();
        state.initialized |= *telling == Telling::Initialized;
        state.last_used = Instant::now();
        Ok(())
    }

    /// Whether a process is there that this means anything to, or is to be started for it.
    fn is_due(&self, telling: &Telling) -> Result<bool, Fault> {
        let is_running = self.running()?.is_some();
        Ok(match telling {
            Telling::Initialized | Telling::Other => true,
            Telling::Cancelled => is_running,
            Telling::Answer(id) => is_running && self.lock().questions.answered(id),
        })
    }

    /// Takes back what the next process was to be told, where none is running that was told it;
    /// false when a process is to hear of it.
    pub(super) fn takes_back(&self, ask: &Ask) -> Result<bool, Fault> {
        let Some(change) = ask.taken_back() else {
            return Ok(false);
        };
        let is_all = self.running()?.is_none();
        if is_all {
            self.lock().said.note(change.clone());
        }
        Ok(is_all)
    }

    /// Starts the process that there is to be.
    pub(super) async fn wake(&self) -> Result<(), Fault> {
        self.process().await.map(drop)
    }

    /// Forgets a request that its client gave up: servers do not answer those.
    pub(super) fn cancelled(&self, request: &IdValue) {
        let answer = cancelled(&request.to_string());
        drop(self.lock().routes.answer(request, answer));
    }

    /// Opens the GET stream; one that was open ends.
    pub(super) fn listen(&self) -> Result<Arc<Outbox>, Fault> {
        let mut state = self.lock();
        if state.over {
            return Err(Fault::NoSession);
        }
        state.last_used = Instant::now();
        Ok(state.routes.listen())
    }

    /// Whose it is.
    pub(super) fn user(&self) -> &Subject {
        &self.user
    }

    /// Since when nothing of it is in use: no process runs, nobody waits, nobody listens.
    pub(super) fn resting_since(&self) -> Option<Instant> {
        let state = self.lock();
        let runs = state.process.as_ref().is_some_and(|one| !one.is_over());
        let used = runs || state.routes.is_answering() || state.routes.is_listening();
        (!used).then_some(state.last_used)
    }

    /// Whether nobody would miss it: it is over, or nothing of it was in use for `idle`.
    pub(super) fn is_abandoned(&self, now: Instant, idle: Duration) -> bool {
        let unused = |since| now.saturating_duration_since(since) >= idle;
        self.is_over() || self.resting_since().is_some_and(unused)
    }

    /// Ends the session and its process.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.over = true;
        state.routes.close();
        let process = state.process.take();
        drop(state);
        if let Some(process) = process {
            process.stop();
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.lock().over
    }

    async fn send(&self, process: &Process, asks: Vec<Ask>, text: Text) -> Result<Reply, Fault> {
        let room = process.room().await.map_err(|_| Fault::Ended)?;
        let outbox = Outbox::new();
        self.expect(asks, &outbox, process.generation())?;
        if process.is_over() {
            self.lost(process.generation());
        }
        room.send(text);
        // When nobody reads the answer any more the request goes on all the same (R-066).
        let reader = outbox.reader();
        let first = outbox.next().await.ok_or(Fault::Ended)?;
        Ok(Reply {
            first,
            rest: outbox,
            reader: Box::new(reader),
        })
    }

    /// The running process, or a new one that has been told what the old one knew.
    async fn process(&self) -> Result<Arc<Process>, Fault> {
        if let Some(process) = self.running()? {
            return Ok(process);
        }
        let _one_at_a_time = self.starting.lock().await;
        if let Some(process) = self.running()? {
            return Ok(process);
        }
        // Nobody can be answered by a process that is gone, the opening of a try before included.
        let before = self.lock().generation;
        self.lost(before);
        let process = self.start().await?;
        let opening = async { self.repeat_opening(&process).await?.answer().await };
        let answer = timeout(REOPENING, opening).await;
        if is_error(&answer.unwrap_or(Err(Fault::Timeout))?) {
            return Err(Fault::Ended);
        }
        if self.lock().initialized {
            self.repeat(&process).await?;
        }
        self.keep(&process)?;
        Ok(process)
    }

    /// Tells a new process what the ones before agreed to; what it says to that is nobody's.
    async fn repeat(&self, process: &Process) -> Result<(), Fault> {
        let initialized = Bytes::from_static(opening::INITIALIZED);
        let (said, number) = (self.lock().said.clone(), AtomicU64::new(0));
        let again = said.again(|| number.fetch_add(1, Ordering::Relaxed));
        let again: Vec<_> = std::iter::once(initialized).chain(again).collect();
        for message in again {
            let room = process.room().await.map_err(|_| Fault::Ended)?;
            room.send(Text::one(message));
        }
        Ok(())
    }

    async fn repeat_opening(&self, process: &Process) -> Result<Reply, Fault> {
        let ask = Ask::by_id(self.opening_id.clone());
        self.send(process, vec![ask], self.opening.clone()).await
    }

    fn expect(&self, asks: Vec<Ask>, outbox: &Arc<Outbox>, generation: u64) -> Result<(), Fault> {
        let mut state = self.lock();
        if state.over {
            return Err(Fault::NoSession);
        }
        state.last_used = Instant::now();
        state.routes.expect(asks, outbox, generation)
    }

    /// Fails what this process and earlier ones were asked.
    fn lost(&self, generation: u64) {
        let mut state = self.lock();
        if state.generation == generation {
            state.process = None;
            state.routes.forget();
            state.questions.clear();
            if self.is_own.load(Ordering::Relaxed) {
                state.routes.hush(); // so that it is asked for again, of the next one
            }
        }
        state.routes.fail(generation);
    }

    fn running(&self) -> Result<Option<Arc<Process>>, Fault> {
        let state = self.lock();
        if state.over {
            return Err(Fault::NoSession);
        }
        let process = state.process.as_ref().filter(|process| !process.is_over());
        Ok(process.cloned())
    }

    async fn start(&self) -> Result<Arc<Process>, Fault> {
        self.home.wait_for_room(&self.user).await;
        let generation = {
            let mut state = self.lock();
            state.generation += 1;
            state.generation
        };
        let ear = Ear {
            session: self.me.clone(),
            generation,
        };
        let tenant: Weak<dyn Tenant> = self.me.clone();
        self.home.join(&self.user, tenant, Arc::new(ear))
    }

    /// From now on messages go to `process`.
    fn keep(&self, process: &Arc<Process>) -> Result<(), Fault> {
        let mut state = self.lock();
        if state.over {
            return Err(Fault::NoSession); // and the process ends with its last handle
        }
        state.process = Some(Arc::clone(process));
        Ok(())
    }

    /// Hands a line on; the stream, when more than enough is unread on it.
    fn hear(&self, line: Bytes, generation: u64) -> Option<Arc<Outbox>> {
        if self.lock().generation != generation {
            tracing::debug!(server = %self.home.server, "dropped a late line of an earlier process");
            return None;
        }
        match Message::parse(&line) {
            Ok(Message::Request(request)) if self.answers(&request) => None,
            Ok(message) => {
                if message.method() == Some(Method::ToolsListChanged.as_str()) {
                    self.home.changed(&self.user);
                }
                self.lock().hear(&message, &line)
            }
            Err(error) => {
                let id = self.home.garbage(&line, &error)?;
                let mut state = self.lock();
                state.last_used = Instant::now();
                state.routes.refuse(&id, Fault::NotMcp);
                None
            }
        }
    }

    /// Answers a `ping` that is for the gateway.
    fn answers(&self, request: &Request<'_>) -> bool {
        let is_ours =
            self.is_own.load(Ordering::Relaxed) && request.method == Method::Ping.as_str();
        if is_ours
            && let Some(process) = self.lock().process.clone()
            && process.try_write(pong(request.id.as_json())).is_err()
        {
            tracing::debug!(server = %self.home.server, "an answer to a ping found no room");
        }
        is_ours
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Hands a message on; the stream, when more than enough is unread on it.
    fn hear(&mut self, message: &Message<'_>, line: &Bytes) -> Option<Arc<Outbox>> {
        match message {
            Message::Response(_) => self.last_used = Instant::now(),
            Message::Request(request) => self.questions.asked(&request.id.value()),
            Message::Notification(_) => {}
        }
        let brought = self.routes.bring(message, line.clone());
        if let Some(change) = brought.change {
            self.said.note(change);
        }
        brought.full
    }
}

impl Receiver for Ear {
    fn generation(&self) -> u64 {
        self.generation
    }

    fn line(&self, line: Bytes) -> Option<Arc<Outbox>> {
        let session = self.session.upgrade()?;
        let full = session.hear(line, self.generation)?;
        // Nobody reads what waits for an answer of its user: that is bounded and not waited for.
        (!session.rests.load(Ordering::Relaxed)).then_some(full)
    }

    fn ended(&self, end: End, ran: Duration) {
        let Some(session) = self.session.upgrade() else {
            return;
        };
        session.home.ended(&session.user, end, ran);
        session.lost(self.generation);
    }
}

impl Tenant for Session {
    fn idle_since(&self, need: Need) -> Option<Instant> {
        let state = self.lock();
        let answering = state.routes.is_answering();
        if answering && need == Need::Room && self.rests.load(Ordering::Relaxed) {
            return Some(state.last_used + AFTER_ALL_IDLE);
        }
        let busy = match need {
            Need::Room => answering,
            Need::Spare if !self.is_spare.load(Ordering::Relaxed) => true,
            Need::Rest | Need::Spare => answering || state.routes.is_listening(),
        };
        (!busy).then_some(state.last_used)
    }

    fn evict(&self) {
        self.end();
    }
}

/// Who rests has last used it so much later than those who are idle: they make room first.
const AFTER_ALL_IDLE: Duration = Duration::from_secs(3600);
/// How long a new process may take for `initialize`.
const REOPENING: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use doorward_core::id::UserId;

    use super::{
        super::{home::failure, testing::home},
        *,
    };

    #[tokio::test]
    async fn a_late_line_of_an_earlier_process_answers_nothing() {
        // GW-20
        let user = Subject::User(UserId::from_known("alice"));
        let opening = Text::one("{}".into());
        let session = Session::new(home("exit"), user, opening, IdValue::Integer(0));
        let outbox = Outbox::new();
        session.lock().generation = 2;
        let ask = vec![Ask::by_id(IdValue::Integer(5))];
        session.expect(ask, &outbox, 2).expect("room");
        let hear = |generation: u64, line: &'static str| {
            let session = session.me.clone();
            Ear {
                session,
                generation,
            }
            .line(line.into());
        };
        hear(1, r#"{"jsonrpc":"2.0","id":5,"result":{"of":1}}"#);
        hear(2, r#"{"jsonrpc":"2.0","id":5,"result":{"of":2}}"#);
        let answer = outbox.next().await.expect("an answer");
        assert_eq!(answer.json, r#"{"jsonrpc":"2.0","id":5,"result":{"of":2}}"#);
    }

    #[tokio::test]
    async fn a_call_to_a_process_that_ended_is_answered_whatever_came_after_it() {
        // GW-26
        let user = Subject::User(UserId::from_known("alice"));
        let opening = Text::one("{}".into());
        let session = Session::new(home("exit"), user, opening, IdValue::Integer(0));
        let outbox = Outbox::new();
        let ask = vec![Ask::by_id(IdValue::Integer(5))];
        session.expect(ask, &outbox, 1).expect("room");
        session.lock().generation = 2; // a restart was tried, and failed
        let ear = Ear {
            session: session.me.clone(),
            generation: 1,
        };
        ear.ended(End::Exited, Duration::ZERO);
        let answer = outbox.next().await.expect("an answer");
        assert_eq!(
            (answer.json, answer.last),
            (failure(Fault::Ended, "5"), true)
        );
    }
}
