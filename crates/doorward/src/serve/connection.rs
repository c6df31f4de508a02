//! One connection: HTTP/1.1 or HTTP/2, within limits, until it ends or is drained (DS-04, GW-25).

use std::{error::Error, future::poll_fn, io, pin::pin, sync::Arc, task::Poll, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep},
};

use super::{
    Drain,
    front::Door,
    patience::{Arrivals, Counted, HEAD, LOOK_EVERY, REST},
    protocol::Spoken,
    streams::Streams,
};

/// Serves `stream` until either side is done.
pub(super) fn serve<S>(stream: S, door: Door, drain: Drain) -> impl Future<Output = ()> + Send
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (arrivals, streams) = (Arrivals::default(), Streams::default());
    let (front, remote) = (Arc::clone(&door.front), door.remote);
    let mut connection = Spoken::new(Counted::new(stream, arrivals.clone()), door);
    // Made out here, because what is handed over to something that waits is kept twice.
    async move {
        let mut rest = Rest::default();
        let mut look = pin!(sleep(LOOK_EVERY));
        let mut draining = pin!(drain.begun());
        let (accepted, mut registered, mut told) = (Instant::now(), false, false);
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(served) = connection.poll(cx, (&arrivals, &streams)) {
                    if served.is_err_and(|error| timed_out(&error)) {
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
                    connection.graceful_shutdown();
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
                    connection.graceful_shutdown();
                }
                look.as_mut().reset(Instant::now() + LOOK_EVERY);
            }
        })
        .await;
    }
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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::Router;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        net::TcpStream,
    };

    use super::*;
    use crate::serve::front::Front;

    #[derive(Debug, thiserror::Error)]
    #[error("not served")]
    struct Within(#[source] io::Error);

    fn kept_for<F>(_: impl FnOnce(TcpStream, Door, Drain) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_keeps_no_room_for_what_it_does_not_speak() {
        // GW-28
        let kept = kept_for(serve::<TcpStream>);
        assert!(kept <= MOST, "{kept} bytes are kept for a connection");
    }

    const MOST: usize = 1536;

    #[tokio::test]
    async fn the_version_is_told_apart_however_slowly_it_is_said() {
        // DS-04
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let settings = frame(SETTINGS, 0, 0, &[]);
        let asked = "PRINT / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
        let said = [preface.as_bytes(), &settings].concat();
        for (said, answered) in [(&said[..], &[0, 0][..]), (asked.as_bytes(), b"HTTP/1.1 ")] {
            let mut peer = connected();
            for byte in said {
                peer.write_all(&[*byte]).await.expect("sent");
                tokio::task::yield_now().await;
            }
            let mut first = vec![0; answered.len()];
            peer.read_exact(&mut first).await.expect("answered");
            assert_eq!(first, answered);
        }
    }

    #[tokio::test]
    async fn a_peer_that_said_too_little_is_let_go_at_the_end() {
        // CR-07
        let drain = Drain::default();
        let mut peer = connected_until(drain.clone());
        peer.write_all(b"PRI ").await.expect("sent");
        tokio::task::yield_now().await;
        drain.begin();
        assert_eq!(peer.read(&mut [0]).await.expect("closed"), 0);
    }

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

    /// A peer that was let in.
    fn connected() -> DuplexStream {
        connected_until(Drain::default())
    }

    fn connected_until(drain: Drain) -> DuplexStream {
        let listen: SocketAddr = "127.0.0.1:8080".parse().expect("an address");
        let door = Door {
            front: Arc::new(Front::ops(Router::new(), listen, Arc::default())),
            remote: listen.ip(),
            certificate: None,
        };
        let (peer, ours) = duplex(1 << 20);
        tokio::spawn(serve(ours, door, drain));
        peer
    }

    /// The same, which says these settings.
    async fn peer(settings: &[u8]) -> DuplexStream {
        let mut peer = connected();
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
