//! An upstream's event stream, passed on chunk by chunk.
//!
//! Nothing in it is read but where events end: for the cap on their length
//! (GW-28), and because only there may a comment of ours stand.

use std::{
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::sse::{Boundary, KEEP_ALIVE};
use http_body::{Body, Frame};
use hyper::body::Incoming;
use memchr::memmem::Finder;

use super::{Cut, Pulse, watch::Sign};
use crate::{catalogue::Changes, upstream::http::read_on};

/// An event stream on its way through.
pub(crate) struct Passing {
    upstream: Option<Incoming>,
    boundary: Boundary,
    /// Whether the last byte sent was the last of an event.
    between: bool,
    pulse: Pulse,
    changes: Arc<Changes>,
    /// The last event, when the stream is ended from this side.
    farewell: Option<Bytes>,
    /// Whether the upstream is read on when the caller leaves.
    lasts: bool,
}

impl Passing {
    pub(crate) fn new(
        upstream: Incoming,
        longest: usize,
        pulse: Pulse,
        changes: Arc<Changes>,
    ) -> Self {
        Self {
            upstream: Some(upstream),
            boundary: Boundary::new(longest),
            between: true,
            pulse,
            changes,
            farewell: None,
            lasts: false,
        }
    }

    /// The same, sending `event` before it is ended from this side.
    pub(crate) fn with_farewell(mut self, event: Option<Bytes>) -> Self {
        self.farewell = event;
        self
    }

    /// The same, reading on when the caller leaves.
    pub(crate) fn lasting(mut self, lasts: bool) -> Self {
        self.lasts = lasts;
        self
    }

    fn pass(&mut self, chunk: &Bytes) -> Result<(), Cut> {
        let mut at = 0;
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            match self.boundary.next_end(rest).map_err(|_| Cut::TooLarge)? {
                Some(end) => at += end,
                None => {
                    self.between = false;
                    break;
                }
            }
            self.between = true;
        }
        self.pulse.beat();
        if tells_of_tools(chunk) {
            self.changes.note();
        }
        Ok(())
    }

    fn end(&mut self) -> Option<Result<Frame<Bytes>, Cut>> {
        self.upstream = None;
        let farewell = self.farewell.take().filter(|_| self.between)?;
        Some(Ok(Frame::data(farewell)))
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let Some(upstream) = &mut self.upstream else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(upstream).poll_frame(context);
        match self.pulse.sign(context) {
            Sign::End => return Poll::Ready(self.end()),
            Sign::KeepAlive if polled.is_pending() && self.between => {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE)))));
            }
            Sign::KeepAlive | Sign::Go => {}
        }
        let result = match std::task::ready!(polled) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => self.pass(&chunk).map(|()| Some(Frame::data(chunk))),
                Err(_trailers) => Ok(None),
            },
            Some(Err(error)) => Err(Cut::Broken(error)),
            None => Ok(None),
        };
        if !matches!(result, Ok(Some(_))) {
            self.upstream = None;
        }
        Poll::Ready(result.transpose())
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
