//! What goes on when the caller leaves.
//!
//! In the session eras a closed connection means nothing; only
//! `notifications/cancelled` cancels. An upstream whose connection we close takes
//! that for a closed connection too, or for more, so an exchange that its caller
//! left is kept up for a while, and its answer thrown away.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use doorward_fetch::SendError;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::{runtime::Handle, sync::Semaphore, time::timeout};

type Answer = Result<Response<Incoming>, SendError>;
type Sending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Waits for the head of a response; dropped before it came, it goes on by itself.
pub(super) fn unbroken(sending: impl Future<Output = Answer> + Send + 'static) -> Unbroken {
    Unbroken(Some(Box::pin(sending)))
}

/// A request whose caller may leave.
pub(super) struct Unbroken(Option<Sending>);

impl Future for Unbroken {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let Some(sending) = &mut self.0 else {
            return Poll::Pending; // a future is not polled again after it is ready
        };
        let answer = std::task::ready!(sending.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(answer)
    }
}

impl Drop for Unbroken {
    fn drop(&mut self) {
        let Some(sending) = self.0.take() else { return };
        detach(async move {
            if let Ok(answer) = sending.await {
                drain(answer.into_body()).await;
            }
        });
    }
}

/// Reads the rest of a body that nobody wants any more, within bounds.
pub(crate) fn read_on(body: Incoming) {
    detach(drain(body));
}

async fn drain(mut body: Incoming) {
    let mut left = MOST_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, bytes::Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => break,
        }
    }
}

/// Each holds a connection, so there are only so many; beyond them, who leaves breaks off.
fn detach(rest: impl Future<Output = ()> + Send + 'static) {
    // Outside of a runtime everything is ending anyway.
    if let Ok(runtime) = Handle::try_current()
        && let Ok(place) = LEFT.try_acquire()
    {
        runtime.spawn(async move {
            timeout(MOST_TIME, rest).await.ok();
            drop(place);
        });
    }
}

/// Of the whole process, as its file descriptors are (GW-26).
static LEFT: Semaphore = Semaphore::const_new(256);

const MOST_BYTES: usize = 1 << 20;
const MOST_TIME: Duration = Duration::from_secs(30);
