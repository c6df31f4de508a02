//! `subscriptions/listen`, out of what a session server has in its place (P-026, R-053).
//!
//! ```text
//! listen -> what the server offers -> resources/subscribe, once for all who want it
//!        -> acknowledged -> changes, with the id of who listens -> closed -> unsubscribe
//! ```
//!
//! Only what the server offers and really agreed to is acknowledged. Who does not read is let
//! go with a word; nobody else waits for them (GW-25).

mod ear;
mod hub;
mod reader;
mod unasked;
mod watched;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Outcome, Request},
    error::{Code, RpcError},
    json::Raw,
    translate::{Filter, acknowledged, capabilities},
};
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

pub(super) use self::hub::Hub;
use self::{
    ear::{Ear, Ending, Listener},
    hub::Subscribed,
};
use super::{Home, pool::Need, talk::Turn, words};
use crate::upstream::{Fault, link::Incoming};

/// Opens the stream of changes that was asked for.
pub(super) async fn listen(
    home: &Arc<Home>,
    permit: Permit,
    turn: &Turn,
    request: &Request<'_>,
) -> Result<Incoming, Fault> {
    let wanted = match Filter::of_listen(request) {
        Ok(wanted) => wanted,
        Err(fault) => return Ok(words::refused(&fault.to_error(), turn.id())),
    };
    let first = join(home, &permit, turn, &wanted).await;
    let joined = match first {
        // The server forgot the session before anything was subscribed to (P-016).
        Err(Fault::NoSession) => join(home, &permit, turn, &wanted).await,
        other => other,
    };
    let Some((listener, granted)) = joined? else {
        return Ok(words::refused(&crowded(), turn.id()));
    };
    let first = Bytes::from(acknowledged(turn.id(), &granted));
    let first = stream::once(std::future::ready(Ok(first)));
    let changes = stream::unfold(Some(listener), async |listener| {
        let mut listener = listener?;
        match listener.hear().await {
            Ok(change) => Some((Ok(change), Some(listener))),
            Err(Ending::Fault(fault)) => Some((Err(fault), None)),
            Err(Ending::Slow) => Some((Err(Fault::Unread), None)),
        }
    });
    Ok(Incoming::new(first.chain(changes)))
}

/// Joins those who listen to the session; `None` when there are too many. Says what is
/// honoured of the filter.
async fn join(
    home: &Arc<Home>,
    permit: &Permit,
    turn: &Turn,
    wanted: &Filter,
) -> Result<Option<(Listener, Filter)>, Fault> {
    let lease = home.lease(turn, permit, Need::Listening).await?;
    let mut granted = offered(lease.link()?.opened(), wanted);
    let uris = std::mem::take(&mut granted.uris);
    let ear = Ear::new(turn.id(), granted.clone());
    let Some(listener) = Listener::join(lease, ear).await else {
        return Ok(None);
    };
    match subscribe(&listener, uris, permit).await {
        Some(uris) => granted.uris = uris,
        None => {
            listener.into_lease().forget();
            return Err(Fault::NoSession);
        }
    }
    Ok(Some((listener, granted)))
}

/// The resources that the server agrees to tell of soon enough, whatever becomes of the others;
/// `None` when the session is gone.
async fn subscribe(
    listener: &Listener,
    uris: BTreeSet<String>,
    permit: &Permit,
) -> Option<BTreeSet<String>> {
    let asking = stream::iter(uris).map(|uri| async move {
        let subscribed = listener.subscribe(&uri, permit).await;
        (uri, subscribed)
    });
    let asking = asking
        .buffer_unordered(TOGETHER)
        .take_until(sleep(PATIENCE));
    let mut asking = std::pin::pin!(asking);
    let mut agreed = BTreeSet::new();
    while let Some((uri, subscribed)) = asking.next().await {
        match subscribed {
            Subscribed::Yes => drop(agreed.insert(uri)),
            Subscribed::No => {}
            Subscribed::Over => return None,
        }
    }
    Some(agreed)
}

/// What of a filter the server offers.
fn offered(opened: &[u8], wanted: &Filter) -> Filter {
    let offer = |result: Raw<'_>| Some(wanted.granted(capabilities(result).ok()?));
    let Ok(Message::Response(response)) = Message::parse(opened) else {
        return Filter::default();
    };
    match response.outcome {
        Outcome::Result(result) => offer(result.raw).unwrap_or_default(),
        Outcome::Error(_) => Filter::default(),
    }
}

fn crowded() -> RpcError {
    let code = Code::application(429).unwrap_or(Code::Internal);
    RpcError::answer(
        code,
        "Too many subscriptions are open: close some of them first",
    )
}

/// Resources of one who listens that are asked for at a time.
const TOGETHER: usize = 16;
/// For how long answers are waited for: what is not agreed to by then is not honoured.
const PATIENCE: Duration = Duration::from_secs(60);
