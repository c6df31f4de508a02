//! One event stream of a session, and what was said on it for a while.
//!
//! ```text
//! server says --> unread --read--> kept, to be read again (R-064) --too much or too old--> gone
//!                    \--too much, and nobody reads--> dropped; the answer itself still comes
//! ```
//!
//! Messages are numbered from 1 and stay so whoever reads. One reader at a time: a newer one ends
//! the stream of the one before (R-063). Who speaks waits while somebody reads and has more than
//! enough unread ([`Line::room`]), and for nobody else (GW-25): what is unread is bounded here, and
//! what a subject has waiting in all by its [`Place`].

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio::{sync::Notify, time::Instant};

use crate::{
    places::Place,
    stream::{Blame, Loss},
};

/// How much may wait on one line, and on all lines of its subject.
#[derive(Clone, Debug)]
pub(super) struct Room {
    pub(super) place: Arc<Place>,
    /// Bytes that may wait of one subject.
    pub(super) in_all: usize,
    /// Bytes that may wait on one line.
    pub(super) unread: usize,
    /// Bytes that were read and are kept all the same.
    pub(super) kept: usize,
    /// Whose it is.
    pub(super) blame: Blame,
}

/// One event stream.
pub(super) struct Line {
    pub(super) number: u32,
    room: Room,
    state: Mutex<State>,
    arrived: AtomicWaker,
    /// Those who wait until less is unread.
    taken: Notify,
}

struct State {
    kept: VecDeque<Bytes>,
    /// The number of the first message that is still here.
    first: u64,
    /// The number of the first message that nobody has read.
    unread: u64,
    kept_bytes: usize,
    unread_bytes: usize,
    /// How many answers are still to come; a line that is for none of them goes on.
    answers: Option<usize>,
    complete: Option<Instant>,
    /// Who reads, if anybody does.
    reader: Option<u64>,
    readers: u64,
}

/// The reading end.
pub(super) struct Reader {
    line: Arc<Line>,
    me: u64,
    next: u64,
}

/// One message as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) number: u64,
    pub(super) json: Bytes,
    /// Nothing comes after it.
    pub(super) last: bool,
}

