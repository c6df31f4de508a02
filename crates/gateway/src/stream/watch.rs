//! Who may still listen, and who has heard nothing for a while.
//!
//! One task looks at all open streams once a second. A stream costs nothing in
//! between: no timer, no lookup. The task tells a stream what to do and wakes it;
//! the stream finds the word at its next poll. One that is never polled, because
//! its client does not read, it drops.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Context,
    time::Duration,
};

use doorward_core::{
    access::{CLOCK_SKEW, Principal},
    clock::Clock,
    resource::Resource,
    server::ServerName,
    time::UnixTime,
};
use doorward_verify::{Refusal, VerifyToken};
use futures_util::task::AtomicWaker;

use super::{Grip, Loss, Losses, roll::Roll, term::Term};
use crate::{
    access::Caller,
    places::OpenStream,
    snapshot::{Server, Snapshot},
    upstream::Limits,
};

/// All open streams of a gateway, and all who wait for an answer.
pub(crate) struct Watch {
    verifier: Arc<dyn VerifyToken>,
    clock: Arc<dyn Clock>,
    streams: Mutex<HashMap<u64, Arc<Vital>>>,
    next: AtomicU64,
    roll: Roll,
    losses: Arc<Losses>,
}

/// The token that opened a stream, and what its holder might use then.
pub(crate) struct Holder {
    pub(crate) token: Box<str>,
    pub(crate) principal: Arc<Principal>,
    pub(crate) server: ServerName,
    pub(crate) caller: Arc<Caller>,
    pub(crate) resource: Resource,
    /// All servers of then, where news are of all.
    pub(crate) whole: Option<Arc<Server>>,
}

struct Vital {
    holder: Holder,
    /// What the stream is open for; nothing, for one who waits.
    brings: Option<Brings>,
    keep_alive: u64,
    /// Looks since the last event.
    quiet: AtomicU64,
    /// How long the server may take, where that is for this stream to say.
    term: OnceLock<Term>,
    /// At the last look nobody could say whether the token was revoked.
    doubted: AtomicBool,
    nudged: AtomicBool,
    over: AtomicBool,
    /// The whole gateway ends: what is there to be told already may be told.
    closing: AtomicBool,
    waker: AtomicWaker,
    /// By which it can be dropped when its client takes nothing.
    grip: OnceLock<Arc<Grip>>,
}

/// A stream's end of the watch.
pub(crate) struct Pulse {
    number: u64,
    vital: Arc<Vital>,
    watch: Arc<Watch>,
    _open: Option<OpenStream>,
}

/// What a stream is open for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brings {
    /// An answer, after which it ends by itself.
    Answer,
    /// Whatever happens: nobody loses an answer with it.
    News,
    /// The rest of an answer that is no event stream.
    Document,
}

/// What a stream should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Go on.
    Go,
    /// Show a sign of life, if nothing else is to be sent.
    KeepAlive,
    /// End: the token is no longer good, or everything ends.
    End,
}

impl Watch {
    pub(crate) fn new(verifier: Arc<dyn VerifyToken>, clock: Arc<dyn Clock>) -> Self {
        Self {
            verifier,
            clock,
            streams: Mutex::default(),
            next: AtomicU64::new(0),
            roll: Roll::new(),
            losses: Arc::default(),
        }
    }

    /// Takes a stream under watch.
    pub(crate) fn admit(
        self: &Arc<Self>,
        holder: Holder,
        (open, brings): (OpenStream, Brings),
        keep_alive: Duration,
    ) -> Pulse {
        self.enter(holder, Some((open, brings)), keep_alive)
    }

    /// Takes one under watch who waits for an answer.
    pub(super) fn attend(self: &Arc<Self>, holder: Holder) -> Pulse {
        self.enter(holder, None, Duration::MAX)
    }

    /// Where those sit who have not waited for long.
    pub(super) fn roll(&self) -> &Roll {
        &self.roll
    }

    fn enter(
        self: &Arc<Self>,
        holder: Holder,
        stream: Option<(OpenStream, Brings)>,
        keep_alive: Duration,
    ) -> Pulse {
        let (open, brings) = stream.unzip();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let vital = Arc::new(Vital {
            holder,
            brings,
            keep_alive: keep_alive.as_secs().max(1),
            quiet: AtomicU64::new(0),
            term: OnceLock::new(),
            doubted: AtomicBool::new(false),
            nudged: AtomicBool::new(false),
            over: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            grip: OnceLock::new(),
        });
        self.lock().insert(number, Arc::clone(&vital));
        Pulse {
            number,
            vital,
            watch: Arc::clone(self),
            _open: open,
        }
    }

    /// Looks at every stream and at everybody who waits once; called every second.
    pub(crate) async fn look(&self, snapshot: &Snapshot) {
        self.roll.call();
        let now = self.clock.now();
        let unread = snapshot.limits.unread.as_secs().max(1);
        let streams: Vec<_> = self.lock().values().cloned().collect();
        for vital in streams {
            if !vital.holder.may_still(snapshot) || self.is_over(&vital, now).await {
                vital.end();
            } else {
                vital.age();
            }
            if let Some(grip) = vital.grip.get().filter(|grip| grip.is_stalled(unread)) {
                self.lost(&vital.holder, Loss::Stalled);
                grip.let_go();
            }
        }
    }

    /// What clients did not read.
    pub(crate) fn losses(&self) -> &Arc<Losses> {
        &self.losses
    }

    fn lost(&self, holder: &Holder, loss: Loss) {
        let client = &holder.caller.client_label;
        self.losses.note(loss, holder.server.as_str(), client);
    }

