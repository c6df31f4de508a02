//! A session with a server over HTTP+SSE (2024-11-05).
//!
//! ```text
//! GET -> event endpoint -> POST each message there; whatever the server says comes as events
//! stream lost -> whatever was asked is lost, and the session with it (P-031)
//! ```

mod endpoint;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{IdValue, Message},
    era::Revision,
    method::Method,
};
use http::{HeaderValue, Uri};
use tokio::{select, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    HttpUpstream,
    own::{Own, taken},
    request::VERSION,
    source::Source,
};
use crate::upstream::{
    Fault,
    addressee::addressee,
    asked::{self, pong},
    link::{Incoming, Opening, SessionLink},
    opening,
    stdio::{Ask, Outbox, Routes},
};

/// One session.
pub(crate) struct SseSession {
    line: Arc<Line>,
    opened: Bytes,
    revision: Revision,
    /// When nobody has the session any more, the stream is closed.
    _open: DropGuard,
}

/// What the reader of the stream shares with those who ask.
struct Line {
    upstream: Arc<HttpUpstream>,
    endpoint: Uri,
    over: CancellationToken,
    routes: Mutex<Routes>,
    /// Whether what waits in the session may never go on.
    rests: AtomicBool,
}

/// A stream that has said where messages go.
pub(crate) struct Dialled {
    source: Source,
    endpoint: Uri,
}

impl SseSession {
    /// Opens the stream and waits until the server says where messages go.
    pub(crate) async fn dial(upstream: &HttpUpstream) -> Result<Dialled, Fault> {
        let dialling = async {
            let response = upstream.send(Own::get()).await?;
            let status = response.status().as_u16();
            if status != 200 {
                return Err(Fault::of_status(status));
            }
            let mut source = Source::new(response, upstream.caps, false)?;
            let first = source.event().await?.ok_or(Fault::Broken)?;
            if first.name() != "endpoint" {
                return Err(Fault::NotMcp);
            }
            let endpoint = endpoint::resolve(&upstream.uri, first.data());
            let endpoint = endpoint.inspect_err(|_| {
                tracing::warn!(server = %upstream.server, "the server sends us elsewhere");
            })?;
            Ok(Dialled { source, endpoint })
        };
        timeout(OPENED_WITHIN, dialling)
            .await
            .unwrap_or(Err(Fault::Timeout))
    }

    /// Opens a session.
    pub(crate) async fn open(
        upstream: &Arc<HttpUpstream>,
        opening: &Opening,
    ) -> Result<Arc<Self>, Fault> {
        let Dialled { source, endpoint } = Self::dial(upstream).await?;
        let line = Arc::new(Line {
            upstream: Arc::clone(upstream),
            endpoint,
            over: CancellationToken::new(),
            routes: Mutex::default(),
            rests: AtomicBool::new(false),
        });
        let open = line.over.clone().drop_guard();
        tokio::spawn(Arc::clone(&line).read(source));
        let (message, id) = (opening::message(opening), opening::id());
        let answering = async {
            let outbox = line.ask(Ask::by_id(id), message, None).await?;
            Incoming::of_outbox(outbox, Fault::Broken).answer().await
        };
        let opened = timeout(OPENED_WITHIN, answering).await;
        let opened = opened.unwrap_or(Err(Fault::Timeout))?;
        let revision = opening::agreed(&opened)?;
        let initialized = Bytes::from_static(opening::INITIALIZED);
        line.post(initialized, Some(revision)).await?;
        Ok(Arc::new(Self {
            line,
            opened,
            revision,
            _open: open,
        }))
    }

    /// Sends a request.
    pub(crate) async fn request(&self, body: Bytes) -> Result<Incoming, Fault> {
        let ask = Ask::of(&asked::request(&body)?);
        let outbox = self.line.ask(ask, body, Some(self.revision)).await?;
        Ok(Incoming::of_outbox(outbox, Fault::Broken))
    }
}

