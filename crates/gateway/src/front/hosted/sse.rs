//! HTTP+SSE clients of 2024-11-05, in front of every kind of server (R-072 to R-075).
//!
//! ```text
//! GET  /sse/{server}           -> event endpoint: where to post; then everything as messages
//! POST /sse/{server}/messages  -> 202, and what there is to say comes on the stream of the GET
//! GET, POST /sse               -> the same for all servers as one
//! ```
//!
//! The stream is the session: who loses it has lost what was not answered. The endpoint names the
//! session and never a token; each POST brings its own (R-073), and a newer one keeps the stream
//! open, because a client of this revision cannot come back to it.

use std::sync::Arc;

use axum::body::Body;
use doorward_mcp::{
    content_type::{Accept, Media},
    envelope::{Message, is_batch},
    era::Era,
    error::RpcError,
    headers::McpHeaders,
    method::Method,
    sse::Event,
};
use http::{HeaderValue, header};
use url::Url;

use super::{
    events::{Events, Form},
    line::Line,
    opening,
    session::{Session, Streams, Transport},
    table::Place,
    take::{Lines, take},
};
use crate::{
    front::{
        body,
        exchange::{Answer, Exchange},
        judge::judge_use,
        post::{Post, accepted},
        refusal::Refusal,
        relay::event_stream,
        session::Named,
    },
    gateway::Inner,
    stream::Brings,
    upstream::Fault,
};

/// Ends the session together with its stream.
struct Stream {
    inner: Arc<Inner>,
    key: String,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.inner.hosted.end(&self.key);
    }
}

/// Opens the stream (R-072).
pub(in crate::front) async fn get(exchange: &Exchange) -> Answer {
    exchange.check_content(b"")?;
    let lines = exchange.headers.get_all(header::ACCEPT);
    if !Accept::parse(lines.iter().map(|value| value.as_bytes())).event_stream {
        return Err(exchange.refused(None, Refusal::Unacceptable));
    }
    let _permit = judge_use(exchange)?;
    let failed = |fault| exchange.failed(fault, None);
    let (owner, hosted) = (opening::owner(exchange), &exchange.inner.hosted);
    hosted
        .make_room(&owner.subject, &exchange.limits)
        .map_err(failed)?;
    let pulse = exchange.pulse(Brings::News).await?;
    let room = opening::room(exchange, 0);
    let line = Line::new(0, room.clone(), None);
    let reader = line.read(0);
    let visitor = Arc::new(exchange.again());
    let session = Session::new(owner.clone(), (Streams::One(line), room), visitor);
    let place = Place {
        server: &exchange.server,
        owner: &owner,
    };
    let entropy = &*exchange.inner.surroundings.entropy;
    let kept = hosted.keep(place, Arc::clone(&session), (&exchange.limits, entropy));
    let key = kept.map_err(failed)?;
    let endpoint = endpoint(exchange, &key).ok_or_else(|| failed(Fault::NoSession))?;
    let inner = Arc::clone(&exchange.inner);
    let stream = Stream { inner, key };
    let grip = pulse.grip();
    let events = Events::new(reader, Form::Named, None, pulse);
    let events = events.of(session).led_by(endpoint, Box::new(stream));
    Ok(event_stream(&grip, events))
}

/// Says where to post: on the same origin, whatever that is called from where the client is.
fn endpoint(exchange: &Exchange, key: &str) -> Option<Vec<u8>> {
    let (ids, name) = (&exchange.inner.sessions, &exchange.server.name);
    let sealed = ids.seal(name, &exchange.caller, &Named::Hosted(key.to_owned()))?;
    let resource = Url::parse(exchange.server.resource.as_str()).ok()?;
    let (path, session) = (resource.path(), sealed.to_str().ok()?);
    // What follows the address of all servers is the name of one.
    let within = match exchange.server.whole {
        Some(_) => "",
        None => MESSAGES,
    };
    let event = Event::message(format!("{path}{within}?{SESSION}={session}"));
    Some(event.with_name("endpoint").ok()?.to_bytes())
}

/// Takes a message.
pub(in crate::front) async fn post(exchange: &Exchange, query: &str, body: Body) -> Answer {
    let content_type = exchange.headers.get(header::CONTENT_TYPE);
    let media = content_type.and_then(|value| Media::parse(value.as_bytes()));
    if media != Some(Media::Json) {
        return Err(exchange.refused(None, Refusal::Media)); // GW-23
    }
    let body = body::read(body, &exchange.limits, &exchange.caller.place).await;
    let body = body.map_err(|refusal| exchange.refused(None, refusal))?;
    exchange.check_content(&body)?;
    let session = find(exchange, query).map_err(|refusal| exchange.refused(None, refusal))?;
    if *session.newest().token() != exchange.principal.token {
        session.renew(exchange.pulse(Brings::News).await?);
    }
    let lines = exchange.headers.iter();
    let post = Post {
        exchange,
        headers: McpHeaders::collect(lines.map(|(name, value)| (name.as_str(), value.as_bytes()))),
        body: &body,
        json_only: false,
    };
    if is_batch(&body) {
        let error = RpcError::invalid_request(&"batches are not accepted here: send one message");
        return Err(post.refuse(None, Refusal::rpc(error, None, Era::Session)));
    }
    let message = Message::parse(&body)
        .map_err(|error| post.refuse(None, Refusal::envelope(&error, Era::Session)))?;
    let Err(refusal) = hear(&post, &session, &message).await else {
        return Ok(accepted());
    };
    // What only says no to a request is told where its client waits for the answer.
    match (&message, refusal) {
        (Message::Request(request), refusal @ (Refusal::Rpc { .. } | Refusal::Upstream { .. })) => {
            let error = refusal.into_rpc().to_body(Some(request.id.as_json()));
            session.unasked().answer(error.into(), Default::default);
            Ok(accepted())
        }
        (_, refusal) => Err(refusal),
    }
}

async fn hear(
    post: &Post<'_>,
    session: &Arc<Session>,
    message: &Message<'_>,
) -> Result<(), Refusal> {
    let line = session.unasked();
    if let Message::Request(request) = message
        && request.method == Method::Initialize.as_str()
    {
        session.visited(Arc::new(post.exchange.again()));
        let opened = opening::open(post, request, session).await?;
        line.answer(opened, Default::default);
        return Ok(());
    }
    let lines = Lines {
        answer: Arc::clone(&line),
        aside: line,
        visitor: Arc::new(post.exchange.again()),
    };
    take(post, session, message, &lines).await
}

fn find(exchange: &Exchange, query: &str) -> Result<Arc<Session>, Refusal> {
    let named = named(query).ok_or_else(Refusal::no_session)?;
    let presented = HeaderValue::from_str(named).map_err(|_| Refusal::no_session())?;
    let (ids, name) = (&exchange.inner.sessions, &exchange.server.name);
    let Some(Named::Hosted(key)) = ids.open(name, &exchange.caller, &presented) else {
        return Err(Refusal::no_session());
    };
    let owner = opening::owner(exchange);
    let hosted = &exchange.inner.hosted;
    let found = hosted.find(&key, name, &owner, Transport::Sse);
    found.ok_or_else(Refusal::no_session)
}

/// The session out of the query; what seals it needs no escaping.
fn named(query: &str) -> Option<&str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, session) = pairs.find(|(name, _)| *name == SESSION)?;
    Some(session)
}

/// What follows the address of a server's stream where clients post.
pub(in crate::front) const MESSAGES: &str = "/messages";
/// What names the session in the query.
const SESSION: &str = "session_id";
