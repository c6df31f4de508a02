//! Streamable HTTP clients of 2025-03-26 to 2025-11-25, in front of a server that is spoken to
//! otherwise (R-057 to R-069).
//!
//! ```text
//! POST request -> its own line -> answered at once? JSON : event stream, resumable by its ids
//! GET          -> what is said unasked; with Last-Event-ID any line from where its reader was
//! DELETE       -> over; 404 from then on
//! ```

use std::{sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Request},
    era::{Era, Revision},
    error::RpcError,
    method::Method,
};
use http::{HeaderName, StatusCode};
use tokio::time::timeout;

use super::{
    events::{Events, Form, position},
    line::{Line, Reader, Said},
    opening,
    session::{Session, Streams, Transport},
    table::Place,
    take::{self, Lines, take},
};
use crate::{
    front::{
        exchange::{Answer, Exchange},
        post::{Post, accepted},
        refusal::Refusal,
        relay::{event_stream, typed},
        session::Named,
    },
    stream::Brings,
    upstream::{Fault, http::SESSION_ID},
};

/// Answers a message of a session that is hosted here, or that begins one.
pub(in crate::front) async fn post(
    post: &Post<'_>,
    message: &Message<'_>,
    session: Option<String>,
) -> Answer {
    match (message, session) {
        (_, Some(key)) => in_session(post, message, &key).await,
        (Message::Request(request), None) if request.method == Method::Initialize.as_str() => {
            initialize(post, request).await
        }
        (_, None) => {
            let reason = "Mcp-Session-Id is missing: start with initialize";
            let (error, id) = (RpcError::invalid_request(&reason), message.id());
            let id = id.map(|id| id.as_json());
            Err(post.refuse(message.method(), Refusal::rpc(error, id, Era::Session))) // R-059
        }
    }
}

pub(super) async fn initialize(post: &Post<'_>, request: &Request<'_>) -> Answer {
    let exchange = post.exchange;
    let owner = opening::owner(exchange);
    let hosted = &exchange.inner.hosted;
    let id = Some(request.id.as_json());
    let failed = |fault| exchange.failed(fault, id);
    let room = hosted.make_room(&owner.subject, &exchange.limits);
    room.map_err(failed)?;
    let streams = (Streams::Each, opening::room(exchange, KEPT));
    let session = Session::new(owner.clone(), streams, Arc::new(exchange.again()));
    let opened = opening::open(post, request, &session).await?;
    let place = Place {
        server: &exchange.server,
        owner: &owner,
    };
    let entropy = &*exchange.inner.surroundings.entropy;
    let kept = hosted.keep(place, Arc::clone(&session), (&exchange.limits, entropy));
    let key = kept.inspect_err(|_| session.end()).map_err(failed)?;
    let (ids, name) = (&exchange.inner.sessions, &exchange.server.name);
    let sealed = ids.seal(name, &exchange.caller, &Named::Hosted(key));
    let mut response = typed("application/json", Body::from(opened));
    response
        .headers_mut()
        .extend(sealed.map(|id| (SESSION_ID, id)));
    Ok(response)
}

async fn in_session(post: &Post<'_>, message: &Message<'_>, key: &str) -> Answer {
    let session =
        find(post.exchange, key).map_err(|refusal| post.refuse(message.method(), refusal))?;
    let answers = usize::from(matches!(message, Message::Request(_)));
    let lines = lines(post, &session, answers);
    take(post, &session, message, &lines).await?;
    match message {
        Message::Request(_) => answer(post, &session, lines.answer).await,
        Message::Notification(_) | Message::Response(_) => Ok(accepted()),
    }
}

