//! The answer of a bridge on its way to the caller.
//!
//! ```text
//! response first ------------------------> one JSON document, with its status
//! anything else first, or a long silence -> an event stream, the response last
//! caller reads JSON only ----------------> the response, whatever came before it
//! ```
//!
//! Lists are filtered here, as on every way out; a subscription that is ended from this
//! side is told so (R-054). What fails before anything was said has the status of its
//! kind, and what fails later is the response of the stream.

use axum::response::Response;
use bytes::Bytes;
use doorward_mcp::method::Class;
use futures_util::{StreamExt, TryFutureExt};
use tokio::time::timeout;

use super::{
    exchange::{Answer, Exchange},
    post::About,
    programs,
    refusal::Refusal,
    relay::{event_stream, farewell},
};
use crate::{
    stream::{Bridged, Manner, Said, Sieve, said},
    upstream::{Fault, link::Incoming},
};

/// Asks over a bridge, and passes on what is said. Who leaves meanwhile drops the question.
pub(super) async fn ask(
    exchange: &Exchange,
    asking: impl Future<Output = Result<Incoming, Fault>> + Send + 'static,
    about: About<'_>,
) -> Answer {
    answer(exchange, Incoming::new(asking.try_flatten_stream()), about).await
}

/// Passes on what was said in answer to one request.
pub(super) async fn answer(
    exchange: &Exchange,
    mut incoming: Incoming,
    about: About<'_>,
) -> Answer {
    if about.json_only {
        return collected(exchange, incoming, about).await;
    }
    // Nobody in between hangs up on a stream that shows signs of life.
    let first = match timeout(exchange.limits.keep_alive, incoming.next()).await {
        Ok(first) => Some(known(exchange, first, about)?),
        Err(_) => None,
    };
    match first {
        Some((json, Said::Response)) => Ok(document(exchange, json, about)),
        Some((json, Said::Other)) => stream(exchange, Some(json), incoming, about).await,
        None => stream(exchange, None, incoming, about).await,
    }
}

/// The same as an event stream, whatever comes first.
pub(super) async fn stream(
    exchange: &Exchange,
    first: Option<Bytes>,
    rest: Incoming,
    about: About<'_>,
) -> Answer {
    let pulse = exchange.pulse(about.brings()).await?;
    let (failing, id) = (exchange.failing(), about.id.map(str::to_owned));
    let manner = Manner {
        sieve: sieve(exchange, about),
        farewell: farewell(exchange, about),
        changes: exchange.server.catalogue.changes(),
        told: Box::new(move |fault: Fault| {
            let id = id.as_deref()?;
            Some(failing.failed(fault.across(), Some(id)).body().into())
        }),
    };
    let grip = pulse.grip();
    let body = Bridged::new(first, rest, pulse, manner);
    Ok(event_stream(&grip, body))
}

/// The response alone, for who reads nothing but JSON (R-031).
async fn collected(exchange: &Exchange, mut incoming: Incoming, about: About<'_>) -> Answer {
    loop {
        let next = incoming.next().await;
        if let (json, Said::Response) = known(exchange, next, about)? {
            return Ok(document(exchange, json, about));
        }
    }
}

fn known(
    exchange: &Exchange,
    message: Option<Result<Bytes, Fault>>,
    about: About<'_>,
) -> Result<(Bytes, Said), Refusal> {
    let failed = |fault: Fault| exchange.failed(fault.across(), about.id);
    let json = message.unwrap_or(Err(Fault::Broken)).map_err(failed)?;
    let said = said(&json, &exchange.server.catalogue.changes()).map_err(failed)?;
    Ok((json, said))
}

fn document(exchange: &Exchange, json: Bytes, about: About<'_>) -> Response {
    let status = programs::status(&json, about.era);
    let json = match sieve(exchange, about) {
        Some(sieve) => sieve.message(json),
        None => json,
    };
    programs::document(json, status)
}

fn sieve(exchange: &Exchange, about: About<'_>) -> Option<Sieve> {
    let lists = about
        .method
        .is_some_and(|method| method.class() == Class::List);
    exchange.sieve(about.era).filter(|_| lists)
}