impl Line {
    async fn ask(
        &self,
        ask: Ask,
        body: Bytes,
        revision: Option<Revision>,
    ) -> Result<Arc<Outbox>, Fault> {
        let (outbox, id) = (Outbox::new(), ask.id().clone());
        self.routes().expect(vec![ask], &outbox, 0)?;
        if self.over.is_cancelled() {
            self.routes().unsent(&id);
            return Err(Fault::NoSession);
        }
        let waiting = Waiting {
            line: self,
            id: Some(id),
        };
        self.post(body, revision).await?;
        waiting.was_sent();
        Ok(outbox)
    }

    async fn post(&self, body: Bytes, revision: Option<Revision>) -> Result<(), Fault> {
        let mut own = Own::post(body).to(self.endpoint.clone());
        if let Some(revision) = revision.filter(|revision| revision.has_version_header()) {
            own = own.with(VERSION, HeaderValue::from_static(revision.as_str()));
        }
        let response = self
            .upstream
            .send(own.within(TAKEN_WITHIN).lasting())
            .await?;
        match taken(response) {
            Err(Fault::Refused(404)) => {
                self.over.cancel(); // the server knows nothing of this session
                Err(Fault::NoSession)
            }
            taken => taken,
        }
    }

    /// Reads the stream until it ends, from whichever side.
    async fn read(self: Arc<Self>, mut source: Source) {
        let reading = async {
            loop {
                let event = match source.event().await {
                    Ok(Some(event)) => event,
                    Ok(None) => return Fault::Broken,
                    Err(fault) => return fault,
                };
                if event.name() == "message" && !event.data().is_empty() {
                    // Everything of a session comes on this one stream, and all of it is for one
                    // owner: the server says no more before it was read.
                    let full = self.hear(event.into_data().into()).await;
                    let rests = self.rests.load(Ordering::Relaxed);
                    if let Some(full) = full.filter(|_| !rests) {
                        full.room().await;
                    }
                }
            }
        };
        let fault = select! {
            () = self.over.cancelled() => Fault::Broken,
            fault = reading => fault,
        };
        // INVARIANT: over comes first, so that no request is noted unseen after the end.
        self.over.cancel();
        let mut routes = self.routes();
        routes.fail_with(fault, u64::MAX);
        routes.close();
    }

    /// Hands a message on; the stream, when more than enough is unread on it.
    async fn hear(&self, text: Bytes) -> Option<Arc<Outbox>> {
        let message = match Message::parse(&text) {
            Ok(message) => message,
            Err(error) => {
                tracing::debug!(server = %self.upstream.server, %error, "dropped what is no message");
                if let Some(id) = addressee(&text) {
                    self.routes().refuse(&id, Fault::NotMcp);
                }
                return None;
            }
        };
        if let Message::Request(request) = &message
            && request.method == Method::Ping.as_str()
        {
            let pong = pong(request.id.as_json());
            if let Err(fault) = self.post(pong, None).await {
                tracing::debug!(%fault, "a ping was not answered");
            }
            return None;
        }
        if message.method() == Some(Method::ToolsListChanged.as_str()) {
            self.upstream.changes.note();
        }
        self.routes().bring(&message, text.clone()).full
    }

    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was noted and may not be sent.
struct Waiting<'a> {
    line: &'a Line,
    id: Option<IdValue>,
}

impl Waiting<'_> {
    fn was_sent(mut self) {
        self.id = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            self.line.routes().unsent(id);
        }
    }
}

#[async_trait]
impl SessionLink for SseSession {
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
        if self.is_over() {
            return Err(Fault::NoSession);
        }
        self.line.post(message, Some(self.revision)).await
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        if self.is_over() {
            return Err(Fault::NoSession);
        }
        Ok(Incoming::unasked(self.line.routes().listen()))
    }

    fn tells_apart(&self) -> bool {
        false
    }

    fn rest(&self, rests: bool) {
        self.line.rests.store(rests, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.line.over.is_cancelled()
    }

    fn end(&self) {
        self.line.over.cancel();
    }
}

const OPENED_WITHIN: Duration = Duration::from_secs(30);
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
