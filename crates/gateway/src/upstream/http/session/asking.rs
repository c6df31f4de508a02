//! One request of a session, until its answer: a stream that breaks is taken up again where it
//! broke (P-029).
//!
//! ```text
//! events -> broken, an id was seen -> wait as told -> GET after that id -> events
//!               \-> none was seen -> lost
//! GET finds no session -> opened anew; the request once more, if that does no harm
//! ```

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Outcome},
    method::Method,
    sse::EventId,
};
use futures_util::stream;
use tokio::{select, time::sleep};

use super::{Hold, HttpSession, Source, is_nobodys};
use crate::upstream::{
    Fault,
    asked::{self, Asked, Place},
    http::own::Heard,
    link::Incoming,
    standing::Change,
};

/// A request that was taken.
pub(super) struct Asking {
    session: Arc<HttpSession>,
    hold: Hold,
    body: Bytes,
    asked: Asked,
    source: From,
    /// Where the stream broke last, and how often in a row it was asked for in vain.
    broke_at: Option<EventId>,
    tries: u32,
    is_repeated: bool,
    /// What the session is to be told again once the server has agreed to it.
    change: Option<Change>,
}

/// What is still to come.
enum From {
    Source(Source),
    Refusal(Bytes),
    Nothing,
}

impl Asking {
    pub(super) async fn begin(session: Arc<HttpSession>, body: Bytes) -> Result<Self, Fault> {
        let request = asked::request(&body)?;
        let (asked, change) = (Asked::of(&request), Change::of(&request));
        let (hold, heard) = session.post(&asked, &body).await?;
        Ok(Self {
            session,
            hold,
            asked,
            source: heard.into(),
            broke_at: None,
            tries: 0,
            is_repeated: false,
            change,
            body: body.clone(),
        })
    }

    pub(super) fn incoming(self) -> Incoming {
        Incoming::new(stream::unfold(self, async |mut asking| {
            let next = asking.next().await.transpose()?;
            if next.is_err() {
                asking.source = From::Nothing;
            }
            Some((next, asking))
        }))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let text = match &mut self.source {
                From::Nothing => return Ok(None),
                From::Refusal(error) => {
                    let error = std::mem::take(error);
                    self.source = From::Nothing;
                    return Ok(Some(error));
                }
                From::Source(source) => select! {
                    // Nobody waits for the rest of a session that is over.
                    () = self.session.over.cancelled() => return Err(Fault::NoSession),
                    text = source.next(self.session.revision) => text,
                },
            };
            let text = match text {
                Ok(Some(text)) => text,
                Ok(None) | Err(Fault::Broken) => {
                    self.take_up().await?;
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if let Some(text) = self.placed(text).await? {
                return Ok(Some(text));
            }
        }
    }

    /// `text`, if it is for who asked.
    async fn placed(&mut self, text: Bytes) -> Result<Option<Bytes>, Fault> {
        let message = Message::parse(&text).map_err(|_| Fault::NotMcp)?;
        if message.method() == Some(Method::ToolsListChanged.as_str()) {
            self.session.upstream.changes.note();
        }
        match self.asked.place(&message) {
            Place::Answer => {
                self.source = From::Nothing;
                self.agreed(&message);
            }
            Place::Before => {}
            Place::Ping(id) => {
                self.session.pong(&id).await;
                return Ok(None);
            }
            Place::Foreign if matches!(&self.source, From::Source(one) if one.is_events()) => {
                tracing::debug!("passed over the answer to another request");
                return Ok(None);
            }
            Place::Foreign => return Err(Fault::NotMcp),
        }
        Ok(Some(text))
    }

    fn agreed(&mut self, answer: &Message<'_>) {
        if let Message::Response(answer) = answer
            && matches!(answer.outcome, Outcome::Result(_))
            && let Some(change) = self.change.take()
        {
            self.session.lock().said.note(change);
        }
    }

    /// Takes the stream up where it broke.
    async fn take_up(&mut self) -> Result<(), Fault> {
        let From::Source(source) = &self.source else {
            return Err(Fault::Broken);
        };
        let cursor = source.cursor().cloned().ok_or(Fault::Broken)?;
        let retry = source.retry();
        if self.broke_at.replace(cursor.clone()).as_ref() != Some(&cursor) {
            self.tries = 0; // servers may let themselves be asked any number of times (R-065)
        }
        loop {
            self.tries += 1;
            if self.tries > MOST_TRIES {
                return Err(Fault::Broken);
            }
            sleep(pause(retry, self.tries)).await;
            match self
                .session
                .events(&self.hold, Some(cursor.clone()), true)
                .await
            {
                Ok(Some(source)) => {
                    self.source = From::Source(source.retrying(retry));
                    return Ok(());
                }
                Ok(None) => return Err(Fault::Broken),
                Err(Fault::NoSession) => return self.repeat().await,
                Err(Fault::Unreachable | Fault::Broken | Fault::Timeout | Fault::Status(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Asks once more in a new session, if that does no harm.
    async fn repeat(&mut self) -> Result<(), Fault> {
        if self.is_repeated || !self.asked.is_repeatable() {
            return Err(Fault::Broken);
        }
        self.is_repeated = true;
        let again = async {
            self.session.reopen(&self.hold, false).await?;
            let hold = self.session.hold()?;
            match self.session.try_post(&hold, &self.body).await? {
                heard if is_nobodys(&hold, &heard) => Err(Fault::NoSession),
                heard => Ok((hold, heard)),
            }
        };
        let (hold, heard) = again.await.map_err(|fault| match fault {
            // That would say that nothing was accepted.
            Fault::NoSession => Fault::Broken,
            other => other,
        })?;
        (self.hold, self.source) = (hold, heard.into());
        Ok(())
    }
}

impl std::convert::From<Heard> for From {
    fn from(heard: Heard) -> Self {
        match heard {
            Heard::Said(source) => Self::Source(source),
            Heard::Refusal(_, error) => Self::Refusal(error),
        }
    }
}

/// How long to wait before a stream is asked for again: as the server wants it, longer from
/// time to time, and never so short that we do nothing else.
pub(super) fn pause(retry: Option<Duration>, tries: u32) -> Duration {
    let doubled = 1_u32 << tries.saturating_sub(1).min(8);
    let pause = retry.unwrap_or(PAUSE).max(SHORTEST_PAUSE);
    let pause = pause.saturating_mul(doubled);
    pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

const MOST_TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(500);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_wants_no_pause_is_asked_less_and_less_often_all_the_same() {
        // R-065, GW-25
        let none = Some(Duration::ZERO);
        assert_eq!(pause(none, 1), SHORTEST_PAUSE);
        assert_eq!(pause(none, 4), SHORTEST_PAUSE * 8);
        assert_eq!(pause(Some(Duration::MAX), 9), LONGEST_PAUSE);
        assert_eq!(pause(None, 2), PAUSE * 2);
    }
}
