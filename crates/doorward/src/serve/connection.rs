//! One connection: HTTP/1.1 or HTTP/2, within limits, until it ends or is drained (DS-04, GW-25).

use std::{error::Error, io, pin::pin, sync::Arc, task::Poll, time::Duration};

use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep},
};

use super::{
    Drain,
    front::Door,
    patience::{Arrivals, Counted, HEAD, HeadTimer, LOOK_EVERY, REST},
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

/// Serves `stream` until either side is done.
pub(super) async fn serve<S>(stream: S, door: Door, drain: Drain)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let arrivals = Arrivals::default();
    let streams = Streams::default();
    let builder = builder(arrivals.clone(), streams.clone());
    let mut rest = Rest::default();
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
            let rested = match arrivals.is_http2() {
                true => rest.look(&streams),
                false => Duration::ZERO,
            };
            if arrivals.silent_after(accepted.elapsed()) || rested > REST + HEAD {
                return Poll::Ready(());
            }
            if rested > REST && !told {
                told = true; // so that no request is on its way when the connection is closed
                connection.as_mut().graceful_shutdown();
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

/// How long a connection of HTTP/2 has had no request.
#[derive(Default)]
struct Rest {
    begun: usize,
    looks: u32,
}

impl Rest {
    /// How long it has had none now. Asked once in [`LOOK_EVERY`].
    fn look(&mut self, streams: &Streams) -> Duration {
        match streams.at_rest() {
            Some(begun) if begun == self.begun => self.looks += 1,
            Some(begun) => (self.begun, self.looks) = (begun, 0),
            None => self.looks = 0,
        }
        LOOK_EVERY * self.looks
    }
}

fn builder(arrivals: Arrivals, streams: Streams) -> Builder<Streams> {
    let mut builder = Builder::new(streams);
    builder
        .http1()
        .timer(HeadTimer(arrivals))
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .http2()
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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::Router;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::serve::front::Front;

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

    const SETTINGS: u8 = 4;
    const RESET: u8 = 3;
    const PING: u8 = 6;
    const HEADERS: u8 = 1;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).expect("short");
        let head = [0, 0, length, kind, flags, 0, 0, 0, stream];
        [&head[..], payload].concat()
    }

    /// A peer that was let in and says these settings.
    async fn peer(settings: &[u8]) -> DuplexStream {
        let listen: SocketAddr = "127.0.0.1:8080".parse().expect("an address");
        let door = Door {
            front: Arc::new(Front::ops(Router::new(), listen, Arc::default())),
            remote: listen.ip(),
            certificate: None,
        };
        let (mut peer, ours) = duplex(1 << 20);
        tokio::spawn(serve(ours, door, Drain::default()));
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        let opening = [preface, frame(SETTINGS, 0, 0, settings)].concat();
        peer.write_all(&opening).await.expect("sent");
        peer
    }

    /// Answers pings until a frame of this kind comes, or until the end.
    async fn until(peer: &mut DuplexStream, wanted: Option<u8>) -> Duration {
        let begun = Instant::now();
        let mut head = [0; 9];
        while peer.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).expect("short")];
            peer.read_exact(&mut payload).await.expect("a whole frame");
            if wanted == Some(head[3]) {
                return begun.elapsed();
            }
            if head[3] == PING && head[4] == 0 {
                let pong = frame(PING, 1, 0, &payload);
                peer.write_all(&pong).await.ok();
            }
        }
        assert_eq!(wanted, None, "the connection ended");
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_without_requests_is_let_go_although_it_answers_pings() {
        // DS-04, GW-25
        let mut peer = peer(&[]).await;
        let lasted = until(&mut peer, None).await;
        assert!(lasted > REST && lasted < REST * 2, "{lasted:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_for_which_no_window_opens_is_given_up() {
        // DS-04, GW-25
        let mut peer = peer(&[0, 4, 0, 0, 0, 0]).await;
        let host = b"127.0.0.1:8080";
        let request = [&[0x82, 0x86, 0x84, 0x01, 14][..], host].concat();
        let request = frame(HEADERS, 0x5, 1, &request);
        peer.write_all(&request).await.expect("sent");
        until(&mut peer, Some(HEADERS)).await;
        let held = until(&mut peer, Some(RESET)).await;
        assert!(held > REST && held < REST * 3, "{held:?}");
        until(&mut peer, None).await;
    }
}
