//! A session with a server over Streamable HTTP (2025-03-26 to 2025-11-25).
//!
//! ```text
//! initialize -> Mcp-Session-Id -> notifications/initialized -> POST each message, GET the rest
//! 404 -> initialize once more, say again what was said -> the refused request once more
//! over -> DELETE
//! ```
//!
//! A request is sent again only when the server refused it because it had forgotten the session,
//! or when asking twice does what asking once does (P-016).

mod asking;
mod listening;
mod opened;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{envelope::Message, era::Revision, sse::EventId};
use http::{HeaderValue, StatusCode};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use self::{asking::Asking, listening::Listening};
use super::{
    HttpUpstream,
    own::{Heard, Own, taken},
    request::LAST_EVENT_ID,
    source::Source,
};
use crate::upstream::{
    Fault,
    asked::{Asked, pong},
    link::{Incoming, Opening, SessionLink},
    opening,
    standing::Said,
};

/// One session.
pub(crate) struct HttpSession {
    me: Weak<Self>,
    upstream: Arc<HttpUpstream>,
    opening: Bytes,
    opened: Bytes,
    revision: Revision,
    /// Held while the session is opened anew.
    reopening: tokio::sync::Mutex<()>,
    over: CancellationToken,
    next: AtomicU64,
    state: Mutex<State>,
}

struct State {
    id: Option<HeaderValue>,
    /// Counts openings, so that a session that was forgotten is opened anew once.
    generation: u64,
    said: Said,
    /// Ends the stream of the reader before.
    listening: CancellationToken,
}

/// The session as the server knows it at one moment.
#[derive(Clone)]
struct Hold {
    id: Option<HeaderValue>,
    generation: u64,
}

impl HttpSession {
    /// Opens one.
    pub(crate) async fn open(
        upstream: &Arc<HttpUpstream>,
        opening: &Opening,
    ) -> Result<Arc<Self>, Fault> {
        let message = opening::message(opening);
        let opened = opened::open(upstream, &message).await?;
        Ok(Arc::new_cyclic(|me| Self {
            me: me.clone(),
            upstream: Arc::clone(upstream),
            opening: message,
            opened: opened.answer.clone(),
            revision: opened.revision,
            reopening: tokio::sync::Mutex::default(),
            over: CancellationToken::new(),
            next: AtomicU64::new(0),
            state: Mutex::new(State {
                id: opened.keep(),
                generation: 0,
                said: Said::default(),
                listening: CancellationToken::new(),
            }),
        }))
    }

    /// Sends a request.
    pub(crate) async fn request(&self, body: Bytes) -> Result<Incoming, Fault> {
        let me = self.me.upgrade().ok_or(Fault::NoSession)?;
        Asking::begin(me, body).await.map(Asking::incoming)
    }

    /// Ends it, and waits until the server knows.
    pub(crate) async fn finish(&self) {
        if let Some(closing) = self.closing() {
            closing.await;
        }
    }

    /// Ends it on this side; what is left to do at the server, once.
    fn closing(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        self.over.cancel();
        let id = self.lock().id.take()?;
        Some(opened::close(Arc::clone(&self.upstream), id, self.revision))
    }

    /// Sends a message that is not answered.
    async fn say(&self, body: Bytes) -> Result<(), Fault> {
        let hold = self.hold()?;
        let own = Own::post(body).within(TAKEN_WITHIN).lasting();
        let response = self.upstream.send(self.dress(own, &hold)).await?;
        if self.is_forgotten(response.status(), &hold) {
            return Err(Fault::NoSession);
        }
        taken(response)
    }

    /// Sends a request; when the session was forgotten, opens it anew and sends it once more:
    /// the server has not looked at it. An error about nobody's request may mean the same, and
    /// also that it was looked at: only what does no harm twice is sent twice then (P-016).
    async fn post(&self, asked: &Asked, body: &Bytes) -> Result<(Hold, Heard), Fault> {
        let hold = self.hold()?;
        let is_known = match self.try_post(&hold, body).await {
            Err(Fault::NoSession) => false,
            Ok(heard) if is_nobodys(&hold, &heard) => {
                if !asked.is_repeatable() {
                    self.end();
                    return Err(Fault::Broken);
                }
                true
            }
            other => return other.map(|heard| (hold, heard)),
        };
        self.reopen(&hold, is_known).await?;
        let hold = self.hold()?;
        match self.try_post(&hold, body).await? {
            heard if is_nobodys(&hold, &heard) => Err(Fault::NoSession),
            heard => Ok((hold, heard)),
        }
    }

    async fn try_post(&self, hold: &Hold, body: &Bytes) -> Result<Heard, Fault> {
        let own = Own::post(body.clone()).lasting();
        let response = self.upstream.send(self.dress(own, hold)).await?;
        if self.is_forgotten(response.status(), hold) {
            return Err(Fault::NoSession);
        }
        let heard = self.upstream.hear(response, true).await;
        if matches!(heard, Err(Fault::Refused(404 | 405))) {
            self.upstream.known.doubt(); // a server that has no sessions by name any more
        }
        heard
    }

