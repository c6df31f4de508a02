//! Who may still listen, and who has heard nothing for a while.
//!
//! One task looks at all open streams once a second. A stream costs nothing in
//! between: no timer, no lookup. The task tells a stream what to do and wakes it;
//! the stream finds the word at its next poll.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
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

use super::roll::Roll;
use crate::{access::Caller, places::OpenStream, snapshot::Snapshot};

/// All open streams of a gateway, and all who wait for an answer.
pub(crate) struct Watch {
    verifier: Arc<dyn VerifyToken>,
    clock: Arc<dyn Clock>,
    streams: Mutex<HashMap<u64, Arc<Vital>>>,
    next: AtomicU64,
    roll: Roll,
}

/// The token that opened a stream, and what its holder might use then.
pub(crate) struct Holder {
    pub(crate) token: Box<str>,
    pub(crate) principal: Arc<Principal>,
    pub(crate) server: ServerName,
    pub(crate) caller: Arc<Caller>,
    pub(crate) resource: Resource,
}

struct Vital {
    holder: Holder,
    /// Whether it is a stream, and not one who waits.
    streams: bool,
    keep_alive: u64,
    /// Looks since the last event.
    quiet: AtomicU64,
    /// At the last look nobody could say whether the token was revoked.
    doubted: AtomicBool,
    nudged: AtomicBool,
    over: AtomicBool,
    waker: AtomicWaker,
}

/// A stream's end of the watch.
pub(crate) struct Pulse {
    number: u64,
    vital: Arc<Vital>,
    watch: Arc<Watch>,
    _open: Option<OpenStream>,
}

/// What a stream should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Go on.
    Go,
    /// Show a sign of life, if nothing else is to be sent.
    KeepAlive,
    /// End: the token is no longer good.
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
        }
    }

    /// Takes a stream under watch.
    pub(crate) fn admit(
        self: &Arc<Self>,
        holder: Holder,
        open: OpenStream,
        keep_alive: Duration,
    ) -> Pulse {
        self.enter(holder, Some(open), keep_alive)
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
        open: Option<OpenStream>,
        keep_alive: Duration,
    ) -> Pulse {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let vital = Arc::new(Vital {
            holder,
            streams: open.is_some(),
            keep_alive: keep_alive.as_secs().max(1),
            quiet: AtomicU64::new(0),
            doubted: AtomicBool::new(false),
            nudged: AtomicBool::new(false),
            over: AtomicBool::new(false),
            waker: AtomicWaker::new(),
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
        let streams: Vec<_> = self.lock().values().cloned().collect();
        for vital in streams {
            if !vital.holder.may_still(snapshot) || self.is_over(&vital, now).await {
                vital.end();
            } else {
                vital.age();
            }
        }
    }

    /// Ends every stream.
    pub(crate) fn end_all(&self) {
        for vital in self.lock().values().filter(|vital| vital.streams) {
            vital.end();
        }
    }

    /// How many streams there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().values().filter(|vital| vital.streams).count()
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
        let now = server.and_then(|server| server.access.caller(&self.principal));
        now.is_some_and(|now| now.may_what(&self.caller))
    }
}

impl Vital {
    fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn age(&self) {
        if self.quiet.fetch_add(1, Ordering::Relaxed) + 1 >= self.keep_alive {
            self.quiet.store(0, Ordering::Relaxed);
            self.nudged.store(true, Ordering::Release);
            self.waker.wake();
        }
    }
}

impl Pulse {
    /// What to do now; the task of `context` is woken when that changes.
    pub(crate) fn sign(&self, context: &Context<'_>) -> Sign {
        self.vital.waker.register(context.waker());
        if self.is_over() {
            return Sign::End;
        }
        match self.vital.nudged.swap(false, Ordering::AcqRel) {
            true => Sign::KeepAlive,
            false => Sign::Go,
        }
    }

    /// Whether it should end.
    pub(super) fn is_over(&self) -> bool {
        self.vital.over.load(Ordering::Acquire)
    }

    /// Says that something was sent.
    pub(crate) fn beat(&self) {
        self.vital.quiet.store(0, Ordering::Relaxed);
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.watch.lock().remove(&self.number);
    }
}
