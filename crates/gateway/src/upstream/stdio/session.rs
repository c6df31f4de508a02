//! One session of the session era, and its process.
//!
//! ```text
//! initialize -> process started, message written -> answered -> session
//! process ends -> waiting requests fail at once; the next message starts another
//!                 process and repeats initialize (its answer is swallowed)
//! DELETE, idle, room needed -> session over: 404 from now on
//! ```
//!
//! Messages pass byte for byte. A server's own messages go to exactly one stream
//! (R-063): that of the request they name by progress token, else that of the
//! only waiting request, else the GET stream, else the newest waiting request.
//! Notices of changes belong to no request: they go to the GET stream alone. What
//! finds no stream waits for a GET, within bounds.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doorward_core::id::UserId;
use doorward_mcp::{
    envelope::{IdValue, Message, Notification, Request},
    method::{Class, Method},
};
use tokio::time::{Instant, timeout};

use super::{
    Reply,
    home::{Home, cancelled, failure},
    outbox::Outbox,
    process::{End, Process, Receiver, Text},
    slots::{Need, Tenant},
};
use crate::upstream::Fault;

/// A session with a process of its own.
pub(super) struct Session {
    me: Weak<Self>,
    home: Arc<Home>,
    user: UserId,
    opening: Text,
    opening_id: IdValue,
    starting: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    process: Option<Arc<Process>>,
    /// Counts processes, so that a late word of an old one is not taken for the new one's.
    generation: u64,
    waiting: HashMap<IdValue, Waiting>,
    order: u64,
    stream: Option<Arc<Outbox>>,
    backlog: VecDeque<Bytes>,
    initialized: bool,
    over: bool,
    last_used: Instant,
}

/// A request that has not been answered.
struct Waiting {
    outbox: Arc<Outbox>,
    /// Requests of the same POST that have not been answered.
    open: Arc<AtomicUsize>,
    progress: Option<IdValue>,
    order: u64,
}

/// Whom a message of the server's own concerns.
enum About {
    /// The request with this progress token.
    Token(IdValue),
    /// Some request, or none: it does not say.
    Somebody,
    /// No request: something changed.
    Everybody,
}

/// A request as far as routing its answer needs it.
pub(super) struct Ask {
    id: IdValue,
    progress: Option<IdValue>,
}

