//! How many server processes there may be, and which one goes first.
//!
//! Every process holds a [`Slot`] until it has been reaped. When a user has no
//! slot left, the process of theirs that was idle longest makes room; one that is
//! answering never does.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use doorward_core::subject::Subject;
use tokio::{sync::Notify, time::Instant};

use super::undertaker::Undertaker;
use crate::config::GatewayLimits;

/// Whoever keeps a process running.
pub(super) trait Tenant: Send + Sync {
    /// Since when nobody needs the process; `None` while somebody does.
    fn idle_since(&self, need: Need) -> Option<Instant>;
    /// Lets the process go.
    fn evict(&self);
}

/// Why a process might have to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Another one needs its slot: only one that is answering is needed.
    Room,
    /// It has been idle for long: one whose stream is open is needed too.
    Rest,
}

/// All server processes of a gateway.
pub(crate) struct Processes {
    state: Mutex<State>,
    next: AtomicU64,
    changed: Notify,
    undertaker: Undertaker,
}

struct State {
    slots: HashMap<u64, Held>,
    total: usize,
    per_user: usize,
    idle: Duration,
    closing: bool,
}

struct Held {
    user: Subject,
    tenant: Weak<dyn Tenant>,
    leaving: bool,
}

/// Why no process may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("too many server processes of this user are busy")]
    User,
    #[error("too many server processes are busy")]
    Total,
    #[error("the gateway is shutting down")]
    Closing,
}

/// The right to run one process; given back when dropped.
pub(super) struct Slot {
    number: u64,
    processes: Arc<Processes>,
}

impl Processes {
    pub(crate) fn new(limits: &GatewayLimits) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                slots: HashMap::new(),
                total: limits.processes,
                per_user: limits.processes_per_user,
                idle: limits.process_idle,
                closing: false,
            }),
            next: AtomicU64::new(0),
            changed: Notify::new(),
            undertaker: Undertaker::default(),
        })
    }

    /// Takes other limits; what runs already goes on.
    pub(crate) fn limit(&self, limits: &GatewayLimits) {
        let mut state = self.lock();
        state.total = limits.processes;
        state.per_user = limits.processes_per_user;
        state.idle = limits.process_idle;
    }

    /// A slot for a process of `user`, making room if need be.
    pub(super) fn take(
        self: &Arc<Self>,
        user: &Subject,
        tenant: Weak<dyn Tenant>,
    ) -> Result<Slot, Full> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let evicted = self.lock().admit(number, user, tenant)?;
        if let Some(tenant) = evicted {
            tenant.evict();
        }
        Ok(Slot {
            number,
            processes: Arc::clone(self),
        })
    }

    /// Ends what has been idle for too long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        let stale = self.lock().stale(now);
        for tenant in stale {
            tenant.evict();
        }
    }

    /// Ends everything and waits until nothing is left.
    pub(crate) async fn end_all(&self) {
        let tenants = self.lock().close();
        for tenant in tenants {
            tenant.evict();
        }
        loop {
            let changed = self.changed.notified();
            if self.lock().slots.is_empty() {
                break;
            }
            changed.await;
        }
        self.undertaker.dismiss();
    }

    /// How many processes there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().slots.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(
        &mut self,
        number: u64,
        user: &Subject,
        tenant: Weak<dyn Tenant>,
    ) -> Result<Option<Arc<dyn Tenant>>, Full> {
        if self.closing {
            return Err(Full::Closing);
        }
        let staying = self.slots.values().filter(|held| !held.leaving);
        let own = staying.clone().filter(|held| held.user == *user).count();
        let total = staying.count();
        // Those that were asked to leave may take their time: without a bound on them, whoever
        // asks often enough has any number of processes (ST-06).
        let leaving = self.slots.values().filter(|held| held.leaving);
        if leaving.clone().filter(|held| held.user == *user).count() >= self.per_user {
            return Err(Full::User);
        }
        if leaving.count() >= self.total {
            return Err(Full::Total);
        }
        let mut evicted = None;
        if own >= self.per_user {
            evicted = Some(self.longest_idle(Some(user)).ok_or(Full::User)?);
        } else if total >= self.total {
            evicted = Some(self.longest_idle(None).ok_or(Full::Total)?);
        }
        let (user, leaving) = (user.clone(), false);
        self.slots.insert(
            number,
            Held {
                user,
                tenant,
                leaving,
            },
        );
        Ok(evicted)
    }

    fn longest_idle(&mut self, user: Option<&Subject>) -> Option<Arc<dyn Tenant>> {
        let candidates = self.slots.values_mut().filter_map(|held| {
            let eligible = !held.leaving && user.is_none_or(|user| held.user == *user);
            let tenant = held.tenant.upgrade().filter(|_| eligible)?;
            Some((tenant.idle_since(Need::Room)?, held, tenant))
        });
        let (_, held, tenant) = candidates.min_by_key(|(since, _, _)| *since)?;
        held.leaving = true;
        Some(tenant)
    }

    fn stale(&mut self, now: Instant) -> Vec<Arc<dyn Tenant>> {
        let idle = self.idle;
        let stale = self.slots.values_mut().filter_map(|held| {
            let tenant = held.tenant.upgrade()?;
            let since = tenant.idle_since(Need::Rest)?;
            let due = !held.leaving && now.saturating_duration_since(since) >= idle;
            held.leaving |= due;
            due.then_some(tenant)
        });
        stale.collect()
    }

    fn close(&mut self) -> Vec<Arc<dyn Tenant>> {
        self.closing = true;
        let tenants = self.slots.values();
        tenants.filter_map(|held| held.tenant.upgrade()).collect()
    }
}

