//! The version of HTTP that a connection speaks, and its limits in it (DS-04, GW-25).
//!
//! ```text
//! first bytes -> HTTP/2's preface -> HTTP/2
//!             -> anything else    -> HTTP/1.1
//! ```
//!
//! Told apart here and not by the library, which keeps room for either on every connection, and
//! reads the first head into twice the memory.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    front::Door,
    patience::{Arrivals, Counted, HEAD, HeadTimer},
    streams::Streams,
};

/// The longest head of a request, and the largest buffer of a connection. A request has at most
/// 100 headers: the default, because hyper fills two tables for every request when told a number.
const BUFFER: usize = 32 * 1024;
/// The most requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;
/// The most streams that a peer may open and reset before they were looked at.
const RESETS: usize = 20;
const PING_EVERY: Duration = Duration::from_secs(30);
const PONG_WITHIN: Duration = Duration::from_secs(20);
/// How much of a body, and of all bodies, a peer may send before it is read.
const WINDOW: u32 = 256 * 1024;
const WINDOWS: u32 = 1024 * 1024;
/// The longest frame.
const FRAME: u32 = 16 * 1024;

type Io<S> = TokioIo<Counted<S>>;

/// A connection in the version that its peer speaks.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all connections are the large one"
)]
pub(super) enum Spoken<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// Not known yet: what it will be served with.
    Unknown(Option<(Counted<S>, Door)>),
    Http1(http1::Connection<Io<S>, Door>),
    /// Boxed, so that others are not as large.
    Http2(Pin<Box<http2::Connection<Io<S>, Door, Streams>>>),
}

impl<S> Spoken<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    pub(super) fn new(io: Counted<S>, door: Door) -> Self {
        Self::Unknown(Some((io, door)))
    }

    /// Serves until either side is done. `streams` run what is asked for over HTTP/2.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        (arrivals, streams): (&Arrivals, &Streams),
    ) -> Poll<hyper::Result<()>> {
        if let Self::Unknown(unknown) = self {
            let Some((io, _)) = unknown else {
                return Poll::Ready(Ok(()));
            };
            let Ok(is_http2) = ready!(io.poll_http2(context)) else {
                return Poll::Ready(Ok(())); // it broke before anything was said
            };
            if let Some((io, door)) = unknown.take() {
                let io = TokioIo::new(io);
                *self = match is_http2 {
                    true => Self::Http2(Box::pin(http2(streams).serve_connection(io, door))),
                    false => Self::Http1(http1(arrivals).serve_connection(io, door)),
                };
            }
        }
        match self {
            Self::Unknown(_) => Poll::Ready(Ok(())),
            Self::Http1(connection) => Pin::new(connection).poll(context),
            Self::Http2(connection) => connection.as_mut().poll(context),
        }
    }

    /// Lets what was begun end, and begins nothing more.
    pub(super) fn graceful_shutdown(&mut self) {
        match self {
            Self::Unknown(unknown) => *unknown = None,
            Self::Http1(connection) => Pin::new(connection).graceful_shutdown(),
            Self::Http2(connection) => connection.as_mut().graceful_shutdown(),
        }
    }
}

fn http1(arrivals: &Arrivals) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(HeadTimer(arrivals.clone()))
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER);
    builder
}

fn http2(streams: &Streams) -> http2::Builder<Streams> {
    let mut builder = http2::Builder::new(streams.clone());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOWS)
        .max_frame_size(FRAME)
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .max_header_list_size(BUFFER as u32)
        .max_send_buf_size(BUFFER);
    builder
}
