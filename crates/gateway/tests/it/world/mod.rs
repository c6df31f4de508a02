//! A gateway with a stopped clock, scripted tokens and a store that only listens.

mod ask;
mod listening;
mod still;
mod tokens;

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use axum::{Router, response::Response};
use doorward_core::{
    dpop::Policy,
    permit::{AllowList, AllowRule, Pattern},
    scope::ScopeSet,
    server::ServerName,
    step_up::StepUp,
};
use doorward_fetch::{UpstreamClient, UpstreamConfig as ClientConfig, tls};
use doorward_gateway::{
    Exposure, Gateway, GatewayConfig, GatewayLimits, GatewayParts, ServerConfig, Speaking,
    UpstreamConfig,
};
use doorward_verify::ProcessMemory;
use tower::ServiceExt;

use self::still::Counted;
pub(crate) use self::{
    ask::{Answer, Ask, call, call_body, get, list, modern, post, request},
    listening::Listening,
    still::Stopped,
    tokens::Tokens,
};

pub(crate) const PUBLIC: &str = "https://mcp.example";
/// What must never be seen behind the gateway.
pub(crate) const CANARY: &str = "canary-token";

/// Everything around one gateway.
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) router: Router,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) store: Arc<Listening>,
    pub(crate) clock: Arc<Stopped>,
}

impl World {
    /// One server, `files`, open to everybody.
    pub(crate) fn new(upstream: UpstreamConfig) -> Self {
        Self::with(upstream, |_| {})
    }

    /// The same with changes to the configuration.
    pub(crate) fn with(upstream: UpstreamConfig, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut config = config(vec![server("files", upstream)]);
        change(&mut config);
        Self::of(config)
    }

    pub(crate) fn of(config: GatewayConfig) -> Self {
        let (tokens, store, clock) = (
            Arc::<Tokens>::default(),
            Arc::<Listening>::default(),
            Arc::new(Stopped::new()),
        );
        let roots = tls::client_config([]).expect("trust store");
        let parts = GatewayParts {
            verifier: tokens.clone(),
            proofs: Arc::<ProcessMemory>::default(),
            store: store.clone(),
            client: UpstreamClient::new(ClientConfig::new(roots)),
            clock: clock.clone(),
            entropy: Arc::new(Counted(AtomicU64::new(1))),
            master_key: [7; 32],
        };
        let gateway = Gateway::new(config, parts).expect("valid configuration");
        tokens.grant("alice", CANARY, "files", &ScopeSet::baseline());
        Self {
            router: gateway.router(),
            gateway,
            tokens,
            store,
            clock,
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        Answer::read(self.open(ask).await).await
    }

    /// Sends a request and leaves the answer's body to be read.
    pub(crate) async fn open(&self, ask: Ask) -> Response {
        self.router
            .clone()
            .oneshot(ask.0)
            .await
            .expect("infallible")
    }

    /// `initialize` and `notifications/initialized`; returns the session.
    pub(crate) async fn session(&self) -> String {
        let answer = self.send(post(INITIALIZE)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let session = answer.header("mcp-session-id").to_owned();
        let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let answer = self
            .send(post(initialized).with("mcp-session-id", &session))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        session
    }

    /// Waits until `condition` holds.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn() -> bool) {
        for _ in 0..1000 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came to pass: {what}");
    }
}

/// Lets time pass for everything that waits in this process, all at once.
pub(crate) async fn pass(time: Duration) {
    const ROUNDED: Duration = Duration::from_millis(2); // timers round up, so what is due is
    tokio::time::pause();
    tokio::time::advance(time + ROUNDED).await;
    tokio::time::resume();
}

pub(crate) const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;

pub(crate) fn config(servers: Vec<ServerConfig>) -> GatewayConfig {
    GatewayConfig {
        public_url: PUBLIC.to_owned(),
        servers,
        aggregate: None,
        groups: HashMap::new(),
        allowed_origins: Vec::new(),
        dpop_nonces: false,
        client_certificates: false,
        certificate_alias: None,
        limits: GatewayLimits::default(),
    }
}

pub(crate) fn server(name: &str, upstream: UpstreamConfig) -> ServerConfig {
    ServerConfig {
        step_up: StepUp::default(),
        name: ServerName::parse(name).expect("server name"),
        title: None,
        upstream,
        speaking: Speaking::default(),
        allow: AllowList::default(),
        dpop: Policy::Accepted,
        exposure: Exposure::Public,
    }
}

/// An allow list under which everybody may use only what the patterns name.
pub(crate) fn only(tools: &[&str], prompts: &[&str], resources: &[&str]) -> AllowList {
    let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(*name)).collect();
    AllowList {
        rules: vec![AllowRule {
            tools: patterns(tools),
            prompts: patterns(prompts),
            resources: patterns(resources),
            ..AllowRule::default()
        }],
    }
}
