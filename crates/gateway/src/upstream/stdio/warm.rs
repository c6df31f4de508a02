//! Processes that are started ahead, for whoever comes next.
//!
//! ```text
//! sweep -> started, nobody's -> handed over: heard by its tenant, counted as its user's
//!                           \-> evicted when somebody needs the room | ended by itself
//! ```
//!
//! Nobody has ever said anything to one, and who had one never gives it back (ST-07).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

use super::{
    home::Home,
    outbox::Outbox,
    process::{End, Process, Receiver},
    slots::{Need, Tenant, nobody},
};

/// The processes of one server that wait for a tenant.
pub(super) struct Warm {
    wanted: usize,
    ready: Mutex<Vec<Ready>>,
}

/// A process that runs and that nobody has.
pub(super) struct Ready {
    hall: Arc<Hall>,
    process: Arc<Process>,
    slot: u64,
}

/// Hears a process until somebody has it, and for them from then on.
pub(super) struct Hall {
    home: Weak<Home>,
    since: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    heir: Option<Arc<dyn Receiver>>,
    /// Asked to end, or ended: nobody can have it any more.
    gone: bool,
    process: Weak<Process>,
}

impl Warm {
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            wanted,
            ready: Mutex::default(),
        }
    }

    /// Whether there are fewer than there should be.
    pub(super) fn is_short(&self) -> bool {
        let mut ready = lock(&self.ready);
        ready.retain(|one| !one.process.is_over() && !one.hall.lock().gone);
        ready.len() < self.wanted
    }

    /// The one that has been ready for longest.
    pub(super) fn take(&self) -> Option<Ready> {
        let mut ready = lock(&self.ready);
        (!ready.is_empty()).then(|| ready.remove(0))
    }

    /// Keeps one that nobody could have.
    pub(super) fn put_back(&self, one: Ready) {
        lock(&self.ready).insert(0, one);
    }

    /// A place for a process that is about to be started.
    pub(super) fn spare(&self, home: &Arc<Home>) -> Arc<Hall> {
        Arc::new(Hall {
            home: Arc::downgrade(home),
            since: Instant::now(),
            state: Mutex::default(),
        })
    }

    /// Keeps a process that was started.
    pub(super) fn keep(&self, hall: Arc<Hall>, process: Arc<Process>, slot: u64) {
        let gone = {
            let mut state = hall.lock();
            state.process = Arc::downgrade(&process);
            state.gone
        };
        if gone {
            return; // and the process ends with its last handle
        }
        lock(&self.ready).push(Ready {
            hall,
            process,
            slot,
        });
    }

    /// Ends all.
    pub(super) fn end_all(&self) {
        lock(&self.ready).clear(); // each ends with its last handle
    }
}

impl Ready {
    /// The slot that it holds.
    pub(super) fn slot(&self) -> u64 {
        self.slot
    }

    /// Lets `heir` hear it from now on, unless it is gone.
    pub(super) fn hand_over(self, heir: &Arc<dyn Receiver>) -> Option<Arc<Process>> {
        self.process.call_it(heir.generation());
        let mut state = self.hall.lock();
        if state.gone {
            return None;
        }
        state.heir = Some(Arc::clone(heir));
        drop(state);
        Some(self.process)
    }
}

impl Hall {
    /// As the one who keeps the process running.
    pub(super) fn tenant(self: &Arc<Self>) -> Weak<dyn Tenant> {
        let tenant: Arc<dyn Tenant> = Arc::clone(self) as _;
        Arc::downgrade(&tenant)
    }

    /// As the one who hears the process.
    pub(super) fn receiver(self: &Arc<Self>) -> Arc<dyn Receiver> {
        Arc::clone(self) as _
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Receiver for Hall {
    fn generation(&self) -> u64 {
        0
    }

    fn line(&self, line: Bytes) -> Option<Arc<Outbox>> {
        let heir = self.lock().heir.clone();
        if heir.is_none() {
            tracing::debug!("dropped what a process said before anybody had it");
        }
        heir?.line(line)
    }

    fn ended(&self, end: End, ran: Duration) {
        let heir = {
            let mut state = self.lock();
            state.gone = true;
            state.heir.take()
        };
        match (heir, self.home.upgrade()) {
            (Some(heir), _) => heir.ended(end, ran),
            (None, Some(home)) => home.ended(&nobody(), end, ran),
            (None, None) => {}
        }
    }
}

impl Tenant for Hall {
    fn idle_since(&self, need: Need) -> Option<Instant> {
        match need {
            Need::Room | Need::Spare => Some(self.since),
            Need::Rest => None,
        }
    }

    fn evict(&self) {
        let process = {
            let mut state = self.lock();
            state.gone = true;
            state.process.upgrade()
        };
        if let Some(process) = process {
            process.stop();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
