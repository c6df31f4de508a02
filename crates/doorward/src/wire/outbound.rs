//! The one client towards the servers behind the door.

use std::sync::Arc;

use doorward_fetch::{UpstreamClient, UpstreamConfig, tls::client_config};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

use crate::failure::Failure;

/// Makes the client. A machine without root certificates reaches no https upstream, and needs
/// none for commands and plain http: it is warned and goes on.
pub(super) fn client() -> Result<UpstreamClient, Failure> {
    let tls = match client_config([]) {
        Ok(tls) => tls,
        Err(error) => {
            tracing::warn!(
                "{error}: servers behind https URLs cannot be reached; install ca-certificates"
            );
            trusting_nobody()?
        }
    };
    Ok(UpstreamClient::new(UpstreamConfig::new(tls)))
}

fn trusting_nobody() -> Result<Arc<ClientConfig>, Failure> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(format!("TLS is not available: {error}")))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(Arc::new(config))
}
