//! Upstreams that misbehave, over every kind of link and through every front: each call that they
//! spoil is one JSON-RPC error that says what kind of failure it was, and nothing else is spoilt.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "set-up that fails is a test that fails; a member that a JSON value lacks is null"
)]

mod cell;
mod expected;
mod front;
mod overheard;

use std::sync::Arc;

use doorward_testkit::hostile::{Link, Mischief};
use tokio::sync::Semaphore;

use self::cell::Cell;

/// More at a time would only wait for each other.
const AT_ONCE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mischief_is_one_error_that_says_what_it_was_and_tells_nothing_else() {
    // GW-10, GW-11, GW-17, GW-20, GW-27, GW-28, P-003, P-031, P-050, S-025, ST-05, ST-06
    overheard::begin();
    let (mut running, turns) = (
        tokio::task::JoinSet::new(),
        Arc::new(Semaphore::new(AT_ONCE)),
    );
    for link in Link::ALL {
        for mischief in Mischief::ALL {
            let cell = Cell { link, mischief };
            if cell.is_wanted() {
                let turns = Arc::clone(&turns);
                running.spawn(async move {
                    let _turn = turns.acquire().await;
                    cell.tried().await
                });
            }
        }
    }
    let mut found: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    found.extend(overheard::secrets());
    found.sort();
    assert!(
        found.is_empty(),
        "{} deviations:\n{}",
        found.len(),
        found.join("\n")
    );
}
