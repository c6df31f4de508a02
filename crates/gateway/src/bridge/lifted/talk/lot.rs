//! Calls that wait for an answer of the user (P-019, P-023).
//!
//! ```text
//! parked -> taken by the one try that names it | expired: cancelled upstream
//! ```
//!
//! Bounded in number, in bytes, and in age: one more than fits is refused, never dropped in
//! silence, because clients need not come again. A program in which one waits is still there for
//! others when no other process is left: the call is gone then, and its next try is told so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Conversation, ParkedId};
use crate::upstream::link::{Owner, SessionLink};

/// All parked calls of one server.
#[derive(Default)]
pub(in super::super) struct Lot {
    parked: Mutex<HashMap<ParkedId, Parked>>,
    visits: Mutex<HashMap<ParkedId, Visit>>,
}

/// Pages that somebody may visit before one more try.
struct Visit {
    owner: Owner,
    since: Instant,
}

/// A parked call that goes on.
pub(super) struct Taken {
    since: Instant,
    pub(super) conversation: Conversation,
}

struct Parked {
    /// Dropped before the conversation, whose session goes on to others.
    _resting: Resting,
    owner: Owner,
    since: Instant,
    bytes: usize,
    conversation: Conversation,
}

/// A session in which a call waits for answers.
struct Resting(Arc<dyn SessionLink>);

impl Resting {
    fn new(link: &Arc<dyn SessionLink>) -> Self {
        link.rest(true);
        Self(Arc::clone(link))
    }
}

impl Parked {
    fn new(owner: &Owner, since: Instant, conversation: Conversation) -> Self {
        Self {
            _resting: Resting::new(conversation.cancel.link()),
            owner: owner.clone(),
            since,
            bytes: conversation.bytes(),
            conversation,
        }
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        self.0.rest(false);
    }
}

/// There is no room for another parked call of this subject, or of anybody.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

impl Lot {
    /// Parks a call under `id`.
    pub(super) fn park(
        &self,
        id: ParkedId,
        owner: &Owner,
        conversation: Conversation,
    ) -> Result<(), (NoRoom, Conversation)> {
        let bytes = conversation.bytes();
        let mut parked = self.lock();
        let theirs = parked
            .values()
            .filter(|parked| parked.owner.subject == owner.subject);
        let (count, held) = theirs.fold((0, bytes), |(count, held), parked| {
            (count + 1, held + parked.bytes)
        });
        if count >= MOST_PER_SUBJECT || held > MOST_BYTES || parked.len() >= MOST {
            return Err((NoRoom, conversation));
        }
        let since = Instant::now();
        parked.insert(id, Parked::new(owner, since, conversation));
        Ok(())
    }

    /// Parks a call again that was taken in vain: it has its room, and its time runs on.
    pub(super) fn park_again(&self, id: ParkedId, owner: &Owner, taken: Taken) {
        let parked = Parked::new(owner, taken.since, taken.conversation);
        self.lock().insert(id, parked);
    }

    /// Takes a parked call: whoever comes second finds none.
    pub(super) fn take(&self, id: ParkedId, owner: &Owner) -> Option<Taken> {
        let mut parked = self.lock();
        if parked.get(&id)?.owner != *owner {
            return None;
        }
        parked.remove(&id).map(|parked| Taken {
            since: parked.since,
            conversation: parked.conversation,
        })
    }

    /// Lets one try come after pages were visited.
    pub(super) fn expect(&self, id: ParkedId, owner: &Owner) -> Result<(), NoRoom> {
        let mut visits = self.visits();
        let theirs = visits
            .values()
            .filter(|visit| visit.owner.subject == owner.subject);
        if theirs.count() >= MOST_VISITS || visits.len() >= MOST {
            return Err(NoRoom);
        }
        let (owner, since) = (owner.clone(), Instant::now());
        visits.insert(id, Visit { owner, since });
        Ok(())
    }

    /// Whether this is the try that was expected, which comes once.
    pub(super) fn visited(&self, id: ParkedId, owner: &Owner) -> bool {
        let mut visits = self.visits();
        let is_theirs = visits.get(&id).is_some_and(|visit| visit.owner == *owner);
        is_theirs && visits.remove(&id).is_some()
    }

    /// Lets go of what has waited for too long. Called every second.
    pub(in super::super) fn sweep(&self, now: Instant) {
        let is_old = |_: &ParkedId, parked: &mut Parked| {
            now.saturating_duration_since(parked.since) >= PATIENCE
        };
        let expired: Vec<_> = self.lock().extract_if(is_old).collect();
        drop(expired); // cancelled upstream, after the lock is released
        let is_fresh = |visit: &mut Visit| now.saturating_duration_since(visit.since) < PATIENCE;
        self.visits().retain(|_, visit| is_fresh(visit));
    }

    /// Lets go of all.
    pub(in super::super) fn clear(&self) {
        let all = std::mem::take(&mut *self.lock());
        drop(all);
        self.visits().clear();
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<ParkedId, Visit>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ParkedId, Parked>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a call waits for its answers.
pub(in super::super) const PATIENCE: Duration = Duration::from_secs(600);
/// Parked calls of one subject at a server.
pub(in super::super) const MOST_PER_SUBJECT: usize = 16;
/// Tries of one subject that are expected after pages were visited.
pub(in super::super) const MOST_VISITS: usize = 64;
/// Parked calls at a server in all, and as many tries after pages were visited.
const MOST: usize = 2048;
/// Bytes of questions that are kept for one subject at a server.
const MOST_BYTES: usize = 4 << 20;
