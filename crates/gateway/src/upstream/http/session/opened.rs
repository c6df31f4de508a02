//! Opening and closing a session.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_mcp::era::Revision;
use http::{HeaderValue, Response};
use hyper::body::Incoming as Body;
use tokio::{runtime::Handle, time::timeout};

use super::super::{
    HttpUpstream, SESSION_ID,
    own::{Heard, Own, taken},
    request::VERSION,
};
use crate::upstream::{
    Fault,
    asked::{self, Asked, Place},
    opening,
};

/// What came of `initialize`.
pub(super) struct Opened {
    pub(super) answer: Bytes,
    pub(super) revision: Revision,
    session: Unkept,
}

/// A session at the server that nobody has taken over: ended when dropped (GW-26).
struct Unkept {
    upstream: Arc<HttpUpstream>,
    id: Option<HeaderValue>,
    revision: Revision,
}

impl Opened {
    /// What the server calls the session; from now on somebody else ends it.
    pub(super) fn keep(mut self) -> Option<HeaderValue> {
        self.session.id.take()
    }
}

impl Drop for Unkept {
    fn drop(&mut self) {
        // Outside of a runtime everything is ending anyway.
        if let (Some(id), Ok(runtime)) = (self.id.take(), Handle::try_current()) {
            runtime.spawn(close(Arc::clone(&self.upstream), id, self.revision));
        }
    }
}

/// Sends `initialize` and `notifications/initialized`. It goes on when nobody waits for it any
/// more, because only then it is known what is to be ended.
pub(super) async fn open(upstream: &Arc<HttpUpstream>, message: &Bytes) -> Result<Opened, Fault> {
    let (upstream, message) = (Arc::clone(upstream), message.clone());
    let opening = tokio::spawn(async move { begin(upstream, &message).await });
    opening.await.unwrap_or(Err(Fault::Broken))
}

async fn begin(upstream: Arc<HttpUpstream>, message: &Bytes) -> Result<Opened, Fault> {
    let opening = async {
        let response = upstream.send(Own::post(message.clone())).await?;
        let session = Unkept {
            upstream: Arc::clone(&upstream),
            id: session_id(&response)?,
            revision: UNKNOWN,
        };
        Ok((answer(&upstream, response, message).await?, session))
    };
    let opened = timeout(OPENED_WITHIN, opening).await;
    let (answer, mut session) = opened.unwrap_or(Err(Fault::Timeout))?;
    let revision = opening::agreed(&answer).inspect_err(|fault| {
        if *fault == Fault::NoSessions {
            upstream.known.doubt();
        }
    })?;
    session.revision = revision;
    let own = Own::post(Bytes::from_static(opening::INITIALIZED)).within(OPENED_WITHIN);
    let told = upstream
        .send(dress(own, session.id.clone(), revision))
        .await?;
    if let Err(fault) = taken(told) {
        tracing::debug!(%fault, "a server does not want to hear that it is initialized");
    }
    Ok(Opened {
        answer,
        revision,
        session,
    })
}

/// Ends a session at the server, which may not care.
pub(super) async fn close(upstream: Arc<HttpUpstream>, id: HeaderValue, revision: Revision) {
    let own = dress(Own::delete().within(CLOSED_WITHIN), Some(id), revision);
    if let Err(fault) = upstream.send(own).await.and_then(taken) {
        tracing::debug!(%fault, "a session was not ended at its server");
    }
}

/// With the headers of a session (P-046).
pub(super) fn dress(own: Own, id: Option<HeaderValue>, revision: Revision) -> Own {
    let own = match id {
        Some(id) => own.with(SESSION_ID, id),
        None => own,
    };
    match revision.has_version_header() {
        true => own.with(VERSION, HeaderValue::from_static(revision.as_str())),
        false => own,
    }
}

async fn answer(
    upstream: &HttpUpstream,
    response: Response<Body>,
    message: &Bytes,
) -> Result<Bytes, Fault> {
    let mut source = match upstream.hear(response, false).await? {
        Heard::Said(source) => source,
        Heard::Refusal(status, error) => match opening::agreed(&error) {
            Err(Fault::NoSessions) => return Err(Fault::NoSessions),
            // It may be one that has never heard of this way of sending messages.
            Ok(_) | Err(_) => return Err(Fault::Refused(status.as_u16())),
        },
    };
    let asked = Asked::of(&asked::request(message)?);
    while let Some(text) = source.next(Revision::LATEST_SESSION).await? {
        let message = doorward_mcp::envelope::Message::parse(&text).map_err(|_| Fault::NotMcp)?;
        if asked.place(&message) == Place::Answer {
            return Ok(text);
        }
    }
    Err(Fault::Broken)
}

/// Visible ASCII, and not without end.
fn session_id(response: &Response<Body>) -> Result<Option<HeaderValue>, Fault> {
    let Some(id) = response.headers().get(SESSION_ID) else {
        return Ok(None);
    };
    let visible = |byte: &u8| (0x21..=0x7e).contains(byte);
    let is_one = !id.is_empty() && id.len() <= LONGEST_ID && id.as_bytes().iter().all(visible);
    is_one.then(|| Some(id.clone())).ok_or(Fault::NotMcp)
}

/// Before it is known which one the server speaks: in this one there is no header that says so.
const UNKNOWN: Revision = Revision::V2025_03_26;
const OPENED_WITHIN: Duration = Duration::from_secs(30);
const CLOSED_WITHIN: Duration = Duration::from_secs(10);
const LONGEST_ID: usize = 1024;
