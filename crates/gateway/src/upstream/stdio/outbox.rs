//! Messages of a server on their way to one response stream.
//!
//! Bounded: a reader who does not read loses the stream, and nobody else waits
//! for them (GW-25).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;

/// The queue of one response stream.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    arrived: AtomicWaker,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    bytes: usize,
    /// Nothing more will come.
    complete: bool,
    /// Nobody reads any more.
    abandoned: bool,
}

/// One message, and whether it is the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) json: Bytes,
    pub(crate) last: bool,
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
            // Ends the stream without an answer: what was queued is lost with it.
            *state = State {
                complete: true,
                ..State::default()
            };
        }
        drop(state);
        self.arrived.wake();
        true
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
                let last = state.complete && state.queue.is_empty();
                Poll::Ready(Some(Item { json, last }))
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
    }
}
