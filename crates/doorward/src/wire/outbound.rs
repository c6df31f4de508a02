//! The ways out: towards the servers behind the door, and to documents of strangers.

use std::sync::Arc;

use doorward_fetch::{
    Fetcher, FetcherConfig, Reach, UpstreamClient, UpstreamConfig,
    tls::{client_config, development_config},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

use crate::{config::Configuration, failure::Failure};

/// Makes the ways out. The system's roots are read once and shared.
pub(super) struct Outbound {
    tls: Arc<ClientConfig>,
}

impl Outbound {
    /// A machine without root certificates reaches no https upstream, and needs none for commands
    /// and plain http: it is warned and goes on.
    pub(super) fn open() -> Result<Self, Failure> {
        Ok(Self { tls: tls()? })
    }

    /// What reads the documents that strangers name: public addresses only, never our own, unless
    /// development is told so.
    pub(super) fn fetcher(&self, configuration: &Configuration) -> Result<Fetcher, Failure> {
        if configuration.loopback_documents {
            let tls = development_config([]).or_else(|_| trusting_nobody())?;
            return Ok(Fetcher::new(FetcherConfig::new(Reach::Loopback, tls)));
        }
        let mut config = FetcherConfig::new(Reach::Public, Arc::clone(&self.tls));
        config.refused_hosts = vec![configuration.public_url.host().to_owned()];
        Ok(Fetcher::new(config))
    }

    /// What reads documents of hosts that the configuration names, wherever they are.
    pub(super) fn operator_fetcher(&self) -> Fetcher {
        let config = FetcherConfig::new(Reach::Operator, Arc::clone(&self.tls));
        Fetcher::new(config)
    }

    /// The client of servers behind the door.
    pub(super) fn client(&self) -> UpstreamClient {
        UpstreamClient::new(UpstreamConfig::new(Arc::clone(&self.tls)))
    }
}

fn tls() -> Result<Arc<ClientConfig>, Failure> {
    match client_config([]) {
        Ok(tls) => Ok(tls),
        Err(error) => {
            tracing::warn!(
                "{error}: servers behind https URLs cannot be reached; install ca-certificates"
            );
            trusting_nobody()
        }
    }
}

fn trusting_nobody() -> Result<Arc<ClientConfig>, Failure> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(format!("TLS is not available: {error}")))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(Arc::new(config))
}
