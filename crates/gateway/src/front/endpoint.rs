//! `/mcp/{server}`, `/sse/{server}`, `/mcp` and `/sse`: server, origin, token, then the method's own
//! path.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::Poll,
};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use doorward_core::peer::{Peer, SameMachine};
use doorward_verify::DPOP;
use http::{HeaderValue, Method, Version, header};

use super::{
    authenticate::Door,
    cors,
    exchange::{Answer, Exchange},
    hosted::{self, sse::MESSAGES},
    origin::Page,
    post,
    refusal::Refusal,
    server_name, streams,
};
use crate::{
    gateway::Inner,
    snapshot::{Server, Snapshot},
    stream::Attendance,
};

/// Which of a server's endpoints is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    /// `/mcp/{server}`
    Mcp,
    /// `/mcp`
    Whole,
    /// `/sse/{server}`
    Stream,
    /// `/sse/{server}/messages`
    Messages,
    /// `/sse`, where clients also post: what follows it is the name of a server.
    WholeStream,
}

/// Answers any request to an MCP endpoint.
pub(super) async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    at(Endpoint::Mcp, inner, request).await
}

/// Answers any request to an endpoint where streams of 2024-11-05 are opened.
pub(super) async fn sse(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    at(Endpoint::Stream, inner, request).await
}

/// Answers any request to an endpoint where clients of 2024-11-05 post.
pub(super) async fn messages(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    at(Endpoint::Messages, inner, request).await
}

/// Answers any request to the endpoint that is all servers as one.
pub(super) async fn whole(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    at(Endpoint::Whole, inner, request).await
}

/// Answers any request to the same for clients of 2024-11-05.
pub(super) async fn whole_sse(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    at(Endpoint::WholeStream, inner, request).await
}

async fn at(endpoint: Endpoint, inner: Arc<Inner>, request: Request) -> Response {
    let snapshot = inner.snapshot.load_full();
    let (path, extensions) = (request.uri().path(), request.extensions());
    let server = match endpoint {
        Endpoint::Mcp => snapshot.reached(server_name(path), extensions),
        Endpoint::Whole => snapshot.whole(extensions),
        Endpoint::WholeStream => snapshot.whole_by_sse(extensions),
        Endpoint::Stream => snapshot.reached_by_sse(server_name(path), extensions),
        Endpoint::Messages => {
            let stream = path.strip_suffix(MESSAGES).unwrap_or(path);
            snapshot.reached_by_sse(server_name(stream), extensions)
        }
    };
    let Some(server) = server else {
        return Refusal::UnknownServer.into_response();
    };
    let page = match snapshot.origins.page(request.headers()) {
        Page::Foreign => return Refusal::ForeignOrigin.into_response(),
        Page::Allowed(origin) => Some(origin),
        Page::None => None,
    };
    // Nonces are for callers who prove; most do not.
    let nonce = (snapshot.dpop_nonces && request.headers().contains_key(DPOP))
        .then(|| inner.proofs.nonce(&inner.nonces));
    let mut response = if request.method() == Method::OPTIONS {
        cors::preflight(request.headers())
    } else {
        let answer = answer_known(inner, &snapshot, (endpoint, server), request).await;
        answer.unwrap_or_else(Refusal::into_response)
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(nonce.flatten());
    if let Some(origin) = page {
        cors::allow(origin, headers);
    }
    response
}

async fn answer_known(
    inner: Arc<Inner>,
    snapshot: &Snapshot,
    (endpoint, server): (Endpoint, Arc<Server>),
    request: Request,
) -> Answer {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    let door = Door {
        inner: &inner,
        snapshot,
        server: &server,
        within: match endpoint {
            Endpoint::Mcp | Endpoint::Whole | Endpoint::Stream | Endpoint::WholeStream => "",
            Endpoint::Messages => MESSAGES,
        },
        peer,
    };
    let known = door.authenticate(&parts).await?;
    let place = known.caller.place.open(snapshot.limits.streams);
    let has_place = place.is_some();
    let exchange = Exchange {
        inner,
        limits: Arc::clone(&snapshot.limits),
        server,
        principal: known.principal,
        caller: known.caller,
        scheme: known.scheme,
        content: known.content,
        peer,
        here: parts.extensions.get::<SameMachine>().copied(),
        headers: parts.headers,
        place: Mutex::new(place),
    };
    if !has_place {
        return Err(exchange.refused(None, Refusal::Streams)); // GW-25
    }
    let answer = match endpoint {
        Endpoint::Mcp | Endpoint::Whole => {
            let answer = pin!(answer_one(&exchange, &parts.method, body));
            attended(&exchange, answer).await
        }
        Endpoint::Stream | Endpoint::Messages | Endpoint::WholeStream => {
            let query = parts.uri.query().unwrap_or_default();
            let answer = answer_sse(&exchange, (endpoint, &parts.method), query, body);
            attended(&exchange, Box::pin(answer).as_mut()).await
        }
    };
    match parts.version {
        Version::HTTP_2 => answer.map(|answer| exchange.held(answer)),
        _ => answer,
    }
}

async fn answer_sse(
    exchange: &Exchange,
    (endpoint, method): (Endpoint, &Method),
    query: &str,
    body: Body,
) -> Answer {
    match (endpoint, method) {
        (Endpoint::Stream | Endpoint::WholeStream, &Method::GET) => {
            hosted::sse::get(exchange).await
        }
        (Endpoint::Messages | Endpoint::WholeStream, &Method::POST) => {
            hosted::sse::post(exchange, query, body).await
        }
        (Endpoint::Messages, _) => Err(Refusal::Method("POST, OPTIONS")),
        (Endpoint::WholeStream, _) => Err(Refusal::Method("GET, POST, OPTIONS")),
        (_, _) => Err(Refusal::Method("GET, OPTIONS")),
    }
}

async fn answer_one(exchange: &Exchange, method: &Method, body: Body) -> Answer {
    match *method {
        Method::POST => post::post(exchange, body).await,
        Method::GET => streams::get(exchange).await,
        Method::DELETE => streams::delete(exchange).await,
        _ => Err(Refusal::Method("GET, POST, DELETE, OPTIONS")),
    }
}

/// The answer, unless the token stops being good while it is waited for. Pinned where it
/// is made: what is handed over is kept twice, and this is most of what is kept for a call.
async fn attended(
    exchange: &Exchange,
    mut answer: Pin<&mut impl Future<Output = Answer>>,
) -> Answer {
    let mut attendance = Attendance::default();
    let watch = &exchange.inner.watch;
    let answered = poll_fn(|context| {
        if attendance.is_over() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(answer) = answer.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        let over = attendance.poll_over(context, watch, || exchange.visit().holder());
        over.map(|()| None)
    });
    answered.await.unwrap_or_else(|| Err(exchange.over()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_for<F>(_: impl FnOnce(State<Arc<Inner>>, Request) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn what_is_rare_is_not_kept_for_every_call() {
        // GW-28
        let kept = kept_for(answer);
        assert!(kept <= MOST, "{kept} bytes are kept for a call");
    }

    const MOST: usize = 5 * 1024;
}
