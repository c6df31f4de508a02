//! Reading a request's body: all of it, within a length, without long pauses.
//!
//! What has arrived of messages that are not whole yet is counted for their sender, so that
//! many of them at a time, sent slowly, do not fill the memory (GW-25).

use std::{pin::pin, time::Duration};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::{config::GatewayLimits, places::Place};

/// The whole body (GW-11, GW-25). One that comes in one piece is not copied.
pub(super) async fn read(
    body: Body,
    limits: &GatewayLimits,
    sender: &Place,
) -> Result<Bytes, Refusal> {
    let (most, pause) = (limits.request_bytes, limits.request_pause);
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(Refusal::TooLarge);
    }
    let mut buffered = sender.buffered();
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(chunk) = next(body.as_mut(), pause).await? {
        if whole.len() + first.len() + chunk.len() > most {
            return Err(Refusal::TooLarge);
        }
        let counted = (whole.len() + first.len() + chunk.len()).saturating_sub(FREE);
        if counted > 0 && !buffered.add(counted.min(chunk.len()), limits.buffered_bytes) {
            return Err(Refusal::Streams);
        }
        if first.is_empty() && whole.is_empty() {
            first = chunk;
            continue;
        }
        if whole.is_empty() {
            let soon = announced.min(AT_ONCE);
            whole.reserve(soon.max(first.len() + chunk.len()));
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(if whole.is_empty() {
        first
    } else {
        whole.freeze()
    })
}

/// The next piece. A timer is only set when it is not there yet.
async fn next(
    mut body: std::pin::Pin<&mut Body>,
    pause: Duration,
) -> Result<Option<Bytes>, Refusal> {
    loop {
        let frame = match futures_util::poll!(body.frame()) {
            std::task::Poll::Ready(frame) => frame,
            std::task::Poll::Pending => match timeout(pause, body.frame()).await {
                Ok(frame) => frame,
                Err(_) => return Err(Refusal::TooSlow),
            },
        };
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Refusal::Incomplete),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// So much of a message costs nothing.
const FREE: usize = 64 * 1024;
/// What is reserved for a long message before it arrives: its sender only says how long it is.
const AT_ONCE: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn limits(request_bytes: usize) -> GatewayLimits {
        GatewayLimits {
            request_bytes,
            ..GatewayLimits::default()
        }
    }

    fn pieces(pieces: &[&'static str]) -> Body {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| Ok::<_, std::io::Error>(*piece))
            .collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_up_to_its_limit() {
        for (parts, most, expected) in [
            (&["abc"][..], 3, Some("abc")),
            (&["a", "b", "c"], 3, Some("abc")),
            (&[], 3, Some("")),
            (&["ab", "cd"], 3, None),
            (&["abcd"], 3, None),
        ] {
            let read = read(pieces(parts), &limits(most), &Place::default()).await;
            assert_eq!(
                read.ok().as_deref(),
                expected.map(str::as_bytes),
                "{parts:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_is_given_up() {
        // GW-25
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let read = read(body, &limits(10), &Place::default()).await;
        assert!(matches!(read, Err(Refusal::TooSlow)));
    }
}
