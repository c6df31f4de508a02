//! No interleaving of two principals' traffic ever crosses: ten thousand random schedules.
//!
//! ```text
//! caller of 2026-07-28 ----------------------------\
//! session of 2025-11-25 ------- Translated ---------> Lifted --> sessions of one server
//! session of 2025-11-25 ------- Passed ------------------------> sessions of the same server
//! ```
//!
//! Several callers, some of whom are the same person through another client, call, are asked, give
//! up, listen, and try to go on with what was begun by somebody else, all at once. Their ids and
//! tokens are the same on purpose. Everything carries the mark of the call, or of the owner, that
//! it belongs to, and is looked at on both sides. Time stands still, and only the seed decides who
//! is next, so that a schedule that failed fails again.

mod caller;
mod chance;
mod server;

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    id::{ClientId, UserId},
    server::ServerName,
    subject::Subject,
    time::UnixTime,
};

use self::{
    caller::{Caller, Loot},
    chance::Chance,
    server::Server,
};
use crate::{
    bridge::lifted::{Lifted, LiftedParts, RequestStates},
    config::GatewayLimits,
    upstream::link::Owner,
};

const SCHEDULES: u64 = 10_000;

#[test]
fn no_interleaving_of_two_principals_traffic_ever_crosses() {
    // P-006, P-007, P-022, P-035, GW-19, GW-20
    if let Ok(seed) = std::env::var("DOORWARD_SEED") {
        return run(
            seed.parse().expect("a number")..=seed.parse().expect("a number"),
            1,
        );
    }
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    let threads = u64::try_from(threads).expect("few");
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || run(first..=SCHEDULES - 1, threads));
        }
    });
}

/// Runs every `step`th of these schedules.
fn run(seeds: std::ops::RangeInclusive<u64>, step: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    for seed in seeds.step_by(usize::try_from(step).expect("few")) {
        let crossed = runtime.block_on(schedule(seed));
        assert!(
            crossed.is_empty(),
            "DOORWARD_SEED={seed}\n{}",
            crossed.join("\n")
        );
    }
}

/// One world, a few callers, and what of one of them came to another.
async fn schedule(seed: u64) -> Vec<String> {
    let mut chance = Chance::of(seed);
    let server = Server::new(chance.split(), chance.below(2) == 0);
    let parts = LiftedParts {
        opens: server.clone(),
        states: Arc::new(RequestStates::new(
            &[7; 32],
            Arc::new(Counted(AtomicU64::new(seed))),
        )),
        clock: Arc::new(Standing),
    };
    let name = ServerName::parse("files").expect("a name");
    let lifted = Arc::new(Lifted::new(name, parts, &GatewayLimits::default()));
    let loot = Arc::<Loot>::default();
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..2 + chance.below(4) / 3 {
        let caller = Caller {
            owner: owner(chance.below(4)),
            number,
            lifted: Arc::clone(&lifted),
            server: Arc::clone(&server),
            loot: Arc::clone(&loot),
        };
        callers.spawn(caller.come(chance.split()));
    }
    let sweeps = tokio::spawn(sweep(Arc::downgrade(&lifted)));
    let all = tokio::time::timeout(PATIENCE, callers.join_all()).await;
    sweeps.abort();
    let mut found = match all {
        Ok(found) => found.into_iter().flatten().collect(),
        Err(_) => vec!["nobody goes on".to_owned()],
    };
    lifted.end_all();
    found.extend(server.end());
    found
}

/// What a running gateway does every second.
async fn sweep(lifted: Weak<Lifted>) {
    while let Some(lifted) = lifted.upgrade() {
        lifted.sweep();
        drop(lifted);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Two people, each through two clients.
fn owner(which: u64) -> Owner {
    let (person, client) = (which / 2, which % 2);
    Owner {
        subject: Subject::User(UserId::from_known(format!("person-{person}"))),
        client: ClientId::from_known(format!("client-{client}")),
    }
}

/// What everything of an owner begins with.
fn mark_of(owner: &Owner) -> String {
    format!("mark:{}/{}/", owner.subject, owner.client)
}

/// How long the callers of one schedule may wait for each other, in time that stands still until
/// everybody waits.
const PATIENCE: Duration = Duration::from_secs(3600);

struct Standing;

impl Clock for Standing {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(1_000)
    }
}

/// Never the same twice, always the same from the start.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (to, from) in chunk.iter_mut().zip(next.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
