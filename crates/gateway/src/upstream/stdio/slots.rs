//! How many server processes there may be, and which one goes first.
//!
//! Every process holds a [`Slot`] until it has been reaped. When a user or a server
//! has no slot left, an idle process makes room (see [`super::room`] for which one);
//! one that is answering never does, and for what is asked modestly (`upstream::modest`) only one
//! that no client holds. What runs for nobody in particular (started ahead, or shared by
//! everybody) counts for its server and in all.

use std::{
    collections::HashMap,
    io,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use doorward_core::{id::UserId, server::ServerName, subject::Subject};
use tokio::{
    process::{Child, Command},
    sync::Notify,
    time::{Instant, timeout},
};

use super::{
    orphans::Orphans,
    room::{Candidate, choose},
    spawner::Spawner,
    strays::Mark,
    undertaker::Undertaker,
};
use crate::{config::GatewayLimits, upstream::modest::is_modest};

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
    /// Something is asked modestly: so is one that a client holds, be it idle.
    Spare,
}

/// All server processes of a gateway.
pub(crate) struct Processes {
    state: Mutex<State>,
    next: AtomicU64,
    changed: Notify,
    spawner: Spawner,
    undertaker: Undertaker,
    orphans: Arc<Orphans>,
    /// What everything that is started here carries in its environment.
    mark: String,
}

struct State {
    slots: HashMap<u64, Held>,
    total: usize,
    per_user: usize,
    idle: Duration,
    closing: bool,
}

struct Held {
    who: Who,
    tenant: Weak<dyn Tenant>,
    leaving: bool,
}

impl Held {
    /// Whether its process was asked to end, or has ended and is not reaped, or is about to
    /// because nobody has it any more.
    fn is_leaving(&self) -> bool {
        self.leaving || self.tenant.strong_count() == 0
    }
}

/// For whom a process runs, and of which server.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) user: Subject,
    pub(super) server: ServerName,
    /// How many of this server there may be.
    pub(super) most: Option<usize>,
}

/// Whose processes are that belong to nobody in particular: the identities of people are random
/// and longer.
pub(super) fn nobody() -> Subject {
    Subject::User(UserId::from_known("doorward"))
}

/// Why no process may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("too many server processes of this user are busy")]
    User,
    #[error("too many processes of this server are busy")]
    Server,
    #[error("too many server processes are busy")]
    Total,
    #[error("the gateway is shutting down")]
    Closing,
}

/// The right to run one process; given back when dropped.
pub(super) struct Slot {
    number: u64,
    tree: Option<u64>,
    processes: Arc<Processes>,
}

