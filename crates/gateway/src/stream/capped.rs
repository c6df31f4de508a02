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
    body: Option<Incoming>,
    left: usize,
    watch: Arc<Watch>,
    holder: H,
    attendance: Attendance,
}

impl<H: Fn() -> Holder + Unpin> Capped<H> {
    /// `None` when the body says beforehand that it is longer than `most`.
    pub(crate) fn new(body: Incoming, most: usize, watch: Arc<Watch>, holder: H) -> Option<Self> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        (announced <= most).then_some(Self {
            body: Some(body),
            left: most,
            watch,
            holder,
            attendance: Attendance::default(),
        })
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
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}