impl Line {
    /// A line that is complete after so many answers; `None` for one that goes on.
    pub(super) fn new(number: u32, room: Room, answers: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            number,
            room,
            state: Mutex::new(State {
                kept: VecDeque::new(),
                first: 1,
                unread: 1,
                kept_bytes: 0,
                unread_bytes: 0,
                answers,
                complete: None,
                reader: None,
                readers: 0,
            }),
            arrived: AtomicWaker::new(),
            taken: Notify::new(),
        })
    }

    /// Waits while more than enough is unread, as long as somebody reads: who has more to say
    /// takes no more of its server meanwhile.
    pub(super) async fn room(&self) {
        loop {
            let mut taken = pin!(self.taken.notified());
            taken.as_mut().enable();
            if !self.lock().is_crowded() {
                return;
            }
            taken.await;
        }
    }

    /// Says something; false when there is no room for it, and it is not said.
    pub(super) fn say(&self, json: Bytes) -> bool {
        let Some(json) = self.count(json) else {
            self.cut();
            return false;
        };
        let mut state = self.lock();
        if state.complete.is_some() {
            return false;
        }
        let fits = state.unread_bytes + cost(&json) <= self.room.unread;
        if fits {
            state.push(json);
        }
        drop(state);
        match fits {
            true => self.arrived.wake(),
            false => self.cut(),
        }
        fits
    }

    /// Says an answer, or `instead` when there is no room for it: whoever asked hears something,
    /// unless there is no room even for that, and the line is cut.
    pub(super) fn answer(&self, json: Bytes, instead: impl FnOnce() -> Bytes) {
        let json = match self.count(json) {
            Some(json) => Some(json),
            None => self.count_short(instead()),
        };
        let mut state = self.lock();
        if state.complete.is_some() {
            return;
        }
        let fits = |json: &Bytes| state.unread_bytes + cost(json) <= self.room.unread;
        if !json.as_ref().is_some_and(fits) && state.cut() {
            self.room.blame.note(Loss::Full);
        }
        state.kept.extend(json.iter().cloned());
        state.unread_bytes += json.as_ref().map_or(0, cost);
        if let Some(left) = &mut state.answers {
            *left = left.saturating_sub(1);
            state.complete = (*left == 0).then(Instant::now);
        }
        drop(state);
        self.arrived.wake();
        self.taken.notify_waiters();
    }

    /// Notes that what was not read here was dropped on the way.
    pub(super) fn lost(&self) {
        self.room.blame.note(Loss::Full);
    }

    /// Says that nothing more will come.
    pub(super) fn complete(&self) {
        self.lock().complete.get_or_insert_with(Instant::now);
        self.arrived.wake();
        self.taken.notify_waiters();
    }

    /// Reads on after the message with this number; the reader before hears nothing more.
    pub(super) fn read(self: &Arc<Self>, after: u64) -> Reader {
        let mut state = self.lock();
        state.readers += 1;
        let me = state.readers;
        state.reader = Some(me);
        drop(state);
        self.arrived.wake();
        Reader {
            line: Arc::clone(self),
            me,
            next: after.saturating_add(1),
        }
    }

    /// The number of the last message that anybody has read.
    pub(super) fn read_so_far(&self) -> u64 {
        self.lock().unread.saturating_sub(1)
    }

    /// Whether anybody reads.
    pub(super) fn is_read(&self) -> bool {
        self.lock().reader.is_some()
    }

    /// Whether nothing more comes and nobody reads.
    pub(super) fn is_left(&self) -> bool {
        let state = self.lock();
        state.complete.is_some() && state.reader.is_none()
    }

    /// Since when nothing more comes, if everything was read and nobody reads.
    pub(super) fn finished(&self) -> Option<Instant> {
        let state = self.lock();
        let all_read = state.unread_bytes == 0 && state.reader.is_none();
        state.complete.filter(|_| all_read)
    }

    fn count(&self, json: Bytes) -> Option<Bytes> {
        let mut buffered = self.room.place.buffered();
        let has_room = buffered.reach(cost(&json), self.room.in_all);
        has_room.then(|| buffered.whole(json))
    }

    /// A few words are said without room, when nothing else waits here.
    fn count_short(&self, json: Bytes) -> Option<Bytes> {
        let is_alone = json.len() <= SHORT && self.lock().unread_bytes == 0;
        match is_alone {
            true => Some(json),
            false => self.count(json),
        }
    }

    fn cut(&self) {
        if self.lock().cut() {
            self.room.blame.note(Loss::Full);
        }
        self.arrived.wake();
        self.taken.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, json: Bytes) {
        self.unread_bytes += cost(&json);
        self.kept.push_back(json);
    }

    /// Drops what waits; who was to read it loses the stream, and may come back for the rest.
    /// Whether there was anything to lose.
    fn cut(&mut self) -> bool {
        let lost = self.unread_bytes > 0 || self.reader.is_some();
        self.first += u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        self.unread = self.first;
        self.kept.clear();
        (self.kept_bytes, self.unread_bytes) = (0, 0);
        self.reader = None;
        lost
    }

    fn is_crowded(&self) -> bool {
        self.reader.is_some() && self.complete.is_none() && self.unread_bytes > ENOUGH
    }

    fn get(&self, number: u64) -> Option<Bytes> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.kept.get(index).cloned()
    }

    /// Notes that everything before `next` was read, and lets go of what is too much to keep.
    fn read_up_to(&mut self, next: u64, most: usize) {
        while self.unread < next {
            let bytes = self.get(self.unread).map_or(0, |json| cost(&json));
            self.unread_bytes = self.unread_bytes.saturating_sub(bytes);
            self.kept_bytes += bytes;
            self.unread += 1;
        }
        while self.kept_bytes > most && self.first < self.unread {
            let bytes = self.kept.pop_front().map_or(0, |json| cost(&json));
            self.kept_bytes = self.kept_bytes.saturating_sub(bytes);
            self.first += 1;
        }
    }
}