/// Answers a batch of 2025-03-26, each message of which was judged (R-067).
pub(in crate::front) async fn batch(
    post: &Post<'_>,
    (permits, messages): (Vec<Permit>, &[Message<'_>]),
    key: &str,
) -> Answer {
    let session = find(post.exchange, key).map_err(|refusal| post.refuse(None, refusal))?;
    if !take::revision(&session).allows_batches() {
        let error = RpcError::invalid_request(&"batches are not accepted here: send one message");
        return Err(post.refuse(None, Refusal::rpc(error, None, Era::Session))); // R-068
    }
    let requests = messages
        .iter()
        .filter(|message| matches!(message, Message::Request(_)));
    let count = requests.count();
    let lines = lines(post, &session, count);
    session.visited(Arc::clone(&lines.visitor));
    for (permit, message) in permits.into_iter().zip(messages) {
        let given = take::give(post, &session, (permit, message), &lines).await;
        let Err(refusal) = given else { continue };
        match message.id() {
            Some(id) => lines.answer.answer(
                refusal.into_rpc().to_body(Some(id.as_json())).into(),
                Bytes::new,
            ),
            None => tracing::debug!("a notification of a batch was refused"),
        }
    }
    match count {
        0 => Ok(accepted()),
        _ => answers(post, &session, lines.answer).await,
    }
}

/// Opens the stream of what is said unasked, or one that broke off (R-062, R-064).
pub(in crate::front) async fn get(exchange: &Exchange, key: &str) -> Answer {
    let session = find(exchange, key)?;
    session.visited(Arc::new(exchange.again()));
    let reader = match exchange.headers.get(&LAST_EVENT_ID) {
        Some(last) => {
            let text = last.to_str().ok().and_then(position);
            let line = text.and_then(|(line, number)| Some((session.find_line(line)?, number)));
            let (line, number) = line.ok_or_else(|| {
                let error =
                    RpcError::invalid_request(&"the stream of Last-Event-ID is not kept any more");
                exchange.refused(None, Refusal::rpc(error, None, Era::Session))
            })?;
            line.read(number)
        }
        None => {
            session.listen();
            let line = session.unasked();
            line.read(line.read_so_far())
        }
    };
    stream(exchange, &session, (reader, None)).await
}

/// Ends the session (R-061).
pub(in crate::front) fn delete(exchange: &Exchange, key: &str) -> Answer {
    find(exchange, key)?;
    exchange.inner.hosted.end(key);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn find(exchange: &Exchange, key: &str) -> Result<Arc<Session>, Refusal> {
    let owner = opening::owner(exchange);
    let (hosted, name) = (&exchange.inner.hosted, &exchange.server.name);
    let found = hosted.find(key, name, &owner, Transport::Streamable);
    found.ok_or_else(Refusal::no_session)
}

/// What has no answer needs no line of its own. Who reads nothing but JSON hears what the server
/// says meanwhile on the stream of a GET.
fn lines(post: &Post<'_>, session: &Arc<Session>, answers: usize) -> Lines {
    let answer = match answers {
        0 => session.unasked(),
        answers => session.line(answers),
    };
    let aside = match post.json_only {
        true => session.unasked(),
        false => Arc::clone(&answer),
    };
    Lines {
        answer,
        aside,
        visitor: Arc::new(post.exchange.again()),
    }
}

/// The answer to one request: JSON when it comes soon and nothing comes before it.
async fn answer(post: &Post<'_>, session: &Arc<Session>, line: Arc<Line>) -> Answer {
    let mut reader = line.read(0);
    if post.json_only {
        while let Some(said) = reader.next().await {
            if said.last {
                return Ok(document(post.exchange, said));
            }
        }
        return Err(post.exchange.failed(Fault::NoSession, None));
    }
    match timeout(SOON, reader.next()).await {
        Ok(Some(said)) if said.last => Ok(document(post.exchange, said)),
        Ok(said) => stream(post.exchange, session, (reader, said)).await,
        Err(_) => stream(post.exchange, session, (reader, None)).await,
    }
}

/// The answers to a batch: an array for who reads nothing but JSON.
async fn answers(post: &Post<'_>, session: &Arc<Session>, line: Arc<Line>) -> Answer {
    let mut reader = line.read(0);
    if !post.json_only {
        return stream(post.exchange, session, (reader, None)).await;
    }
    let (sieve, mut all) = (post.exchange.sieve(Era::Session), Vec::new());
    while let Some(said) = reader.next().await {
        let json = sieve
            .as_ref()
            .map_or(said.json.clone(), |sieve| sieve.message(said.json));
        all.push(String::from_utf8_lossy(&json).into_owned());
    }
    let array = format!("[{}]", all.join(","));
    Ok(typed("application/json", Body::from(array)))
}

fn document(exchange: &Exchange, said: Said) -> Response {
    let sieve = exchange.sieve(Era::Session);
    let json = sieve.map_or(said.json.clone(), |sieve| sieve.message(said.json));
    typed("application/json", Body::from(json))
}

async fn stream(
    exchange: &Exchange,
    session: &Session,
    (reader, said): (Reader, Option<Said>),
) -> Answer {
    let brings = match reader.position().0 {
        0 => Brings::News,
        _ => Brings::Answer,
    };
    let pulse = exchange.pulse(brings).await?;
    let form = match take::revision(session) >= Revision::V2025_11_25 {
        true => Form::Primed,
        false => Form::Numbered,
    };
    let grip = pulse.grip();
    let events = Events::new(reader, form, exchange.sieve(Era::Session), pulse);
    let events = match said {
        Some(said) => events.after(said),
        None => events,
    };
    Ok(event_stream(&grip, events))
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Bytes of a stream that were read and can be had again.
const KEPT: usize = 256 * 1024;
/// Who waits longer for the first word gets a stream, which can be resumed.
const SOON: Duration = Duration::from_secs(2);