impl Slot {
    /// Who sees to it that the process does not outlive Doorward.
    pub(super) fn undertaker(&self) -> &Undertaker {
        &self.processes.undertaker
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.processes.lock().slots.remove(&self.number);
        self.processes.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use doorward_core::id::UserId;

    use super::*;

    struct Fake {
        idle_since: Option<Instant>,
        evicted: AtomicBool,
    }

    impl Tenant for Fake {
        fn idle_since(&self, _: Need) -> Option<Instant> {
            self.idle_since
        }
        fn evict(&self) {
            self.evicted.store(true, Ordering::Relaxed);
        }
    }

    fn fake(idle_since: Option<Instant>) -> Arc<Fake> {
        Arc::new(Fake {
            idle_since,
            evicted: AtomicBool::new(false),
        })
    }

    fn weak(fake: &Arc<Fake>) -> Weak<dyn Tenant> {
        let fake: Arc<dyn Tenant> = fake.clone();
        Arc::downgrade(&fake)
    }

    fn user(id: &str) -> Subject {
        Subject::User(UserId::from_known(id))
    }

    fn processes(total: usize, per_user: usize) -> Arc<Processes> {
        Processes::new(&GatewayLimits {
            processes: total,
            processes_per_user: per_user,
            ..GatewayLimits::default()
        })
    }

    #[tokio::test]
    async fn a_user_without_slots_loses_the_longest_idle_process_and_nobody_elses() {
        // ST-06
        let processes = processes(10, 2);
        let (alice, bob) = (user("alice"), user("bob"));
        let now = Instant::now();
        let old = now.checked_sub(Duration::from_secs(50)).expect("uptime");
        let (idle, busy, others) = (fake(Some(now)), fake(None), fake(Some(old)));
        let _slots = [
            processes.take(&alice, weak(&idle)).ok(),
            processes.take(&alice, weak(&busy)).ok(),
            processes.take(&bob, weak(&others)).ok(),
        ];
        let next = fake(None);
        let _slot = processes
            .take(&alice, weak(&next))
            .map_err(drop)
            .expect("room was made");
        assert!(idle.evicted.load(Ordering::Relaxed));
        assert!(!busy.evicted.load(Ordering::Relaxed));
        assert!(!others.evicted.load(Ordering::Relaxed));
        assert_eq!(processes.take(&alice, weak(&next)).err(), Some(Full::User));
    }

    #[tokio::test]
    async fn processes_that_do_not_leave_are_replaced_only_so_often() {
        // ST-06
        let processes = processes(10, 2);
        let user = user("alice");
        let idle = fake(Some(Instant::now()));
        let taken: Vec<_> = (0..10)
            .map_while(|_| processes.take(&user, weak(&idle)).ok())
            .collect();
        assert_eq!(taken.len(), 4);
        drop(taken);
        assert!(processes.take(&user, weak(&idle)).is_ok());
    }

    #[tokio::test]
    async fn the_total_is_kept_and_given_back() {
        let processes = processes(1, 8);
        let busy = fake(None);
        let slot = processes.take(&user("a"), weak(&busy)).ok();
        let user = user("b");
        assert_eq!(processes.take(&user, weak(&busy)).err(), Some(Full::Total));
        drop(slot);
        assert_eq!(processes.count(), 0);
        assert!(processes.take(&user, weak(&busy)).is_ok());
    }
}
