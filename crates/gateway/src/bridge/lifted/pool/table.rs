//! Which sessions there are, and who uses them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use doorward_core::subject::Subject;
use tokio::time::Instant;

use super::{Key, Need, Session};
use crate::upstream::Fault;

/// All sessions of a pool.
pub(super) struct Table {
    most_per_subject: usize,
    sessions: HashMap<Key, Vec<Entry>>,
    counts: HashMap<Subject, usize>,
    total: usize,
    closed: bool,
}

/// One session and how it is used.
struct Entry {
    session: Arc<Session>,
    shared: usize,
    alone: bool,
    listening: usize,
    since: Instant,
}

/// A session, and those that went to make room for it.
pub(super) struct Found {
    pub(super) session: Result<Arc<Session>, Fault>,
    pub(super) gone: Vec<Arc<Session>>,
}

impl Table {
    pub(super) fn new(most_per_subject: usize) -> Self {
        Self {
            most_per_subject,
            sessions: HashMap::new(),
            counts: HashMap::new(),
            total: 0,
            closed: false,
        }
    }

    /// One that fits, which counts as used from now on: the first, so that who listens hears
    /// what their calls change.
    pub(super) fn find(
        &mut self,
        key: &Key,
        need: Need,
        now: Instant,
        open: impl FnOnce() -> Arc<Session>,
    ) -> Found {
        let mut gone = self.remove(|entry| entry.session.is_over(), Some(key));
        let known = self.sessions.get_mut(key).into_iter().flatten();
        if let Some(entry) = known.into_iter().find(|entry| entry.fits(need)) {
            entry.take(need);
            let session = Ok(Arc::clone(&entry.session));
            return Found { session, gone };
        }
        let session = self.room(key, &mut gone).map(|()| {
            let mut entry = Entry::new(open(), now);
            entry.take(need);
            let session = Arc::clone(&entry.session);
            self.insert(entry);
            session
        });
        Found { session, gone }
    }

    /// Gives a session back.
    pub(super) fn release(&mut self, session: &Arc<Session>, need: Need, now: Instant) {
        if let Some(entry) = self.entry(session) {
            entry.give_back(need);
            entry.since = now;
        }
    }

    /// What was taken for one alone is shared: its link tells apart what belongs to whom.
    pub(super) fn relax(&mut self, session: &Arc<Session>) {
        if let Some(entry) = self.entry(session) {
            entry.give_back(Need::Alone);
            entry.take(Need::Shared);
        }
    }

    /// Forgets a session that is of no use.
    pub(super) fn forget(&mut self, session: &Arc<Session>) {
        self.remove(
            |entry| Arc::ptr_eq(&entry.session, session),
            Some(session.key()),
        );
    }

    /// Whether somebody uses a session of this key, who will give it back.
    pub(super) fn has_used(&self, key: &Key) -> bool {
        let mut known = self.sessions.get(key).into_iter().flatten();
        known.any(|entry| entry.is_used())
    }

    /// Whether one request at most is waiting in a session.
    pub(super) fn has_one_user(&self, session: &Arc<Session>) -> bool {
        let known = self.sessions.get(session.key()).into_iter().flatten();
        let mut known = known.filter(|entry| Arc::ptr_eq(&entry.session, session));
        known.all(|entry| entry.shared + usize::from(entry.alone) <= 1)
    }

    /// Removes what is over, and what nobody has used for `idle`.
    pub(super) fn sweep(&mut self, now: Instant, idle: Duration) -> Vec<Arc<Session>> {
        let is_old = |entry: &Entry| now.saturating_duration_since(entry.since) >= idle;
        self.remove(
            |entry| entry.session.is_over() || (!entry.is_used() && is_old(entry)),
            None,
        )
    }

    /// Removes all, and takes no more.
    pub(super) fn close(&mut self) -> Vec<Arc<Session>> {
        self.closed = true;
        self.remove(|_| true, None)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.total
    }

