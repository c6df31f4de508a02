//! Runs targets with mutated inputs in a loop: `soak [TARGET|all] [SECONDS] [SEED]`.
//!
//! A fault panics and prints its input. What is slow, or grows faster than its input, is
//! printed and goes on.

use std::time::{Duration, Instant};

use doorward_fuzz::{Mutator, TARGETS, Target, corpus, large};

/// One input that takes longer is worth a look.
const SLOW: Duration = Duration::from_millis(400);

/// What takes less shows nothing about growth.
const NOTICEABLE: Duration = Duration::from_millis(50);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "all".to_owned());
    let mut number = || arguments.next().and_then(|number| number.parse().ok());
    let (seconds, seed) = (number().unwrap_or(60), number().unwrap_or(1));
    let chosen = TARGETS
        .iter()
        .filter(|target| name == "all" || name == target.name);
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        eprintln!("no such target: {name}");
        std::process::exit(2);
    }
    let each = u32::try_from(chosen.len())
        .map_or(Duration::ZERO, |count| Duration::from_secs(seconds) / count);
    for target in chosen {
        soak(target, each, seed);
    }
}

fn soak(target: &Target, time: Duration, seed: u64) {
    let inputs: Vec<_> = corpus(target.name)
        .into_iter()
        .map(|seed| seed.input)
        .collect();
    let mut pool = inputs.clone();
    let (small, twice_as_large) = (32 * 1024, 64 * 1024);
    for (small, large) in large(target.name, small)
        .iter()
        .zip(large(target.name, twice_as_large))
    {
        twice(target, small, &large);
    }
    let (mut mutator, start, mut runs) = (Mutator::seeded(seed), Instant::now(), 0_u64);
    while start.elapsed() < time {
        let input = mutator.mutate(&pool, target.words);
        if timed(target, &input) > SLOW {
            let took = at_best(target, &input);
            let told = if took > SLOW { "slow" } else { "once slow" };
            println!(
                "{}: {told}, {took:?} for {} bytes",
                target.name,
                input.len()
            );
        }
        // Now and then what was made is what more is made of.
        if runs % 64 == 0 && input.len() < 4096 {
            pool.truncate(inputs.len() + 255);
            pool.insert(inputs.len(), input.clone());
        }
        if runs % 512 == 0 {
            grows(target, &mut mutator, &input);
        }
        runs += 1;
    }
    println!("{}: {runs} inputs, no fault", target.name);
}

/// Whether an input that grows takes more than its share.
fn grows(target: &Target, mutator: &mut Mutator, input: &[u8]) {
    let seed = mutator.draw();
    let mut at = |size| mutator.grow(input, seed, size);
    twice(target, &at(64 * 1024), &at(128 * 1024));
}

/// Tells when the larger of two inputs takes much more than its share.
fn twice(target: &Target, small: &[u8], large: &[u8]) {
    if timed(target, large) < NOTICEABLE {
        return;
    }
    let (before, after) = (at_best(target, small), at_best(target, large));
    if after > NOTICEABLE && after > before * 3 {
        let shown = large.get(..256).unwrap_or(large).escape_ascii();
        println!(
            "{}: {before:?}, then {after:?} for twice of {shown}",
            target.name
        );
    }
}

/// How long a target computes, at best: others use the same cores.
fn at_best(target: &Target, input: &[u8]) -> Duration {
    let times = (0..5).map(|_| {
        let (before, wall) = (computed(), timed(target, input));
        let computed = computed().zip(before);
        computed.map_or(wall, |(after, before)| after.saturating_sub(before))
    });
    times.min().unwrap_or_default()
}

fn timed(target: &Target, input: &[u8]) -> Duration {
    let start = Instant::now();
    target.check(input);
    start.elapsed()
}

/// The time that this thread had a core, as Linux tells it.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
