//! Who waits: a place to sit for each, and a call once a second.
//!
//! Most requests are answered long before they were called twice, so sitting down takes
//! neither a lock nor a timer nor memory. Who finds no place is called at once.

use std::{
    sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;

/// The places of all who wait.
pub(super) struct Roll {
    seats: Box<[Seat]>,
    next: AtomicUsize,
}

#[derive(Default)]
struct Seat {
    taken: AtomicBool,
    calls: AtomicU8,
    waker: AtomicWaker,
}

impl Roll {
    pub(super) fn new() -> Self {
        Self {
            seats: (0..SEATS).map(|_| Seat::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// A free place, which must be left again; `None` when none was found soon.
    pub(super) fn sit(&self) -> Option<usize> {
        let from = self.next.fetch_add(1, Ordering::Relaxed);
        let mut numbers = (from..from.saturating_add(TRIES)).map(|number| number % SEATS);
        numbers.find(|number| self.seats.get(*number).is_some_and(Seat::take))
    }

    /// Ready when who sits there has waited for a second or two.
    pub(super) fn poll_late(&self, number: usize, context: &Context<'_>) -> Poll<()> {
        let Some(seat) = self.seats.get(number) else {
            return Poll::Ready(());
        };
        seat.waker.register(context.waker());
        match seat.calls.load(Ordering::Acquire) {
            0 | 1 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }

    pub(super) fn leave(&self, number: usize) {
        if let Some(seat) = self.seats.get(number) {
            drop(seat.waker.take());
            seat.calls.store(0, Ordering::Relaxed);
            seat.taken.store(false, Ordering::Release);
        }
    }

    /// Calls everybody; those for whom it is the second time are woken.
    pub(super) fn call(&self) {
        for seat in &self.seats {
            if seat.taken.load(Ordering::Relaxed) && seat.calls.fetch_add(1, Ordering::AcqRel) == 1
            {
                seat.waker.wake();
            }
        }
    }
}

impl Seat {
    fn take(&self) -> bool {
        let free = !self.taken.load(Ordering::Relaxed);
        free && !self.taken.swap(true, Ordering::AcqRel)
    }
}

const SEATS: usize = 4096;
/// How many places are looked at for a free one.
const TRIES: usize = 8;

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn who_waits_is_late_at_the_second_call_and_a_place_is_as_new_for_the_next() {
        let roll = Roll::new();
        let context = Context::from_waker(Waker::noop());
        let number = roll.sit().expect("a place");
        for expected in [Poll::Pending, Poll::Pending, Poll::Ready(())] {
            assert_eq!(roll.poll_late(number, &context), expected);
            roll.call();
        }
        roll.leave(number);
        assert_eq!(roll.poll_late(number, &context), Poll::Pending);
    }

    #[test]
    fn nobody_shares_a_place_and_the_last_ones_find_none() {
        let roll = Roll::new();
        let mut taken: Vec<_> = (0..SEATS).filter_map(|_| roll.sit()).collect();
        assert_eq!(roll.sit(), None);
        roll.leave(7);
        let found = (0..SEATS).find_map(|_| roll.sit());
        assert_eq!(found, Some(7));
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), SEATS);
    }
}
