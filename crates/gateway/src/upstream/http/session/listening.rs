//! What a server says that belongs to no request: the GET stream, opened again whenever it ends.
//!
//! A server that offers none is silent; so is one that cannot be reached, until it can.

use std::sync::Arc;

use bytes::Bytes;
use doorward_mcp::{envelope::Message, method::Method, sse::EventId};
use futures_util::{future::BoxFuture, stream};
use tokio::{
    select,
    time::{Duration, Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{Hold, HttpSession, Source, asking::pause};
use crate::upstream::{
    Fault,
    asked::{Place, unasked},
    link::Incoming,
};

/// One reader of the stream.
pub(super) struct Listening {
    session: Arc<HttpSession>,
    turn: CancellationToken,
    hold: Hold,
    state: State,
    cursor: Option<EventId>,
    retry: Option<Duration>,
    tries: u32,
}

enum State {
    Connecting(BoxFuture<'static, Result<Option<Source>, Fault>>),
    Open(Source, Instant),
    /// The server offers no stream.
    Silent,
}

impl Listening {
    /// Begins to listen. Not every server answers before it has something to say, so the answer
    /// is not waited for long.
    pub(super) async fn begin(
        session: Arc<HttpSession>,
        turn: CancellationToken,
    ) -> Result<Self, Fault> {
        let hold = session.hold()?;
        let state = connecting(Arc::clone(&session), hold.clone(), None, None);
        let mut listening = Self {
            session,
            turn,
            hold,
            state,
            cursor: None,
            retry: None,
            tries: 0,
        };
        // INVARIANT: what is dropped here half way goes on, because its future is kept.
        timeout(FIRST, listening.connected()).await.ok();
        Ok(listening)
    }

    pub(super) fn incoming(self) -> Incoming {
        Incoming::new(stream::unfold(self, async |mut listening| {
            let next = listening.next().await?;
            Some((Ok(next), listening))
        }))
    }

    async fn next(&mut self) -> Option<Bytes> {
        let (turn, over) = (self.turn.clone(), self.session.over.clone());
        select! {
            biased;
            () = turn.cancelled() => None,
            () = over.cancelled() => None,
            next = self.said() => next,
        }
    }

    async fn said(&mut self) -> Option<Bytes> {
        loop {
            self.connected().await;
            let State::Open(source, _) = &mut self.state else {
                return std::future::pending().await;
            };
            match source.next(self.session.revision).await {
                Ok(Some(text)) => {
                    if let Some(text) = self.placed(text).await {
                        return Some(text);
                    }
                }
                Ok(None) | Err(_) => self.again(),
            }
        }
    }

    async fn placed(&mut self, text: Bytes) -> Option<Bytes> {
        let message = Message::parse(&text).ok()?;
        if message.method() == Some(Method::ToolsListChanged.as_str()) {
            self.session.upstream.changes.note();
        }
        match unasked(&message) {
            Place::Before => Some(text),
            Place::Ping(id) => {
                self.session.pong(&id).await;
                None
            }
            Place::Answer | Place::Foreign => None,
        }
    }

    /// Waits until it is known whether there is a stream.
    async fn connected(&mut self) {
        while let State::Connecting(connecting) = &mut self.state {
            match connecting.await {
                Ok(Some(source)) => self.state = State::Open(source, Instant::now()),
                Ok(None) => self.state = State::Silent,
                Err(Fault::NoSession) => {
                    self.cursor = None;
                    self.again();
                }
                Err(_) => self.again(),
            }
        }
    }

    /// Asks for the stream once more, after a while, in whatever session there is then.
    fn again(&mut self) {
        if let State::Open(source, since) = &self.state {
            self.cursor = source.cursor().cloned();
            self.retry = source.retry().or(self.retry);
            if since.elapsed() >= STEADY {
                self.tries = 0;
            }
        }
        self.tries = self.tries.saturating_add(1);
        let session = Arc::clone(&self.session);
        let forgotten = self.hold.generation;
        if let Ok(hold) = session.hold() {
            self.hold = hold;
        }
        let is_new = self.hold.generation != forgotten;
        let cursor = self.cursor.clone().filter(|_| !is_new);
        let wait = pause(self.retry, self.tries);
        self.state = connecting(session, self.hold.clone(), cursor, Some(wait));
    }
}

fn connecting(
    session: Arc<HttpSession>,
    hold: Hold,
    cursor: Option<EventId>,
    wait: Option<Duration>,
) -> State {
    State::Connecting(Box::pin(async move {
        if let Some(wait) = wait {
            sleep(wait).await;
        }
        let events = session.events(&hold, cursor, false).await;
        if matches!(events, Err(Fault::NoSession)) {
            // Whoever asks next finds it open; so does the next try.
            session.reopen(&hold, false).await?;
        }
        events
    }))
}

/// How long the beginning of the stream is waited for.
const FIRST: Duration = Duration::from_secs(1);
/// A stream that lasted this long is none that is refused.
const STEADY: Duration = Duration::from_secs(10);
