//! A stream that can be dropped while its client takes nothing (GW-25).
//!
//! What is sent is asked for as soon as the client has taken enough of what came before. A stream
//! that had something and is not asked again is one whose client does not read: nothing of it is
//! polled any more, so it cannot end by itself. Once a second it is looked at ([`super::Watch`]),
//! and after too many looks what it holds is let go from outside: its places, what waits for it,
//! the server behind it. What is left of it ends as soon as its client takes something.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::Cut;

/// What the watch has of a stream.
#[derive(Default)]
pub(crate) struct Grip {
    /// Looks since something was there that was not taken.
    untaken: AtomicU64,
    /// How much was taken since the last look.
    taken: AtomicU64,
    slot: OnceLock<Weak<dyn LetGo>>,
}

/// Something that can be dropped by who does not own it.
trait LetGo: Send + Sync {
    fn let_go(&self);
}

/// A stream as its client reads it.
pub(crate) struct Held<B> {
    grip: Arc<Grip>,
    slot: Arc<Slot<B>>,
}

struct Slot<B>(Mutex<Option<Holding<B>>>);

struct Holding<B> {
    /// What is left of a long piece: taking a part of it counts as well.
    rest: Bytes,
    body: B,
}

impl Grip {
    /// Takes hold of a stream.
    pub(crate) fn hold<B>(self: &Arc<Self>, body: B) -> Held<B>
    where
        B: Send + 'static,
    {
        let rest = Bytes::new();
        let slot = Arc::new(Slot(Mutex::new(Some(Holding { rest, body }))));
        let held: Arc<dyn LetGo> = Arc::clone(&slot) as _;
        self.untaken.store(1, Ordering::Relaxed); // nobody has asked for anything yet
        self.slot.set(Arc::downgrade(&held)).ok();
        let grip = Arc::clone(self);
        Held { grip, slot }
    }

    /// Whether it waits for its client: something is there that was not taken, and since the last
    /// look the client took less than a server says that never stops. Asked once a look.
    pub(super) fn waits_for_client(&self) -> bool {
        let taken = self.taken.swap(0, Ordering::Relaxed);
        self.untaken.load(Ordering::Relaxed) > 0 && taken < MUCH
    }

    /// Looks at it once more; whether too many looks found it untaken.
    pub(super) fn is_stalled(&self, most: u64) -> bool {
        let untaken = self.untaken.load(Ordering::Relaxed);
        untaken > 0 && self.untaken.fetch_add(1, Ordering::Relaxed) > most
    }

    /// Drops what it holds.
    pub(super) fn let_go(&self) {
        if let Some(slot) = self.slot.get().and_then(Weak::upgrade) {
            slot.let_go();
        }
    }
}

impl<B> Slot<B> {
    fn lock(&self) -> MutexGuard<'_, Option<Holding<B>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Send> LetGo for Slot<B> {
    fn let_go(&self) {
        let body = self.lock().take();
        drop(body); // not under the lock
    }
}

impl<B> Holding<B>
where
    B: Body<Data = Bytes, Error = Cut> + Unpin,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.rest.is_empty() {
            let polled = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
            let frame = match polled {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let length = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }
}

/// Who takes so much between two looks is not slow.
const MUCH: u64 = 256 * 1024;
/// How much is given at a time.
const PIECE: usize = 64 * 1024;

impl<B> Body for Held<B>
where
    B: Body<Data = Bytes, Error = Cut> + Unpin,
{
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let mut slot = self.slot.lock();
        let Some(holding) = slot.as_mut() else {
            return Poll::Ready(Some(Err(Cut::Unread)));
        };
        let polled = holding.poll(context);
        let untaken = u64::from(matches!(polled, Poll::Ready(Some(_))));
        self.grip.untaken.store(untaken, Ordering::Relaxed);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let taken = frame.data_ref().map_or(0, Bytes::len);
            let taken = u64::try_from(taken).unwrap_or(u64::MAX);
            self.grip.taken.fetch_add(taken, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        let slot = self.slot.lock();
        let holding = slot.as_ref();
        holding.is_some_and(|holding| holding.rest.is_empty() && holding.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let slot = self.slot.lock();
        let untouched = slot.as_ref().filter(|holding| holding.rest.is_empty());
        untouched.map_or_else(SizeHint::default, |holding| holding.body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Has this many chunks, and then waits.
    struct Chunks(usize);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = Cut;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
            let Some(left) = self.0.checked_sub(1) else {
                return Poll::Pending;
            };
            self.0 = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    fn poll(held: &mut Held<Chunks>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        Pin::new(held).poll_frame(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn only_who_leaves_something_untaken_stalls_and_loses_it() {
        // GW-25
        let grip = Arc::<Grip>::default();
        let mut held = grip.hold(Chunks(2));
        let looks = |number: u64| (0..number).filter(|_| grip.is_stalled(3)).count();
        assert_eq!(looks(3), 0, "it was not asked for anything");
        assert!(poll(&mut held).is_ready());
        assert_eq!(looks(3), 0, "asking begins anew");
        assert!(poll(&mut held).is_ready() && poll(&mut held).is_pending());
        assert_eq!(looks(100), 0, "who has taken everything waits for ever");
        let (rest, body) = (Bytes::new(), Chunks(1));
        held.slot.lock().replace(Holding { rest, body });
        assert!(poll(&mut held).is_ready());
        assert_eq!(looks(4), 1);
        grip.let_go();
        assert!(held.slot.lock().is_none());
        let last = poll(&mut held);
        assert!(matches!(last, Poll::Ready(Some(Err(Cut::Unread)))));
    }

    #[test]
    fn of_something_long_every_part_that_is_taken_counts() {
        // GW-25
        let grip = Arc::<Grip>::default();
        let mut held = grip.hold(Chunks(0));
        let rest = Bytes::from(vec![b'x'; 2 * PIECE + 1]);
        let body = Chunks(0);
        held.slot.lock().replace(Holding { rest, body });
        for expected in [PIECE, PIECE, 1] {
            assert!((0..3).all(|_| !grip.is_stalled(3)));
            let Poll::Ready(Some(Ok(frame))) = poll(&mut held) else {
                panic!("no piece");
            };
            assert_eq!(frame.data_ref().map(Bytes::len), Some(expected));
        }
        assert!(poll(&mut held).is_pending());
    }
}
