//! One configuration, made ready: replaced as a whole, never changed.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use doorward_core::{
    dpop::Policy, peer::SameMachine, permit::AllowList, resource::Resource, scope::ScopeSet,
    server::ServerName, step_up::StepUp,
};
use doorward_verify::{Challenge, ProtectedResourceMetadata, metadata_url};
use http::Extensions;
use url::Url;

use crate::{
    access::Access,
    bridge::lifted::{Lifted, LiftedParts},
    catalogue::{Catalogue, Changes},
    config::{
        AggregateConfig, Exposure, GatewayConfig, GatewayError, GatewayLimits, ServerConfig,
        UpstreamConfig,
    },
    front::Origins,
    gateway::Surroundings,
    upstream::Upstream,
    whole::{Cached, Changed, Names, Shown, Whole},
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
    /// All of them as one, where they are.
    whole: Option<Wholes>,
}

/// All servers as one.
struct Wholes {
    /// At `/mcp`.
    usual: Arc<Server>,
    /// At the address for HTTP+SSE of 2024-11-05.
    sse: Arc<Server>,
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
    /// How lists of it were said to have changed.
    pub(crate) changed: Arc<Changed>,
    /// What makes all servers one, where it is the endpoint of all and has no upstream of its own.
    pub(crate) whole: Option<Arc<Whole>>,
}

/// Where a server is reached, and what tokens for it say.
#[derive(Clone)]
struct Endpoint {
    resource: Resource,
    alias: String,
    challenge: Challenge,
    metadata: Bytes,
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
        for server in &config.servers {
            let name = server.name.clone();
            let own = ready.upstream(server)?;
            by_sse.insert(name.as_str().to_owned(), Arc::new(ready.sse(server, &own)));
            let server = Arc::new(ready.server(server, &own));
            if servers.insert(name.as_str().to_owned(), server).is_some() {
                return Err(GatewayError::RepeatedName(name));
            }
        }
        let whole = config.aggregate.as_ref().map(|aggregate| {
            let configs = &config.servers;
            ready.wholes(aggregate, configs, &servers)
        });
        Ok(Self {
            whole: whole.transpose()?,
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

    /// The endpoint that is all servers as one, if a request with these extensions reaches any.
    pub(crate) fn whole(&self, request: &Extensions) -> Option<Arc<Server>> {
        let whole = self.whole.as_ref().map(|whole| &whole.usual);
        whole.filter(|whole| reaches_any(whole, request)).cloned()
    }

    /// The same at its address for HTTP+SSE.
    pub(crate) fn whole_by_sse(&self, request: &Extensions) -> Option<Arc<Server>> {
        let whole = self.whole.as_ref().map(|whole| &whole.sse);
        whole.filter(|whole| reaches_any(whole, request)).cloned()
    }

    /// The server that a stream calls so: one of them, or all.
    pub(crate) fn behind(&self, name: &ServerName) -> Option<Arc<Server>> {
        match *name == ServerName::whole() {
            true => self.whole.as_ref().map(|whole| Arc::clone(&whole.usual)),
            false => self.named(name.as_str()),
        }
    }

    /// Drops what nobody has used for long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        for server in self.servers.values() {
            server.upstream.sweep();
            server.lifted.sweep();
        }
    }

