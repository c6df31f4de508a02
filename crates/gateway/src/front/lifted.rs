//! Requests of 2026-07-28 for servers that speak in sessions only (P-001).

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::era::Era;

use super::exchange::Exchange;
use crate::{
    snapshot::Server,
    upstream::{
        Fault,
        link::{Incoming, Owner, StatelessLink},
    },
};

/// The bridge to a server that is known to take no such requests. While that is not known, the
/// server itself says what is the matter.
pub(super) async fn bridge(server: &Server) -> Option<Arc<dyn StatelessLink>> {
    let manner = server.upstream.manner().await.ok()?;
    if manner.passes(Era::Stateless) {
        return None;
    }
    let lifted = Arc::clone(&server.lifted);
    Some(lifted)
}

/// Asks over a bridge.
pub(super) fn ask(
    exchange: &Exchange,
    bridge: Arc<dyn StatelessLink>,
    permit: Permit,
    body: &Bytes,
) -> impl Future<Output = Result<Incoming, Fault>> + Send + use<> {
    let owner = Owner {
        subject: exchange.caller.subject.clone(),
        client: exchange.caller.client.clone(),
    };
    let body = body.clone();
    async move { bridge.ask(permit, &owner, body).await }
}
