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
use http_body::{Body, Frame};

use super::Cut;

/// What the watch has of a stream.
#[derive(Default)]
pub(crate) struct Grip {
    /// Looks since something was there that was not taken.
    untaken: AtomicU64,
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

struct Slot<B>(Mutex<Option<B>>);

impl Grip {
    /// Takes hold of a stream.
    pub(crate) fn hold<B>(self: &Arc<Self>, body: B) -> Held<B>
    where
        B: Send + 'static,
    {
        let slot = Arc::new(Slot(Mutex::new(Some(body))));
        let held: Arc<dyn LetGo> = Arc::clone(&slot) as _;
        self.untaken.store(1, Ordering::Relaxed); // nobody has asked for anything yet
        self.slot.set(Arc::downgrade(&held)).ok();
        let grip = Arc::clone(self);
        Held { grip, slot }
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
    fn lock(&self) -> MutexGuard<'_, Option<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Send> LetGo for Slot<B> {
    fn let_go(&self) {
        let body = self.lock().take();
        drop(body); // not under the lock
    }
}

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
        let Some(body) = slot.as_mut() else {
            return Poll::Ready(Some(Err(Cut::Unread)));
        };
        let polled = Pin::new(body).poll_frame(context);
        let untaken = u64::from(matches!(polled, Poll::Ready(Some(_))));
        self.grip.untaken.store(untaken, Ordering::Relaxed);
        polled
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
        held.slot.lock().replace(Chunks(1));
        assert!(poll(&mut held).is_ready());
        assert_eq!(looks(4), 1);
        grip.let_go();
        assert!(held.slot.lock().is_none());
        let last = poll(&mut held);
        assert!(matches!(last, Poll::Ready(Some(Err(Cut::Unread)))));
    }
}