    /// How many servers are left alone, because they failed several times in a row.
    pub(crate) fn resting(&self) -> usize {
        let servers = self.servers.values();
        servers
            .filter(|server| server.upstream.is_resting())
            .count()
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

/// Whether a request with these extensions reaches any member of a whole.
fn reaches_any(whole: &Server, request: &Extensions) -> bool {
    let mut members = whole.access.members().iter();
    members.any(|member| member.is_reached_by(request))
}

impl Server {
    /// Whether there is such a server for a request with these extensions.
    pub(crate) fn is_reached_by(&self, request: &Extensions) -> bool {
        self.is_reached_from(request.get().copied())
    }

    /// The same of one that is known to come from here, or not.
    pub(crate) fn is_reached_from(&self, here: Option<SameMachine>) -> bool {
        match self.exposure {
            Exposure::Public => true,
            Exposure::Local => here.is_some(),
        }
    }
}

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
    fn server(&self, config: &ServerConfig, own: &Own) -> Server {
        self.reached(config, self.endpoint_of("mcp", config), own)
    }

    /// Tokens are for the address of Streamable HTTP or for its own.
    fn sse(&self, config: &ServerConfig, own: &Own) -> Server {
        let usual = Resource::from_known(format!("{}/mcp/{}", self.public_url, config.name));
        Server {
            also_for: Some(usual),
            ..self.reached(config, self.endpoint_of("sse", config), own)
        }
    }

    /// A server as it is reached through one endpoint.
    fn reached(&self, config: &ServerConfig, at: Endpoint, own: &Own) -> Server {
        let own = own.clone();
        Server {
            name: config.name.clone(),
            label: config.name.as_str().into(),
            resource: at.resource,
            also_for: None,
            alias: at.alias,
            challenge: at.challenge,
            metadata: at.metadata,
            dpop: config.dpop,
            exposure: config.exposure,
            step_up: config.step_up.clone(),
            access: Access::new(
                config.allow.clone(),
                Arc::clone(&self.groups),
                Arc::clone(&self.surroundings.places),
            ),
            upstream: own.upstream,
            catalogue: own.catalogue,
            lifted: own.lifted,
            changed: own.changed,
            whole: None,
        }
    }

    /// The endpoints that are all servers. Tokens are for the address of Streamable HTTP, or for
    /// its own.
    fn wholes(
        &self,
        aggregate: &AggregateConfig,
        configs: &[ServerConfig],
        servers: &HashMap<String, Arc<Server>>,
    ) -> Result<Wholes, GatewayError> {
        let names = configs.iter().map(|config| &config.name);
        let whole = Arc::new(Whole {
            names: Names::new(&aggregate.separator, names)?,
            cached: Cached::default(),
            shown: Shown::default(),
        });
        let everywhere = |config: &ServerConfig| config.dpop == Policy::Required;
        let dpop = match configs.iter().all(everywhere) && !configs.is_empty() {
            true => Policy::Required,
            false => Policy::Accepted,
        };
        let at = |path| self.endpoint(path, "All servers", dpop);
        let own = self.new_upstream(&nowhere()?)?;
        let usual = Server {
            dpop,
            whole: Some(Arc::clone(&whole)),
            ..self.all(at("/mcp"), (configs, servers), &own)?
        };
        if !usual.resource.is_whole() {
            return Err(GatewayError::WholePath);
        }
        let sse = Server {
            dpop,
            also_for: Some(usual.resource.clone()),
            whole: Some(whole),
            ..self.all(at("/sse"), (configs, servers), &own)?
        };
        Ok(Wholes {
            usual: Arc::new(usual),
            sse: Arc::new(sse),
        })
    }

    /// All servers at one endpoint: each as it is reached through it, with its own rules and the
    /// challenges of all.
    fn all(
        &self,
        at: Endpoint,
        (configs, servers): (&[ServerConfig], &HashMap<String, Arc<Server>>),
        own: &Own,
    ) -> Result<Server, GatewayError> {
        let members = configs.iter().filter_map(|config| {
            let own = servers.get(config.name.as_str())?.own();
            Some(Arc::new(self.reached(config, at.clone(), &own)))
        });
        let mut members: Vec<Arc<Server>> = members.collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        let places = Arc::clone(&self.surroundings.places);
        Ok(Server {
            access: Access::of_all(members, places),
            ..self.reached(&nowhere()?, at, own)
        })
    }

    /// The upstream of before when its configuration and the limits are the same: its sessions
    /// and processes live on.
    fn upstream(&self, config: &ServerConfig) -> Result<Own, GatewayError> {
        let before = self.before.and_then(|before| {
            let same_limits = before.limits == self.limits;
            let server = before.servers.get(config.name.as_str())?;
            (same_limits && server.upstream.is_for(config)).then_some(server)
        });
        if let Some(same) = before {
            return Ok(same.own());
        }
        self.new_upstream(config)
    }

    fn new_upstream(&self, config: &ServerConfig) -> Result<Own, GatewayError> {
        let changes = Arc::new(Changes::default());
        let upstream = Upstream::new(config, self.surroundings, &self.limits, &changes)?;
        let changed = Arc::new(Changed::with(Arc::clone(&changes)));
        let catalogue = Catalogue::new(config.name.clone(), upstream.clone(), changes);
        let parts = LiftedParts {
            opens: Arc::new(upstream.clone()),
            states: Arc::clone(&self.surroundings.states),
            clock: Arc::clone(&self.surroundings.clock),
        };
        let lifted = Lifted::new(config.name.clone(), parts, &self.limits);
        Ok(Own {
            upstream,
            catalogue: Arc::new(catalogue),
            lifted: Arc::new(lifted),
            changed,
        })
    }

    fn endpoint_of(&self, kind: &str, config: &ServerConfig) -> Endpoint {
        let title = config.title.as_deref().unwrap_or(config.name.as_str());
        self.endpoint(&format!("/{kind}/{}", config.name), title, config.dpop)
    }

    fn endpoint(&self, path: &str, title: &str, dpop: Policy) -> Endpoint {
        let resource = Resource::from_known(format!("{}{path}", self.public_url));
        let document = ProtectedResourceMetadata::new(&resource, self.public_url);
        let document = document.named(title).offering_dpop(dpop);
        let document = document.showing_certificates(self.client_certificates);
        Endpoint {
            alias: format!("{}{path}", self.alias),
            challenge: challenge(&resource, dpop),
            metadata: serde_json::to_vec(&document).unwrap_or_default().into(),
            resource,
        }
    }
}

/// What leads to one server, whatever the endpoint.
#[derive(Clone)]
struct Own {
    upstream: Upstream,
    catalogue: Arc<Catalogue>,
    lifted: Arc<Lifted>,
    changed: Arc<Changed>,
}

impl Server {
    /// Whether what goes to it goes where it went `before`: to the same upstream, or to the same
    /// ones under the same names.
    pub(crate) fn leads_where(&self, before: &Self) -> bool {
        let (Some(now), Some(then)) = (&self.whole, &before.whole) else {
            return self.upstream.is_same(&before.upstream);
        };
        let members = (self.access.members(), before.access.members());
        let mut pairs = members.0.iter().zip(members.1);
        now.names.separator() == then.names.separator()
            && members.0.len() == members.1.len()
            && pairs.all(|(now, then)| now.name == then.name && now.leads_where(then))
    }

    fn own(&self) -> Own {
        Own {
            upstream: self.upstream.clone(),
            catalogue: Arc::clone(&self.catalogue),
            lifted: Arc::clone(&self.lifted),
            changed: Arc::clone(&self.changed),
        }
    }
}

/// Stands for all servers where one is named, at a host that cannot be (RFC 6761): nothing is
/// ever sent there, because what comes to all servers goes to members.
fn nowhere() -> Result<ServerConfig, GatewayError> {
    let url = Url::parse("http://nowhere.invalid/").map_err(|_| GatewayError::PublicUrl)?;
    Ok(ServerConfig {
        speaking: crate::config::Speaking::default(),
        name: ServerName::whole(),
        title: None,
        upstream: UpstreamConfig::Http {
            url,
            headers: Vec::new(),
        },
        allow: AllowList::default(),
        step_up: StepUp::default(),
        dpop: Policy::Accepted,
        exposure: Exposure::default(),
    })
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
