//! A body that passes through as it is, up to a length (GW-28).

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::Cut;

/// An upstream's body with a limit.
pub(crate) struct Capped {
    body: Incoming,
    left: usize,
}

impl Capped {
    /// `None` when the body says beforehand that it is longer than `most`.
    pub(crate) fn new(body: Incoming, most: usize) -> Option<Self> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        (announced <= most).then_some(Self { body, left: most })
    }
}

impl Body for Capped {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
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
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
