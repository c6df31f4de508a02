//! A gateway in front of servers of every revision, and tokens for it.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use axum::Router;
use doorward_core::{
    access::Principal,
    clock::Clock,
    details::Details,
    dpop::Policy,
    entropy::Entropy,
    group::Groups,
    id::{ClientId, GrantId, TokenId, UserId},
    permit::AllowList,
    resource::Resource,
    scope::ScopeSet,
    server::ServerName,
    step_up::{Acr, StepUp},
    subject::Subject,
    time::UnixTime,
};
use doorward_fetch::{UpstreamClient, UpstreamConfig as Connections, tls};
use doorward_gateway::{
    Exposure, Gateway, GatewayConfig, GatewayLimits, GatewayParts, ServerConfig, Speaking,
    UpstreamConfig,
};
use doorward_store::SqliteStore;
use doorward_verify::{ProcessMemory, Refusal, VerifyToken};

use super::{Door, FakeServer};

const PUBLIC: &str = "https://mcp.example";

/// The gateway and what is behind it.
pub struct House {
    /// Its endpoints.
    pub router: Router,
    /// Where it writes down what it does.
    pub store: Arc<SqliteStore>,
    gateway: Gateway,
}

impl House {
    /// A gateway with these servers, open to everybody.
    pub fn of<'a>(servers: impl IntoIterator<Item = (&'a str, &'a FakeServer)>) -> Self {
        let servers = servers.into_iter();
        let servers = servers.map(|(name, server)| configured(name, server));
        Self::with(servers.collect(), |_| {})
    }

    /// The same of these servers, with changes to the rest of the configuration.
    pub fn with(servers: Vec<ServerConfig>, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut config = GatewayConfig {
            public_url: PUBLIC.to_owned(),
            servers,
            aggregate: None,
            groups: HashMap::new(),
            allowed_origins: Vec::new(),
            dpop_nonces: false,
            client_certificates: false,
            certificate_alias: None,
            limits: GatewayLimits {
                processes: 256,
                processes_per_user: 64,
                ..GatewayLimits::default()
            },
        };
        change(&mut config);
        let store = Arc::new(SqliteStore::in_memory().expect("an empty store"));
        let parts = GatewayParts {
            verifier: Arc::new(Everybody),
            proofs: Arc::<ProcessMemory>::default(),
            store: store.clone(),
            client: UpstreamClient::new(Connections::new(Arc::clone(&TRUST))),
            clock: Arc::new(Standing),
            entropy: Arc::new(Counted(AtomicU64::new(1))),
            master_key: [7; 32],
        };
        let gateway = Gateway::new(config, parts).expect("a valid configuration");
        Self {
            router: gateway.router(),
            store,
            gateway,
        }
    }

    /// Ends its streams and programs.
    pub async fn close(self) {
        self.gateway.shutdown().await;
    }

    /// Where `user` knocks with a token for one server: `place` is `mcp` or `sse`.
    pub fn door(&self, place: &str, server: &str, user: &str) -> Door {
        self.at(&format!("/{place}/{server}"), user)
    }

    /// The same at any path.
    pub fn at(&self, path: &str, user: &str) -> Door {
        let door = Door::new(self.router.clone(), path);
        door.with_token(&format!("token-of-{user}"))
    }
}

/// Read once: there may be many houses.
static TRUST: LazyLock<Arc<rustls::ClientConfig>> =
    LazyLock::new(|| tls::client_config([]).expect("a trust store"));

/// A server under this name.
fn configured(name: &str, server: &FakeServer) -> ServerConfig {
    let upstream = match server.command() {
        [] => UpstreamConfig::Http {
            url: server.url().parse().expect("a URL"),
            headers: Vec::new(),
        },
        command => UpstreamConfig::Stdio {
            command: command.to_vec(),
            environment: Vec::new(),
            directory: None,
            process: doorward_gateway::ProcessConfig::default(),
        },
    };
    open_to_all(name, upstream)
}

/// A server that everybody with a token may use.
pub fn open_to_all(name: &str, upstream: UpstreamConfig) -> ServerConfig {
    ServerConfig {
        speaking: Speaking::default(),
        step_up: StepUp::default(),
        name: ServerName::parse(name).expect("a server name"),
        title: None,
        upstream,
        allow: AllowList::default(),
        dpop: Policy::Accepted,
        exposure: Exposure::Public,
    }
}

/// Takes `token-of-USER` at every server.
struct Everybody;

#[async_trait]
impl VerifyToken for Everybody {
    async fn verify(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Refusal> {
        let verdict = self.cached(token, resource);
        verdict.unwrap_or(Err(Refusal::Invalid("unknown token")))
    }

    fn cached(&self, token: &str, resource: &Resource) -> Option<Result<Arc<Principal>, Refusal>> {
        let user = token.strip_prefix("token-of-")?;
        Some(Ok(Arc::new(Principal {
            subject: Subject::User(UserId::from_known(format!("id-of-{user}"))),
            username: Some(user.into()),
            groups: Groups::default(),
            client: ClientId::from_known("client"),
            grant: GrantId::from_known(format!("grant-of-{user}")),
            token: TokenId::from_known(token),
            resource: resource.clone(),
            scopes: ScopeSet::baseline(),
            details: Details::default(),
            issued_at: UnixTime::from_seconds(1_000),
            expires_at: UnixTime::from_seconds(1_600),
            authenticated_at: Some(UnixTime::from_seconds(1_000)),
            acr: Some(Acr::Password),
            confirmation: None,
        })))
    }
}

struct Standing;

impl Clock for Standing {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(1_000)
    }
}

/// Never the same twice.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (to, from) in chunk.iter_mut().zip(next.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