    /// Ends every stream, because everything ends.
    pub(crate) fn end_all(&self) {
        for vital in self.lock().values().filter(|vital| vital.brings.is_some()) {
            vital.close();
        }
    }

    /// How many streams there are.
    pub(crate) fn count(&self) -> usize {
        let streams = self.lock();
        let is_stream =
            |vital: &&Arc<Vital>| matches!(vital.brings, Some(Brings::Answer | Brings::News));
        streams.values().filter(is_stream).count()
    }

    /// How many of them end with an answer that is still to come.
    pub(crate) fn answering(&self) -> usize {
        let streams = self.lock();
        let answers =
            |vital: &&Arc<Vital>| matches!(vital.brings, Some(Brings::Answer | Brings::Document));
        streams.values().filter(answers).count()
    }

    async fn is_over(&self, vital: &Vital, now: UnixTime) -> bool {
        let holder = &vital.holder;
        if now >= holder.principal.expires_at + CLOCK_SKEW {
            return true;
        }
        let verdict = match self.verifier.cached(&holder.token, &holder.resource) {
            Some(verdict) => verdict,
            None => self.verifier.verify(&holder.token, &holder.resource).await,
        };
        match verdict {
            Ok(_) => vital.doubted.store(false, Ordering::Relaxed),
            // Keys that cannot be had say nothing against a token that was good a second ago.
            Err(Refusal::Unavailable) => {}
            // A doubt that is settled before the next look costs nobody a stream.
            Err(Refusal::Unknown) => return vital.doubted.swap(true, Ordering::Relaxed),
            Err(Refusal::Invalid(_) | Refusal::Revoked) => return true,
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Vital>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder {
    /// Whether the configuration of now gives them what they had: a stream was opened, and is
    /// filtered, by the rights of then (S-022).
    pub(crate) fn may_still(&self, snapshot: &Snapshot) -> bool {
        let server = snapshot.behind(&self.server);
        let Some(server) = server.filter(|server| self.is_of(server)) else {
            return false;
        };
        let now = server.access.caller(&self.principal);
        now.is_some_and(|now| now.may_what(&self.caller))
    }

    /// Whether news still come from where they did: else the client asks anew, and hears of all
    /// that there are now.
    fn is_of(&self, server: &Server) -> bool {
        let then = self.whole.as_ref();
        then.is_none_or(|then| server.leads_where(then))
    }
}

impl Vital {
    fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn age(&self) {
        let quiet = self.quiet.fetch_add(1, Ordering::Relaxed) + 1;
        let is_nudged = quiet.is_multiple_of(self.keep_alive);
        if is_nudged {
            self.nudged.store(true, Ordering::Release);
        }
        let waits_for_client = |grip: &Arc<Grip>| grip.waits_for_client();
        let is_slow = self.grip.get().is_some_and(waits_for_client);
        let term = self.term.get().filter(|_| !is_slow);
        if term.is_some_and(Term::look) || is_nudged {
            self.waker.wake();
        }
    }
}

impl Pulse {
    /// What to do now; the task of `context` is woken when that changes.
    pub(crate) fn sign(&self, context: &Context<'_>) -> Sign {
        self.vital.waker.register(context.waker());
        if self.is_over() || self.lets_finish() {
            return Sign::End;
        }
        match self.vital.nudged.swap(false, Ordering::AcqRel) {
            true => Sign::KeepAlive,
            false => Sign::Go,
        }
    }

    /// Whether its token is no longer good.
    pub(super) fn is_over(&self) -> bool {
        self.vital.over.load(Ordering::Acquire)
    }

    /// Whether it ends because everything does, and not for its token: what is there already may
    /// be told.
    pub(crate) fn lets_finish(&self) -> bool {
        self.vital.closing.load(Ordering::Acquire) && !self.is_over()
    }

    /// Whether it ends because everything does and somebody waits for an answer on it: what is
    /// there already is told first.
    pub(crate) fn answers_first(&self) -> bool {
        self.lets_finish() && self.vital.brings == Some(Brings::Answer)
    }

    /// By which the stream can be dropped when its client takes nothing.
    pub(crate) fn grip(&self) -> Arc<Grip> {
        Arc::clone(self.vital.grip.get_or_init(Arc::default))
    }

    /// Gives the server these times, and that in all once it has asked people.
    pub(crate) fn limit(&self, limits: Limits, total_of_people: Duration) {
        if let Some(term) = Term::new(limits, total_of_people) {
            self.vital.term.set(term).ok();
        }
    }

    /// Whether the server said nothing for too long.
    pub(super) fn is_silent(&self) -> bool {
        self.vital.term.get().is_some_and(Term::is_silent)
    }

    /// Whether it took too long in all; `has_asked` where people had to answer something.
    pub(super) fn is_spent(&self, has_asked: bool) -> bool {
        let term = self.vital.term.get();
        term.is_some_and(|term| term.is_spent(has_asked))
    }

    /// Goes on with the stream of another.
    pub(crate) fn take_over(&self, from: &Self) {
        self.vital.grip.set(from.grip()).ok();
    }

    /// Says that what its client did not read was dropped.
    pub(crate) fn lost(&self, loss: Loss) {
        self.watch.lost(&self.vital.holder, loss);
    }

    /// Says that something was sent.
    pub(crate) fn beat(&self) {
        self.vital.quiet.store(0, Ordering::Relaxed);
        self.hear();
    }

    /// Says that the server said something.
    pub(super) fn hear(&self) {
        if let Some(term) = self.vital.term.get() {
            term.beat();
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.watch.lock().remove(&self.number);
    }
}
