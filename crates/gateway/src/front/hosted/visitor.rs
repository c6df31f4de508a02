//! By whose token the gateway acts for a session: that of the newest message, under the rules of
//! now (P-051).

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{id::TokenId, permit::Permit};
use doorward_mcp::{envelope::Request, era::Era, error::RpcError, method::Method};
use doorward_verify::Refusal as Rejected;

use crate::{
    front::{
        exchange::Exchange,
        judge::{Asked, judge, judge_use},
        refusal::Refusal,
        whole,
    },
    snapshot::Snapshot,
    stream::Sieve,
    upstream::{Fault, link::StatelessLink},
};

/// Why somebody may not.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It is not theirs to do.
    Refused(RpcError),
    /// Nobody can say so right now.
    Unjudged(RpcError),
}

impl Unfit {
    fn of(refusal: Refusal) -> Self {
        match refusal.passes() {
            true => Self::Unjudged(refusal.into_rpc()),
            false => Self::Refused(refusal.into_rpc()),
        }
    }

    /// As it is told.
    pub(crate) fn into_rpc(self) -> RpcError {
        match self {
            Self::Refused(error) | Self::Unjudged(error) => error,
        }
    }
}

/// Somebody who sent a message, and may do so again.
#[async_trait]
pub(crate) trait Visitor: Send + Sync + 'static {
    /// The permit for a request of the client's that is sent once more.
    async fn judge(&self, request: &Request<'_>) -> Result<Permit, Unfit>;

    /// The permit for what is about nothing by name.
    async fn judge_use(&self) -> Result<Permit, Unfit>;

    /// What lists and changes are filtered by that are told to them, if by anything.
    fn sieve(&self) -> Option<Sieve>;

    /// The tools that are known of the server are old.
    fn tools_changed(&self);

    /// What the client is told of a failure of the server's, which the operator hears of, too
    /// (GW-27).
    fn failed(&self, fault: Fault) -> RpcError;

    /// All servers as one, asked in this visitor's name; none where there is one server.
    fn link(&self) -> Option<Arc<dyn StatelessLink>> {
        None
    }

    /// Which token it is.
    fn token(&self) -> &TokenId;

    /// Whether the token was revoked, or the configuration gives its holder something else now.
    fn has_left(&self, snapshot: &Snapshot) -> bool;
}

#[async_trait]
impl Visitor for Exchange {
    async fn judge(&self, request: &Request<'_>) -> Result<Permit, Unfit> {
        let method = Method::request(&request.method);
        let unknown = || Unfit::Refused(RpcError::method_not_found(&request.method));
        let method = method.ok_or_else(unknown)?;
        let asked = Asked {
            method,
            params: &request.params,
            id: Some(request.id.as_json()),
            era: Era::Session,
        };
        let judged = async {
            let now = self.by_now().ok_or(Refusal::UnknownServer)?;
            now.still_good().await?;
            judge(&now, asked).await
        };
        judged.await.map_err(Unfit::of)
    }

    async fn judge_use(&self) -> Result<Permit, Unfit> {
        let judged = async {
            let now = self.by_now().ok_or(Refusal::UnknownServer)?;
            now.still_good().await?;
            judge_use(&now)
        };
        judged.await.map_err(Unfit::of)
    }

    fn sieve(&self) -> Option<Sieve> {
        Sieve::of(&self.caller, Era::Session)
    }

    fn tools_changed(&self) {
        self.server.catalogue.changes().note();
    }

    fn failed(&self, fault: Fault) -> RpcError {
        self.failing().failed(fault, None).into_rpc()
    }

    fn link(&self) -> Option<Arc<dyn StatelessLink>> {
        whole::link(self)
    }

    fn token(&self) -> &TokenId {
        &self.principal.token
    }

    fn has_left(&self, snapshot: &Snapshot) -> bool {
        let holder = self.visit().holder();
        let verdict = self.inner.verifier.cached(&holder.token, &holder.resource);
        matches!(verdict, Some(Err(Rejected::Revoked))) || !holder.may_still(snapshot)
    }
}
