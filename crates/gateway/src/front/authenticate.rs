//! Who is calling: before anything of the body is read, on every request alike
//!

use std::sync::Arc;

use doorward_core::access::Principal;
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
    // GW-04: exactly the answer of a server that is not there.
    let caller = server
        .access
        .caller(&principal)
        .ok_or(Refusal::UnknownServer)?;
    Ok((principal, caller))
}
