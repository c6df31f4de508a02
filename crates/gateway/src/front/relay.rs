//! The answer of an HTTP upstream on its way to the caller (GW-27).
//!
//! Status and headers pass an allow list; what is not MCP becomes one JSON-RPC
//! error that says what kind of failure it was. Bodies are not looked into unless
//! a list must be filtered, or the changes that an event stream may tell of.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_mcp::{
    content_type::Media,
    envelope::{Message, Outcome},
    era::{Era, Revision},
    error::Code,
    headers::PROTOCOL_VERSION,
    method::{Class, Method},
    sse::frame,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::{
    exchange::{Answer, Exchange},
    post::{About, accepted},
    refusal::Refusal,
    session::Named,
    unkept::Unkept,
};
use crate::{
    stream::{
        self, Brings, Capped, Course, Cut, Grip, Owed, Passing, Sieve, Sifted,
        document::{self, Document},
    },
    upstream::{
        Fault,
        http::{SESSION_ID, read_on},
        within,
    },
};

/// Passes an upstream's answer on.
pub(super) async fn answer(
    exchange: &Exchange,
    upstream: http::Response<Incoming>,
    about: About<'_>,
) -> Answer {
    let (parts, body) = upstream.into_parts();
    let opened = Unkept::opened_by(exchange, &parts.headers, about);
    let failed = |fault| Err(exchange.failed(fault, about.id));
    let mut answer = match parts.status.as_u16() {
        200 if about.id.is_some() || about.verb == http::Method::GET => {
            content(exchange, &parts.headers, body, about).await?
        }
        // Nothing was asked: whatever else the upstream says with it is not MCP.
        200..=299 if about.id.is_none() => {
            read_on(body);
            done(parts.status, about)
        }
        300..=399 => return failed(Fault::Redirect),
        401 | 403 | 407 => return failed(Fault::Credentials(parts.status.as_u16())),
        // Boxed, because most calls are not refused and all would carry its future.
        400..=499 => Box::pin(refused(exchange, parts.status, body, about)).await?,
        status => return failed(Fault::Status(status)),
    };
    if about.era == Era::Session {
        session_headers(exchange, &parts.headers, answer.headers_mut(), about)?;
    }
    opened.keep();
    Ok(answer)
}

/// The answer to what was not a request.
fn done(status: StatusCode, about: About<'_>) -> Response {
    let mut response = accepted();
    if about.verb != http::Method::POST {
        *response.status_mut() = match status {
            StatusCode::ACCEPTED => StatusCode::ACCEPTED,
            _ => StatusCode::NO_CONTENT,
        };
    }
    response
}

async fn content(
    exchange: &Exchange,
    headers: &HeaderMap,
    body: Incoming,
    about: About<'_>,
) -> Result<Response, Refusal> {
    let failed = |fault| exchange.failed(fault, about.id);
    let content_type = headers.get(header::CONTENT_TYPE);
    let media = content_type.and_then(|value| Media::parse(value.as_bytes()));
    let is_plain = headers.get(header::CONTENT_ENCODING).is_none();
    match media.filter(|_| is_plain) {
        Some(Media::Json) if about.verb == http::Method::POST => {
            json(exchange, body, about).await.map_err(failed)
        }
        Some(Media::EventStream) if about.json_only => {
            let (most, id) = (exchange.limits.response_bytes, about.method.and(about.id));
            let mut response = Box::pin(stream::collect(body, most, id)); // rare, and large
            let response = timely(exchange, about, response.as_mut()).await;
            let response = response.map_err(failed)?;
            let sieve = exchange.sieve(about.era).filter(|_| lists(about));
            let response = sieve.map_or(response.clone(), |sieve| sieve.message(response));
            Ok(typed("application/json", Body::from(response)))
        }
        Some(Media::EventStream) => events(exchange, body, about).await,
        Some(Media::Json) | None => Err(failed(Fault::NotMcp)),
    }
}

async fn json(exchange: &Exchange, body: Incoming, about: About<'_>) -> Result<Response, Fault> {
    let most = exchange.limits.response_bytes;
    let sieve = exchange.sieve(about.era).filter(|_| lists(about));
    let held = if sieve.is_some() { most } else { HELD };
    let read = pin!(document::read(body, most, held));
    let asked = about.method.and(about.id);
    let body = match timely(exchange, about, read).await? {
        Document::Whole(json) => {
            document::check(&json, asked)?;
            Body::from(match sieve {
                Some(sieve) => sieve.message(json),
                None => json,
            })
        }
        Document::Begun(first, rest) => {
            document::begins(&first, asked.is_none())?;
            let (watch, visit) = (Arc::clone(&exchange.inner.watch), exchange.visit());
            let (body, holder) = ((first, rest), move || visit.holder());
            Body::new(Capped::new(body, most, watch, holder))
        }
    };
    Ok(typed("application/json", body))
}

