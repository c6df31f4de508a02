//! An upstream's event stream, passed on chunk by chunk.
//!
//! Nothing in it is read but where events end: for the cap on their length
//! (GW-28), and because only there may a comment of ours stand, or the error that a caller gets
//! whose answer does not come ([`Owed`](super::Owed)). So a chunk passes up to its last whole
//! event; only what begins a long one flows as it comes, and a stream that ends in it is cut.

mod events;

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::sse::KEEP_ALIVE;
use http_body::{Body, Frame};

use self::events::{Events, Passes};
use super::{Course, Cut, course::Next};
use crate::upstream::Fault;

/// An event stream on its way through.
pub(crate) struct Passing {
    course: Course,
    events: Events,
    /// What goes next, before the upstream is read on.
    passes: Passes,
}

impl Passing {
    pub(crate) fn new(course: Course, longest: usize) -> Self {
        Self {
            course,
            events: Events::new(longest),
            passes: Passes::default(),
        }
    }

    fn take(&mut self, chunk: Bytes) {
        self.course.hear();
        self.course.note(&chunk);
        self.passes = self.events.take(chunk, self.course.owed());
        if self.passes.fault.is_some() {
            self.course.stop();
        }
    }

    fn next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        match self.passes.fault.take() {
            Some(fault) => Poll::Ready(self.course.breaks(fault, Some(Cut::Unfit(fault)))),
            None => self.course.poll_next(context),
        }
    }

    /// The end that the upstream made itself: what it began passes if it is the answer, but for
    /// the blank line behind it, or where there is nothing to tell.
    fn closed(&mut self) -> Next {
        let tail = self.events.tail();
        let ended = [&tail, b"\n\n".as_slice()].concat();
        if let Some(owed) = self.course.owed().filter(|owed| !owed.is_answered()) {
            owed.hear_last(&ended);
            if owed.is_answered() {
                return Next::End(Some(ended.into()), None);
            }
        }
        match self.course.breaks(Fault::Broken, None) {
            Next::End(None, None) if !tail.is_empty() => Next::End(Some(tail), None),
            end => end,
        }
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            if let Some(next) = self.passes.next() {
                self.course.beat();
                return Poll::Ready(Some(Ok(Frame::data(next))));
            }
            let next = match std::task::ready!(self.next(context)) {
                Next::Chunk(chunk) => {
                    self.take(chunk);
                    continue;
                }
                Next::Closed => self.closed(),
                next => next,
            };
            let sent = match next {
                Next::Chunk(_) | Next::Closed => None,
                Next::Quiet if !self.events.is_between() => continue,
                Next::Quiet => Some(Ok(Bytes::from_static(KEEP_ALIVE))),
                Next::End(Some(last), _) if self.events.is_between() => Some(Ok(last)),
                Next::End(_, cut) => cut.map(Err),
            };
            return Poll::Ready(sent.map(|sent| sent.map(Frame::data)));
        }
    }
}