impl Ask {
    pub(super) fn of(request: &Request<'_>) -> Self {
        Self {
            id: request.id.value(),
            progress: request.params.progress_token.map(|token| token.value()),
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
        user: UserId,
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
            state: Mutex::new(State {
                process: None,
                generation: 0,
                waiting: HashMap::new(),
                order: 0,
                stream: None,
                backlog: VecDeque::new(),
                initialized: false,
                over: false,
                last_used: Instant::now(),
            }),
        })
    }

    /// Starts the process and sends `initialize`.
    pub(super) async fn open(&self) -> Result<Reply, Fault> {
        let process = self.start()?;
        let ask = Ask {
            id: self.opening_id.clone(),
            progress: None,
        };
        self.send(&process, vec![ask], self.opening.clone()).await
    }

    /// Sends a message, or the messages of a batch as one text, and waits for the first
    /// message in return.
    pub(super) async fn ask(&self, asks: Vec<Ask>, text: Text) -> Result<Reply, Fault> {
        let process = self.process().await?;
        self.send(&process, asks, text).await
    }

    /// Sends what is not answered: notifications and responses.
    pub(super) async fn tell(&self, text: Text, initialized: bool) -> Result<(), Fault> {
        let process = self.process().await?;
        process.room().await.map_err(|_| Fault::Ended)?.send(text);
        let mut state = self.lock();
        state.initialized |= initialized;
        state.last_used = Instant::now();
        Ok(())
    }

    /// Forgets a request that its client gave up: servers do not answer those.
    pub(super) fn cancelled(&self, request: &IdValue) {
        self.lock().answer(request, cancelled(&request.to_string()));
    }

    /// Opens the GET stream; one that was open ends.
    pub(super) fn listen(&self) -> Result<Arc<Outbox>, Fault> {
        let outbox = Outbox::new();
        let mut state = self.lock();
        if state.over {
            return Err(Fault::NoSession);
        }
        for message in state.backlog.drain(..) {
            outbox.push(message);
        }
        if let Some(old) = state.stream.replace(Arc::clone(&outbox)) {
            old.complete();
        }
        state.last_used = Instant::now();
        Ok(outbox)
    }

    /// Ends the session and its process.
    pub(super) fn end(&self) {
        let (process, waiting, stream) = {
            let mut state = self.lock();
            state.over = true;
            (
                state.process.take(),
                std::mem::take(&mut state.waiting),
                state.stream.take(),
            )
        };
        if let Some(process) = process {
            process.stop();
        }
        if let Some(stream) = stream {
            stream.complete();
        }
        fail(waiting);
    }

    pub(super) fn is_over(&self) -> bool {
        self.lock().over
    }

    async fn send(&self, process: &Process, asks: Vec<Ask>, text: Text) -> Result<Reply, Fault> {
        let room = process.room().await.map_err(|_| Fault::Ended)?;
        let outbox = Outbox::new();
        self.lock().expect(asks, &outbox)?;
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
        let process = self.start()?;
        let ask = Ask {
            id: self.opening_id.clone(),
            progress: None,
        };
        let repeated = self.send(&process, vec![ask], self.opening.clone());
        match timeout(REOPENING, repeated).await {
            Ok(answer) => drop(answer?),
            Err(_) => return Err(Fault::Timeout),
        }
        if self.lock().initialized {
            let room = process.room().await.map_err(|_| Fault::Ended)?;
            room.send(Text::one(Bytes::from_static(INITIALIZED)));
        }
        Ok(process)
    }

    fn running(&self) -> Result<Option<Arc<Process>>, Fault> {
        let state = self.lock();
        if state.over {
            return Err(Fault::NoSession);
        }
        Ok(state.process.clone())
    }

    fn start(&self) -> Result<Arc<Process>, Fault> {
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
        let process = self.home.start(&self.user, tenant, Arc::new(ear))?;
        let mut state = self.lock();
        if state.over {
            process.stop();
            return Err(Fault::NoSession);
        }
        state.process = Some(Arc::clone(&process));
        Ok(process)
    }

    fn hear(&self, line: Bytes) {
        match Message::parse(&line) {
            Ok(Message::Response(response)) => {
                if let Some(id) = response.id.map(|id| id.value()) {
                    self.lock().answer(&id, line);
                }
            }
            Ok(Message::Request(_)) => self.lock().route(&About::Somebody, line),
            Ok(Message::Notification(notification)) => {
                let about = self.about(&notification);
                self.lock().route(&about, line);
            }
            Err(error) => {
                if let Some(id) = self.home.garbage(&line, &error) {
                    let failed = failure(Fault::NotMcp, &id.to_string());
                    self.lock().answer(&id, failed);
                }
            }
        }
    }

    fn about(&self, notification: &Notification<'_>) -> About {
        let method = Method::notification(&notification.method);
        if method == Some(Method::ToolsListChanged) {
            self.home.changes.note();
        }
        match (
            notification.params.progress_token,
            method.map(Method::class),
        ) {
            (Some(token), _) => About::Token(token.value()),
            (None, Some(Class::Subscribe)) => About::Everybody,
            (None, _) => About::Somebody,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notes that the answers to `asks` belong to `outbox`.
    fn expect(&mut self, asks: Vec<Ask>, outbox: &Arc<Outbox>) -> Result<(), Fault> {
        if self.over {
            return Err(Fault::NoSession);
        }
        if self.waiting.len() + asks.len() > MOST_WAITING {
            // Whom nobody waits for may never be answered (GW-26).
            self.waiting.retain(|_, waiting| waiting.outbox.is_open());
        }
        if self.waiting.len() + asks.len() > MOST_WAITING {
            return Err(Fault::Crowded);
        }
        if asks.iter().any(|ask| self.waiting.contains_key(&ask.id)) {
            return Err(Fault::RepeatedId);
        }
        self.last_used = Instant::now();
        let open = Arc::new(AtomicUsize::new(asks.len()));
        for ask in asks {
            self.order += 1;
            let waiting = Waiting {
                outbox: Arc::clone(outbox),
                open: Arc::clone(&open),
                progress: ask.progress,
                order: self.order,
            };
            self.waiting.insert(ask.id, waiting);
        }
        Ok(())
    }

    fn answer(&mut self, id: &IdValue, message: Bytes) {
        self.last_used = Instant::now();
        if let Some(waiting) = self.waiting.remove(id) {
            waiting.settle(message);
        }
    }

    /// Finds the one stream for a message of the server's own.
    fn route(&mut self, about: &About, message: Bytes) {
        let stream = self.stream.as_ref().filter(|stream| stream.is_open());
        let outbox = match about {
            About::Everybody => stream,
            About::Token(token) => self.named(token).or(stream),
            About::Somebody => self.only().or(stream).or_else(|| self.newest()),
        };
        match outbox {
            Some(outbox) => {
                outbox.push(message);
            }
            None if self.backlog_bytes() + message.len() <= BACKLOG => {
                self.backlog.push_back(message)
            }
            None => tracing::debug!("dropped a server's message that nobody waits for"),
        }
    }

    fn readers(&self) -> impl Iterator<Item = &Waiting> {
        let waiting = self.waiting.values();
        waiting.filter(|waiting| waiting.outbox.is_open())
    }

    fn named(&self, token: &IdValue) -> Option<&Arc<Outbox>> {
        let named = self
            .readers()
            .find(|waiting| waiting.progress.as_ref() == Some(token));
        named.map(|waiting| &waiting.outbox)
    }

    fn only(&self) -> Option<&Arc<Outbox>> {
        let mut readers = self.readers();
        let only = readers.next().filter(|_| readers.next().is_none());
        only.map(|waiting| &waiting.outbox)
    }

    fn newest(&self) -> Option<&Arc<Outbox>> {
        let newest = self.readers().max_by_key(|waiting| waiting.order);
        newest.map(|waiting| &waiting.outbox)
    }

    fn backlog_bytes(&self) -> usize {
        self.backlog.iter().map(Bytes::len).sum()
    }
}

impl Waiting {
    fn settle(self, message: Bytes) {
        if self.open.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.outbox.push_last(message);
        } else {
            self.outbox.push(message);
        }
    }
}

