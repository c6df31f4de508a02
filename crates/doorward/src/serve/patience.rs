//! How long a peer may take to say what it wants (GW-25).
//!
//! A connection may rest between two requests for a minute and more; once a
//! request has begun, its head must be complete within seconds. hyper knows one
//! timeout for both, so it is given a timer that tells the two apart by whether
//! any byte arrived. The timer never registers with the runtime: the connection
//! looks at it every second, which costs a request nothing but a small box.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    frames::{Flood, Frames, PREFACE},
    requests::{Bad, Requests},
};

/// A request's head must be complete this soon after its first byte.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// A connection without a request is kept this long.
pub(super) const REST: Duration = Duration::from_secs(90);
/// How often a connection looks at its timer.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Shorter than any request: who sent less so far has not said anything yet.
const SOMETHING: u64 = 24;

/// So many bytes are joined before they are sent.
const JOINED: usize = 4096;

thread_local! {
    static TOGETHER: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(JOINED));
}

/// What a connection has received.
#[derive(Clone, Debug)]
pub(super) struct Arrivals(Arc<Received>);

#[derive(Debug)]
struct Received {
    bytes: AtomicU64,
    /// Odd while a head is read, another number for each.
    head: AtomicU64,
    http2: AtomicBool,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self(Arc::new(Received {
            bytes: AtomicU64::new(0),
            head: AtomicU64::new(1),
            http2: AtomicBool::new(false),
        }))
    }
}

impl Arrivals {
    fn count(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// The number of the head that is read now.
    fn head(&self) -> Option<u64> {
        let head = self.0.head.load(Ordering::Relaxed);
        (head % 2 == 1).then_some(head)
    }

    /// What had arrived before the head that is read now. The first one may have begun to arrive
    /// before it is read.
    fn before_head(&self) -> u64 {
        match self.head() {
            Some(1) => 0,
            _ => self.count(),
        }
    }

    /// Reading a head begins, unless it has begun already. Only the connection's own task reads.
    fn begin_head(&self) {
        let head = self.0.head.load(Ordering::Relaxed);
        self.0.head.store(head | 1, Ordering::Relaxed);
    }

    fn end_head(&self) {
        let head = self.0.head.load(Ordering::Relaxed);
        self.0.head.store(head + head % 2, Ordering::Relaxed);
    }

    /// Whether it is of HTTP/2.
    pub(super) fn is_http2(&self) -> bool {
        self.0.http2.load(Ordering::Relaxed)
    }

    /// Whether a connection of this age has sent too little to be a request.
    pub(super) fn silent_after(&self, age: Duration) -> bool {
        age > HEAD && self.count() < SOMETHING
    }
}

/// Counts what arrives on `stream`, and looks at the heads and frames in it.
pub(super) struct Counted<S> {
    stream: S,
    arrivals: Arrivals,
    requests: Requests,
    /// What came last and is not read.
    bad: Option<Bad>,
    frames: Frames,
    /// What was read to tell the version, and is given on with what comes next.
    ahead: Vec<u8>,
}

impl<S> Counted<S> {
    pub(super) fn new(stream: S, arrivals: Arrivals) -> Self {
        Self {
            stream,
            arrivals,
            requests: Requests::default(),
            bad: None,
            frames: Frames::new(Instant::now()),
            ahead: Vec::new(),
        }
    }

