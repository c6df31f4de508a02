//! A body that passes through as it is, up to a length (GW-28), for as long as the token of
//! its reader is good.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::{Attendance, Cut, Holder, Watch};

/// An upstream's body with a limit. `H` says who reads it.
pub(crate) struct Capped<H> {
    /// What was read of it already.
    first: Option<Bytes>,
    body: Option<Incoming>,
    left: usize,
    watch: Arc<Watch>,
    holder: H,
    attendance: Attendance,
}

impl<H: Fn() -> Holder + Unpin> Capped<H> {
    /// The rest of an answer that begins with `first`.
    pub(crate) fn new(
        (first, body): (Bytes, Incoming),
        most: usize,
        watch: Arc<Watch>,
        holder: H,
    ) -> Self {
        Self {
            left: most.saturating_sub(first.len()),
            first: Some(first),
            body: Some(body),
            watch,
            holder,
            attendance: Attendance::default(),
        }
    }

    fn over(&mut self) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        self.body = None;
        Poll::Ready(Some(Err(Cut::Over)))
    }
}

impl<H: Fn() -> Holder + Unpin> Body for Capped<H> {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.attendance.is_over() {
            return self.over();
        }
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let Poll::Ready(frame) = Pin::new(body).poll_frame(context) else {
            let attendance = &mut this.attendance;
            std::task::ready!(attendance.poll_over(context, &this.watch, &this.holder));
            return self.over();
        };
        Poll::Ready(match frame {
            Some(Ok(frame)) => match self
                .left
                .checked_sub(frame.data_ref().map_or(0, Bytes::len))
            {
                Some(left) => {
                    self.left = left;
                    // Trailers are not on the list of what passes.
                    frame.into_data().ok().map(|data| Ok(Frame::data(data)))
                }
                None => Some(Err(Cut::TooLarge)),
            },
            Some(Err(error)) => Some(Err(Cut::Broken(error))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.as_ref().map(Body::size_hint).unwrap_or_default();
        let first = self.first.as_ref().map_or(0, Bytes::len) as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + first);
        }
        hint.set_lower(hint.lower() + first);
        hint
    }
}
