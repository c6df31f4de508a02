//! What registrations cost, and what a flood of them costs others (RG-08, interop 16, 17).
//!
//! `cargo bench -p doorward-testkit --bench registrations` prints one line of JSON, which
//! `benches/run` puts into its page; times are in microseconds:
//!
//! 1. 100,000 registrations of 40 distinct clients: rows afterwards, time of one.
//! 2. The median time of an honest registration, alone and while 10,000 hostile ones arrive from
//!    another network at an even pace.

#![expect(
    clippy::expect_used,
    reason = "what fails here is the measurement, and says where"
)]

use std::{
    net::IpAddr,
    ops::Range,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use doorward_core::peer::Peer;
use doorward_testkit::{
    http::{Answer, post_json},
    world::World,
};
use serde_json::json;
use tokio::runtime::Handle;

const REGISTRATIONS: usize = 100_000;
const DISTINCT: usize = 40;
const HOSTILE: u32 = 10_000;
const HONEST: u32 = 1_000;
const ROUNDS: u32 = 10;
/// Between two hostile registrations: nearly a thousand a second.
const PACE: Duration = Duration::from_millis(1);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let found = runtime.block_on(async {
        let (rows, each) = repeated().await;
        let (refused, alone, beside) = flooded().await;
        json!({
            "registrations": REGISTRATIONS, "distinct": DISTINCT, "rows": rows, "each_us": each,
            "hostile": HOSTILE, "refused": refused, "alone_us": alone, "beside_us": beside,
        })
    });
    println!("{found}");
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

async fn register(world: &World, name: &str, from: [u8; 4]) -> Answer {
    let document = json!({
        "client_name": name,
        "redirect_uris": ["http://localhost/callback"],
        "token_endpoint_auth_method": "none",
    });
    let ask = post_json("/register", &document).with(Peer(IpAddr::from(from)));
    ask.send(&world.router).await
}

/// The rows that are left, and what one registration took.
async fn repeated() -> (usize, f64) {
    let world = World::new().await;
    let began = Instant::now();
    for number in 0..REGISTRATIONS {
        let name = format!("Client {}", number % DISTINCT);
        let answer = register(&world, &name, [160, 79, 104, 1]).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let each = began.elapsed() / u32::try_from(REGISTRATIONS).expect("small");
    let rows = world.administration.clients().await.expect("listed").len();
    (rows, microseconds(each))
}

/// How many hostile registrations were refused, and what an honest one took without and with them:
/// the medians of rounds in turn, because a core that rests wakes at its leisure.
async fn flooded() -> (u32, f64, f64) {
    let (quiet, attacked) = (World::new().await, Arc::new(World::new().await));
    let (mut refused, mut alone, mut beside) = (0, Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        alone.push(honest(&quiet, round).await);
        let (runtime, world) = (Handle::current(), Arc::clone(&attacked));
        let hostile = tokio::task::spawn_blocking(move || flood(&runtime, &world, round));
        beside.push(honest(&attacked, round).await);
        refused += hostile.await.expect("the flood ends");
    }
    let [alone, beside] = [alone, beside].map(|times| microseconds(median(times)));
    (refused, alone, beside)
}

/// Floods at an even pace and says how much was refused. A thread of its own keeps the pace: the
/// runtime's timers go by whole milliseconds, so that each honest one would meet a hostile one.
#[expect(
    clippy::disallowed_methods,
    reason = "the pace is what is measured, not waited for"
)]
fn flood(runtime: &Handle, world: &World, round: u32) -> u32 {
    let mut refused = 0;
    for number in portion(HOSTILE, round) {
        thread::sleep(PACE);
        let name = format!("Hostile {number}");
        let answer = runtime.block_on(register(world, &name, [198, 51, 100, 1]));
        refused += u32::from(answer.status == 429);
    }
    refused
}

/// The median time of one new client after another, each from a network of its own.
async fn honest(world: &World, round: u32) -> Duration {
    let mut times = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(8));
    for number in portion(HONEST, round) {
        ticks.tick().await;
        let [_, _, high, low] = number.to_be_bytes();
        let began = Instant::now();
        let answer = register(world, &format!("Honest {number}"), [203, high, low, 1]).await;
        times.push(began.elapsed());
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    median(times)
}

/// The numbers of one round.
fn portion(all: u32, round: u32) -> Range<u32> {
    let each = all / ROUNDS;
    round * each..(round + 1) * each
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
