//! Whose turn it is: what is done for one peer at once, while its others wait in line.
//!
//! A try counts from its beginning until it turns out well. So that people behind one
//! address are not counted out by each other, only a few of their tries are open at
//! once: as many as passwords are hashed at once, so that nobody waits for nothing.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many tries of one peer are open at once.
const AT_ONCE: usize = 2;
/// The most that stand in one line, those whose turn it is included (DS-01).
const LONGEST: usize = 66;
/// With so many lines, those in which nobody stands are forgotten.
const MANY: usize = 1024;

/// A line for each peer.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<Option<IpAddr>, Arc<Semaphore>>>);

impl Turns {
    /// Waits for the turn of `peer`, which lasts until it is dropped. `None`: the line is too
    /// long.
    pub(crate) async fn take(&self, peer: Option<IpAddr>) -> Option<OwnedSemaphorePermit> {
        let line = self.line(peer);
        // One for the table, and one for each that stands in it.
        if Arc::strong_count(&line) > LONGEST + 1 {
            return None;
        }
        line.acquire_owned().await.ok()
    }

    fn line(&self, peer: Option<IpAddr>) -> Arc<Semaphore> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= MANY {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        let line = lines.entry(peer);
        Arc::clone(line.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    fn peer(number: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(number.into()))
    }

    #[tokio::test]
    async fn a_few_of_one_peer_go_at_once_and_the_others_in_turn() {
        let turns = Turns::default();
        let first = turns.take(peer(1)).await.expect("a turn");
        let _second = turns.take(peer(1)).await.expect("a turn");
        let mut third = Box::pin(turns.take(peer(1)));
        assert!(third.as_mut().now_or_never().is_none());
        assert!(turns.take(peer(2)).now_or_never().flatten().is_some());
        drop(first);
        assert!(third.now_or_never().flatten().is_some());
    }

    // DS-01
    #[tokio::test]
    async fn lines_are_neither_too_long_nor_too_many() {
        let turns = Turns::default();
        let mut standing: Vec<_> = (0..LONGEST)
            .map(|_| Box::pin(turns.take(peer(1))))
            .collect();
        let first = standing.iter_mut().map(|line| line.as_mut().now_or_never());
        let first: Vec<_> = first.collect();
        assert!(turns.take(peer(1)).await.is_none());
        drop((first, standing));
        let all = join_all((0..5_000).map(|number| turns.take(peer(number)))).await;
        assert!(all.iter().all(Option::is_some));
        drop(all);
        drop(turns.take(peer(1)).await);
        assert_eq!(turns.0.lock().expect("not poisoned").len(), 1);
    }
}
