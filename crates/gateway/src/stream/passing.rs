//! An upstream's event stream, passed on chunk by chunk.
//!
//! Nothing in it is read but where events end: for the cap on their length
//! (GW-28), and because only there may a comment of ours stand, or the error that a caller gets
//! whose answer does not come ([`Owed`]). So a chunk passes up to its last whole event; only what
//! begins a long one flows as it comes, and a stream that ends in it is cut.

mod events;

use std::{
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::sse::KEEP_ALIVE;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use memchr::memmem::Finder;

use self::events::{Events, Passes};
use super::{Cut, Owed, Pulse, watch::Sign};
use crate::{
    catalogue::Changes,
    upstream::{Fault, http::read_on},
};

/// An event stream on its way through.
pub(crate) struct Passing {
    upstream: Option<Incoming>,
    events: Events,
    /// What goes next, before the upstream is read on.
    passes: Passes,
    pulse: Pulse,
    changes: Arc<Changes>,
    /// The last event, when the stream is ended from this side.
    farewell: Option<Bytes>,
    /// What the caller gets, when the upstream ends it without an answer.
    owed: Option<Owed>,
    /// Whether the upstream is read on when the caller leaves.
    lasts: bool,
}

type Polled = Poll<Option<Result<Frame<Bytes>, Cut>>>;

impl Passing {
    pub(crate) fn new(
        upstream: Incoming,
        longest: usize,
        pulse: Pulse,
        changes: Arc<Changes>,
    ) -> Self {
        Self {
            upstream: Some(upstream),
            events: Events::new(longest),
            passes: Passes::default(),
            pulse,
            changes,
            farewell: None,
            owed: None,
            lasts: false,
        }
    }

    /// The same, sending `event` before it is ended from this side.
    pub(crate) fn with_farewell(mut self, event: Option<Bytes>) -> Self {
        self.farewell = event;
        self
    }

    /// The same to a caller who is owed an answer.
    pub(crate) fn owing(mut self, owed: Option<Owed>) -> Self {
        self.owed = owed;
        self
    }

    /// The same, reading on when the caller leaves.
    pub(crate) fn lasting(mut self, lasts: bool) -> Self {
        self.lasts = lasts;
        self
    }

    fn take(&mut self, chunk: Bytes) {
        if tells_of_tools(&chunk) {
            self.changes.note();
        }
        self.passes = self.events.take(chunk, self.owed.as_mut());
        if self.passes.fault.is_some() {
            self.upstream = None;
        }
    }

    fn sent(&self, bytes: Bytes) -> Polled {
        self.pulse.beat();
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_late(&self, comes: bool) -> bool {
        let owed = self.owed.as_ref();
        owed.is_some_and(|owed| owed.is_late(&self.pulse, comes))
    }

    /// The end that the upstream made; `cut` where it was none.
    fn broken(&mut self, fault: Fault, cut: Option<Cut>) -> Polled {
        self.upstream = None;
        let told = self.owed.take().and_then(|owed| owed.tell(fault));
        let is_between = self.events.is_between();
        Poll::Ready(match told {
            Some(event) if is_between => Some(Ok(Frame::data(event))),
            Some(_) => Some(Err(cut.unwrap_or(Cut::Inside))),
            None => cut.map(Err),
        })
    }

    /// The end that is made here.
    fn end(&mut self) -> Polled {
        self.upstream = None;
        let farewell = self.farewell.take();
        let farewell = farewell.filter(|_| self.events.is_between());
        Poll::Ready(farewell.map(|event| Ok(Frame::data(event))))
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let mut is_quiet = false;
        loop {
            if let Some(next) = self.passes.next() {
                return self.sent(next);
            }
            if let Some(fault) = self.passes.fault.take() {
                return self.broken(fault, Some(Cut::Unfit(fault)));
            }
            let Some(upstream) = &mut self.upstream else {
                return Poll::Ready(None);
            };
            let polled = Pin::new(upstream).poll_frame(context);
            match self.pulse.sign(context) {
                Sign::End => return self.end(),
                Sign::KeepAlive => is_quiet = true,
                Sign::Go => {}
            }
            if self.is_late(polled.is_ready()) {
                return self.broken(Fault::Timeout, Some(Cut::Late));
            }
            if is_quiet && polled.is_pending() && self.events.is_between() {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE)))));
            }
            match std::task::ready!(polled) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => self.take(chunk),
                    Err(_trailers) => return self.broken(Fault::Broken, None),
                },
                Some(Err(error)) => return self.broken(Fault::Broken, Some(Cut::Broken(error))),
                None => return self.broken(Fault::Broken, None),
            }
        }
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let Some(upstream) = self.upstream.take()
            && self.lasts
        {
            read_on(upstream);
        }
    }
}

/// Whether it tells that tools changed. Seeing it where it does not stand costs one refreshed list.
pub(super) fn tells_of_tools(chunk: &[u8]) -> bool {
    TOOLS_CHANGED.find(chunk).is_some()
}

static TOOLS_CHANGED: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new("notifications/tools/list_changed"));
