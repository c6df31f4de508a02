//! How many connections fit, shared by the listeners.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The room for the connections of one listener: a share of its own, which nobody else fills,
/// and what it has in common with others.
#[derive(Clone)]
pub(crate) struct Room {
    own: Arc<Semaphore>,
    common: Arc<Semaphore>,
}

impl Room {
    /// For `most` connections of one listener.
    pub(super) fn for_one(most: usize) -> Self {
        Self {
            own: Arc::new(Semaphore::new(most)),
            common: Arc::new(Semaphore::new(0)),
        }
    }

    /// For `most` connections of two listeners together: a quarter belongs to each, and the
    /// rest to whoever comes first.
    pub(super) fn for_two(most: usize) -> [Self; 2] {
        let share = most / 4;
        let common = Arc::new(Semaphore::new(most - 2 * share));
        [(); 2].map(|()| Self {
            own: Arc::new(Semaphore::new(share)),
            common: Arc::clone(&common),
        })
    }

    /// A place for one connection, as soon as there is one; it is free again when dropped.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.own).try_acquire_owned() {
            return Some(place);
        }
        tokio::select! {
            place = Arc::clone(&self.own).acquire_owned() => place.ok(),
            place = Arc::clone(&self.common).acquire_owned() => place.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn fill(room: &Room) -> Vec<OwnedSemaphorePermit> {
        let places = std::iter::from_fn(|| room.place().now_or_never().flatten());
        places.collect()
    }

    // DS-01
    #[test]
    fn two_listeners_share_what_there_is_and_none_fills_the_share_of_the_other() {
        assert_eq!(fill(&Room::for_one(64)).len(), 64);
        for most in [64, 65, 66, 67] {
            let [one, other] = Room::for_two(most);
            let held = fill(&one);
            let left = fill(&other);
            assert_eq!(left.len(), most / 4, "its own share is left");
            assert_eq!(held.len() + left.len(), most, "and never more than all");
            drop(held);
            assert_eq!(fill(&other).len(), most - 2 * (most / 4), "what is common");
            drop(left);
            assert_eq!(fill(&one).len(), most - most / 4);
        }
    }

    #[tokio::test]
    async fn who_waits_gets_the_next_place() {
        let [one, other] = Room::for_two(8);
        let (mut held, theirs) = (fill(&one), fill(&other));
        let mut waiting = Box::pin(one.place());
        assert!((&mut waiting).now_or_never().is_none());
        drop(theirs);
        assert!(
            (&mut waiting).now_or_never().is_none(),
            "the share of another helps nobody"
        );
        held.pop();
        assert!(waiting.await.is_some());
    }
}
