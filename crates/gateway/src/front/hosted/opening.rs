//! `initialize`: a session of the client's, and something behind it.

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::Request,
    era::{Era, Revision},
    error::RpcError,
    translate::Opening,
};

use super::{
    backend::Backend,
    line::Room,
    reach,
    session::{Client, Session},
};
use crate::{
    front::{exchange::Exchange, judge::judge, post::Post, refusal::Refusal},
    stream::Blame,
    upstream::link::Owner,
};

/// Whose a session of this caller is.
pub(super) fn owner(exchange: &Exchange) -> Owner {
    Owner {
        subject: exchange.caller.subject.clone(),
        client: exchange.caller.client.clone(),
    }
}

/// What may wait for this caller.
pub(super) fn room(exchange: &Exchange, kept: usize) -> Room {
    Room {
        place: Arc::clone(&exchange.caller.place),
        in_all: exchange.limits.buffered_bytes,
        unread: 2 * exchange.limits.message_bytes,
        kept,
        blame: Blame {
            losses: Arc::clone(exchange.inner.watch.losses()),
            server: Arc::clone(&exchange.server.label),
            client: Arc::clone(&exchange.caller.client_label),
        },
    }
}

/// Judges `initialize`, opens what is behind the session, and says what the client is told.
pub(super) async fn open(
    post: &Post<'_>,
    request: &Request<'_>,
    session: &Arc<Session>,
) -> Result<Bytes, Refusal> {
    let asked = post.asked(request, Revision::LATEST_SESSION)?;
    let permit = judge(post.exchange, asked).await?;
    let id = request.id.as_json();
    let client = client(request).map_err(|error| {
        let refusal = Refusal::rpc(error, Some(id), Era::Session);
        post.refuse(Some(&request.method), refusal)
    })?;
    let backend = behind(post.exchange, permit, (&client, id)).await?;
    let opened = backend.opened(id);
    let opened = opened.map_err(|error| {
        backend.end();
        post.refuse(
            Some(&request.method),
            Refusal::rpc(error, Some(id), Era::Session),
        )
    })?;
    if !session.open(client, backend) {
        let error = RpcError::invalid_request(&"this session is initialized already");
        return Err(post.refuse(
            Some(&request.method),
            Refusal::rpc(error, Some(id), Era::Session),
        ));
    }
    Ok(opened)
}

async fn behind(
    exchange: &Exchange,
    permit: Permit,
    (client, id): (&Client, &str),
) -> Result<Arc<dyn Backend>, Refusal> {
    if request_is_too_long(client) {
        return Err(exchange.refused(Some("initialize"), Refusal::TooLarge));
    }
    let opened = reach::open(exchange, permit, client).await;
    opened.map_err(|fault| exchange.failed(fault.across(), Some(id)))
}

/// It is kept for as long as the session (DS-05).
fn request_is_too_long(client: &Client) -> bool {
    let info = client.said.info.as_ref().map_or(0, |info| info.len());
    client.said.capabilities.as_json().len() + info > LONGEST
}

/// What a client says of itself.
fn client(request: &Request<'_>) -> Result<Client, RpcError> {
    let opening = Opening::of_initialize(request).map_err(|fault| fault.to_error())?;
    Ok(Client {
        revision: Revision::negotiated(&opening.requested),
        said: opening.client,
    })
}

const LONGEST: usize = 64 * 1024;
