//! What issuer and gateway tell each other, without knowing of each other.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use doorward_core::{
    id::KeyId,
    jwk::PublicKey,
    server::{ServerName, ToolSummary},
};
use doorward_gateway::Gateway;
use doorward_issuer::{Asking, Issuer, ToolCatalogue};
use doorward_verify::{KeySource, KeysUnavailable};

/// The issuer's keys, read in memory.
pub(super) struct IssuerKeys(pub(super) Issuer);

#[async_trait]
impl KeySource for IssuerKeys {
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable> {
        Ok(self.0.public_key(kid).await)
    }
}

/// The gateway's tools; unknown until the gateway is there.
#[derive(Clone, Default)]
pub(super) struct GatewayTools(Arc<OnceLock<Gateway>>);

impl GatewayTools {
    /// Says which gateway to ask. Only the first one counts.
    pub(super) fn ask(&self, gateway: Gateway) {
        self.0.set(gateway).ok();
    }
}

#[async_trait]
impl ToolCatalogue for GatewayTools {
    async fn tools(&self, server: &ServerName) -> Option<Vec<ToolSummary>> {
        self.0.get()?.tools(server).await
    }

    fn admits(&self, server: &ServerName, who: Asking<'_>) -> bool {
        let gateway = self.0.get();
        let (user, groups, client) = (who.user.as_str(), who.groups, who.client);
        gateway.is_some_and(|gateway| gateway.admits(server, user, groups, client))
    }
}