/// As long as the server may take for the beginning of its answer, it may for what is held back.
async fn timely<T>(
    exchange: &Exchange,
    about: About<'_>,
    answer: Pin<&mut impl Future<Output = Result<T, Fault>>>,
) -> Result<T, Fault> {
    let patience = exchange.server.upstream.patience();
    within(patience.limits(about.method).quiet, answer).await
}

async fn events(
    exchange: &Exchange,
    body: Incoming,
    about: About<'_>,
) -> Result<Response, Refusal> {
    let longest = exchange.limits.message_bytes;
    let pulse = exchange.pulse(about.brings()).await?;
    let lasts = about.era == Era::Session && about.verb == http::Method::POST;
    let sieve = stream_sieve(exchange, about);
    let changes = exchange.server.catalogue.changes();
    let (grip, farewell) = (pulse.grip(), farewell(exchange, about));
    let owed = owed(exchange, about);
    if owed.is_some() {
        let patience = exchange.server.upstream.patience();
        pulse.limit(patience.limits(about.method), patience.call_total);
    }
    let course = Course::new(body, pulse, changes).lasting(lasts);
    let course = course.with_farewell(farewell).owing(owed);
    Ok(match sieve {
        Some(sieve) => event_stream(&grip, Sifted::new(course, longest, sieve)),
        None => event_stream(&grip, Passing::new(course, longest)),
    })
}

/// What the caller is owed when the server ends the stream: nothing where nothing was asked for
/// that has one answer. That to `initialize` is waited for before it passes (`hosted::crossing`).
fn owed(exchange: &Exchange, about: About<'_>) -> Option<Owed> {
    let id = about.method.and(about.id)?;
    if about.brings() == Brings::News || about.method == Some(Method::Initialize) {
        return None;
    }
    let (failing, asked) = (exchange.failing(), id.to_owned());
    let told = move |fault| failing.failed(fault, Some(&asked)).body().into();
    Some(Owed::new(id, (about.era, about.in_session), Box::new(told)))
}

/// What an event stream must be filtered by, if by anything: a server may tell of changes on any
/// (GW-14). A GET brings whatever was asked for before its stream broke (R-064).
pub(super) fn stream_sieve(exchange: &Exchange, about: About<'_>) -> Option<Sieve> {
    let brings_lists = lists(about) || about.verb == http::Method::GET;
    exchange.sieve(about.era).map(|sieve| match brings_lists {
        true => sieve,
        false => sieve.of_changes(),
    })
}

/// The event with which a stream is ended from this side: a subscription has its result (R-054),
/// and a client of 2025-11-25 hears when it may come back (R-065).
pub(super) fn farewell(exchange: &Exchange, about: About<'_>) -> Option<Bytes> {
    if about.era == Era::Session {
        let version = exchange.headers.get(&VERSION);
        let version = version.and_then(|version| version.to_str().ok());
        let is_told = version.and_then(Revision::parse) >= Some(Revision::V2025_11_25);
        return is_told.then(|| Bytes::from_static(stream::COME_BACK));
    }
    let listens = about.method == Some(Method::SubscriptionsListen);
    let id = about.id.filter(|_| listens)?;
    Some(frame(None, &stream::farewell(id)).into())
}

/// An upstream's refusal: its own words when they are JSON-RPC.
async fn refused(
    exchange: &Exchange,
    status: StatusCode,
    body: Incoming,
    about: About<'_>,
) -> Result<Response, Refusal> {
    if status == StatusCode::NOT_FOUND && about.in_session && about.era == Era::Session {
        return Err(Refusal::no_session()); // R-060: in the same words as any other
    }
    if status == StatusCode::METHOD_NOT_ALLOWED && about.verb != http::Method::POST {
        return Err(Refusal::Method("POST"));
    }
    let body = pin!(async { Ok(Limited::new(body, LONGEST_REFUSAL).collect().await) });
    let body = timely(exchange, about, body).await;
    let body = body.map_err(|fault| exchange.failed(fault, about.id))?;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    if contradicts(status, &body, about) {
        exchange.server.upstream.doubt();
    }
    if !is_error(&body, about.id) {
        return Err(exchange.failed(Fault::Refused(status.as_u16()), about.id));
    }
    let mut response = typed("application/json", Body::from(body));
    *response.status_mut() = status;
    Ok(response)
}

