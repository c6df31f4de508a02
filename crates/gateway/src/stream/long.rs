//! A long answer that is no event stream, on a connection that others share (GW-25).
//!
//! Over HTTP/1.1 the kernel gives up a client that takes nothing. Over HTTP/2 the connection goes
//! on while one answer on it is not taken, so such an answer is held like a stream: its request
//! keeps its place, and it is dropped when its client takes nothing for too long.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body as Answer;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{Cut, Pulse};

/// The body of an answer, and the watch over it.
pub(crate) struct Long {
    body: Answer,
    /// Dropped together with the body.
    _pulse: Pulse,
}

impl Long {
    pub(crate) fn new(body: Answer, pulse: Pulse) -> Self {
        Self {
            body,
            _pulse: pulse,
        }
    }
}

impl Body for Long {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        polled.map(|frame| frame.map(|frame| frame.map_err(Cut::Document)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
