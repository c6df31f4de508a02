//! The requests of one HTTP/2 connection, each of which runs by itself (DS-04, GW-25).
//!
//! A peer holds a connection by keeping requests open: one that has none for as long as any
//! connection may rest is let go, however often it answers pings. And it holds an answer by never
//! opening a window for it: what is not touched for long is given up. Whatever waits for something
//! else than its reader is touched more often, by keep-alives and by looks at its token.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use hyper::rt::Executor;
use tokio::time::{Instant, sleep};

/// Runs the requests of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    open: AtomicUsize,
    begun: AtomicUsize,
}

/// A request that runs.
struct Open(Arc<Counts>);

impl Streams {
    /// How many there were so far, if none runs now.
    pub(super) fn at_rest(&self) -> Option<usize> {
        let begun = self.0.begun.load(Ordering::Relaxed);
        (self.0.open.load(Ordering::Relaxed) == 0).then_some(begun)
    }

    fn open(&self) -> Open {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(&self.0))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let open = self.open();
        tokio::spawn(async move {
            touched(stream).await;
            drop(open);
        });
    }
}

/// Polls `stream` to its end, or until nothing has woken it for [`UNTOUCHED`].
async fn touched(stream: impl Future<Output = ()>) {
    let (mut stream, mut end) = (pin!(stream), pin!(sleep(UNTOUCHED)));
    std::future::poll_fn(|context| {
        let now = Instant::now();
        if end.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        // Not at each touch: setting a timer takes a lock that all requests share.
        if end.deadline() < now + UNTOUCHED / 2 {
            end.as_mut().reset(now + UNTOUCHED);
            if end.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
        }
        stream.as_mut().poll(context)
    })
    .await;
}

/// What waits for nothing but its reader is given up after this long, and at the earliest after
/// half of it.
const UNTOUCHED: Duration = Duration::from_secs(240);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_nothing_touches_is_given_up_and_what_is_touched_goes_on() {
        // DS-04, GW-25
        let begun = Instant::now();
        touched(std::future::pending()).await;
        assert_eq!(begun.elapsed(), UNTOUCHED);
        let begun = Instant::now();
        touched(async {
            for _ in 0..100 {
                sleep(UNTOUCHED / 4).await;
            }
        })
        .await;
        assert_eq!(begun.elapsed(), UNTOUCHED * 25);
    }

    #[tokio::test]
    async fn a_connection_rests_when_none_of_its_requests_runs() {
        let streams = Streams::default();
        assert_eq!(streams.at_rest(), Some(0));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        streams.execute(async {
            ended.await.ok();
        });
        assert_eq!(streams.at_rest(), None);
        drop(end);
        while streams.at_rest().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(streams.at_rest(), Some(1));
    }
}