impl Processes {
    pub(crate) fn new(limits: &GatewayLimits) -> Arc<Self> {
        let mark = mark();
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
            spawner: Spawner::default(),
            undertaker: Undertaker::new(&mark),
            orphans: Arc::default(),
            mark,
        })
    }

    /// Takes other limits; what runs already goes on.
    pub(crate) fn limit(&self, limits: &GatewayLimits) {
        let mut state = self.lock();
        state.total = limits.processes;
        state.per_user = limits.processes_per_user;
        state.idle = limits.process_idle;
    }

    /// A slot for a process of `who`, making room if need be.
    pub(super) fn take(self: &Arc<Self>, who: Who, tenant: Weak<dyn Tenant>) -> Result<Slot, Full> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let evicted = self.lock().admit(number, who, tenant)?;
        if let Some(tenant) = evicted {
            tenant.evict();
        }
        Ok(Slot {
            number,
            tree: self.orphans.plant(),
            processes: Arc::clone(self),
        })
    }

    /// Waits a moment where only those that are leaving are in the way of a process of `who`: they
    /// may be gone at once.
    pub(super) async fn wait_for_room(&self, who: &Who) {
        let leaving = async {
            loop {
                let mut changed = pin!(self.changed.notified());
                changed.as_mut().enable(); // before looking, so that nothing is missed in between
                if !self.lock().is_held_up(who) {
                    return;
                }
                changed.await;
            }
        };
        if timeout(LEAVING, leaving).await.is_err() {
            tracing::debug!(server = %who.server, "those that were to leave have not left");
        }
    }

    /// A slot for a process that is started ahead: nothing makes room for it.
    pub(super) fn spare(
        self: &Arc<Self>,
        who: Who,
        tenant: Weak<dyn Tenant>,
    ) -> Result<Slot, Full> {
        self.lock().has_room(&who)?;
        self.take(who, tenant)
    }

    /// Gives the process in a slot to `who`, making room if need be.
    pub(super) fn hand_over(
        &self,
        number: u64,
        who: Who,
        tenant: Weak<dyn Tenant>,
    ) -> Result<(), Full> {
        let evicted = self.lock().hand_over(number, who, tenant)?;
        if let Some(tenant) = evicted {
            tenant.evict();
        }
        Ok(())
    }

    /// Ends what has been idle for too long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        let stale = self.lock().stale(now);
        for tenant in stale {
            tenant.evict();
        }
        self.orphans.look_in_the_background();
    }

    /// Takes in what loses its parent among all that servers start, so that it ends with them.
    pub(crate) fn adopt_orphans(&self) -> io::Result<()> {
        self.orphans.adopt()
    }

    /// Ends what runs of a server, for when it is no longer configured so.
    pub(crate) fn end_of(&self, server: &ServerName) {
        let tenants: Vec<_> = {
            let state = self.lock();
            let held = state
                .slots
                .values()
                .filter(|held| held.who.server == *server);
            held.filter_map(|held| held.tenant.upgrade()).collect()
        };
        for tenant in tenants {
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

    /// How many there are of a server.
    pub(super) fn count_of(&self, server: &ServerName) -> usize {
        let state = self.lock();
        let held = state.slots.values();
        held.filter(|held| held.who.server == *server).count()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(
        &mut self,
        number: u64,
        who: Who,
        tenant: Weak<dyn Tenant>,
    ) -> Result<Option<Arc<dyn Tenant>>, Full> {
        let evicted = match self.shortage(&who)? {
            None => None,
            Some(shortage) if is_modest() => Some(self.spare_one(&who, shortage).ok_or(shortage)?),
            Some(shortage) => {
                let eligible = |held: &Who| match shortage {
                    Full::User => held.user == who.user,
                    Full::Server => held.server == who.server,
                    Full::Total | Full::Closing => true,
                };
                Some(self.make_room(&who.user, eligible).ok_or(shortage)?)
            }
        };
        let held = Held {
            who,
            tenant,
            leaving: false,
        };
        self.slots.insert(number, held);
        Ok(evicted)
    }

    /// One of theirs, or of nobody's, that no client would miss, for what is asked modestly.
    fn spare_one(&mut self, who: &Who, shortage: Full) -> Option<Arc<dyn Tenant>> {
        let now = Instant::now();
        let candidates = self.slots.values_mut().filter_map(|held| {
            let is_theirs = held.who.user == who.user;
            let fits = match shortage {
                Full::User => is_theirs,
                Full::Server => held.who.server == who.server,
                Full::Total | Full::Closing => true,
            };
            let fits = fits && (is_theirs || held.who.user == nobody()) && !held.is_leaving();
            let tenant = held.tenant.upgrade().filter(|_| fits)?;
            let since = tenant.idle_since(Need::Spare)?;
            let rests = now.saturating_duration_since(since) >= SPARE_AFTER;
            rests.then_some((since, held, tenant))
        });
        let (_, held, tenant) = candidates.min_by_key(|(since, _, _)| *since)?;
        held.leaving = true;
        Some(tenant)
    }

    /// Of what there is none left, if one process more cannot just be started.
    fn shortage(&self, who: &Who) -> Result<Option<Full>, Full> {
        if self.closing {
            return Err(Full::Closing);
        }
        let is_somebodys = who.user != nobody();
        let count = |leaving: bool, of: &dyn Fn(&Who) -> bool| {
            let held = self.slots.values();
            let counted = held.filter(|held| held.is_leaving() == leaving && of(&held.who));
            counted.count()
        };
        // Those that were asked to leave may take their time: without a bound on them, whoever
        // asks often enough has any number of processes (ST-06).
        let theirs = |held: &Who| held.user == who.user;
        if is_somebodys && count(true, &theirs) >= self.per_user {
            return Err(Full::User);
        }
        if count(true, &|_| true) >= self.total {
            return Err(Full::Total);
        }
        let of_server = |held: &Who| held.server == who.server;
        if is_somebodys && count(false, &theirs) >= self.per_user {
            return Ok(Some(Full::User));
        }
        if who
            .most
            .is_some_and(|most| count(false, &of_server) >= most)
        {
            return Ok(Some(Full::Server));
        }
        let is_full = count(false, &|_| true) >= self.total;
        Ok(is_full.then_some(Full::Total))
    }

    /// Whether nothing but what is leaving keeps a process of `who` from being started.
    fn is_held_up(&self, who: &Who) -> bool {
        matches!(self.shortage(who), Err(Full::User | Full::Total))
    }

    fn has_room(&self, who: &Who) -> Result<(), Full> {
        self.shortage(who)?.map_or(Ok(()), Err)
    }

    fn hand_over(
        &mut self,
        number: u64,
        who: Who,
        tenant: Weak<dyn Tenant>,
    ) -> Result<Option<Arc<dyn Tenant>>, Full> {
        let before = self.slots.remove(&number);
        let admitted = self.admit(number, who, tenant);
        if admitted.is_err()
            && let Some(before) = before
        {
            self.slots.insert(number, before);
        }
        admitted
    }

    /// Lets one of those that are eligible go, for one more of `asker`.
    fn make_room(
        &mut self,
        asker: &Subject,
        eligible: impl Fn(&Who) -> bool,
    ) -> Option<Arc<dyn Tenant>> {
        let staying = self.slots.iter().filter(|(_, held)| !held.is_leaving());
        let eligible = staying.filter(|(_, held)| eligible(&held.who));
        let candidates: Vec<_> = eligible
            .map(|(number, held)| Candidate {
                number: *number,
                user: held.who.user.clone(),
                idle_since: held
                    .tenant
                    .upgrade()
                    .and_then(|it| it.idle_since(Need::Room)),
            })
            .collect();
        let held = self.slots.get_mut(&choose(&candidates, asker)?)?;
        let tenant = held.tenant.upgrade()?;
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

/// Not that of another gateway, be it in this process and with the same chance: whoever carries
/// the mark ends with this one.
fn mark() -> String {
    let mut chance = [0; 8];
    let drawn = rustix::rand::getrandom(&mut chance, rustix::rand::GetRandomFlags::empty());
    if drawn.is_err() {
        tracing::debug!("no chance for the mark of processes");
    }
    format!("{}.{:016x}", std::process::id(), u64::from_ne_bytes(chance))
}

impl Slot {
    /// Which one it is.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What its process and all that it starts carry.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            text: format!("{}.{}", self.processes.mark, self.number),
            tree: self.tree,
        }
    }

    /// Its process has ended, or is about to.
    pub(super) fn leaves(&self) {
        if let Some(held) = self.processes.lock().slots.get_mut(&self.number) {
            held.leaving = true;
        }
    }

    /// Starts its process.
    pub(super) fn spawn(&self, command: Command) -> io::Result<Child> {
        let starting = self.processes.orphans.starts();
        let child = self.processes.spawner.spawn(command)?;
        starting.began(child.id());
        Ok(child)
    }

    /// Notes that the process of this number was waited for: it may be another's from now on.
    pub(super) fn reaped(&self, process: u32) {
        self.processes.orphans.forget(process);
    }

    /// Ends what is left of processes that are gone, and hides what it is.
    pub(super) fn end_orphans(&self) -> usize {
        self.processes.orphans.look()
    }

    /// Who sees to it that the process does not outlive Doorward.
    pub(super) fn undertaker(&self) -> &Undertaker {
        &self.processes.undertaker
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(tree) = self.tree {
            self.processes.orphans.fell(tree);
        }
        self.processes.lock().slots.remove(&self.number);
        self.processes.changed.notify_waiters();
    }
}

/// How long those that leave are waited for: one that heeds the end of its input is gone by then.
const LEAVING: Duration = Duration::from_secs(2);

/// What asks several servers at once takes no process that it has just started itself.
const SPARE_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use doorward_core::id::UserId;

    use super::*;
    use crate::upstream::modest::modestly;

    struct Fake {
        idle_since: Option<Instant>,
        /// Whether no client holds it.
        spare: bool,
        evicted: AtomicBool,
    }

    impl Tenant for Fake {
        fn idle_since(&self, need: Need) -> Option<Instant> {
            self.idle_since
                .filter(|_| need != Need::Spare || self.spare)
        }
        fn evict(&self) {
            self.evicted.store(true, Ordering::Relaxed);
        }
    }

    fn fake(idle_since: Option<Instant>) -> Arc<Fake> {
        Arc::new(Fake {
            idle_since,
            spare: false,
            evicted: AtomicBool::new(false),
        })
    }

    fn spare(idle_since: Instant) -> Arc<Fake> {
        Arc::new(Fake {
            idle_since: Some(idle_since),
            spare: true,
            evicted: AtomicBool::new(false),
        })
    }

    fn weak(fake: &Arc<Fake>) -> Weak<dyn Tenant> {
        let fake: Arc<dyn Tenant> = fake.clone();
        Arc::downgrade(&fake)
    }

    fn user(id: &str) -> Who {
        Who {
            user: Subject::User(UserId::from_known(id)),
            server: ServerName::parse("files").expect("a name"),
            most: None,
        }
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
            processes.take(alice.clone(), weak(&idle)).ok(),
            processes.take(alice.clone(), weak(&busy)).ok(),
            processes.take(bob, weak(&others)).ok(),
        ];
        let next = fake(None);
        let _slot = processes
            .take(alice.clone(), weak(&next))
            .map_err(drop)
            .expect("room was made");
        assert!(idle.evicted.load(Ordering::Relaxed));
        assert!(!busy.evicted.load(Ordering::Relaxed));
        assert!(!others.evicted.load(Ordering::Relaxed));
        assert_eq!(
            processes.take(alice.clone(), weak(&next)).err(),
            Some(Full::User)
        );
    }

    #[tokio::test]
    async fn nothing_that_a_client_holds_goes_for_what_is_asked_modestly() {
        // ST-06
        let now = Instant::now();
        let old = now.checked_sub(Duration::from_secs(50)).expect("uptime");
        let alice = user("alice");
        for (name, tenant, goes) in [
            ("held by a client", fake(Some(old)), false),
            ("just used", spare(now), false),
            ("spare", spare(old), true),
        ] {
            let processes = processes(10, 1);
            let held = processes.take(alice.clone(), weak(&tenant));
            let next = fake(None);
            let asked = async { processes.take(alice.clone(), weak(&next)).err() };
            let refused = (!goes).then_some(Full::User);
            assert_eq!(modestly(asked).await, refused, "{name}");
            assert_eq!(tenant.evicted.load(Ordering::Relaxed), goes, "{name}");
            drop(held);
            let asked = async { processes.take(alice.clone(), weak(&next)).err() };
            assert_eq!(modestly(asked).await, None, "{name}: there is room now");
        }
    }

    #[tokio::test]
    async fn nothing_of_others_goes_for_what_is_asked_modestly() {
        // ST-06
        let old = Instant::now().checked_sub(Duration::from_secs(50));
        let old = old.expect("uptime");
        let of = |name: &str| match name {
            "nobody" => Who {
                user: nobody(),
                ..user("")
            },
            name => user(name),
        };
        for (whose, goes) in [("bob", false), ("alice", true), ("nobody", true)] {
            let (processes, tenant, next) = (processes(1, 1), spare(old), fake(None));
            let _held = processes.take(of(whose), weak(&tenant));
            let asked = async { processes.take(of("alice"), weak(&next)).is_ok() };
            assert_eq!(modestly(asked).await, goes, "{whose}");
            assert_eq!(tenant.evicted.load(Ordering::Relaxed), goes, "{whose}");
        }
    }

    #[tokio::test]
    async fn processes_that_do_not_leave_are_replaced_only_so_often() {
        // ST-06
        let processes = processes(10, 2);
        let user = user("alice");
        let idle = fake(Some(Instant::now()));
        let taken: Vec<_> = (0..10)
            .map_while(|_| processes.take(user.clone(), weak(&idle)).ok())
            .collect();
        assert_eq!(taken.len(), 4);
        drop(taken);
        assert!(processes.take(user.clone(), weak(&idle)).is_ok());
    }

    #[tokio::test]
    async fn a_server_has_no_more_processes_than_it_may_and_takes_none_of_others() {
        // ST-06
        let processes = processes(10, 8);
        let of = |server: &str, name: &str| Who {
            server: ServerName::parse(server).expect("a name"),
            most: Some(1),
            ..user(name)
        };
        let (idle, busy) = (fake(Some(Instant::now())), fake(None));
        let others = processes.take(of("notes", "alice"), weak(&idle));
        assert!(others.is_ok());
        let slot = processes.take(of("files", "alice"), weak(&busy));
        let refused = processes.take(of("files", "bob"), weak(&busy)).err();
        assert_eq!(refused, Some(Full::Server));
        drop(slot);
        assert!(processes.take(of("files", "bob"), weak(&busy)).is_ok());
        assert!(!idle.evicted.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn who_fills_a_server_loses_their_own_and_takes_nobodys_last_process() {
        // ST-06
        let processes = processes(10, 8);
        let of = |name: &str| Who {
            most: Some(3),
            ..user(name)
        };
        let now = Instant::now();
        let (alices, bobs) = (fake(Some(now)), fake(Some(now)));
        let _slots = [
            processes.take(of("alice"), weak(&alices)).ok(),
            processes.take(of("bob"), weak(&bobs)).ok(),
        ];
        let (own, busy) = (fake(Some(now)), fake(None));
        let _own = processes.take(of("mallory"), weak(&own)).ok();
        let _next = processes.take(of("mallory"), weak(&busy)).ok();
        assert!(own.evicted.load(Ordering::Relaxed), "their own one goes");
        let more = processes.take(of("mallory"), weak(&own));
        assert_eq!(more.err(), Some(Full::Server));
        for others in [alices, bobs] {
            assert!(!others.evicted.load(Ordering::Relaxed));
        }
    }

    #[tokio::test]
    async fn what_is_started_ahead_makes_room_and_takes_none() {
        let processes = processes(2, 1);
        let spare = || Who {
            user: nobody(),
            ..user("")
        };
        let (idle, busy) = (fake(Some(Instant::now())), fake(None));
        let warm = processes
            .spare(spare(), weak(&idle))
            .map_err(drop)
            .expect("room");
        let _other = processes.take(user("alice"), weak(&idle)).ok();
        assert_eq!(
            processes.spare(spare(), weak(&busy)).err(),
            Some(Full::Total)
        );
        assert!(!idle.evicted.load(Ordering::Relaxed));
        let number = warm.number();
        let refused = processes.hand_over(number, user("alice"), weak(&busy));
        assert_eq!(refused, Ok(()), "her idle one made room");
        assert!(idle.evicted.load(Ordering::Relaxed));
        assert_eq!(
            processes.take(user("alice"), weak(&busy)).err(),
            Some(Full::User)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_room_because_of_those_that_leave_waits_for_them_a_moment() {
        // ST-06
        let processes = processes(10, 1);
        let user = user("alice");
        let waited = async |processes: &Processes| {
            let begun = Instant::now();
            processes.wait_for_room(&user).await;
            begun.elapsed()
        };
        let busy = fake(None);
        let slot = processes.take(user.clone(), weak(&busy)).map_err(drop);
        let slot = slot.expect("room");
        assert_eq!(waited(&processes).await, Duration::ZERO, "it stays");
        assert_eq!(
            processes.take(user.clone(), weak(&busy)).err(),
            Some(Full::User)
        );
        slot.leaves();
        assert_eq!(waited(&processes).await, LEAVING);
        let second = Duration::from_secs(1);
        let leaving = async {
            tokio::time::sleep(second).await;
            drop(slot);
        };
        let (waited_for, ()) = tokio::join!(waited(&processes), leaving);
        assert_eq!(waited_for, second);
        let gone = fake(None);
        let slot = processes.take(user.clone(), weak(&gone)).map_err(drop);
        let slot = slot.expect("room");
        drop(gone); // and its process ends with it
        assert_eq!(waited(&processes).await, LEAVING);
        drop(slot);
        assert_eq!(waited(&processes).await, Duration::ZERO);
    }

    #[tokio::test]
    async fn the_total_is_kept_and_given_back() {
        let processes = processes(1, 8);
        let busy = fake(None);
        let slot = processes.take(user("a"), weak(&busy)).ok();
        let user = user("b");
        assert_eq!(
            processes.take(user.clone(), weak(&busy)).err(),
            Some(Full::Total)
        );
        drop(slot);
        assert_eq!(processes.count(), 0);
        assert!(processes.take(user.clone(), weak(&busy)).is_ok());
    }
}
