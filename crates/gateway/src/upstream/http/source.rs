//! Where the messages of one HTTP answer come from: one JSON text, or events.
//!
//! Read by whoever asks for the next message, so that a server can send no faster than its
//! messages are taken. Capped (GW-28): a text or an event that is longer ends it. Nothing is
//! ever decompressed; an answer that says it is encoded is not MCP.

use std::{collections::VecDeque, time::Duration};

use bytes::{Bytes, BytesMut};
use doorward_mcp::{
    content_type::Media,
    envelope::{is_batch, parse_batch},
    era::Revision,
    sse::{Event, EventId, Parser},
};
use http::{HeaderMap, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming as Body;

use super::{Caps, read_on};
use crate::upstream::Fault;

/// The messages of one answer.
pub(super) struct Source {
    body: Option<Body>,
    form: Form,
    caps: Caps,
    /// Whether it is read on when nobody wants it any more.
    lasts: bool,
    cursor: Option<EventId>,
    retry: Option<Duration>,
    /// Messages of a batch that have not been taken.
    ready: VecDeque<Bytes>,
}

enum Form {
    Json(BytesMut),
    Events(Box<Parser>, VecDeque<Event>),
}

impl Source {
    /// Of a response with status 200.
    pub(super) fn new(response: Response<Body>, caps: Caps, lasts: bool) -> Result<Self, Fault> {
        let (parts, body) = response.into_parts();
        let form = match media(&parts.headers) {
            Some(Media::Json) => Form::Json(BytesMut::new()),
            Some(Media::EventStream) => {
                Form::Events(Box::new(Parser::new(caps.message_bytes)), VecDeque::new())
            }
            None => return Err(Fault::NotMcp),
        };
        Ok(Self {
            body: Some(body),
            form,
            caps,
            lasts,
            cursor: None,
            retry: None,
            ready: VecDeque::new(),
        })
    }

    /// The same, going on after the event of this id.
    pub(super) fn after(mut self, cursor: Option<EventId>) -> Self {
        self.cursor = cursor;
        self
    }

    /// The same, with what was said before about waiting.
    pub(super) fn retrying(mut self, retry: Option<Duration>) -> Self {
        self.retry = retry;
        self
    }

    pub(super) fn is_events(&self) -> bool {
        matches!(self.form, Form::Events(..))
    }

    /// The id of the last event that had one.
    pub(super) fn cursor(&self) -> Option<&EventId> {
        self.cursor.as_ref()
    }

    /// How long the server wants us to wait before we ask for the rest.
    pub(super) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The next message; `None` at the end. `revision` is the one that was agreed on: one of
    /// them has batches.
    pub(super) async fn next(&mut self, revision: Revision) -> Result<Option<Bytes>, Fault> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            let Some(text) = self.text().await? else {
                return Ok(None);
            };
            match is_batch(&text) {
                false => return Ok(Some(text)),
                true if revision.allows_batches() => self.ready = split(&text)?,
                true => return Err(Fault::NotMcp),
            }
        }
    }

    /// The next event, whatever its name.
    pub(super) async fn event(&mut self) -> Result<Option<Event>, Fault> {
        loop {
            let Form::Events(_, ready) = &mut self.form else {
                return Err(Fault::NotMcp);
            };
            if let Some(event) = ready.pop_front() {
                self.heed(&event);
                return Ok(Some(event));
            }
            let Some(chunk) = self.chunk().await? else {
                return Ok(None);
            };
            if let Form::Events(parser, ready) = &mut self.form {
                ready.extend(parser.push(&chunk)?);
            }
        }
    }

    async fn text(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.is_events() {
            while let Some(event) = self.event().await? {
                // One without data is a cursor alone.
                if !event.data().is_empty() && event.name() == "message" {
                    return Ok(Some(event.into_data().into()));
                }
            }
            return Ok(None);
        }
        while let Some(chunk) = self.chunk().await? {
            if let Form::Json(whole) = &mut self.form {
                if whole.len() + chunk.len() > self.caps.response_bytes {
                    return Err(Fault::TooLarge);
                }
                whole.extend_from_slice(&chunk);
            }
        }
        match &mut self.form {
            Form::Json(whole) if !whole.is_empty() => Ok(Some(std::mem::take(whole).freeze())),
            Form::Json(_) | Form::Events(..) => Ok(None),
        }
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let Some(body) = &mut self.body else {
                return Ok(None);
            };
            match body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => {
                    self.body = None;
                    tracing::debug!(%error, "an upstream broke off");
                    return Err(Fault::Broken);
                }
                None => self.body = None,
            }
        }
    }

    fn heed(&mut self, event: &Event) {
        if let Some(id) = event.id() {
            // An empty id takes back what was said before.
            self.cursor = (!id.as_str().is_empty()).then(|| id.clone());
        }
        if let Some(retry) = event.retry() {
            self.retry = Some(Duration::from_millis(retry));
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(body) = self.body.take()
            && self.lasts
        {
            read_on(body);
        }
    }
}

/// The type of an answer that is not encoded.
pub(super) fn media(headers: &HeaderMap) -> Option<Media> {
    let content_type = headers.get(header::CONTENT_TYPE)?;
    let is_plain = headers.get(header::CONTENT_ENCODING).is_none();
    Media::parse(content_type.as_bytes()).filter(|_| is_plain)
}

fn split(batch: &Bytes) -> Result<VecDeque<Bytes>, Fault> {
    let messages = parse_batch(batch).map_err(|_| Fault::NotMcp)?;
    let messages = messages.iter().map(|message| {
        let range = message.raw().span().range();
        batch.slice(range)
    });
    Ok(messages.collect())
}
