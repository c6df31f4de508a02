//! One configuration, made ready: replaced as a whole, never changed.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use doorward_core::{
    dpop::Policy, peer::SameMachine, resource::Resource, scope::ScopeSet, server::ServerName,
    step_up::StepUp,
};
use doorward_verify::{Challenge, ProtectedResourceMetadata, metadata_url};
use http::Extensions;
use url::Url;

use crate::{
    access::Access,
    bridge::lifted::{Lifted, LiftedParts},
    catalogue::{Catalogue, Changes},
    config::{Exposure, GatewayConfig, GatewayError, GatewayLimits, ServerConfig},
    front::Origins,
    gateway::Surroundings,
    upstream::Upstream,
};

/// A configuration with everything precomputed that requests need.
pub(crate) struct Snapshot {
    /// The path of the public URL: `""` or `/prefix`.
    pub(crate) prefix: String,
    pub(crate) origins: Origins,
    pub(crate) limits: Arc<GatewayLimits>,
    pub(crate) dpop_nonces: bool,
    servers: HashMap<String, Arc<Server>>,
    /// The same servers at the addresses for HTTP+SSE of 2024-11-05.
    by_sse: HashMap<String, Arc<Server>>,
}

/// One server, ready to be called.
pub(crate) struct Server {
    pub(crate) name: ServerName,
    /// The name as audit records hold it.
    pub(crate) label: Arc<str>,
    pub(crate) resource: Resource,
    exposure: Exposure,
    /// Tokens for this one are taken as well.
    pub(crate) also_for: Option<Resource>,
    /// Where it is besides, for clients that show a certificate; else the same again.
    pub(crate) alias: String,
    pub(crate) challenge: Challenge,
    pub(crate) dpop: Policy,
    /// The protected resource metadata document (RFC 9728).
    pub(crate) metadata: Bytes,
    pub(crate) access: Access,
    pub(crate) step_up: StepUp,
    pub(crate) upstream: Upstream,
    pub(crate) catalogue: Arc<Catalogue>,
    /// The server as one of 2026-07-28, should it speak in sessions only.
    pub(crate) lifted: Arc<Lifted>,
}

impl Snapshot {
    /// Checks `config`; servers whose upstream is the same as in `before` keep theirs.
    pub(crate) fn new(
        config: GatewayConfig,
        surroundings: &Arc<Surroundings>,
        before: Option<&Self>,
    ) -> Result<Self, GatewayError> {
        let base = public_base(&config.public_url)?;
        let prefix = base.path().trim_end_matches('/').to_owned();
        if before.is_some_and(|before| before.prefix != prefix) {
            return Err(GatewayError::PublicUrlChanged);
        }
        let ready = Preparing {
            public_url: &config.public_url,
            client_certificates: config.client_certificates,
            alias: config
                .certificate_alias
                .map_or_else(|| config.public_url.clone(), |origin| origin + &prefix),
            groups: Arc::new(config.groups),
            limits: Arc::new(config.limits),
            surroundings,
            before,
        };
        let (mut servers, mut by_sse) = (HashMap::new(), HashMap::new());
        for server in config.servers {
            let name = server.name.clone();
            let upstream = ready.upstream(&server)?;
            let sse = ready.sse(server.clone(), upstream.clone());
            by_sse.insert(name.as_str().to_owned(), Arc::new(sse));
            let server = Arc::new(ready.server(server, upstream));
            if servers.insert(name.as_str().to_owned(), server).is_some() {
                return Err(GatewayError::RepeatedName(name));
            }
        }
        Ok(Self {
            origins: Origins::new(&base, &config.allowed_origins)?,
            limits: ready.limits,
            dpop_nonces: config.dpop_nonces,
            prefix,
            servers,
            by_sse,
        })
    }

    /// The server of this name, whoever may reach it: for the gateway's own use.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<Server>> {
        self.servers.get(name).cloned()
    }

    /// The server of this name, if a request with these extensions reaches it.
    pub(crate) fn reached(&self, name: &str, request: &Extensions) -> Option<Arc<Server>> {
        self.named(name)
            .filter(|server| server.is_reached_by(request))
    }

    /// The same at its address for HTTP+SSE.
    pub(crate) fn reached_by_sse(&self, name: &str, request: &Extensions) -> Option<Arc<Server>> {
        let server = self.by_sse.get(name).cloned();
        server.filter(|server| server.is_reached_by(request))
    }

    /// Drops what nobody has used for long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        for server in self.servers.values() {
            server.upstream.sweep();
            server.lifted.sweep();
        }
    }

    /// The only server that a request with these extensions reaches, if there is exactly one.
    pub(crate) fn only(&self, request: &Extensions) -> Option<&Arc<Server>> {
        let servers = self.servers.values();
        let mut servers = servers.filter(|server| server.is_reached_by(request));
        servers.next().filter(|_| servers.next().is_none())
    }

    /// Every server, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Server>> {
        let mut all: Vec<_> = self.servers.values().cloned().collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }
}

