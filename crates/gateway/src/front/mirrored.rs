//! Arguments that are mirrored into headers, held against the body where no server will do it.
//!
//! A server of 2026-07-28 behind a URL sees the headers and checks them itself. A program sees no
//! headers, a server with sessions knows of none, and where all servers are one the headers that
//! go to a member are made anew: there it is done here.

use doorward_mcp::{
    envelope::Request,
    era::{Era, Revision},
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
    match !is_call(request) || exchange.server.upstream.checks_mirrors().await {
        true => Ok(()),
        false => held_against(exchange, headers, request).await,
    }
}

/// The same of a call to all servers as one, on its way to a member: `request` calls the tool as
/// the member does. A session has no such headers.
pub(super) async fn check_of_member(
    member: &Exchange,
    request: &Request<'_>,
) -> Result<(), RpcError> {
    let lines = member.headers.iter();
    let lines = lines.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let headers = McpHeaders::collect(lines);
    let named = headers.protocol_version().ok().flatten();
    let era = named.and_then(Revision::parse).map(Revision::era);
    match is_call(request) && era == Some(Era::Stateless) {
        true => held_against(member, &headers, request).await,
        false => Ok(()),
    }
}

fn is_call(request: &Request<'_>) -> bool {
    request.method == Method::ToolsCall.as_str()
}

async fn held_against(
    exchange: &Exchange,
    headers: &McpHeaders<'_>,
    request: &Request<'_>,
) -> Result<(), RpcError> {
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
