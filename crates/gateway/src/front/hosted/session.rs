//! One session that the gateway hosts: what its client and the server behind it owe each other.
//!
//! ```text
//! opened -> initialized -> requests run, each with a line of its own -> DELETE | idle | revoked -> over
//! ```
//!
//! A request that runs goes on when its client hangs up (R-066, P-037): only a cancellation, or the
//! end of the session, ends it. Responses of the client are for requests that this very session
//! asked, and for nothing else (P-035).

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{IdValue, Notification, Request},
    era::Revision,
    method::Method,
    translate::{Client as Said, cancelled},
};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    backend::{Backend, Call},
    line::{Line, Room},
    visitor::Visitor,
};
use crate::{
    stream::Pulse,
    upstream::{Fault, link::Owner},
};

/// What a client said of itself in `initialize`.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The revision that was agreed on with it (R-057).
    pub(crate) revision: Revision,
    pub(crate) said: Said,
}

/// How messages come to the client.
pub(super) enum Streams {
    /// Each request has a stream of its own, and what is said unasked one more (R-063).
    Each,
    /// All of them on one (HTTP+SSE of 2024-11-05).
    One(Arc<Line>),
}

/// How a client of the session era speaks to the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Streamable HTTP.
    Streamable,
    /// HTTP+SSE of 2024-11-05.
    Sse,
}

/// A session of a client with whatever is behind it.
pub(crate) struct Session {
    pub(super) owner: Owner,
    opened: OnceLock<Opened>,
    streams: Streams,
    room: Room,
    over: CancellationToken,
    state: Mutex<State>,
    /// Requests that run and whose answer was not said.
    running: AtomicUsize,
    /// A watch over a newer token than that of the stream.
    newer: Mutex<Option<Pulse>>,
    /// Counts how often it was to be judged otherwise: by another token, or other rules.
    terms: watch::Sender<u64>,
}

/// What `initialize` came to.
pub(super) struct Opened {
    pub(super) client: Client,
    pub(super) backend: Arc<dyn Backend>,
}

struct State {
    initialized: bool,
    listening: bool,
    /// By whose token the gateway acts for the session: that of the newest message (P-051).
    newest: Arc<dyn Visitor>,
    lines: BTreeMap<u32, Arc<Line>>,
    next_line: u32,
    calls: HashMap<IdValue, CancellationToken>,
    /// Requests of the server that the client has not answered.
    asked: HashMap<i64, oneshot::Sender<Bytes>>,
    next_asked: i64,
    last_used: Instant,
}

/// A request of the server's that the client was asked. Dropped before its answer it is given up,
/// and the client told so.
pub(super) struct Asking {
    session: Arc<Session>,
    line: Arc<Line>,
    pub(super) id: i64,
    answer: oneshot::Receiver<Bytes>,
}

/// What became of a client's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Delivery {
    /// Somebody waited for it.
    Delivered,
    /// Nobody waits for it any more.
    Late,
    /// Nobody ever asked that.
    Unasked,
}

impl Session {
    /// A session that was not opened yet.
    pub(super) fn new(
        owner: Owner,
        (streams, room): (Streams, Room),
        newest: Arc<dyn Visitor>,
    ) -> Arc<Self> {
        let unasked = match &streams {
            Streams::Each => Line::new(0, room.clone(), None),
            Streams::One(line) => Arc::clone(line),
        };
        Arc::new(Self {
            owner,
            opened: OnceLock::new(),
            streams,
            room,
            over: CancellationToken::new(),
            state: Mutex::new(State {
                initialized: false,
                listening: false,
                newest,
                lines: [(0, unasked)].into(),
                next_line: 1,
                calls: HashMap::new(),
                asked: HashMap::new(),
                next_asked: 1,
                last_used: Instant::now(),
            }),
            running: AtomicUsize::new(0),
            newer: Mutex::default(),
            terms: watch::Sender::new(0),
        })
    }

    /// Puts it in front of what was opened for it, once; false when something is there already.
    pub(super) fn open(&self, client: Client, backend: Arc<dyn Backend>) -> bool {
        let opened = self.opened.set(Opened { client, backend });
        if let Err(Opened { backend, .. }) = &opened {
            backend.end();
        }
        opened.is_ok()
    }

    /// What `initialize` came to, if it came.
    pub(super) fn opened(&self) -> Option<&Opened> {
        self.opened.get()
    }

    /// How its client speaks: an address of the other transport knows no such session.
    pub(super) fn transport(&self) -> Transport {
        match self.streams {
            Streams::Each => Transport::Streamable,
            Streams::One(_) => Transport::Sse,
        }
    }

    /// Notes that a message came, with whose token.
    pub(super) fn visited(&self, visitor: Arc<dyn Visitor>) {
        let mut state = self.lock();
        let same = state.newest.token() == visitor.token();
        state.newest = visitor;
        state.last_used = Instant::now();
        drop(state);
        if !same {
            self.reconsider();
        }
    }