impl Server {
    /// Whether there is such a server for a request with these extensions.
    pub(crate) fn is_reached_by(&self, request: &Extensions) -> bool {
        match self.exposure {
            Exposure::Public => true,
            Exposure::Local => request.get::<SameMachine>().is_some(),
        }
    }
}

/// What is behind a server, whatever its address.
type Behind = (Upstream, Arc<Catalogue>, Arc<Lifted>);

struct Preparing<'a> {
    public_url: &'a str,
    client_certificates: bool,
    alias: String,
    groups: Arc<HashMap<String, Vec<String>>>,
    limits: Arc<GatewayLimits>,
    surroundings: &'a Arc<Surroundings>,
    before: Option<&'a Snapshot>,
}

impl Preparing<'_> {
    fn server(&self, config: ServerConfig, upstream: Behind) -> Server {
        self.at("mcp", config, upstream)
    }

    /// Tokens are for the address of Streamable HTTP or for its own.
    fn sse(&self, config: ServerConfig, upstream: Behind) -> Server {
        let usual = Resource::from_known(format!("{}/mcp/{}", self.public_url, config.name));
        Server {
            also_for: Some(usual),
            ..self.at("sse", config, upstream)
        }
    }

    fn at(
        &self,
        kind: &str,
        config: ServerConfig,
        (upstream, catalogue, lifted): Behind,
    ) -> Server {
        let resource = Resource::from_known(format!("{}/{kind}/{}", self.public_url, config.name));
        let metadata = self.metadata(&config, &resource);
        Server {
            alias: format!("{}/{kind}/{}", self.alias, config.name),
            also_for: None,
            label: config.name.as_str().into(),
            challenge: challenge(&resource, config.dpop),
            dpop: config.dpop,
            exposure: config.exposure,
            metadata,
            step_up: config.step_up,
            access: Access::new(
                config.allow,
                Arc::clone(&self.groups),
                Arc::clone(&self.surroundings.places),
            ),
            name: config.name,
            resource,
            upstream,
            catalogue,
            lifted,
        }
    }

    /// The upstream of before when its configuration and the limits are the same: its sessions
    /// and processes live on.
    fn upstream(&self, config: &ServerConfig) -> Result<Behind, GatewayError> {
        let before = self.before.and_then(|before| {
            let same_limits = before.limits == self.limits;
            let server = before.servers.get(config.name.as_str())?;
            (same_limits && server.upstream.is_for(&config.upstream)).then_some(server)
        });
        if let Some(same) = before {
            let (catalogue, lifted) = (Arc::clone(&same.catalogue), Arc::clone(&same.lifted));
            return Ok((same.upstream.clone(), catalogue, lifted));
        }
        let changes = Arc::new(Changes::default());
        let upstream = Upstream::new(config, self.surroundings, &self.limits, &changes)?;
        let catalogue = Catalogue::new(config.name.clone(), upstream.clone(), changes);
        let parts = LiftedParts {
            opens: Arc::new(upstream.clone()),
            states: Arc::clone(&self.surroundings.states),
            clock: Arc::clone(&self.surroundings.clock),
        };
        let lifted = Lifted::new(config.name.clone(), parts, &self.limits);
        Ok((upstream, Arc::new(catalogue), Arc::new(lifted)))
    }

    fn metadata(&self, config: &ServerConfig, resource: &Resource) -> Bytes {
        let title = config.title.as_deref().unwrap_or(config.name.as_str());
        let document = ProtectedResourceMetadata::new(resource, self.public_url);
        let document = document.named(title).offering_dpop(config.dpop);
        let document = document.showing_certificates(self.client_certificates);
        serde_json::to_vec(&document).unwrap_or_default().into()
    }
}

fn challenge(resource: &Resource, dpop: Policy) -> Challenge {
    Challenge::new(&metadata_url(resource), &ScopeSet::baseline()).offering_dpop(dpop)
}

fn public_base(text: &str) -> Result<Url, GatewayError> {
    let url = Url::parse(text).map_err(|_| GatewayError::PublicUrl)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !text.ends_with('/');
    plain.then_some(url).ok_or(GatewayError::PublicUrl)
}
