//! Where the documents are served.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use doorward_core::{peer::Peer, quirk::Remedy};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::Full;

use super::{Document, OAUTH, OPENID};
use crate::{
    shared::Shared,
    wire::{OAuthError, readable},
};

/// The document at the issuer itself, and at the root of its origin.
pub(crate) async fn at_issuer(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    answer(&issuer, &request)
}

/// The inserted form: the path of the issuer, or of an MCP endpoint, after the well-known name.
pub(crate) async fn at_suffix(
    State(issuer): State<Arc<Shared>>,
    Path(suffix): Path<String>,
    request: Request,
) -> Response {
    let path = suffix.strip_suffix('/').unwrap_or(&suffix);
    let prefix = issuer.url.prefix().trim_start_matches('/');
    let inside = path
        .strip_prefix(prefix)
        .map(|rest| rest.trim_start_matches('/'));
    let known = !prefix.is_empty() && path == prefix
        || names_server(&issuer, path)
        || inside.is_some_and(|rest| names_server(&issuer, rest));
    if known {
        answer(&issuer, &request)
    } else {
        unknown()
    }
}

/// The appended form, under the path of an MCP endpoint.
pub(crate) async fn at_endpoint(
    State(issuer): State<Arc<Shared>>,
    Path(server): Path<String>,
    request: Request,
) -> Response {
    if issuer.published().has_server(&server) {
        answer(&issuer, &request)
    } else {
        unknown()
    }
}

/// The same under the path of the endpoint that is all servers as one.
pub(crate) async fn at_whole(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    match issuer.published().config.whole {
        Some(_) => answer(&issuer, &request),
        None => unknown(),
    }
}

/// The public keys.
pub(crate) async fn keys(State(issuer): State<Arc<Shared>>) -> Response {
    Document::new(serde_json::to_vec(&issuer.keys.public()).unwrap_or_default()).response()
}

/// The answer to the request that every client makes first and most often, without a search
/// for its route: a plain `GET` at the root, under either name. The routes serve the same;
/// whatever else is asked for is theirs.
pub(crate) fn at_once(
    issuer: &Shared,
    (method, path): (&Method, &str),
    headers: &HeaderMap,
    peer: impl FnOnce() -> IpAddr,
) -> Option<http::Response<Full<Bytes>>> {
    let asked = method == Method::GET && (path == OAUTH || path == OPENID);
    asked.then(|| document(issuer, headers, || Some(peer()), Document::whole))
}

fn names_server(issuer: &Shared, path: &str) -> bool {
    let published = issuer.published();
    match path.strip_prefix("mcp") {
        Some("") => published.config.whole.is_some(),
        Some(rest) => rest
            .strip_prefix('/')
            .is_some_and(|name| published.has_server(name)),
        None => false,
    }
}

fn answer(issuer: &Shared, request: &Request) -> Response {
    let peer = || request.extensions().get::<Peer>().map(|peer| peer.0);
    document(issuer, request.headers(), peer, Document::response)
}

fn document<T>(
    issuer: &Shared,
    headers: &HeaderMap,
    peer: impl FnOnce() -> Option<IpAddr>,
    answer: impl FnOnce(&Document) -> T,
) -> T {
    let metadata = issuer.metadata();
    match issuer.remedy(headers, peer) {
        None => answer(&metadata.document),
        Some(Remedy::UnannouncedIssuer) => answer(&metadata.unannounced),
    }
}

fn unknown() -> Response {
    let refused = OAuthError {
        status: StatusCode::NOT_FOUND,
        error: "not_found",
        description: "there is no authorization server of this name",
        retry_after: None,
    };
    readable(refused.into_response())
}
