//! Bodies of answers that are event streams.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::body::Frame;

/// One event and the end; without a length, as an SSE server does it.
pub fn one_event(message: &str) -> BoxBody<Bytes, Infallible> {
    Once(Some(event(message))).boxed()
}

/// One event, or a comment, and then nothing any more.
pub fn endless(first: Option<&str>) -> BoxBody<Bytes, Infallible> {
    let first = first.map_or(Bytes::from_static(b": held\n\n"), event);
    Endless(Some(first)).boxed()
}

fn event(message: &str) -> Bytes {
    Bytes::from(format!("event: message\ndata: {message}\n\n"))
}

struct Once(Option<Bytes>);

struct Endless(Option<Bytes>);

type Polled = Poll<Option<Result<Frame<Bytes>, Infallible>>>;

impl hyper::body::Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
        Poll::Ready(self.0.take().map(|event| Ok(Frame::data(event))))
    }
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
        match self.0.take() {
            Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
            None => Poll::Pending,
        }
    }
}