    /// The stream of what is said unasked, or the rest of one that broke: events after `cursor`.
    /// `None` where there is none. Only the rest of an answer `lasts` when nobody reads it any
    /// more.
    async fn events(
        &self,
        hold: &Hold,
        cursor: Option<EventId>,
        lasts: bool,
    ) -> Result<Option<Source>, Fault> {
        let mut own = Own::get();
        if let Some(cursor) = &cursor
            && let Ok(value) = HeaderValue::from_str(cursor.as_str())
        {
            own = own.with(LAST_EVENT_ID, value);
        }
        let response = self.upstream.send(self.dress(own, hold)).await?;
        if self.is_forgotten(response.status(), hold) {
            return Err(Fault::NoSession);
        }
        match response.status().as_u16() {
            200 => {
                let source = Source::new(response, self.upstream.caps, lasts)?;
                Ok(source.is_events().then(|| source.after(cursor)))
            }
            status => match Fault::of_status(status) {
                Fault::Refused(429) => Err(Fault::Status(429)),
                Fault::Refused(_) => Ok(None),
                other => Err(other),
            },
        }
    }

    /// Opens the session anew, unless somebody did that since it was `forgotten`. One that the
    /// server may still have is ended there.
    async fn reopen(&self, forgotten: &Hold, is_known: bool) -> Result<(), Fault> {
        let _one_at_a_time = self.reopening.lock().await;
        if self.hold()?.generation != forgotten.generation {
            return Ok(());
        }
        if let Some(id) = forgotten.id.clone().filter(|_| is_known) {
            opened::close(Arc::clone(&self.upstream), id, self.revision).await;
        }
        let opened = match opened::open(&self.upstream, &self.opening).await {
            Ok(opened) if opened.revision == self.revision => opened,
            // Whoever relied on what was agreed must agree anew.
            Ok(_) | Err(Fault::NotOpened | Fault::NoSessions | Fault::Revision) => {
                self.over.cancel();
                return Err(Fault::NoSession);
            }
            Err(fault) => return Err(fault),
        };
        let said = {
            let mut state = self.lock();
            state.id = opened.keep();
            state.generation += 1;
            state.said.clone()
        };
        let hold = self.hold()?;
        for message in said.again(|| self.next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(fault) = self.repeat(&hold, message).await {
                tracing::debug!(%fault, "what a session was told is not said again");
            }
        }
        Ok(())
    }

    async fn repeat(&self, hold: &Hold, message: Bytes) -> Result<(), Fault> {
        let own = Own::post(message).within(TAKEN_WITHIN);
        taken(self.upstream.send(self.dress(own, hold)).await?)
    }

    /// Answers a `ping` (P-028).
    async fn pong(&self, id: &str) {
        if let Err(fault) = self.say(pong(id)).await {
            tracing::debug!(%fault, "a ping was not answered");
        }
    }

    fn dress(&self, own: Own, hold: &Hold) -> Own {
        opened::dress(own, hold.id.clone(), self.revision)
    }

    fn is_forgotten(&self, status: StatusCode, hold: &Hold) -> bool {
        hold.id.is_some() && status == StatusCode::NOT_FOUND
    }

    fn hold(&self) -> Result<Hold, Fault> {
        if self.over.is_cancelled() {
            return Err(Fault::NoSession);
        }
        let state = self.lock();
        Ok(Hold {
            id: state.id.clone(),
            generation: state.generation,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionLink for HttpSession {
    fn opened(&self) -> &Bytes {
        &self.opened
    }

    fn revision(&self) -> Revision {
        self.revision
    }

    async fn ask(&self, _permit: Permit, request: Bytes) -> Result<Incoming, Fault> {
        self.request(request).await
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        self.say(message).await
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        let me = self.me.upgrade().ok_or(Fault::NoSession)?;
        let turn = CancellationToken::new();
        let before = std::mem::replace(&mut self.lock().listening, turn.clone());
        before.cancel();
        Listening::begin(me, turn).await.map(Listening::incoming)
    }

    fn tells_apart(&self) -> bool {
        true
    }

    fn rest(&self, _: bool) {} // nothing of this machine is held

    fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    fn end(&self) {
        // Outside of a runtime everything is ending anyway.
        if let (Some(closing), Ok(runtime)) = (self.closing(), Handle::try_current()) {
            runtime.spawn(closing);
        }
    }
}

impl Drop for HttpSession {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether a refusal in a session does not know whose request it was.
fn is_nobodys(hold: &Hold, heard: &Heard) -> bool {
    let Heard::Refusal(StatusCode::BAD_REQUEST, error) = heard else {
        return false;
    };
    match Message::parse(error) {
        Ok(Message::Response(response)) => hold.id.is_some() && response.id.is_none(),
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => false,
    }
}

/// How long a server may take to take what it need not answer.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
