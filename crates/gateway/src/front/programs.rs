//! The answer of a program of this machine on its way to the caller.
//!
//! One JSON document when the first thing it says is the response, an event
//! stream when anything comes before it.

use std::{pin::pin, sync::Arc};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Outcome, Request},
    era::Era,
    error::{Code, RpcError},
};
use http::StatusCode;

use super::{
    exchange::{Answer, Exchange},
    post::About,
    refusal::Refusal,
    relay::{event_stream, farewell, lists, stream_sieve, typed},
    session::Named,
    unkept::Unkept,
};
use crate::{
    stream::Written,
    upstream::{
        Fault,
        http::{SESSION_ID, ServerSession},
        stdio::{Reply, StdioUpstream},
        within,
    },
};

/// A request to a program.
pub(super) struct Call<'a> {
    pub(super) upstream: &'a Arc<StdioUpstream>,
    pub(super) request: &'a Request<'a>,
    pub(super) body: &'a Bytes,
    pub(super) session: Option<ServerSession>,
}

/// Asks a program and passes its answer on.
pub(super) async fn ask(
    exchange: &Exchange,
    permit: Permit,
    call: Call<'_>,
    about: About<'_>,
) -> Answer {
    let failed = |fault| exchange.failed(fault, about.id);
    let quiet = exchange
        .server
        .upstream
        .patience()
        .limits(about.method)
        .quiet;
    if about.era == Era::Stateless {
        let caller = (&exchange.caller.subject, &exchange.caller.client);
        let reply = call
            .upstream
            .ask_stateless(permit, caller, call.request, call.body);
        let reply = within(quiet, pin!(reply)).await.map_err(failed)?;
        return answer(exchange, reply, about).await;
    }
    if about.method == Some(doorward_mcp::method::Method::Initialize) {
        return initialize(exchange, permit, call, about).await;
    }
    let session = required(exchange, call.session, about.id)?;
    let reply = call
        .upstream
        .ask(permit, &session, call.request, call.body.clone());
    let reply = within(quiet, pin!(reply)).await.map_err(failed)?;
    answer(exchange, reply, about).await
}

/// The session that the caller named; programs have no messages without one.
pub(super) fn required(
    exchange: &Exchange,
    session: Option<ServerSession>,
    id: Option<&str>,
) -> Result<String, Refusal> {
    let known = session.map(|session| session.id);
    known.ok_or_else(|| {
        let error = RpcError::invalid_request(&"Mcp-Session-Id is missing: start with initialize");
        exchange.refused(None, Refusal::rpc(error, id, Era::Session))
    })
}

async fn initialize(
    exchange: &Exchange,
    permit: Permit,
    call: Call<'_>,
    about: About<'_>,
) -> Answer {
    if call.body.len() > LONGEST_OPENING {
        return Err(exchange.refused(Some(call.request.method.as_ref()), Refusal::TooLarge));
    }
    let user = &exchange.caller.subject;
    let opened = call
        .upstream
        .initialize(permit, user, call.request, call.body.clone())
        .await;
    let (session, reply) = opened.map_err(|fault| exchange.failed(fault, about.id))?;
    let opened = Unkept::new(exchange, session.map(Into::into));
    let mut response = answer(exchange, reply, about).await?;
    let (ids, server) = (&exchange.inner.sessions, &exchange.server.name);
    if let Some(sealed) = opened
        .keep()
        .and_then(|session| ids.seal(server, &exchange.caller, &Named::Raw(session)))
    {
        response.headers_mut().insert(SESSION_ID, sealed);
    }
    Ok(response)
}

/// It is kept for as long as the session, to be repeated to the next process (DS-05).
const LONGEST_OPENING: usize = 64 * 1024;

/// Passes on what a program says in answer to one request or batch.
pub(super) async fn answer(exchange: &Exchange, reply: Reply, about: About<'_>) -> Answer {
    let sieve = exchange.sieve(about.era).filter(|_| lists(about));
    let failed = |fault| exchange.failed(fault, about.id);
    // In a batch each failure stands under an id of its own already.
    let is_one = about.method.is_some();
    if let Some(fault) = reply.first.fault.filter(|_| is_one) {
        return Err(failed(fault));
    }
    if reply.first.last {
        let json = reply.first.json;
        let status = status(&json, about.era);
        let json = sieve.map_or(json.clone(), |sieve| sieve.message(json));
        return Ok(document(json, status));
    }
    if about.json_only {
        let mut item = reply.first;
        while !item.last {
            let next = reply.rest.next().await;
            item = next.ok_or_else(|| failed(Fault::Ended))?;
        }
        if let Some(fault) = item.fault.filter(|_| is_one) {
            return Err(failed(fault));
        }
        let json = sieve.map_or(item.json.clone(), |sieve| sieve.message(item.json));
        return Ok(document(json, StatusCode::OK));
    }
    let pulse = exchange.pulse(about.brings()).await?;
    let grip = pulse.grip();
    let written = Written::new(Some(reply.first.json), reply.rest, pulse, reply.reader);
    let (failing, id) = (exchange.failing(), about.id.map(str::to_owned));
    let told = move |fault| failing.failed(fault, id.as_deref()).body().into();
    let written = written
        .through(stream_sieve(exchange, about))
        .with_farewell(farewell(exchange, about));
    let written = match is_one {
        true => written.telling(Box::new(told)),
        false => written,
    };
    Ok(event_stream(&grip, written))
}

/// The status that a server of the stateless era would have sent over HTTP.
pub(super) fn status(json: &[u8], era: Era) -> StatusCode {
    let Ok(Message::Response(response)) = Message::parse(json) else {
        return StatusCode::OK;
    };
    match (era, response.outcome) {
        (Era::Stateless, Outcome::Error(error)) if Code::is_modern(error.code) => {
            StatusCode::BAD_REQUEST
        }
        (Era::Stateless, Outcome::Error(error)) if error.code == Code::MethodNotFound.number() => {
            StatusCode::NOT_FOUND
        }
        (Era::Stateless | Era::Session, _) => StatusCode::OK,
    }
}

/// A JSON answer of this status.
pub(super) fn document(json: Bytes, status: StatusCode) -> Response {
    let mut response = typed("application/json", Body::from(json));
    *response.status_mut() = status;
    response
}
