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
//! to the newer one; the other way round it is not. A session whose answer fails half way is ended
//! at the server ([`Unkept`]).

mod told;

use axum::{body::Body, response::Response};
use doorward_mcp::{
    envelope::{Message, Request},
    era::{Era, Revision},
    translate::{Opening, agreed_revision, initialize_agreeing},
};
use http::{StatusCode, header};

use super::{reach, streamable};
use crate::{
    front::{
        exchange::{Answer, Exchange},
        judge::judge_use,
        post::Post,
        refusal::Refusal,
        relay::typed,
        session::Named,
        unkept::{Unkept, end},
    },
    upstream::{
        Fault,
        http::{SESSION_ID, ServerSession},
        is_refusal,
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
    let Ok(opening) = Opening::of_initialize(request) else {
        return answer; // what is refused to this one would not be to others
    };
    let wanted = Revision::negotiated(&opening.requested);
    if is_trial && refuses(&answer) && opens_none(post).await {
        return streamable::initialize(post, request).await;
    }
    let answer = answer?;
    if answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (parts, body) = answer.into_parts();
    let opened = named(post.exchange, parts.headers.get(&SESSION_ID));
    let may_resume = opened.is_some();
    let opened = Unkept::new(post.exchange, opened);
    let media = parts.headers.get(header::CONTENT_TYPE);
    let told = told::read(post.exchange, media, body).await;
    let id = Some(request.id.as_json());
    let told = told.and_then(|told| told.or_resumed(may_resume));
    let told = told.map_err(|fault| post.exchange.failed(fault, id))?;
    let response = match told.response.as_deref().map(Message::parse) {
        Some(Ok(Message::Response(response))) => Some(response),
        Some(Ok(Message::Request(_) | Message::Notification(_)) | Err(_)) | None => None,
    };
    let agreed = response.as_ref().and_then(agreed_revision);
    if is_trial && agreed.is_some() {
        post.exchange.server.upstream.tried().taken();
    } else if is_trial && response.is_some() && opens_none(post).await {
        return streamable::initialize(post, request).await;
    }
    let agreed = agreed.filter(|agreed| agreed.era() == Era::Session && *agreed != wanted);
    let (Some(response), Some(agreed)) = (response, agreed) else {
        opened.keep();
        return Ok(Response::from_parts(parts, told.body));
    };
    if agreed > wanted {
        let permit = judge_use(post.exchange)?;
        if let Some(session) = opened.keep() {
            let session = of_revision(session, agreed);
            end(&post.exchange.server.upstream.kind, permit, session).await;
        }
        return streamable::initialize(post, request).await;
    }
    let told = initialize_agreeing(&response, wanted);
    let told = told.map_err(|_| post.exchange.failed(Fault::NotMcp, id))?;
    let mut answer = typed("application/json", Body::from(told));
    let (ids, server) = (&post.exchange.inner.sessions, &post.exchange.server.name);
    let named = Named::Raw(of_revision(opened.keep().unwrap_or_default(), agreed));
    let sealed = ids.seal(server, &post.exchange.caller, &named);
    answer
        .headers_mut()
        .extend(sealed.map(|id| (SESSION_ID, id)));
    Ok(answer)
}

/// The session, in which the server speaks this revision.
fn of_revision(session: ServerSession, agreed: Revision) -> ServerSession {
    ServerSession {
        version: Some(agreed),
        ..session
    }
}

/// Whether a server says by its HTTP status that it opens no sessions.
fn refuses(answer: &Answer) -> bool {
    match answer {
        Ok(answer) => is_refusal(answer.status().as_u16()),
        Err(Refusal::Upstream {
            fault: Fault::Refused(status),
            ..
        }) => is_refusal(*status),
        Err(_) => false,
    }
}

async fn opens_none(post: &Post<'_>) -> bool {
    post.exchange.server.upstream.opens_none().await
}

/// The session that the server has opened, as the server knows it.
fn named(exchange: &Exchange, sealed: Option<&http::HeaderValue>) -> Option<ServerSession> {
    let (ids, server) = (&exchange.inner.sessions, &exchange.server.name);
    match ids.open(server, &exchange.caller, sealed?)? {
        Named::Raw(session) => Some(session),
        Named::Hosted(_) => None,
    }
}
