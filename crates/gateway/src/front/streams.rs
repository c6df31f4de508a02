//! GET and DELETE of the session era: the stream of what a server says unasked,
//! and the end of a session. 2026-07-28 has neither.

use axum::{body::Body, response::Response};
use doorward_core::permit::Permit;
use doorward_mcp::{
    content_type::Accept,
    era::{Era, Revision},
    headers::McpHeaders,
};
use http::{Method, StatusCode, header};

use super::{
    exchange::{Answer, Exchange},
    hosted,
    judge::judge_use,
    post::About,
    programs,
    refusal::Refusal,
    relay,
    session::Named,
};
use crate::{
    stream::Written,
    upstream::{
        Kind,
        http::{Outbound, ServerSession},
    },
};

/// Opens the stream.
pub(super) async fn get(exchange: &Exchange) -> Answer {
    let (permit, named) = enter(exchange, true)?;
    let session = match named {
        Some(Named::Hosted(key)) => return hosted::streamable::get(exchange, &key).await,
        Some(Named::Raw(session)) => Some(session),
        None => None,
    };
    let Kind::Stdio(upstream) = &exchange.server.upstream.kind else {
        return send(exchange, permit, &Method::GET, session).await;
    };
    let session = programs::required(exchange, session, None)?;
    let about = about(&Method::GET, true);
    let pulse = exchange.pulse(about.brings()).await?;
    let outbox = upstream.listen(permit, &session);
    let outbox = outbox.map_err(|fault| exchange.failed(fault, None))?;
    let reader = Box::new(outbox.reader());
    let grip = pulse.grip();
    let written = Written::new(None, outbox, pulse, reader);
    let written = written.through(exchange.sieve(Era::Session)); // GW-14
    let written = written.with_farewell(relay::farewell(exchange, about));
    Ok(relay::event_stream(&grip, written))
}

/// Ends the session.
pub(super) async fn delete(exchange: &Exchange) -> Answer {
    let (permit, named) = enter(exchange, false)?;
    let session = match named {
        Some(Named::Hosted(key)) => return hosted::streamable::delete(exchange, &key),
        Some(Named::Raw(session)) => Some(session),
        None => None,
    };
    let Kind::Stdio(upstream) = &exchange.server.upstream.kind else {
        return send(exchange, permit, &Method::DELETE, session).await;
    };
    let session = programs::required(exchange, session, None)?;
    let ended = upstream.end(permit, &session);
    ended.map_err(|fault| exchange.failed(fault, None))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn enter(exchange: &Exchange, streams: bool) -> Result<(Permit, Option<Named>), Refusal> {
    exchange.check_content(b"")?;
    let entered = checked(exchange, streams);
    let session = entered.map_err(|refusal| exchange.refused(None, refusal))?;
    Ok((judge_use(exchange)?, session))
}

fn checked(exchange: &Exchange, streams: bool) -> Result<Option<Named>, Refusal> {
    let lines = exchange.headers.iter();
    let headers = McpHeaders::collect(lines.map(|(name, value)| (name.as_str(), value.as_bytes())));
    let malformed = |error| Refusal::rpc(error, None, Era::Session);
    let version = headers
        .protocol_version()
        .map_err(|fault| malformed(fault.into()))?;
    match version.map(Revision::parse) {
        Some(Some(revision)) if revision.era() == Era::Stateless => {
            return Err(Refusal::Method("POST"));
        }
        Some(None) => {
            let reason = "MCP-Protocol-Version is not one that is known";
            return Err(malformed(doorward_mcp::error::RpcError::invalid_request(
                &reason,
            )));
        }
        Some(Some(_)) | None => {}
    }
    let lines = exchange.headers.get_all(header::ACCEPT);
    let accept = Accept::parse(lines.iter().map(|value| value.as_bytes()));
    if streams && !accept.event_stream {
        return Err(Refusal::Unacceptable);
    }
    exchange.named()
}

async fn send(
    exchange: &Exchange,
    permit: Permit,
    verb: &Method,
    session: Option<ServerSession>,
) -> Answer {
    if exchange.server.whole.is_some() {
        return Err(Refusal::no_session()); // sessions with all servers are hosted here
    }
    let Kind::Http(upstream) = &exchange.server.upstream.kind else {
        return Err(Refusal::no_session()); // programs are spoken to elsewhere
    };
    let about = about(verb, session.is_some());
    let outbound = Outbound {
        method: verb.clone(),
        era: Era::Session,
        headers: &exchange.headers,
        session,
        body: bytes::Bytes::new(),
    };
    let sent = upstream.forward(permit, outbound).await;
    let answer = sent.map_err(|fault| exchange.failed(fault, None))?;
    relay::answer(exchange, answer, about).await
}

fn about(verb: &Method, in_session: bool) -> About<'_> {
    About {
        verb,
        era: Era::Session,
        id: None,
        method: None,
        in_session,
        json_only: false,
    }
}
