//! Arguments that are mirrored into headers, held against the body where no server will do it.
//!
//! A server of 2026-07-28 behind a URL sees the headers and checks them itself. A program sees no
//! headers, and a server with sessions knows of none: there it is done here.

use doorward_mcp::{
    envelope::Request,
    error::RpcError,
    headers::{HeaderParams, McpHeaders},
    method::Method,
};

use super::exchange::Exchange;

/// Refuses a call whose headers say something else than its body, as far as it is known what the
/// tool wants mirrored. Who sends such headers waits until it is.
pub(super) async fn check(
    exchange: &Exchange,
    headers: &McpHeaders<'_>,
    request: &Request<'_>,
) -> Result<(), RpcError> {
    let is_call = request.method == Method::ToolsCall.as_str();
    if !is_call || exchange.server.upstream.checks_mirrors().await {
        return Ok(());
    }
    let catalogue = &exchange.server.catalogue;
    let mirrors = HeaderParams::default()
        .unrecognised(headers)
        .next()
        .is_some();
    let tools = match mirrors {
        true => catalogue.current().await,
        false => catalogue.glance(),
    };
    let subject = request.params.subject.as_ref();
    let Some((tools, subject)) = tools.zip(subject) else {
        return Ok(());
    };
    match tools.mirrored(&subject.name) {
        Some(mirrored) => mirrored.check(headers, request.params.arguments),
        None => Ok(()),
    }
}
