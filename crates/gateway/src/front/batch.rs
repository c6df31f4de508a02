//! Batches: several messages in one array, which 2025-03-26 alone has (R-067, GW-10).
//!
//! Each message is judged for itself. When one of them is refused nothing of the
//! batch is done: every request in it gets an error, the refused ones their own.

use axum::body::Body;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, parse_batch},
    era::{Era, Revision},
    error::RpcError,
    method::{Class, Method},
};

use super::{
    exchange::Answer,
    hosted,
    judge::{Asked, conclude, judge_use, weigh},
    post::{About, Post, accepted},
    programs,
    refusal::Refusal,
    relay::typed,
    session::Named,
};
use crate::upstream::{Kind, http::ServerSession};

/// Answers a POST whose body is an array.
pub(super) async fn answer(post: &Post<'_>) -> Answer {
    let not_here = |reason: &'static str| {
        let error = RpcError::invalid_request(&reason);
        post.refuse(None, Refusal::rpc(error, None, post.era_by_header()))
    };
    let named = post
        .headers
        .protocol_version()
        .map_err(|_| not_here("the header MCP-Protocol-Version is repeated or malformed"))?; // GW-08
    let revision = named.map_or(Some(Revision::ASSUMED), Revision::parse);
    if !revision.is_some_and(Revision::allows_batches) {
        return Err(not_here("batches are not accepted here: send one message"));
    }
    let messages = parse_batch(post.body)
        .map_err(|error| post.refuse(None, Refusal::envelope(&error, Era::Session)))?;
    if messages.iter().any(is_of_another_era) {
        return Err(not_here(
            "a message of another revision cannot be part of a batch",
        ));
    }
    if post.exchange.caller.is_limited() && messages.iter().any(lists) {
        return Err(not_here("ask for lists one by one"));
    }
    let named = post.exchange.named();
    let named = named.map_err(|refusal| post.refuse(None, refusal))?;
    match judge_all(post, &messages).await? {
        Ok(permits) => send_to(post, permits, &messages, named).await,
        Err(errors) => Ok(typed("application/json", Body::from(errors))),
    }
}

/// Permits for all messages, or the answer to a batch of which nothing is done.
async fn judge_all(
    post: &Post<'_>,
    messages: &[Message<'_>],
) -> Result<Result<Vec<Permit>, String>, Refusal> {
    let mut weighed = Weighed::default();
    for message in messages {
        match weigh_one(post, message, &mut weighed.calls).await {
            Ok(permit) => weighed.permits.push(permit),
            Err(Refusal::Rpc { error, id, .. }) => weighed.errors.push((id, error)),
            // A challenge is for HTTP to tell.
            Err(other) => {
                weighed.conclude(post, Some(UNDONE))?;
                return Err(other);
            }
        }
    }
    let undone = (!weighed.errors.is_empty()).then_some(UNDONE);
    weighed.conclude(post, undone)?;
    let Weighed {
        permits, errors, ..
    } = weighed;
    if errors.is_empty() {
        return Ok(Ok(permits));
    }
    let answers = messages.iter().filter_map(|message| {
        let Message::Request(request) = message else {
            return None;
        };
        let id = request.id.as_json();
        let own = errors.iter().find(|(of, _)| of.as_deref() == Some(id));
        let undone = RpcError::invalid_request(&UNDONE);
        let error = own.map_or(undone, |(_, error)| (**error).clone());
        Some(error.to_body(Some(id)))
    });
    let answers: Vec<_> = answers.collect();
    Ok(Err(format!("[{}]", answers.join(","))))
}

/// What was decided so far of a batch.
#[derive(Default)]
struct Weighed<'a> {
    permits: Vec<Permit>,
    errors: Vec<(Option<String>, Box<RpcError>)>,
    /// What may be done if all may, and is not written down yet.
    calls: Vec<Asked<'a>>,
}

impl Weighed<'_> {
    fn conclude(&self, post: &Post<'_>, undone: Option<&'static str>) -> Result<(), Refusal> {
        let mut calls = self.calls.iter();
        calls.try_for_each(|asked| conclude(post.exchange, *asked, undone))
    }
}

async fn weigh_one<'m>(
    post: &Post<'_>,
    message: &'m Message<'_>,
    calls: &mut Vec<Asked<'m>>,
) -> Result<Permit, Refusal> {
    let (name, params, id, known) = match message {
        Message::Request(request) => {
            let id = Some(request.id.as_json());
            (
                &request.method,
                &request.params,
                id,
                Method::request(&request.method),
            )
        }
        Message::Notification(notification) => {
            let known = Method::notification(&notification.method);
            (&notification.method, &notification.params, None, known)
        }
        Message::Response(_) => return judge_use(post.exchange),
    };
    let method = known
        .filter(|known| known.from_client(Revision::V2025_03_26))
        .ok_or_else(|| {
            let error = RpcError::method_not_found(name);
            post.refuse(Some(name), Refusal::rpc(error, id, Era::Session))
        })?;
    let asked = Asked {
        method,
        params,
        id,
        era: Era::Session,
    };
    let permit = weigh(post.exchange, asked).await?;
    calls.push(asked);
    Ok(permit)
}

const UNDONE: &str = "another message of the batch was refused";

async fn send_to(
    post: &Post<'_>,
    permits: Vec<Permit>,
    messages: &[Message<'_>],
    named: Option<Named>,
) -> Answer {
    match named {
        Some(Named::Hosted(key)) => {
            hosted::streamable::batch(post, (permits, messages), &key).await
        }
        Some(Named::Raw(session)) => send(post, permits, messages, Some(session)).await,
        None => send(post, permits, messages, None).await,
    }
}

async fn send(
    post: &Post<'_>,
    permits: Vec<Permit>,
    messages: &[Message<'_>],
    session: Option<ServerSession>,
) -> Answer {
    let id = messages.iter().find_map(|message| match message {
        Message::Request(request) => Some(request.id.as_json()),
        Message::Notification(_) | Message::Response(_) => None,
    });
    let about = About {
        verb: &http::Method::POST,
        era: Era::Session,
        id,
        method: None,
        in_session: session.is_some(),
        json_only: false,
    };
    match &post.exchange.server.upstream.kind {
        Kind::Http(_) => post.send_all(permits, session, about).await,
        Kind::Stdio(upstream) => {
            let session = programs::required(post.exchange, session, None)?;
            let sent = upstream.batch(permits, &session, messages).await;
            match sent.map_err(|fault| post.exchange.failed(fault, None))? {
                Some(reply) => programs::answer(post.exchange, reply, about).await,
                None => Ok(accepted()),
            }
        }
    }
}

fn is_of_another_era(message: &Message<'_>) -> bool {
    let params = message.params();
    params.is_some_and(|params| params.meta.protocol_version.is_some())
}

fn lists(message: &Message<'_>) -> bool {
    let method = message.method().and_then(Method::request);
    method.is_some_and(|method| method.class() == Class::List)
}
