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

/// So many clients of one origin may wait for somebody to sign in through them: the oldest
/// beyond go (RG-08), unless somebody may be at it right now.
const MAXIMUM_UNUSED: u64 = 10_000;
/// So many may wait at all, however young they are.
const MAXIMUM_YOUNG: u64 = 100_000;
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
    /// They are counted again when there are so many.
    again: u64,
}

/// What goes when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Excess {
    /// So many stay.
    most: u64,
    /// Those made from then on stay, too.
    made_before: UnixTime,
}

/// What goes of so many clients, when those made since `young` may be in use right now.
fn excess(clients: u64, young: UnixTime) -> Option<Excess> {
    match clients {
        ..MAXIMUM_UNUSED => None,
        MAXIMUM_UNUSED..MAXIMUM_YOUNG => Some(Excess {
            most: MAXIMUM_UNUSED - ROOM,
            made_before: young,
        }),
        MAXIMUM_YOUNG.. => Some(Excess {
            most: MAXIMUM_YOUNG - ROOM,
            made_before: UnixTime::from_millis(i64::MAX),
        }),
    }
}

impl Unused {
    /// Counts one more, if there is known to be room for it.
    fn add(&self, origin: ClientOrigin, now: UnixTime) -> bool {
        let mut counts = self.counts();
        let known = counts.get_mut(&origin);
        let known = known.filter(|counted| counted.at <= now && now.since(counted.at) < FRESH);
        match known.filter(|counted| counted.clients < counted.again) {
            Some(counted) => {
                counted.clients += 1;
                true
            }
            None => false,
        }
    }

    /// There were `clients` at `now`.
    fn counted(&self, origin: ClientOrigin, clients: u64, now: UnixTime) {
        let again = MAXIMUM_UNUSED.max(clients + ROOM);
        let counted = Counted {
            at: now,
            clients,
            again,
        };
        self.counts().insert(origin, counted);
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<ClientOrigin, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Lets the oldest clients go that nobody signed in through, when there are too many: new
    /// ones are never turned away because others fill the table (RG-08). Those that are younger
    /// than a sign-in may last stay as long as there is any room, so that a flood of new ones
    /// takes away nobody's client between its registration and its approval.
    pub(crate) async fn make_room(
        &self,
        tx: &mut dyn Tx,
        origin: ClientOrigin,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.unused.add(origin, now) {
            return Ok(());
        }
        let clients = tx.unused_clients(origin).await?;
        let lifetimes = &self.published().config.lifetimes;
        let young = now - lifetimes.pushed - lifetimes.flow;
        if let Some(Excess { most, made_before }) = excess(clients, young) {
            tx.keep_unused_clients(origin, most, made_before);
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
        unused.counted(DYNAMIC, MAXIMUM_UNUSED - ROOM, T0);
        assert!(!unused.add(ClientOrigin::MetadataDocument, T0));
        for _ in 0..ROOM {
            assert!(unused.add(DYNAMIC, T0));
        }
        assert!(!unused.add(DYNAMIC, T0)); // RG-08
        let later = T0 + FRESH;
        unused.counted(DYNAMIC, 0, T0);
        assert!(!unused.add(DYNAMIC, later), "somebody may have used one");
        let earlier = T0 - FRESH;
        assert!(!unused.add(DYNAMIC, earlier), "the clock was set back");
    }

    #[test]
    fn a_full_table_is_counted_once_for_many_that_are_added() {
        const DYNAMIC: ClientOrigin = ClientOrigin::Dynamic;
        let unused = Unused::default();
        unused.counted(DYNAMIC, MAXIMUM_YOUNG, T0);
        let added = (0..1_000).filter(|_| unused.add(DYNAMIC, T0)).count();
        assert_eq!(added, 100); // RG-08
    }

    #[test]
    fn the_young_stay_until_there_is_no_room_at_all() {
        let young = T0 - Duration::from_secs(690);
        let old_ones = Excess {
            most: 9_900,
            made_before: young,
        };
        #[rustfmt::skip]
        let cases = [
            (0,       None),
            (9_999,   None),
            (10_000,  Some(old_ones)),
            (99_999,  Some(old_ones)), // RG-08
        ];
        for (clients, expected) in cases {
            assert_eq!(excess(clients, young), expected, "{clients}");
        }
        let any = excess(100_000, young).expect("too many");
        assert_eq!(any.most, 99_900);
        assert!(any.made_before > T0 + Duration::from_secs(365 * 24 * 3600));
    }
}
