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
        let owner = owner.clone();
        let since = Instant::now();
        parked.insert(
            id,
            Parked {
                _resting: Resting::new(conversation.cancel.link()),
                owner,
                since,
                bytes,
                conversation,
            },
        );
        Ok(())
    }

    /// Takes a parked call: whoever comes second finds none.
    pub(super) fn take(&self, id: ParkedId, owner: &Owner) -> Option<Conversation> {
        let mut parked = self.lock();
        if parked.get(&id)?.owner != *owner {
            return None;
        }
        parked.remove(&id).map(|parked| parked.conversation)
    }

    /// Lets go of what has waited for too long. Called every second.
    pub(in super::super) fn sweep(&self, now: Instant) {
        let is_old = |_: &ParkedId, parked: &mut Parked| {
            now.saturating_duration_since(parked.since) >= PATIENCE
        };
        let expired: Vec<_> = self.lock().extract_if(is_old).collect();
        drop(expired); // cancelled upstream, after the lock is released
    }

    /// Lets go of all.
    pub(in super::super) fn clear(&self) {
        let all = std::mem::take(&mut *self.lock());
        drop(all);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ParkedId, Parked>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a call waits for its answers.
pub(in super::super) const PATIENCE: Duration = Duration::from_secs(600);
/// Parked calls of one subject at a server.
pub(in super::super) const MOST_PER_SUBJECT: usize = 16;
/// Parked calls at a server in all.
const MOST: usize = 2048;
/// Bytes of questions that are kept for one subject at a server.
const MOST_BYTES: usize = 4 << 20;
