//! Protected resource metadata (RFC 9728): public, the same for everybody, and
//! only ever that of the server asked about (R-001, R-002, MD-02).

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};

use super::{cors, refusal::Refusal, server_name};
use crate::gateway::Inner;

/// The document of one server.
pub(super) async fn of_server(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let server = inner
        .snapshot
        .load()
        .reached(server_name(request.uri().path()), request.extensions());
    answer(
        request.method(),
        server.map(|server| server.metadata.clone()),
    )
}

/// The document of one server for clients of HTTP+SSE.
pub(super) async fn of_sse(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let server = inner
        .snapshot
        .load()
        .reached_by_sse(server_name(request.uri().path()), request.extensions());
    answer(
        request.method(),
        server.map(|server| server.metadata.clone()),
    )
}

/// The document of all servers as one.
pub(super) async fn of_whole(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let whole = inner.snapshot.load().whole(request.extensions());
    answer(request.method(), whole.map(|whole| whole.metadata.clone()))
}

/// The document of all servers as one for clients of HTTP+SSE.
pub(super) async fn of_whole_sse(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let whole = inner.snapshot.load().whole_by_sse(request.extensions());
    answer(request.method(), whole.map(|whole| whole.metadata.clone()))
}

/// The document of the only server; with several, there is none.
pub(super) async fn root(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let document = inner
        .snapshot
        .load()
        .only(request.extensions())
        .map(|server| server.metadata.clone());
    answer(request.method(), document)
}

fn answer(method: &Method, document: Option<Bytes>) -> Response {
    let mut response = match (method, document) {
        (&Method::OPTIONS, _) => cors::public_preflight(),
        (_, None) => Refusal::UnknownServer.into_response(),
        (&Method::GET | &Method::HEAD, Some(document)) => Response::new(Body::from(document)),
        (_, Some(_)) => Refusal::Method("GET, HEAD, OPTIONS").into_response(),
    };
    let headers = response.headers_mut();
    if method != Method::OPTIONS {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    }
    cors::open(headers);
    if response.status() == StatusCode::OK {
        let soon = HeaderValue::from_static("public, max-age=300");
        response.headers_mut().insert(header::CACHE_CONTROL, soon);
    }
    response
}