impl Reader {
    /// The next message; `None` after the last one, and when another reader took over.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Said>> {
        let mut state = self.line.lock();
        if state.reader != Some(self.me) {
            return Poll::Ready(None);
        }
        self.line.arrived.register(context.waker());
        let number = self.next.max(state.first);
        let Some(json) = state.get(number) else {
            return match state.complete {
                Some(_) => Poll::Ready(None),
                None => Poll::Pending,
            };
        };
        self.next = number + 1;
        let last = state.complete.is_some() && state.get(self.next).is_none();
        state.read_up_to(self.next, self.line.room.kept);
        drop(state);
        self.line.taken.notify_waiters();
        Poll::Ready(Some(Said { number, json, last }))
    }

    /// The next message; `None` after the last one, and when another reader took over.
    pub(super) async fn next(&mut self) -> Option<Said> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// Whether every answer that it is for was said.
    pub(super) fn is_answered(&self) -> bool {
        self.line.lock().answers == Some(0)
    }

    /// The number of the line, and of the message that was read last.
    pub(super) fn position(&self) -> (u32, u64) {
        (self.line.number, self.next.saturating_sub(1))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        if state.reader == Some(self.me) {
            state.reader = None;
        }
        drop(state);
        self.line.taken.notify_waiters();
    }
}

/// What a waiting message takes, its place in the queue included.
fn cost(message: &Bytes) -> usize {
    message.len() + 64
}