fn fail(waiting: HashMap<IdValue, Waiting>) {
    for (id, waiting) in waiting {
        waiting.settle(failure(Fault::Ended, &id.to_string()));
    }
}

impl Receiver for Ear {
    fn line(&self, line: Bytes) {
        if let Some(session) = self.session.upgrade() {
            session.hear(line);
        }
    }

    fn ended(&self, end: End, ran: Duration) {
        let Some(session) = self.session.upgrade() else {
            return;
        };
        session.home.ended(&session.user, end, ran);
        let waiting = {
            let mut state = session.lock();
            if state.generation != self.generation {
                return;
            }
            state.process = None;
            state.backlog.clear();
            std::mem::take(&mut state.waiting)
        };
        fail(waiting);
    }
}

impl Tenant for Session {
    fn idle_since(&self, need: Need) -> Option<Instant> {
        let state = self.lock();
        let answering = state
            .waiting
            .values()
            .any(|waiting| waiting.outbox.is_open());
        let listening = state.stream.as_ref().is_some_and(|stream| stream.is_open());
        let busy = match need {
            Need::Room => answering,
            Need::Rest => answering || listening,
        };
        (!busy).then_some(state.last_used)
    }

    fn evict(&self) {
        self.end();
    }
}

const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
/// How long a new process may take for `initialize`.
const REOPENING: Duration = Duration::from_secs(30);
const MOST_WAITING: usize = 256;
/// Bytes of messages that wait for a GET.
const BACKLOG: usize = 256 * 1024;
