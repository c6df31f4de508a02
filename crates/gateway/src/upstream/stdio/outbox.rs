//! Messages of a server on their way to one response stream.
//!
//! Bounded (GW-25). Who writes waits for a reader while more than enough is unread, where it
//! writes for one owner alone; a reader who takes nothing meanwhile, or has too much unread, loses
//! the stream.
//!
//! ```text
//! said --> queue --more than enough--> the writer waits --nothing taken for so long--> cut
//!            \------------------------too much, where nobody waits-------------------> cut
//! ```

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio::time::timeout;

use crate::upstream::Fault;

/// The queue of one response stream.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    arrived: AtomicWaker,
    /// Who waits until less is unread.
    taken: AtomicWaker,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    bytes: usize,
    /// How many messages were taken.
    taken: u64,
    /// Nothing more will come.
    complete: bool,
    /// Nobody reads any more.
    abandoned: bool,
    /// It was not read in time.
    cut: bool,
    /// What the last message tells.
    fault: Option<Fault>,
}

/// One message, and whether it is the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) json: Bytes,
    pub(crate) last: bool,
    /// The message is not the server's own: it tells this failure of the server.
    pub(crate) fault: Option<Fault>,
}

impl Outbox {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Adds a message; false when nobody will read it.
    pub(in crate::upstream) fn push(&self, json: Bytes) -> bool {
        let mut state = self.lock();
        if state.abandoned || state.complete {
            return false;
        }
        state.bytes += cost(&json);
        state.queue.push_back(json);
        if state.bytes > MOST_BYTES {
            state.cut();
        }
        drop(state);
        self.arrived.wake();
        true
    }

    /// The same; gives itself back when so much is unread that whoever says more should wait for
    /// [`Self::room`].
    pub(in crate::upstream) fn offer(self: &Arc<Self>, json: Bytes) -> Option<Arc<Self>> {
        self.push(json);
        self.lock().is_crowded().then(|| Arc::clone(self))
    }

    /// Waits until less is unread, for so long at most, because others wait behind it. A reader who
    /// took nothing meanwhile loses the stream; who reads slowly keeps it, up to what there is room
    /// for.
    pub(in crate::upstream) async fn room(&self) {
        let before = self.lock().taken;
        let waiting = std::future::poll_fn(|context| {
            self.taken.register(context.waker());
            match self.lock().is_crowded() {
                true => Poll::Pending,
                false => Poll::Ready(()),
            }
        });
        if timeout(UNREAD, waiting).await.is_err() {
            let mut state = self.lock();
            if state.taken == before {
                state.cut();
            }
            drop(state);
            self.arrived.wake();
        }
    }

    /// Whether it ended because it was not read in time.
    pub(crate) fn was_cut(&self) -> bool {
        self.lock().cut
    }

    /// Adds the last message.
    pub(in crate::upstream) fn push_last(&self, json: Bytes) {
        let mut state = self.lock();
        if !state.abandoned && !state.complete {
            state.bytes += cost(&json);
            state.queue.push_back(json);
            state.complete = true;
        }
        drop(state);
        self.arrived.wake();
    }

    /// Adds the last message, which tells a failure of the server.
    pub(in crate::upstream) fn fail(&self, fault: Fault, json: Bytes) {
        let mut state = self.lock();
        if !state.abandoned && !state.complete {
            state.fault = Some(fault);
        }
        drop(state);
        self.push_last(json);
    }

    /// Says that nothing more will come.
    pub(in crate::upstream) fn complete(&self) {
        self.lock().complete = true;
        self.arrived.wake();
    }

    /// Says that nobody reads any more.
    pub(in crate::upstream) fn abandon(&self) {
        let mut state = self.lock();
        state.abandoned = true;
        state.queue.clear();
        state.bytes = 0;
        drop(state);
        self.taken.wake();
    }

    /// Held by whoever reads; when dropped, nobody does.
    pub(crate) fn reader(self: &Arc<Self>) -> Reader {
        Reader(Arc::clone(self))
    }

    /// Whether messages still have a reader.
    pub(in crate::upstream) fn is_open(&self) -> bool {
        let state = self.lock();
        !state.abandoned && !state.complete
    }