/// With so much unread, who has more to say waits for the reader.
const ENOUGH: usize = 256 * 1024;
/// The longest refusal that needs no room, in bytes.
const SHORT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> Room {
        Room {
            place: Arc::default(),
            in_all: 10_000,
            unread: 1_000,
            kept: 300,
            blame: Blame::default(),
        }
    }

    async fn soon(reader: &mut Reader) -> Option<String> {
        let next = std::pin::pin!(reader.next());
        match futures_util::poll!(next) {
            Poll::Ready(said) => said.map(|said| {
                let text = String::from_utf8_lossy(&said.json).into_owned();
                format!("{}{text}{}", said.number, if said.last { "." } else { "" })
            }),
            Poll::Pending => Some("nothing yet".to_owned()),
        }
    }

    #[tokio::test]
    async fn messages_keep_their_numbers_and_are_read_again_from_where_a_reader_was() {
        // R-064
        let line = Line::new(3, room(), Some(1));
        let mut one = line.read(0);
        assert_eq!(soon(&mut one).await.as_deref(), Some("nothing yet"));
        assert!(line.say("a".into()) && line.say("b".into()));
        assert_eq!(soon(&mut one).await.as_deref(), Some("1a"));
        assert_eq!(one.position(), (3, 1));
        drop(one);
        assert!(!line.is_read());
        line.answer("c".into(), Bytes::new);
        let mut two = line.read(1);
        assert_eq!(soon(&mut two).await.as_deref(), Some("2b"));
        assert_eq!(soon(&mut two).await.as_deref(), Some("3c."));
        assert_eq!(soon(&mut two).await, None);
        assert!(!line.say("late".into()), "nothing comes after the answer");
        let mut again = line.read(0);
        assert_eq!(soon(&mut again).await.as_deref(), Some("1a"));
    }

    #[tokio::test]
    async fn a_newer_reader_takes_over_and_is_woken_although_the_older_one_looks_again() {
        // R-063
        let line = Line::new(0, room(), None);
        let mut old = line.read(0);
        assert_eq!(soon(&mut old).await.as_deref(), Some("nothing yet"));
        let mut new = line.read(0);
        let waiting = tokio::spawn(async move { new.next().await });
        tokio::task::yield_now().await;
        assert_eq!(soon(&mut old).await, None);
        drop(old);
        assert!(line.is_read(), "the old one takes nothing along");
        line.say("x".into());
        assert!(waiting.await.expect("no panic").is_some());
    }

    #[tokio::test]
    async fn a_batch_is_complete_after_its_last_answer() {
        // R-067
        let line = Line::new(1, room(), Some(2));
        line.answer("a".into(), Bytes::new);
        assert!(line.lock().complete.is_none());
        line.answer("b".into(), Bytes::new);
        let mut reader = line.read(0);
        assert_eq!(soon(&mut reader).await.as_deref(), Some("1a"));
        assert_eq!(soon(&mut reader).await.as_deref(), Some("2b."));
        assert_eq!(line.finished(), None, "somebody reads");
        drop(reader);
        assert!(line.finished().is_some());
    }

    #[tokio::test]
    async fn who_does_not_read_loses_what_waits_and_still_gets_the_answer() {
        // GW-25, P-037
        let line = Line::new(1, room(), Some(1));
        let mut slow = line.read(0);
        let long = Bytes::from(vec![b'x'; 400]);
        assert!(line.say(long.clone()) && line.say(long.clone()));
        assert!(!line.say(long));
        assert_eq!(soon(&mut slow).await, None, "the slow reader is dropped");
        line.answer("end".into(), Bytes::new);
        assert_eq!(soon(&mut line.read(0)).await.as_deref(), Some("3end."));
    }

    #[tokio::test]
    async fn what_a_subject_may_have_waiting_is_shared_by_its_lines() {
        // GW-25
        let room = Room {
            in_all: 600,
            ..room()
        };
        let lines = [1, 2].map(|number| Line::new(number, room.clone(), Some(1)));
        let long = Bytes::from(vec![b'x'; 400]);
        assert!(lines[0].say(long.clone()));
        assert!(!lines[1].say(long.clone()));
        lines[1].answer(long.clone(), || "too much".into());
        let mut reader = lines[1].read(0);
        assert_eq!(soon(&mut reader).await.as_deref(), Some("1too much."));
        let third = Line::new(3, room.clone(), Some(1));
        let longer = || Bytes::from(vec![b'x'; 2 * SHORT]);
        third.answer(longer(), longer);
        assert!(third.is_left(), "there is no room for long words instead");
        assert_eq!(soon(&mut third.read(0)).await, None);
        lines[0].read(0).next().await.expect("said");
        assert!(lines[1].count(long).is_some(), "what was read is let go");
    }

    #[tokio::test]
    async fn what_was_read_is_kept_within_bounds() {
        // R-064
        let line = Line::new(1, room(), None);
        let mut reader = line.read(0);
        for number in 1..=10 {
            assert!(line.say("x".repeat(36).into()));
            assert_eq!(reader.next().await.map(|said| said.number), Some(number));
        }
        let mut again = line.read(0);
        assert_eq!(again.next().await.map(|said| said.number), Some(8));
    }

    #[tokio::test]
    async fn who_speaks_waits_for_a_reader_who_has_enough_and_for_nobody_who_left() {
        // GW-25, P-037
        let room = Room {
            in_all: 10 << 20,
            unread: 1 << 20,
            ..room()
        };
        let line = Line::new(1, room, Some(1));
        let mut reader = line.read(0);
        let long = Bytes::from(vec![b'x'; ENOUGH]);
        let waits = async || futures_util::poll!(pin!(line.room())).is_pending();
        assert!(!waits().await);
        assert!(line.say(long.clone()));
        assert!(waits().await);
        let waiting = Arc::clone(&line);
        let waiting = tokio::spawn(async move { waiting.room().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert!(reader.next().await.is_some());
        waiting.await.expect("it was read");
        assert!(line.say(long));
        assert!(waits().await);
        drop(reader);
        assert!(!waits().await, "nobody reads");
    }
}
