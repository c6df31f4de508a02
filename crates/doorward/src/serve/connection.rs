//! One connection: HTTP/1.1 or HTTP/2, within limits, until it ends or is drained.

use std::{error::Error, io, pin::pin, sync::Arc, task::Poll, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep},
};

use super::{
    Drain,
    front::Door,
    patience::{Arrivals, Counted, HEAD, HeadTimer, LOOK_EVERY},
};

/// The longest head of a request, and the largest buffer of a connection. A request has at most
/// 100 headers: the default, because hyper fills two tables for every request when told a number.
const BUFFER: usize = 32 * 1024;
/// The most requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;
/// The most streams that a peer may open and reset before they were looked at.
const RESETS: usize = 20;
const PING_EVERY: Duration = Duration::from_secs(30);

/// Serves `stream` until either side is done.
pub(super) async fn serve<S>(stream: S, door: Door, drain: Drain)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let arrivals = Arrivals::default();
    let builder = builder(arrivals.clone());
    let (front, remote) = (Arc::clone(&door.front), door.remote);
    let io = TokioIo::new(Counted::new(stream, arrivals.clone()));
    let mut connection = pin!(builder.serve_connection(io, door));
    let mut look = pin!(sleep(LOOK_EVERY));
    let mut draining = pin!(drain.begun());
    let (accepted, mut registered, mut told) = (Instant::now(), false, false);
    std::future::poll_fn(|cx| {
        loop {
            if let Poll::Ready(served) = connection.as_mut().poll(cx) {
                if served.is_err_and(|error| timed_out(&*error)) {
                    front.counters().unread();
                    let reason = "nothing that was sent was taken for too long";
                    tracing::info!(%remote, reason, "a connection was closed");
                }
                return Poll::Ready(());
            }
            // The waker of a task stays the same: registering it once is enough.
            let drained = match registered {
                false => draining.as_mut().poll(cx).is_ready(),
                true => drain.has_begun(),
            };
            registered = true;
            if drained && !told {
                told = true;
                connection.as_mut().graceful_shutdown();
                continue;
            }
            if look.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if arrivals.silent_after(accepted.elapsed()) {
                return Poll::Ready(());
            }
            look.as_mut().reset(Instant::now() + LOOK_EVERY);
        }
    })
    .await;
}

/// Whether the kernel gave a connection up whose other side took nothing.
fn timed_out(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let failure = error.downcast_ref::<io::Error>();
        if failure.is_some_and(|failure| failure.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn builder(arrivals: Arrivals) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(HeadTimer(arrivals))
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .max_header_list_size(BUFFER as u32)
        .max_send_buf_size(BUFFER);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("not served")]
    struct Within(#[source] io::Error);

    #[test]
    fn only_a_connection_that_the_kernel_gave_up_was_not_read() {
        // GW-25
        for (kind, expected) in [
            (io::ErrorKind::TimedOut, true),
            (io::ErrorKind::ConnectionReset, false),
        ] {
            assert_eq!(timed_out(&Within(kind.into())), expected, "{kind}");
            assert_eq!(timed_out(&io::Error::from(kind)), expected, "{kind}");
        }
    }
}
