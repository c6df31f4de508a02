//! A server of 2026-07-28 over HTTP: each request a POST of its own.
//!
//! ```text
//! body -> Mcp-Method, Mcp-Name, Mcp-Param-* -> POST -> JSON | events
//!     -32020: what the tools want mirrored is read anew, once, and the request sent again
//! ```
//!
//! A refused request was not done, so that sending it again is safe (P-040). A stream that
//! breaks off is a lost request (P-050).

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Outcome, Request},
    era::Revision,
    error::Code,
    headers::mirrored,
    method::Method,
    splice::{Edit, splice},
};
use futures_util::stream;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout;

use super::{
    HttpUpstream,
    own::{Heard, Own},
    source::Source,
};
use crate::{
    catalogue::Changes,
    upstream::{
        Fault,
        asked::{self, Asked, Place},
        link::{Incoming, Owner, StatelessLink},
        pages,
    },
};

#[async_trait]
impl StatelessLink for HttpUpstream {
    async fn ask(
        &self,
        _permit: Permit,
        _owner: &Owner,
        request: Bytes,
    ) -> Result<Incoming, Fault> {
        self.ask_stateless(request).await
    }
}

impl HttpUpstream {
    /// Sends a request whose `_meta` is whole, with the headers that mirror it.
    pub(crate) async fn ask_stateless(&self, body: Bytes) -> Result<Incoming, Fault> {
        let request = asked::request(&body)?;
        let mut heard = self.try_stateless(&request, &body).await?;
        if code(&heard) == Some(Code::HeaderMismatch.number())
            && request.method == Method::ToolsCall.as_str()
            && self.mirrors.renew(self).await
        {
            heard = self.try_stateless(&request, &body).await?;
        }
        self.rest(heard, &request)
    }

    /// What the server says of itself, if it knows the question.
    pub(crate) async fn discover(&self) -> Result<Bytes, Fault> {
        timeout(DISCOVERED_WITHIN, self.once(pages::discover()))
            .await
            .unwrap_or(Err(Fault::Timeout))
    }

    /// Sends a request of our own, once, and reads its answer whole.
    pub(crate) async fn once(&self, body: Bytes) -> Result<Bytes, Fault> {
        let request = asked::request(&body)?;
        let heard = self.try_stateless(&request, &body).await?;
        self.rest(heard, &request)?.answer().await
    }

    fn rest(&self, heard: Heard, request: &Request<'_>) -> Result<Incoming, Fault> {
        match heard {
            Heard::Said(source) => {
                let asking = Asking {
                    source: Some(source),
                    asked: Asked::of(request),
                    changes: Arc::clone(&self.changes),
                };
                Ok(Incoming::new(asking.stream()))
            }
            Heard::Refusal(status, error) => {
                self.refused(status, &error)?;
                let error = addressed(request, error)?;
                Ok(Incoming::new(stream::iter([Ok(error)])))
            }
        }
    }

    async fn try_stateless(&self, request: &Request<'_>, body: &Bytes) -> Result<Heard, Fault> {
        let mut own = Own::post(body.clone());
        for (name, value) in mirrored(&request.method, &request.params, Revision::V2026_07_28) {
            let value = HeaderValue::from_str(&value).map_err(|_| Fault::NotMcp)?;
            own = own.with(HeaderName::from_static(name), value);
        }
        for (name, value) in self.mirrors.of(request) {
            own = own.with(name, value);
        }
        let response = self.send(own).await?;
        let heard = self.hear(response, false).await;
        if let Err(Fault::Refused(400 | 404 | 405)) = heard {
            self.known.doubt(); // R-038: a server of this era says what is wrong
        }
        heard
    }

    /// A server of this era refuses in its own words; any other is of another era.
    fn refused(&self, status: StatusCode, error: &[u8]) -> Result<(), Fault> {
        let Ok(Message::Response(response)) = Message::parse(error) else {
            return Err(Fault::NotMcp);
        };
        let Outcome::Error(error) = response.outcome else {
            return Err(Fault::NotMcp);
        };
        let is_unknown = error.code == Code::UnsupportedVersion.number();
        // Without an id it is about the connection, such as a session that is missing.
        let is_foreign = response.id.is_none()
            && !Code::is_modern(error.code)
            && status != StatusCode::NOT_FOUND;
        if is_unknown || is_foreign {
            self.known.doubt();
            return Err(Fault::OtherEra);
        }
        Ok(())
    }
}

/// The rest of one answer.
struct Asking {
    source: Option<Source>,
    asked: Asked,
    changes: Arc<Changes>,
}

impl Asking {
    fn stream(self) -> impl futures_util::Stream<Item = Result<Bytes, Fault>> + Send {
        stream::unfold(self, async |mut asking| {
            let next = asking.next().await.transpose()?;
            if next.is_err() {
                asking.source = None;
            }
            Some((next, asking))
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let Some(source) = &mut self.source else {
                return Ok(None);
            };
            let text = source.next(Revision::V2026_07_28).await?;
            let text = text.ok_or(Fault::Broken)?;
            let message = Message::parse(&text).map_err(|_| Fault::NotMcp)?;
            match self.asked.place(&message) {
                Place::Answer => {
                    self.source = None;
                    return Ok(Some(text));
                }
                Place::Before if matches!(message, Message::Notification(_)) => {
                    if message.method() == Some(Method::ToolsListChanged.as_str()) {
                        self.changes.note();
                    }
                    return Ok(Some(text));
                }
                // Servers of this era ask nothing (R-048).
                Place::Before | Place::Ping(_) => {}
                Place::Foreign if source.is_events() => {}
                Place::Foreign => return Err(Fault::NotMcp),
            }
            tracing::debug!("passed over a message that does not belong to its stream");
        }
    }
}

/// The code of a refusal.
fn code(heard: &Heard) -> Option<i64> {
    let Heard::Refusal(_, body) = heard else {
        return None;
    };
    match Message::parse(body) {
        Ok(Message::Response(response)) => match response.outcome {
            Outcome::Error(error) => Some(error.code),
            Outcome::Result(_) => None,
        },
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => None,
    }
}

/// The error as the answer to `request`, also when the server could not tell whose it was.
fn addressed(request: &Request<'_>, error: Bytes) -> Result<Bytes, Fault> {
    let Ok(Message::Response(response)) = Message::parse(&error) else {
        return Err(Fault::NotMcp);
    };
    if let Some(id) = response.id {
        return match id.value() == request.id.value() {
            true => Ok(error),
            false => Err(Fault::NotMcp),
        };
    }
    let id = request.id.as_json();
    if let Some(null) = response.raw.member(&["id"]) {
        let edits = [Edit::new(null.span(), id)];
        return splice(&error, &edits)
            .map(Bytes::from)
            .map_err(|_| Fault::NotMcp);
    }
    let start = response.raw.span().start + 1;
    let span = doorward_mcp::json::Span { start, end: start };
    let edits = [Edit::new(span, format!(r#""id":{id},"#))];
    splice(&error, &edits)
        .map(Bytes::from)
        .map_err(|_| Fault::NotMcp)
}

const DISCOVERED_WITHIN: Duration = Duration::from_secs(10);