    /// Looks at heads and frames in `bytes`; how many of them may be read.
    fn look(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.frames.see(bytes, Instant::now) {
            Ok(true) => {
                self.arrivals.0.http2.store(true, Ordering::Relaxed);
                return Ok(bytes.len());
            }
            Ok(false) => {}
            Err(Flood) => {
                tracing::debug!("a peer sends more frames that do nothing than it may");
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let Err(bad) = self.requests.see(bytes) else {
            return Ok(bytes.len());
        };
        tracing::debug!(?bad, "a peer sends what is not read");
        self.bad = Some(bad);
        Ok(match bad {
            Bad::HeadFrom(at) => at,
            Bad::Body => 0,
        })
    }

    /// What there is to read behind something that is not read: an error, and nothing for who
    /// listens whether a client hangs up that waits for an earlier answer.
    fn behind(&self, bad: Bad) -> Poll<io::Result<()>> {
        match bad {
            Bad::HeadFrom(_) if self.arrivals.head().is_none() => Poll::Pending, // it looks again
            Bad::HeadFrom(_) | Bad::Body => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
        }
    }

    /// Gives on what was read ahead; whether it was anything.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let given = self.ahead.len().min(buffer.remaining());
        let rest = self.ahead.split_off(given);
        buffer.put_slice(&std::mem::replace(&mut self.ahead, rest));
        given > 0
    }

    /// Notes what was written.
    fn note(&mut self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = polled {
            self.frames.sent(bytes);
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> Counted<S> {
    /// Whether HTTP/2 is spoken, as soon as that is known; one who hangs up before spoke none.
    pub(super) fn poll_http2(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while let Some(missing) = self.frames.missing() {
            let mut bytes = [0; PREFACE.len()];
            let mut whole = ReadBuf::new(&mut bytes);
            let mut buffer = whole.take(missing);
            ready!(self.poll_more(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            self.ahead.extend_from_slice(buffer.filled());
        }
        Poll::Ready(Ok(self.arrivals.is_http2()))
    }

    fn poll_more(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(bad) = self.bad {
            return self.behind(bad);
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let arrived = buffer.filled().get(before..).unwrap_or_default();
        let bytes = &self.arrivals.0.bytes;
        bytes.fetch_add(arrived.len() as u64, Ordering::Relaxed);
        let good = self.look(arrived)?;
        if let Some(bad) = self.bad {
            buffer.set_filled(before + good);
            if good == 0 {
                return self.behind(bad);
            }
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let given = !self.ahead.is_empty() && self.give(buffer);
        match self.poll_more(cx, buffer) {
            Poll::Pending if given => Poll::Ready(Ok(())),
            polled => polled,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes: usize = slices.iter().map(|slice| slice.len()).sum();
        if bytes > JOINED {
            let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
            return self.note(polled);
        }
        // To the system one short piece costs less than several, and than its copy.
        let polled = TOGETHER.with_borrow_mut(|together| {
            together.clear();
            slices
                .iter()
                .for_each(|slice| together.extend_from_slice(slice));
            Pin::new(&mut self.stream).poll_write(cx, together)
        });
        self.note(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Gives hyper its timeouts for one connection.
pub(super) struct HeadTimer(pub(super) Arrivals);

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.0.begin_head();
        Box::pin(HeadSleep {
            deadline,
            arrivals: self.0.clone(),
            before: self.0.before_head(),
            looked_at: false,
        })
    }
}

/// Over at the deadline if anything arrived, else when the connection has rested enough.
struct HeadSleep {
    deadline: Instant,
    arrivals: Arrivals,
    before: u64,
    /// The first look comes at once, and needs no clock.
    looked_at: bool,
}

impl HeadSleep {
    fn is_over(&self, now: Instant) -> bool {
        let begun = self.arrivals.count() != self.before;
        let patience = if begun { Duration::ZERO } else { REST - HEAD };
        now >= self.deadline + patience
    }
}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // No waker: the connection polls again every `LOOK_EVERY`.
        let looked_at = std::mem::replace(&mut self.looked_at, true);
        match looked_at && self.is_over(Instant::now()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

impl Sleep for HeadSleep {}

impl Drop for HeadSleep {
    fn drop(&mut self) {
        self.arrivals.end_head();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resting_connection_is_kept_longer_than_one_that_began_to_speak() {
        let arrivals = Arrivals::default();
        let start = Instant::now();
        let sleep = HeadSleep {
            deadline: start + HEAD,
            arrivals: arrivals.clone(),
            before: 0,
            looked_at: true,
        };
        assert!(!sleep.is_over(start + HEAD));
        assert!(!sleep.is_over(start + REST - Duration::from_secs(1)));
        assert!(sleep.is_over(start + REST));
        arrivals.0.bytes.store(1, Ordering::Relaxed);
        assert!(sleep.is_over(start + HEAD)); // GW-25
        assert!(!sleep.is_over(start + HEAD - Duration::from_secs(1)));
    }

    #[test]
    fn what_told_the_version_belongs_to_the_first_head() {
        // GW-25
        let arrivals = Arrivals::default();
        arrivals.0.bytes.store(24, Ordering::Relaxed);
        assert_eq!(arrivals.before_head(), 0);
        arrivals.end_head();
        arrivals.begin_head();
        assert_eq!(arrivals.before_head(), 24);
    }

    #[test]
    fn a_connection_that_never_says_anything_is_noticed() {
        let arrivals = Arrivals::default();
        assert!(!arrivals.silent_after(HEAD));
        assert!(arrivals.silent_after(HEAD + Duration::from_millis(1)));
        arrivals.0.bytes.store(SOMETHING, Ordering::Relaxed);
        assert!(!arrivals.silent_after(REST));
    }
}
