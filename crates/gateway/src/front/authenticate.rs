//! Who is calling: before anything of the body is read, on every request alike
//!

use std::sync::Arc;

use doorward_core::{
    access::Principal,
    audit::{AuditEvent, AuditKind, Outcome},
};
use doorward_verify::{BearerFault, Refusal as Rejected, presented};
use http::{HeaderMap, Uri};

use super::refusal::Refusal;
use crate::{access::Caller, gateway::Inner, snapshot::Server};

/// The holder of the token and what they may use at `server`.
pub(super) async fn authenticate(
    inner: &Inner,
    server: &Server,
    (uri, headers): (&Uri, &HeaderMap),
) -> Result<(Arc<Principal>, Arc<Caller>), Refusal> {
    let challenge = &server.challenge;
    let token = presented(uri, headers).map_err(|fault| match fault {
        BearerFault::Missing => Refusal::Unauthenticated(challenge.missing()),
        BearerFault::Malformed => Refusal::Malformed(challenge.invalid_request()),
    })?;
    let verdict = match inner.verifier.cached(token, &server.resource) {
        Some(verdict) => verdict,
        None => inner.verifier.verify(token, &server.resource).await,
    };
    let principal = verdict.map_err(|rejected| {
        tracing::debug!(server = %server.name, %rejected, "a token was refused");
        match rejected {
            Rejected::Invalid(_) | Rejected::Revoked => {
                Refusal::Unauthenticated(challenge.invalid_token())
            }
            Rejected::Unavailable => Refusal::Unjudged,
        }
    })?;
    match server.access.caller(&principal) {
        Some(caller) => Ok((principal, caller)),
        None => Err(unseen(inner, server, &principal)),
    }
}

/// GW-04: exactly the answer of a server that is not there, and a record of who asked.
fn unseen(inner: &Inner, server: &Server, principal: &Principal) -> Refusal {
    let event = AuditEvent::new(inner.clock.now(), AuditKind::McpRefused, Outcome::Denied)
        .client(principal.client.as_str())
        .grant(principal.grant.as_str())
        .server(server.name.as_str())
        .reason("no rule allows this caller anything here");
    let event = AuditEvent {
        user: principal.username.clone(),
        ..event
    };
    match inner.store.record(event) {
        Ok(()) => Refusal::UnknownServer,
        Err(_) => Refusal::Unrecorded,
    }
}
