//! How many clients wait for somebody to sign in through them, remembered for a moment.
//!
//! Counting them costs in proportion to their number, so a flood of new ones would slow down
//! each honest one (RG-08). What this process adds is counted as it goes; what others add, use
//! or reap shows with the next count.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use doorward_core::{client::ClientOrigin, time::UnixTime};
use doorward_store::{StoreError, Tx};

use crate::shared::Shared;

/// The most clients of one origin that wait for somebody to sign in through them (RG-08).
const MAXIMUM_UNUSED: u64 = 10_000;
/// How many go at once when there are too many.
const ROOM: u64 = 100;
/// A count is believed for this long.
const FRESH: Duration = Duration::from_secs(1);

/// How many clients of each origin nobody signed in through yet.
#[derive(Debug, Default)]
pub(crate) struct Unused(Mutex<HashMap<ClientOrigin, Counted>>);

#[derive(Clone, Copy, Debug)]
struct Counted {
    at: UnixTime,
    clients: u64,
}

impl Unused {
    /// Counts one more, if there is known to be room for it.
    fn add(&self, origin: ClientOrigin, now: UnixTime) -> bool {
        let mut counts = self.counts();
        let known = counts.get_mut(&origin);
        let known = known.filter(|counted| counted.at <= now && now.since(counted.at) < FRESH);
        match known.filter(|counted| counted.clients < MAXIMUM_UNUSED) {
            Some(counted) => {
                counted.clients += 1;
                true
            }
            None => false,
        }
    }

    /// There were `clients` at `now`.
    fn counted(&self, origin: ClientOrigin, clients: u64, now: UnixTime) {
        let counted = Counted { at: now, clients };
        self.counts().insert(origin, counted);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<ClientOrigin, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Lets the oldest clients go that nobody signed in through, when there are too many: new
    /// ones are never turned away because others fill the table (RG-08).
    pub(crate) async fn make_room(
        &self,
        tx: &mut dyn Tx,
        origin: ClientOrigin,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.unused.add(origin, now) {
            return Ok(());
        }
        let mut clients = tx.unused_clients(origin).await?;
        if clients >= MAXIMUM_UNUSED {
            clients = MAXIMUM_UNUSED - ROOM;
            tx.keep_unused_clients(origin, clients);
        }
        self.unused.counted(origin, clients + 1, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_000);

    #[test]
    fn what_is_added_counts_and_a_count_is_believed_for_a_second() {
        const DYNAMIC: ClientOrigin = ClientOrigin::Dynamic;
        let unused = Unused::default();
        assert!(!unused.add(DYNAMIC, T0), "never counted");
        unused.counted(DYNAMIC, MAXIMUM_UNUSED - 1, T0);
        assert!(!unused.add(ClientOrigin::MetadataDocument, T0));
        assert!(unused.add(DYNAMIC, T0));
        assert!(!unused.add(DYNAMIC, T0)); // RG-08
        let later = T0 + FRESH;
        unused.counted(DYNAMIC, 0, T0);
        assert!(!unused.add(DYNAMIC, later), "somebody may have used one");
        let earlier = T0 - FRESH;
        assert!(!unused.add(DYNAMIC, earlier), "the clock was set back");
    }
}