    /// What goes on by itself is judged anew: the token is another one, or the rules are (P-051).
    pub(super) fn reconsider(&self) {
        self.terms.send_modify(|terms| *terms += 1);
    }

    /// Tells when that is so.
    pub(super) fn terms(&self) -> watch::Receiver<u64> {
        self.terms.subscribe()
    }

    /// Keeps the one stream open for as long as the token of `pulse` lasts, too.
    pub(super) fn renew(&self, pulse: Pulse) {
        *self.newer.lock().unwrap_or_else(PoisonError::into_inner) = Some(pulse);
    }

    /// The watch over the newest token that came since the stream was opened, once.
    pub(super) fn renewed(&self) -> Option<Pulse> {
        self.newer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// By whose token the gateway acts for the session now.
    pub(super) fn newest(&self) -> Arc<dyn Visitor> {
        Arc::clone(&self.lock().newest)
    }

    /// Notes that the client said `notifications/initialized`.
    pub(super) fn initialized(self: &Arc<Self>) {
        self.lock().initialized = true;
        if let Streams::One(_) = self.streams {
            self.listen();
        }
    }

    /// Whether it did: until then it may only ping (R-069).
    pub(super) fn is_initialized(&self) -> bool {
        self.lock().initialized
    }

    /// A stream for so many answers, which is kept once a request was taken for it.
    pub(super) fn line(&self, answers: usize) -> Arc<Line> {
        if let Streams::One(line) = &self.streams {
            return Arc::clone(line);
        }
        let mut state = self.lock();
        let number = state.next_line;
        state.next_line += 1;
        Line::new(number, self.room.clone(), Some(answers))
    }

    /// The stream of this number, if it is still there.
    pub(super) fn find_line(&self, number: u32) -> Option<Arc<Line>> {
        self.lock().lines.get(&number).cloned()
    }

    /// The stream of what is said unasked.
    pub(super) fn unasked(&self) -> Arc<Line> {
        match (&self.streams, self.find_line(0)) {
            (Streams::One(line), _) => Arc::clone(line),
            (Streams::Each, Some(line)) => line,
            (Streams::Each, None) => Line::new(0, self.room.clone(), None),
        }
    }

    /// Begins to hear what the server says unasked, once.
    pub(super) fn listen(self: &Arc<Self>) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.listening, true) || self.is_over() {
            return;
        }
        drop(state);
        let Some(opened) = self.opened() else { return };
        let (session, backend) = (Arc::clone(self), Arc::clone(&opened.backend));
        tokio::spawn(async move {
            let over = session.over.clone();
            let listening = backend.listen(&session);
            over.run_until_cancelled(listening).await;
        });
    }

    /// Begins a request, whose answer comes on `line`, and before it on `aside` what the server
    /// says meanwhile. `visitor` asks.
    pub(super) fn ask(
        self: &Arc<Self>,
        (permit, visitor): (Permit, Arc<dyn Visitor>),
        (request, body): (&Request<'_>, Bytes),
        (line, aside): (&Arc<Line>, &Arc<Line>),
    ) -> Result<(), Fault> {
        let id = request.id.value();
        let opened = self.opened().filter(|_| !self.is_over());
        let backend = Arc::clone(&opened.ok_or(Fault::NoSession)?.backend);
        let mut state = self.lock();
        if state.calls.contains_key(&id) {
            return Err(Fault::RepeatedId);
        }
        if state.calls.len() >= MOST_CALLS {
            return Err(Fault::Crowded);
        }
        let given_up = self.over.child_token();
        state.calls.insert(id.clone(), given_up.clone());
        if let Streams::Each = self.streams {
            state.keep(line);
        }
        drop(state);
        let call = Call {
            session: Arc::clone(self),
            visitor,
            line: Arc::clone(line),
            aside: Arc::clone(aside),
            id: request.id.as_json().into(),
            body,
            given_up,
        };
        let running = Running::of(self);
        tokio::spawn(async move {
            let _running = running;
            let answer = backend.serve(&call, permit).await;
            call.session.lock().calls.remove(&id);
            call.answer(answer);
        });
        Ok(())
    }

    /// How many requests run.
    pub(super) fn running(&self) -> usize {
        self.running.load(Ordering::Acquire)
    }

    /// Gives a request up that runs; false when none with this id does.
    pub(super) fn cancel(&self, id: &IdValue) -> bool {
        let state = self.lock();
        let call = state.calls.get(id);
        call.is_some_and(|given_up| {
            given_up.cancel();
            true
        })
    }

    /// Asks the client: `request` makes the message for the id that it gets (P-034).
    pub(super) fn ask_client(
        self: &Arc<Self>,
        line: &Arc<Line>,
        request: impl FnOnce(i64) -> Bytes,
    ) -> Result<Asking, Fault> {
        let (sender, answer) = oneshot::channel();
        let mut state = self.lock();
        if self.is_over() {
            return Err(Fault::NoSession);
        }
        if state.asked.len() >= MOST_ASKED {
            return Err(Fault::Crowded);
        }
        let id = state.next_asked;
        state.next_asked += 1;
        state.asked.insert(id, sender);
        drop(state);
        let asking = Asking {
            session: Arc::clone(self),
            line: Arc::clone(line),
            id,
            answer,
        };
        let said = line.say(request(id));
        said.then_some(asking).ok_or(Fault::Crowded)
    }

    /// Takes the client's response to a request of the server's.
    pub(super) fn answered(&self, id: &IdValue, response: Bytes) -> Delivery {
        let mut state = self.lock();
        let known = match id {
            IdValue::Integer(number) => i64::try_from(*number).ok(),
            IdValue::Text(_) => None,
        };
        let Some(number) = known.filter(|number| (1..state.next_asked).contains(number)) else {
            return Delivery::Unasked;
        };
        match state.asked.remove(&number) {
            Some(waiting) => {
                drop(state);
                match waiting.send(response) {
                    Ok(()) => Delivery::Delivered,
                    Err(_) => Delivery::Late,
                }
            }
            None => Delivery::Late,
        }
    }

    /// Notes what a change at the server means to the gateway itself.
    pub(super) fn changed(&self, notification: &Notification<'_>) {
        let method = Method::notification(&notification.method);
        if method == Some(Method::ToolsListChanged) {
            self.newest().tools_changed();
        }
    }

    /// Whether nobody would miss it: nobody reads, and nothing came for `idle`.
    pub(super) fn is_abandoned(&self, now: Instant, idle: Duration) -> bool {
        self.is_over()
            || self
                .resting_since()
                .is_some_and(|since| now.saturating_duration_since(since) >= idle)
    }

    /// Since when nobody reads and no message came.
    pub(super) fn resting_since(&self) -> Option<Instant> {
        let state = self.lock();
        let is_read = state.lines.values().any(|line| line.is_read());
        (!is_read).then_some(state.last_used)
    }

    /// Lets go of streams that were read to their end a while ago.
    pub(super) fn sweep(&self, now: Instant) {
        let mut state = self.lock();
        state.lines.retain(|_, line| {
            let done = line.finished();
            done.is_none_or(|since| now.saturating_duration_since(since) < RESUMABLE)
        });
    }

    /// Ends it and all that runs in it.
    pub(super) fn end(&self) {
        self.over.cancel();
        if let Some(opened) = self.opened() {
            opened.backend.end();
        }
        let mut state = self.lock();
        state.asked.clear();
        for line in state.lines.values() {
            line.complete();
        }
    }

    /// Whether it has ended, here or at the server.
    pub(super) fn is_over(&self) -> bool {
        let forgotten = || self.opened().is_some_and(|opened| opened.backend.is_over());
        self.over.is_cancelled() || forgotten()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps a stream, if it is not kept already. Of those that are complete and that nobody reads
    /// the oldest makes room: of those that were read to their end, and of all.
    fn keep(&mut self, line: &Arc<Line>) {
        if self.lines.contains_key(&line.number) {
            return;
        }
        self.make_room(MOST_FINISHED, |line| line.finished().is_some());
        self.make_room(MOST_LEFT, Line::is_left);
        self.lines.insert(line.number, Arc::clone(line));
    }

    fn make_room(&mut self, most: usize, may_go: impl Fn(&Line) -> bool) {
        let mut those = self.lines.iter().filter(|(_, line)| may_go(line));
        let oldest = those.next().map(|(number, _)| *number);
        let is_full = those.count() + 1 >= most;
        if let Some(number) = oldest.filter(|_| is_full) {
            self.lines.remove(&number);
        }
    }
}

/// A request that runs; counted until its answer was said.
struct Running(Arc<Session>);

impl Running {
    fn of(session: &Arc<Session>) -> Self {
        session.running.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(session))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Asking {
    /// The client's response, whole; none when the session is over first.
    pub(super) async fn answer(mut self) -> Option<Bytes> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let waited = self.session.lock().asked.remove(&self.id);
        if waited.is_some_and(|waiting| !waiting.is_closed()) {
            self.line.say(cancelled(&self.id.to_string(), None).into());
        }
    }
}

/// Requests of a client that run at a time.
const MOST_CALLS: usize = 256;
/// Requests of the server that wait for the client at a time.
const MOST_ASKED: usize = 64;
/// Streams that were read to their end and can be had again.
const MOST_FINISHED: usize = 32;
/// Streams that are complete and that nobody reads, whether they were read or not.
const MOST_LEFT: usize = 64;
/// For how long streams that were read can be had again.
const RESUMABLE: Duration = Duration::from_secs(60);
