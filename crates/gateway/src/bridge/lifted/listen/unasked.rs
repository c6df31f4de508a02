//! What a server says unasked, opened again after a pause when it ends.

use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use tokio::time::{Sleep, sleep};

use crate::upstream::{
    Fault,
    link::{Incoming, SessionLink},
};

/// The stream, whatever it is doing.
pub(super) struct Unasked {
    link: Arc<dyn SessionLink>,
    state: State,
}

enum State {
    Open(Incoming),
    Opening(BoxFuture<'static, Result<Incoming, Fault>>),
    Resting(Pin<Box<Sleep>>),
}

impl Unasked {
    /// Opens it: who listens from now on misses nothing.
    pub(super) async fn open(link: &Arc<dyn SessionLink>) -> Self {
        let state = match link.unasked().await {
            Ok(incoming) => State::Open(incoming),
            Err(_) => resting(),
        };
        let link = Arc::clone(link);
        Self { link, state }
    }

    /// The next message; `None` when the stream ended or could not be opened. Whoever stops
    /// waiting loses nothing.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            match &mut self.state {
                State::Open(incoming) => match incoming.next().await {
                    Some(Ok(message)) => return Some(message),
                    Some(Err(_)) | None => {
                        self.state = resting();
                        return None;
                    }
                },
                State::Opening(opening) => match opening.await {
                    Ok(incoming) => self.state = State::Open(incoming),
                    Err(_) => {
                        self.state = resting();
                        return None;
                    }
                },
                State::Resting(pause) => {
                    pause.await;
                    let link = Arc::clone(&self.link);
                    self.state = State::Opening(async move { link.unasked().await }.boxed());
                }
            }
        }
    }
}

fn resting() -> State {
    State::Resting(Box::pin(sleep(PAUSE)))
}

/// After how long a stream that ended is opened again.
const PAUSE: Duration = Duration::from_secs(1);