    /// Makes sure that one more may be opened.
    fn room(&mut self, key: &Key, gone: &mut Vec<Arc<Session>>) -> Result<(), Fault> {
        if self.closed {
            return Err(Fault::Ended);
        }
        let subject = &key.owner.subject;
        let theirs = self.counts.get(subject).copied().unwrap_or_default();
        if theirs >= self.most_per_subject {
            let subject = subject.clone();
            let idle = self.longest_idle(|key| key.owner.subject == subject);
            gone.extend(self.evict(&idle.ok_or(Fault::Sessions)?));
        } else if self.total >= MOST {
            let idle = self.longest_idle(|_| true);
            gone.extend(self.evict(&idle.ok_or(Fault::Crowded)?));
        }
        Ok(())
    }

    fn longest_idle(&self, of: impl Fn(&Key) -> bool) -> Option<Arc<Session>> {
        let theirs = self.sessions.iter().filter(|(key, _)| of(key));
        let idle = theirs.flat_map(|(_, entries)| entries);
        let idle = idle.filter(|entry| !entry.is_used());
        let longest = idle.min_by_key(|entry| entry.since)?;
        Some(Arc::clone(&longest.session))
    }

    fn evict(&mut self, session: &Arc<Session>) -> Vec<Arc<Session>> {
        self.remove(
            |entry| Arc::ptr_eq(&entry.session, session),
            Some(session.key()),
        )
    }

    fn insert(&mut self, entry: Entry) {
        let key = entry.session.key().clone();
        *self.counts.entry(key.owner.subject.clone()).or_default() += 1;
        self.total += 1;
        self.sessions.entry(key).or_default().push(entry);
    }

    fn remove(&mut self, which: impl Fn(&Entry) -> bool, of: Option<&Key>) -> Vec<Arc<Session>> {
        let mut gone = Vec::new();
        let mut cut = |entries: &mut Vec<Entry>| {
            let removed = entries.extract_if(.., |entry| which(entry));
            gone.extend(removed.map(|entry| entry.session));
            !entries.is_empty()
        };
        match of {
            Some(key) => {
                if self
                    .sessions
                    .get_mut(key)
                    .is_some_and(|entries| !cut(entries))
                {
                    self.sessions.remove(key);
                }
            }
            None => self.sessions.retain(|_, entries| cut(entries)),
        }
        for session in &gone {
            self.uncount(&session.key().owner.subject);
        }
        gone
    }

    fn uncount(&mut self, subject: &Subject) {
        self.total -= 1;
        if let Some(count) = self.counts.get_mut(subject) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(subject);
            }
        }
    }

    fn entry(&mut self, session: &Arc<Session>) -> Option<&mut Entry> {
        let known = self.sessions.get_mut(session.key())?;
        known
            .iter_mut()
            .find(|entry| Arc::ptr_eq(&entry.session, session))
    }
}

impl Entry {
    fn new(session: Arc<Session>, since: Instant) -> Self {
        Self {
            session,
            shared: 0,
            alone: false,
            listening: 0,
            since,
        }
    }

    fn is_used(&self) -> bool {
        self.shared > 0 || self.alone || self.listening > 0
    }

    fn fits(&self, need: Need) -> bool {
        let link = self.session.link();
        let tells_apart = link.is_some_and(|link| link.tells_apart());
        match (need, tells_apart) {
            (Need::Listening, _) | (Need::Shared, true) => true,
            (Need::Shared, false) | (Need::Alone | Need::Level, true) => !self.alone,
            (Need::Alone | Need::Level, false) => !self.alone && self.shared == 0,
        }
    }

    fn take(&mut self, need: Need) {
        match need {
            Need::Shared => self.shared += 1,
            Need::Alone | Need::Level => self.alone = true,
            Need::Listening => self.listening += 1,
        }
    }

    fn give_back(&mut self, need: Need) {
        match need {
            Need::Shared => self.shared -= 1,
            Need::Alone | Need::Level => self.alone = false,
            Need::Listening => self.listening -= 1,
        }
    }
}

/// Sessions of one server in all.
const MOST: usize = 4096;
