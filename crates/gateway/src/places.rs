//! What one user takes up at a time, at all servers and through all clients together.
//!
//! Clients, grants and tokens are there for the asking, so none of them is what limits
//! count by (GW-25): it is the subject, whom an administrator made.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use doorward_core::subject::Subject;

/// The places of all subjects that called lately.
#[derive(Default)]
pub(crate) struct Places {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    places: HashMap<Subject, Weak<Place>>,
    /// At this size it is looked for those that nobody holds any more.
    swept_at: usize,
}

/// What one subject takes up.
#[derive(Debug, Default)]
pub(crate) struct Place {
    open: AtomicUsize,
    buffered: AtomicUsize,
    gathered: AtomicUsize,
}

/// One open request or stream; counted out when dropped.
#[derive(Debug)]
pub(crate) struct OpenStream(Arc<Place>);

/// Bytes of a message; counted out when dropped.
#[derive(Debug)]
pub(crate) struct Buffered {
    place: Arc<Place>,
    of: What,
    bytes: usize,
}

/// What bytes are of.
#[derive(Clone, Copy, Debug)]
enum What {
    Messages,
    /// Lists of all servers: what these say leaves the subject room for their own messages.
    Lists,
}

/// A message that is counted for as long as anything of it is held.
struct Counted {
    message: Bytes,
    _buffered: Buffered,
}

impl Places {
    /// The place of `subject`, the same for as long as anybody holds it.
    pub(crate) fn of(&self, subject: &Subject) -> Arc<Place> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.places.get(subject).and_then(Weak::upgrade) {
            return place;
        }
        if known.places.len() >= known.swept_at {
            known.places.retain(|_, place| place.strong_count() > 0);
            known.swept_at = 2 * known.places.len() + FEW;
        }
        let place = Arc::default();
        let weak = Arc::downgrade(&place);
        known.places.insert(subject.clone(), weak);
        place
    }
}

impl Place {
    /// Counts a request in, whose answer may become a stream, unless `most` are open already.
    pub(crate) fn open(self: &Arc<Self>, most: usize) -> Option<OpenStream> {
        let before = self.open.fetch_add(1, Ordering::Relaxed);
        let open = OpenStream(Arc::clone(self));
        (before < most).then_some(open)
    }

    /// Nothing yet of a message.
    pub(crate) fn buffered(self: &Arc<Self>) -> Buffered {
        self.nothing(What::Messages)
    }

    /// Nothing yet of what is gathered of many servers.
    pub(crate) fn gathered(self: &Arc<Self>) -> Buffered {
        self.nothing(What::Lists)
    }

    fn nothing(self: &Arc<Self>, of: What) -> Buffered {
        Buffered {
            place: Arc::clone(self),
            of,
            bytes: 0,
        }
    }

    const fn count(&self, of: What) -> &AtomicUsize {
        match of {
            What::Messages => &self.buffered,
            What::Lists => &self.gathered,
        }
    }
}

impl Buffered {
    /// Counts up to `bytes` in all; false when that makes more than `most` of this subject.
    #[must_use]
    pub(crate) fn reach(&mut self, bytes: usize, most: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        self.bytes += more;
        let count = self.place.count(self.of);
        count.fetch_add(more, Ordering::Relaxed) + more <= most
    }

    /// The message that was counted, which stays so until its last clone is dropped, wherever
    /// that is.
    pub(crate) fn whole(self, message: Bytes) -> Bytes {
        Bytes::from_owner(Counted {
            message,
            _buffered: self,
        })
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        let count = self.place.count(self.of);
        count.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

const FEW: usize = 64;

#[cfg(test)]
mod tests {
    use doorward_core::id::UserId;

    use super::*;

    fn user(name: &str) -> Subject {
        Subject::User(UserId::from_known(name))
    }

    #[test]
    fn a_subject_has_one_place_however_it_comes() {
        // GW-25
        let places = Places::default();
        let (one, again) = (places.of(&user("a")), places.of(&user("a")));
        let first = one.open(2).expect("room");
        let _second = again.open(2).expect("room");
        assert!(one.open(2).is_none() && again.open(2).is_none());
        assert!(places.of(&user("b")).open(2).is_some());
        drop(first);
        assert!(one.open(2).is_some());
    }

    #[test]
    fn bytes_are_given_back_with_their_message() {
        // GW-25
        let place = Arc::<Place>::default();
        let mut one = place.buffered();
        assert!(one.reach(60, 100));
        let mut two = place.buffered();
        assert!(!two.reach(60, 100));
        drop(two);
        assert!(one.reach(100, 100) && one.reach(80, 100) && !one.reach(101, 100));
        drop(one);
        assert!(place.buffered().reach(100, 100));
    }

    #[test]
    fn lists_of_many_servers_leave_room_for_the_messages_of_their_caller() {
        // GW-25
        let place = Arc::<Place>::default();
        let mut lists = place.gathered();
        assert!(lists.reach(100, 100));
        assert!(!place.gathered().reach(1, 100));
        assert!(place.buffered().reach(100, 100));
        drop(lists);
        assert!(place.gathered().reach(100, 100));
    }

    #[test]
    fn a_message_counts_until_its_last_clone_is_gone() {
        // GW-25
        let place = Arc::<Place>::default();
        let mut buffered = place.buffered();
        assert!(buffered.reach(100, 100));
        let message = buffered.whole("message".into());
        let part = message.slice(1..);
        drop(message);
        assert!(!place.buffered().reach(1, 100));
        assert_eq!(part, "essage");
        drop(part);
        assert!(place.buffered().reach(100, 100));
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        // DS-05
        let places = Places::default();
        let kept = places.of(&user("kept"));
        for number in 0..10_000 {
            drop(places.of(&user(&number.to_string())));
        }
        let known = places.known.lock().expect("lock");
        assert!(known.places.len() <= 2 * FEW + 2);
        assert!(known.places.contains_key(&user("kept")));
        drop(kept);
    }
}