/// Whether a refusal shows that the server is not, or no longer, of the era in which it was asked
/// (C-029): the caller gets it as it is, and the next one is asked otherwise.
fn contradicts(status: StatusCode, body: &[u8], about: About<'_>) -> bool {
    if about.in_session || about.verb != http::Method::POST {
        return false;
    }
    let error = match Message::parse(body) {
        Ok(Message::Response(response)) => match response.outcome {
            Outcome::Error(error) => Some((error.code, response.id.is_none())),
            Outcome::Result(_) => None,
        },
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => None,
    };
    match (error, about.era) {
        (None, _) => matches!(status.as_u16(), 400 | 404 | 405),
        (Some((code, _)), Era::Session) => {
            let opens = about.method == Some(Method::Initialize);
            Code::is_modern(code) || opens && code == Code::MethodNotFound.number()
        }
        (Some((code, is_nobodys)), Era::Stateless) => {
            code == Code::UnsupportedVersion.number()
                || is_nobodys && !Code::is_modern(code) && status == StatusCode::BAD_REQUEST
        }
    }
}

/// An error about what was asked, or about what could not be read.
fn is_error(body: &[u8], asked: Option<&str>) -> bool {
    let Ok(Message::Response(response)) = Message::parse(body) else {
        return false;
    };
    let is_own = asked.is_none_or(|_| document::check(body, asked).is_ok());
    is_own && matches!(response.outcome, Outcome::Error(_))
}

/// The session as the caller may know it, and the revision that was agreed on.
fn session_headers(
    exchange: &Exchange,
    from: &HeaderMap,
    to: &mut HeaderMap,
    about: About<'_>,
) -> Result<(), Refusal> {
    if let Some(version) = from.get(&VERSION) {
        to.insert(VERSION, version.clone());
    }
    let Some(session) = from.get(&SESSION_ID) else {
        return Ok(());
    };
    if about.in_session {
        // It is the one that the caller has named already.
        if let Some(known) = exchange.headers.get(&SESSION_ID) {
            to.insert(SESSION_ID, known.clone());
        }
        return Ok(());
    }
    let text = session.to_str().ok();
    let (ids, server) = (&exchange.inner.sessions, &exchange.server.name);
    let sealed = text.and_then(|text| {
        ids.seal(
            server,
            &exchange.caller,
            &Named::Raw(text.to_owned().into()),
        )
    });
    let sealed = sealed.ok_or_else(|| exchange.failed(Fault::NotMcp, about.id))?;
    to.insert(SESSION_ID, sealed);
    Ok(())
}

/// Whether a list was asked for.
pub(super) fn lists(about: About<'_>) -> bool {
    about
        .method
        .is_some_and(|method| method.class() == Class::List)
}

/// An answer of one type.
pub(super) fn typed(media: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let media = HeaderValue::from_static(media);
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}

/// An answer that is an event stream (R-032), which `grip` lets go when nobody reads it (GW-25).
pub(super) fn event_stream<B>(grip: &Arc<Grip>, body: B) -> Response
where
    B: http_body::Body<Data = Bytes, Error = Cut> + Send + Unpin + 'static,
{
    let mut response = typed("text/event-stream", Body::new(grip.hold(body)));
    let no = HeaderValue::from_static("no");
    response.headers_mut().insert(ACCEL_BUFFERING, no);
    response
}

const VERSION: HeaderName = HeaderName::from_static(PROTOCOL_VERSION);
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const LONGEST_REFUSAL: usize = 64 * 1024;
/// So much of a JSON answer is held back until it is known to be one.
const HELD: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_server_of_that_era_would_not_say_contradicts_it() {
        // C-029, R-038, R-080
        let error = |id: &str, code: i64| {
            format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"no"}}}}"#)
        };
        let (open, call) = (Method::Initialize, Method::ToolsCall);
        for (era, method, status, body, expected) in [
            (Era::Session, open, 404, "<html>".to_owned(), true),
            (Era::Session, open, 405, String::new(), true),
            (Era::Session, open, 429, String::new(), false),
            (Era::Session, open, 404, error("1", -32601), true),
            (Era::Session, open, 400, error("1", -32022), true),
            (Era::Session, call, 400, error("1", -32020), true),
            (Era::Session, call, 404, error("1", -32601), false),
            (Era::Session, call, 400, error("null", -32000), false),
            (Era::Stateless, call, 405, String::new(), true),
            (Era::Stateless, call, 404, error("1", -32601), false),
            (Era::Stateless, call, 400, error("1", -32602), false),
            (Era::Stateless, call, 400, error("null", -32020), false),
            (Era::Stateless, call, 400, error("null", -32000), true),
            (Era::Stateless, call, 400, error("1", -32022), true),
        ] {
            let about = About {
                verb: &http::Method::POST,
                era,
                id: Some("1"),
                method: Some(method),
                in_session: false,
                json_only: false,
            };
            let status = StatusCode::from_u16(status).expect("a status");
            let found = contradicts(status, body.as_bytes(), about);
            assert_eq!(found, expected, "{era:?} {method:?} {status} {body}");
        }
    }
}
