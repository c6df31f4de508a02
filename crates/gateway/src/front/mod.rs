//! What callers see: the MCP endpoints and the documents that lead to them.

mod authenticate;
mod batch;
mod body;
mod bridged;
mod cors;
mod endpoint;
mod entry;
mod exchange;
mod failing;
mod hosted;
mod judge;
mod lifted;
mod metadata;
mod mirrored;
mod origin;
mod post;
mod programs;
mod refusal;
mod relay;
mod session;
mod streams;
mod unkept;
mod whole;

use std::sync::Arc;

use axum::{Router, routing::any};

use crate::gateway::Inner;

pub(crate) use self::{hosted::Hosted, origin::Origins, session::SessionIds};

/// The whole surface, one line per route. Each takes every method: a refusal of a method is
/// worded here, and comes after the token was judged.
pub(crate) fn routes(inner: &Arc<Inner>) -> Router {
    let prefix = inner.snapshot.load().prefix.clone();
    let well_known = "/.well-known/oauth-protected-resource";
    Router::new()
        .route(&format!("{prefix}/mcp/{{server}}"), any(endpoint::answer))
        .route(&format!("{prefix}/mcp/{{server}}/"), any(endpoint::answer))
        .route(&format!("{prefix}/sse/{{server}}"), any(endpoint::sse))
        .route(&format!("{prefix}/sse/{{server}}/"), any(endpoint::sse))
        .route(
            &format!("{prefix}/sse/{{server}}/messages"),
            any(endpoint::messages),
        )
        .route(&format!("{prefix}/mcp"), any(endpoint::whole))
        .route(&format!("{prefix}/mcp/"), any(endpoint::whole))
        .route(&format!("{prefix}/sse"), any(endpoint::whole_sse))
        .route(&format!("{prefix}/sse/"), any(endpoint::whole_sse))
        .route(well_known, any(metadata::root))
        .route(
            &format!("{well_known}{prefix}/mcp"),
            any(metadata::of_whole),
        )
        .route(
            &format!("{well_known}{prefix}/sse"),
            any(metadata::of_whole_sse),
        )
        .route(
            &format!("{well_known}{prefix}/mcp/{{server}}"),
            any(metadata::of_server),
        )
        .route(
            &format!("{well_known}{prefix}/sse/{{server}}"),
            any(metadata::of_sse),
        )
        .with_state(Arc::clone(inner))
}

/// The server's name: the last part of the path that is not empty.
fn server_name(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
