//! Two revisions of the session era, over a transport that both sides speak (R-057, P-046).
//!
//! | the server agrees on | what happens |
//! |---|---|
//! | the revision that the client asked for | its answer passes as it came |
//! | an older one | the client is told its own; the server's is sealed into the session, for the version header of later requests; bytes pass |
//! | nothing: it opens no sessions | the client gets one that is hosted here ([`super::reach`]) |
//! | a newer one | the server's session is ended, and the client gets one that is hosted here: content that its revision cannot hold is rewritten, batches are taken apart |
//!
//! A server knows what it can be asked in an older revision, and everything that it says is known
//! to the newer one; the other way round it is not.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Request},
    era::{Era, Revision},
    sse::Parser,
    translate::{Opening, agreed_revision, initialize_agreeing},
};
use http::{StatusCode, header};
use http_body_util::{BodyExt, Limited};

use super::{reach, streamable};
use crate::{
    front::{
        exchange::{Answer, Exchange},
        judge::judge_use,
        post::Post,
        refusal::Refusal,
        relay::typed,
        session::Named,
    },
    upstream::{
        Fault, Kind,
        http::{Outbound, SESSION_ID, ServerSession},
    },
};

/// Whether an `initialize` that is passed on tries whether the server takes it. To be asked before:
/// a refusal empties what is known of the server.
pub(in crate::front) fn is_trial(exchange: &Exchange) -> bool {
    reach::is_trial(&exchange.server)
}

/// What is told of a server's answer to `initialize` that was passed on, as a trial or because it
/// is known to take it.
pub(in crate::front) async fn settle(
    post: &Post<'_>,
    request: &Request<'_>,
    is_trial: bool,
    answer: Answer,
) -> Answer {
    let tried = &post.exchange.server.upstream.initialize;
    if is_trial && is_refusal(&answer) {
        tried.refused();
        return streamable::initialize(post, request).await;
    }
    let answer = answer?;
    let id = Some(request.id.as_json());
    let wanted = Opening::of_initialize(request).ok();
    let wanted = wanted.map(|opening| Revision::negotiated(&opening.requested));
    let (Some(wanted), StatusCode::OK) = (wanted, answer.status()) else {
        return Ok(answer);
    };
    let (parts, body) = answer.into_parts();
    let most = post.exchange.limits.response_bytes;
    let body = Limited::new(body, most).collect().await;
    let body = body
        .map_err(|_| post.exchange.failed(Fault::Broken, id))?
        .to_bytes();
    let said = said(parts.headers.get(header::CONTENT_TYPE), &body, most);
    let response = match said.as_deref().map(Message::parse) {
        Some(Ok(Message::Response(response))) => Some(response),
        Some(Ok(Message::Request(_) | Message::Notification(_)) | Err(_)) | None => None,
    };
    let agreed = response.as_ref().and_then(agreed_revision);
    match (is_trial, &response) {
        (true, Some(_)) if agreed.is_some() => tried.taken(),
        (true, Some(_)) => {
            tried.refused();
            return streamable::initialize(post, request).await;
        }
        (true, None) | (false, _) => {}
    }
    let agreed = agreed.filter(|agreed| agreed.era() == Era::Session && *agreed != wanted);
    let (Some(response), Some(agreed)) = (response, agreed) else {
        return Ok(Response::from_parts(parts, Body::from(body)));
    };
    let session = named(post.exchange, parts.headers.get(&SESSION_ID));
    let session = session.map(|session| ServerSession {
        version: Some(agreed),
        ..session
    });
    if agreed > wanted {
        let permit = judge_use(post.exchange)?;
        end(post.exchange, permit, session).await;
        return streamable::initialize(post, request).await;
    }
    let told = initialize_agreeing(&response, wanted);
    let told = told.map_err(|_| post.exchange.failed(Fault::NotMcp, id))?;
    let mut answer = typed("application/json", Body::from(told));
    let (ids, server) = (&post.exchange.inner.sessions, &post.exchange.server.name);
    let named = Named::Raw(ServerSession {
        version: Some(agreed),
        ..session.unwrap_or_default()
    });
    let sealed = ids.seal(server, &post.exchange.caller, &named);
    answer
        .headers_mut()
        .extend(sealed.map(|id| (SESSION_ID, id)));
    Ok(answer)
}

/// Whether a server says by HTTP alone that it opens no sessions.
fn is_refusal(answer: &Answer) -> bool {
    let status = match answer {
        Ok(answer) => answer.status().as_u16(),
        Err(Refusal::Upstream {
            fault: Fault::Refused(status),
            ..
        }) => *status,
        Err(_) => return false,
    };
    matches!(status, 400 | 404 | 405 | 406 | 415 | 422)
}

/// The response in an answer of either type.
fn said(media: Option<&http::HeaderValue>, body: &Bytes, most: usize) -> Option<Bytes> {
    let is_stream = media.is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"));
    if !is_stream {
        return Some(body.clone());
    }
    let events = Parser::new(most).push(body).ok()?;
    let mut messages = events
        .into_iter()
        .map(|event| Bytes::from(event.into_data()));
    messages.find(|message| matches!(Message::parse(message), Ok(Message::Response(_))))
}

/// The session that the server has opened, as the server knows it.
fn named(exchange: &Exchange, sealed: Option<&http::HeaderValue>) -> Option<ServerSession> {
    let (ids, server) = (&exchange.inner.sessions, &exchange.server.name);
    match ids.open(server, &exchange.caller, sealed?)? {
        Named::Raw(session) => Some(session),
        Named::Hosted(_) => None,
    }
}

/// Ends a session of the server's that nobody was told of.
async fn end(exchange: &Exchange, permit: Permit, session: Option<ServerSession>) {
    let Some(session) = session else { return };
    let ended = match &exchange.server.upstream.kind {
        Kind::Stdio(upstream) => upstream.end(permit, &session.id),
        Kind::Http(upstream) => {
            let outbound = Outbound {
                method: http::Method::DELETE,
                era: Era::Session,
                headers: &http::HeaderMap::new(),
                session: Some(session),
                body: Bytes::new(),
            };
            upstream.forward(permit, outbound).await.map(drop)
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "a session that nobody uses was not ended");
    }
}
