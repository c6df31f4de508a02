//! Who looks through the audit log: each person once at a time, and few people at once.
//!
//! A scan reads many records, whoever they belong to. However many pages somebody opens, the
//! others get on with signing in (DS-03).

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use doorward_core::id::UserId;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How many people look at once.
const AT_ONCE: usize = 2;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// The scans that are under way.
pub(crate) struct Scans {
    people: Mutex<HashSet<UserId>>,
    turns: Semaphore,
    patience: Duration,
}

/// One of them, until it is dropped.
pub(crate) struct Scan<'a> {
    _turn: SemaphorePermit<'a>,
    _place: Place<'a>,
}

/// That somebody looks, or waits for it.
struct Place<'a> {
    scans: &'a Scans,
    person: UserId,
}

impl Default for Scans {
    fn default() -> Self {
        Self {
            people: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
            patience: PATIENCE,
        }
    }
}

impl Scans {
    /// The turn of `person`. `None`: they look already, or there are too many others.
    pub(crate) async fn take(&self, person: &UserId) -> Option<Scan<'_>> {
        let place = self.place(person)?;
        let turn = timeout(self.patience, self.turns.acquire()).await;
        Some(Scan {
            _turn: turn.ok()?.ok()?,
            _place: place,
        })
    }

    fn place(&self, person: &UserId) -> Option<Place<'_>> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.insert(person.clone()).then(|| Place {
            scans: self,
            person: person.clone(),
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let people = self.scans.people.lock();
        people
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.person);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn person(name: &str) -> UserId {
        UserId::from_known(name)
    }

    // DS-03
    #[tokio::test]
    async fn a_person_looks_once_at_a_time_and_few_people_at_once() {
        let scans = Scans::default();
        let alice = scans.take(&person("alice")).await.expect("a turn");
        assert!(scans.take(&person("alice")).await.is_none());
        let _bob = scans.take(&person("bob")).await.expect("a turn");
        let whose = person("carol");
        let mut carol = Box::pin(scans.take(&whose));
        assert!(carol.as_mut().now_or_never().is_none(), "she waits");
        drop(alice);
        assert!(carol.await.is_some());
        assert!(scans.take(&person("alice")).await.is_some());
    }

    // DS-03
    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let scans = Scans {
            patience: Duration::ZERO,
            ..Scans::default()
        };
        let (alice, bob) = (person("alice"), person("bob"));
        let both = (scans.take(&alice).await, scans.take(&bob).await);
        assert!(both.0.is_some() && both.1.is_some());
        assert!(scans.take(&person("carol")).await.is_none());
        drop(both);
        assert!(scans.take(&person("carol")).await.is_some());
    }
}
