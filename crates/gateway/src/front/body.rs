//! Reading a request's body: all of it, within a length, without long pauses.
//!
//! What takes memory of a message is counted for its sender from the first piece until nothing
//! of it is held any more: neither many that are sent slowly nor many that wait for a slow
//! server fill the memory (GW-25). A small one costs nothing; how many of those there can be is
//! limited by the places of their sender.

use std::{pin::pin, sync::Arc, time::Duration};

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
    sender: &Arc<Place>,
) -> Result<Bytes, Refusal> {
    let (most, pause) = (limits.request_bytes, limits.request_pause);
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(Refusal::TooLarge);
    }
    let mut buffered = None;
    let mut count = |held: usize| match held.saturating_sub(FREE) {
        0 => Ok(()),
        counted => {
            let buffered = buffered.get_or_insert_with(|| sender.buffered());
            let has_room = buffered.reach(counted, limits.buffered_bytes);
            has_room.then_some(()).ok_or(Refusal::Streams)
        }
    };
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(chunk) = next(body.as_mut(), pause).await? {
        if whole.len() + first.len() + chunk.len() > most {
            return Err(Refusal::TooLarge);
        }
        count(whole.len() + first.len() + chunk.len())?;
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
        count(whole.capacity())?;
    }
    let message = match whole.is_empty() {
        true => first,
        false => whole.freeze(),
    };
    Ok(match buffered {
        Some(buffered) => buffered.whole(message),
        None => message,
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

/// So much of a message costs nothing: most calls are no longer.
const FREE: usize = 4 * 1024;
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
            let read = read(pieces(parts), &limits(most), &Arc::default()).await;
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
        let read = read(body, &limits(10), &Arc::default()).await;
        assert!(matches!(read, Err(Refusal::TooSlow)));
    }

    #[tokio::test]
    async fn a_whole_body_counts_for_as_long_as_it_is_held_and_a_small_one_not_at_all() {
        // GW-25
        let limits = GatewayLimits {
            buffered_bytes: 3 * FREE,
            ..GatewayLimits::default()
        };
        let place = Arc::<Place>::default();
        let body = |length: usize| Body::from(vec![b' '; length]);
        let held = read(body(3 * FREE), &limits, &place).await.expect("room");
        let refused = read(body(3 * FREE), &limits, &place).await;
        assert!(matches!(refused, Err(Refusal::Streams)));
        assert!(read(body(FREE), &limits, &place).await.is_ok());
        drop(held);
        assert!(read(body(3 * FREE), &limits, &place).await.is_ok());
    }
}