    /// The next message; `None` after the last.
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.arrived.register(context.waker());
        let mut state = self.lock();
        match state.queue.pop_front() {
            Some(json) => {
                state.bytes -= cost(&json);
                state.taken += 1;
                let last = state.complete && state.queue.is_empty();
                let fault = state.fault.filter(|_| last);
                drop(state);
                self.taken.wake();
                Poll::Ready(Some(Item { json, last, fault }))
            }
            None if state.complete => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// The next message; `None` after the last.
    pub(crate) async fn next(&self) -> Option<Item> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Ends the stream without an answer: what is unread is lost with it.
    fn cut(&mut self) {
        self.queue = VecDeque::new();
        self.bytes = 0;
        (self.complete, self.cut) = (true, true);
    }

    fn is_crowded(&self) -> bool {
        !self.abandoned && !self.complete && self.bytes > ENOUGH
    }
}

/// The reading end of an outbox.
pub(crate) struct Reader(Arc<Outbox>);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// What a waiting message takes, its place in the queue included.
fn cost(message: &Bytes) -> usize {
    message.len() + 64
}

/// A message of the longest length must fit, and a program may say thousands of short ones
/// in one breath.
const MOST_BYTES: usize = 16 << 20;
/// With so much unread the writer waits.
const ENOUGH: usize = 256 * 1024;
/// How long the writer waits, and a reader may take nothing meanwhile.
const UNREAD: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_come_in_order_and_the_last_one_says_so() {
        let outbox = Outbox::new();
        assert!(outbox.push("1".into()));
        assert!(outbox.push("2".into()));
        outbox.complete();
        assert!(!outbox.push("3".into()));
        assert_eq!(outbox.next().await.map(|item| item.last), Some(false));
        assert_eq!(outbox.next().await.map(|item| item.last), Some(true));
        assert_eq!(outbox.next().await, None);
    }

    #[tokio::test]
    async fn a_failure_is_the_last_message_and_known_as_one() {
        // GW-27
        let outbox = Outbox::new();
        outbox.push("1".into());
        outbox.fail(Fault::Ended, "2".into());
        outbox.fail(Fault::NotMcp, "3".into());
        let first = outbox.next().await.expect("a message");
        assert_eq!((first.last, first.fault), (false, None));
        let second = outbox.next().await.expect("a message");
        assert_eq!(
            (&*second.json, second.fault),
            (&b"2"[..], Some(Fault::Ended))
        );
        assert_eq!(outbox.next().await, None);
    }

    #[tokio::test]
    async fn a_burst_of_short_messages_does_not_cost_the_answer() {
        let outbox = Outbox::new();
        for _ in 0..5000 {
            assert!(outbox.push("{}".into()));
        }
        outbox.push_last("answer".into());
        let mut items = Vec::new();
        while let Some(item) = outbox.next().await {
            items.push(item);
        }
        assert_eq!(items.len(), 5001);
        assert_eq!(items.last().map(|item| &*item.json), Some(&b"answer"[..]));
    }

    #[tokio::test]
    async fn a_reader_who_does_not_read_loses_the_stream() {
        // GW-25
        let outbox = Outbox::new();
        let message = Bytes::from(vec![b'x'; 1 << 20]);
        let taken = (0..100).filter(|_| outbox.push(message.clone())).count();
        assert!(taken < 20);
        assert_eq!(outbox.next().await, None);
        assert!(outbox.was_cut());
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_more_than_enough_waits_for_the_reader_and_holds_no_more_than_that() {
        // GW-25
        let outbox = Outbox::new();
        let message = Bytes::from(vec![b'x'; 64 * 1024]);
        let writing = Arc::clone(&outbox);
        let said = tokio::spawn(async move {
            for _ in 0..1_000 {
                if let Some(full) = writing.offer(message.clone()) {
                    full.room().await;
                }
            }
            writing.complete();
        });
        let (mut taken, mut most) = (0, 0);
        loop {
            tokio::time::sleep(UNREAD - Duration::from_secs(1)).await; // slow, but it reads
            most = most.max(outbox.lock().bytes);
            if outbox.next().await.is_none() {
                break;
            }
            taken += 1;
        }
        assert_eq!(taken, 1_000);
        assert!(most <= ENOUGH + cost(&Bytes::from(vec![0; 64 * 1024])));
        said.await.expect("no panic");
        assert!(!outbox.was_cut());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_takes_nothing_holds_the_others_up_for_so_long_and_no_longer() {
        // GW-25
        let outbox = Outbox::new();
        let long = Bytes::from(vec![b'x'; ENOUGH + 1]);
        let full = outbox.offer(long.clone()).expect("more than enough");
        let before = tokio::time::Instant::now();
        full.room().await;
        assert_eq!(before.elapsed(), UNREAD);
        assert!(outbox.was_cut());
        assert_eq!(outbox.next().await, None);
        let left = Outbox::new();
        let reader = left.reader();
        let full = left.offer(long).expect("more than enough");
        drop(reader);
        let before = tokio::time::Instant::now();
        full.room().await;
        assert_eq!(before.elapsed(), Duration::ZERO, "nobody reads any more");
    }
}
