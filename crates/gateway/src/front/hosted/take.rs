//! One message of a client, taken into its session.
//!
//! Every message is judged like any other (R-067, P-051) before the session hears of it. `ping` is
//! answered here, and before `initialized` nothing else is (R-069).

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Notification, Request, Response},
    era::{Era, Revision},
    error::RpcError,
    method::Method,
};

use super::{
    line::Line,
    session::{Delivery, Session},
    visitor::Visitor,
};
use crate::front::{
    judge::{judge, judge_use},
    post::Post,
    refusal::Refusal,
};

/// Where the answer to a request comes, and what the server says meanwhile.
pub(super) struct Lines {
    pub(super) answer: Arc<Line>,
    pub(super) aside: Arc<Line>,
    /// Who sent the message.
    pub(super) visitor: Arc<dyn Visitor>,
}

/// Judges a message and gives it to the session. What is answered at once is said on `lines` too.
pub(super) async fn take(
    post: &Post<'_>,
    session: &Arc<Session>,
    message: &Message<'_>,
    lines: &Lines,
) -> Result<(), Refusal> {
    let revision = revision(session);
    let permit = match message {
        Message::Request(request) => judge(post.exchange, post.asked(request, revision)?).await?,
        Message::Notification(note) => judge(post.exchange, post.noted(note, revision)?).await?,
        Message::Response(_) => judge_use(post.exchange)?,
    };
    session.visited(Arc::clone(&lines.visitor));
    give(post, session, (permit, message), lines).await
}

/// Gives a message that was judged to the session.
pub(super) async fn give(
    post: &Post<'_>,
    session: &Arc<Session>,
    (permit, message): (Permit, &Message<'_>),
    lines: &Lines,
) -> Result<(), Refusal> {
    match message {
        Message::Request(request) => ask(post, session, (permit, request), lines),
        Message::Notification(notification) => tell(post, session, notification).await,
        Message::Response(response) => deliver(post, session, response),
    }
}

/// The revision by which messages of the session are read.
pub(super) fn revision(session: &Session) -> Revision {
    let opened = session.opened();
    opened.map_or(Revision::LATEST_SESSION, |opened| opened.client.revision)
}

fn ask(
    post: &Post<'_>,
    session: &Arc<Session>,
    (permit, request): (Permit, &Request<'_>),
    lines: &Lines,
) -> Result<(), Refusal> {
    let id = Some(request.id.as_json());
    if Method::request(&request.method) == Some(Method::Ping) {
        lines.answer.answer(pong(request.id.as_json()), Bytes::new);
        return Ok(());
    }
    if !session.is_initialized() {
        let reason = "send notifications/initialized first; until then only ping is answered";
        let error = RpcError::invalid_request(&reason);
        return Err(post.refuse(Some(&request.method), Refusal::rpc(error, id, Era::Session)));
    }
    let body = Bytes::copy_from_slice(request.raw.as_str().as_bytes());
    let asking = (permit, Arc::clone(&lines.visitor));
    let asked = session.ask(asking, (request, body), (&lines.answer, &lines.aside));
    asked.map_err(|fault| post.exchange.failed(fault, id))
}

async fn tell(
    post: &Post<'_>,
    session: &Arc<Session>,
    notification: &Notification<'_>,
) -> Result<(), Refusal> {
    match Method::notification(&notification.method) {
        Some(Method::Initialized) if session.opened().is_some() => session.initialized(),
        Some(Method::Cancelled) => {
            if let Some(id) = notification.params.request_id {
                session.cancel(&id.value()); // what has been answered needs no cancelling
            }
        }
        _ => {
            let opened = session.opened().ok_or_else(Refusal::no_session)?;
            let told = opened.backend.tell(notification).await;
            told.map_err(|fault| post.exchange.failed(fault.across(), None))?;
        }
    }
    Ok(())
}

/// A response that comes too late is nobody's fault; one to nothing is (P-035).
fn deliver(post: &Post<'_>, session: &Session, response: &Response<'_>) -> Result<(), Refusal> {
    let answer = Bytes::copy_from_slice(response.raw.as_str().as_bytes());
    let delivery = match &response.id {
        Some(id) => session.answered(&id.value(), answer),
        None => Delivery::Late,
    };
    match delivery {
        Delivery::Delivered | Delivery::Late => Ok(()),
        Delivery::Unasked => {
            let error = RpcError::invalid_request(&"nothing was asked under this id");
            Err(post.refuse(None, Refusal::rpc(error, None, Era::Session)))
        }
    }
}

/// The answer to `ping`.
fn pong(id: &str) -> Bytes {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into()
}
