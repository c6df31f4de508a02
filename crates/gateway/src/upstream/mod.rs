//! Where calls go: servers behind a URL, and programs of this machine.

mod fault;
pub(crate) mod http;
#[expect(dead_code, reason = "the bridges that use it follow")]
pub(crate) mod link;
pub(crate) mod stdio;

use std::sync::Arc;

use self::{
    http::HttpUpstream,
    stdio::{Program, StdioUpstream},
};
use crate::{
    catalogue::Changes,
    config::{GatewayError, GatewayLimits, ServerConfig, UpstreamConfig},
    gateway::Surroundings,
};

pub(crate) use self::fault::Fault;

/// One server's upstream. Clones are handles of the same one.
#[derive(Clone)]
pub(crate) struct Upstream {
    config: Arc<UpstreamConfig>,
    pub(crate) kind: Kind,
}

/// How it is spoken to.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Streamable HTTP.
    Http(Arc<HttpUpstream>),
    /// Standard input and output.
    Stdio(Arc<StdioUpstream>),
}

impl Upstream {
    /// Checks the configuration; connects to nothing and starts nothing.
    pub(crate) fn new(
        server: &ServerConfig,
        surroundings: &Surroundings,
        limits: &GatewayLimits,
        changes: &Arc<Changes>,
    ) -> Result<Self, GatewayError> {
        let kind = match &server.upstream {
            UpstreamConfig::Http { url, headers } => {
                let client = surroundings.client.clone();
                let upstream = HttpUpstream::new(&server.name, url, headers, client)?;
                Kind::Http(Arc::new(upstream))
            }
            UpstreamConfig::Stdio { .. } => {
                let name = server.name.clone();
                let processes = Arc::clone(&surroundings.processes);
                let entropy = Arc::clone(&surroundings.entropy);
                let own = (limits, Arc::clone(changes));
                let program = Program::new(server)?;
                Kind::Stdio(StdioUpstream::new(name, program, processes, entropy, own))
            }
        };
        Ok(Self {
            config: Arc::new(server.upstream.clone()),
            kind,
        })
    }

    /// Whether it was made for this very configuration.
    pub(crate) fn is_for(&self, config: &UpstreamConfig) -> bool {
        *self.config == *config
    }
}
