//! A gateway in front of servers of every revision, and tokens for it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
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
    Gateway, GatewayConfig, GatewayLimits, GatewayParts, ServerConfig, UpstreamConfig,
};
use doorward_store::SqliteStore;
use doorward_testkit::peers::{Door, FakeServer};
use doorward_verify::{ProcessMemory, Refusal, VerifyToken};

const PUBLIC: &str = "https://mcp.example";

/// The gateway and what is behind it.
pub(crate) struct House {
    router: Router,
    _gateway: Gateway,
}

impl House {
    /// A gateway with these servers, open to everybody.
    pub(crate) fn of<'a>(servers: impl IntoIterator<Item = (&'a str, &'a FakeServer)>) -> Self {
        let servers = servers.into_iter();
        let servers = servers.map(|(name, server)| configured(name, server));
        let config = GatewayConfig {
            public_url: PUBLIC.to_owned(),
            servers: servers.collect(),
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
        let roots = tls::client_config([]).expect("a trust store");
        let parts = GatewayParts {
            verifier: Arc::new(Everybody),
            proofs: Arc::<ProcessMemory>::default(),
            store: Arc::new(SqliteStore::in_memory().expect("an empty store")),
            client: UpstreamClient::new(Connections::new(roots)),
            clock: Arc::new(Standing),
            entropy: Arc::new(Counted(AtomicU64::new(1))),
            master_key: [7; 32],
        };
        let gateway = Gateway::new(config, parts).expect("a valid configuration");
        Self {
            router: gateway.router(),
            _gateway: gateway,
        }
    }

    /// Where `user` knocks with a token for one server: `place` is `mcp` or `sse`.
    pub(crate) fn door(&self, place: &str, server: &str, user: &str) -> Door {
        let door = Door::new(self.router.clone(), &format!("/{place}/{server}"));
        door.with_token(&format!("token-of-{user}"))
    }
}

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
    ServerConfig {
        speaking: Default::default(),
        step_up: StepUp::default(),
        name: ServerName::parse(name).expect("a server name"),
        title: None,
        upstream,
        allow: AllowList::default(),
        dpop: Policy::Accepted,
        exposure: doorward_gateway::Exposure::Public,
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
