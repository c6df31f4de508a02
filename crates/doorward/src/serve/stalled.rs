//! A request body that pauses for too long is given up (GW-25), and one that nobody read
//! is read off.
//!
//! A refusal is often ready before the body has arrived. Were the body just dropped, the
//! connection would close under the client's next request, which then fails without an
//! answer. So what is left of a short body is taken off the connection behind the answer.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep, timeout};

/// The longest pause.
const PAUSE: Duration = Duration::from_secs(30);
/// The most of an unread body that is read off, and how long that may take; a connection
/// with more to come is closed instead.
const LEFT_OVER: usize = 64 * 1024;
const READ_OFF: Duration = Duration::from_secs(5);

/// A request body with a limit on its pauses. It costs nothing while bytes arrive.
pub(super) struct Stallable {
    /// None when it was read to its end.
    body: Option<Incoming>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Why a request body ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// The connection failed.
    #[error(transparent)]
    Connection(#[from] hyper::Error),
    /// Nothing came for too long.
    #[error("the request body paused for more than {} seconds", PAUSE.as_secs())]
    Stalled,
}

impl Stallable {
    pub(super) fn new(body: Incoming) -> Self {
        Self {
            body: (!body.is_end_stream()).then_some(body),
            pause: None,
        }
    }
}

impl Drop for Stallable {
    fn drop(&mut self) {
        let unread = self.body.take().filter(|body| !body.is_end_stream());
        if let Some(body) = unread {
            tokio::spawn(timeout(READ_OFF, read_off(body)));
        }
    }
}

/// Reads a short body to its end, for nobody.
async fn read_off(mut body: Incoming) {
    let mut read = 0;
    while read <= LEFT_OVER {
        match body.frame().await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) | None => return,
        }
    }
}

impl Body for Stallable {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            self.pause = None;
            if !matches!(frame, Some(Ok(_))) {
                self.body = None;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(PAUSE)));
        ready!(pause.as_mut().poll(cx));
        Poll::Ready(Some(Err(BodyError::Stalled)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let ended = || SizeHint::with_exact(0);
        self.body.as_ref().map_or_else(ended, Body::size_hint)
    }
}
