//! An issuer and a gateway in one process, wired as the binary wires them.

use std::{collections::HashMap, sync::Arc};

use argon2::{Argon2, PasswordHasher};
use async_trait::async_trait;
use axum::Router;
use doorward_console::Console;
use doorward_core::{
    clock::Clock,
    dpop::Policy,
    factor::SignInPolicy,
    id::{KeyId, UserId},
    jwk::PublicKey,
    lifetimes::Lifetimes,
    permit::AllowList,
    registration::Domains,
    resource::Resource,
    revocation::Revocations,
    server::{ServerName, ToolSummary},
    step_up::StepUp,
    user::{PasswordHash, Role, User, Username},
};
use doorward_federation::Provider;
use doorward_fetch::{
    Fetcher, FetcherConfig, Reach, UpstreamClient, UpstreamConfig as Connections,
};
use doorward_gateway::{
    AggregateConfig, Gateway, GatewayConfig, GatewayLimits, GatewayParts, ServerConfig,
    UpstreamConfig,
};
use doorward_issuer::{
    Administration, Asking, ClientCertificates, DynamicRegistration, Federation, Issuer,
    IssuerConfig, IssuerParts, KeySetChange, MasterKey, PublishedServer, ToolCatalogue,
};
use doorward_store::{AuditFilter, SqliteStore, Store};
use doorward_verify::{KeySource, KeysUnavailable, ProcessMemory, Verifier, VerifierConfig};
use serde_json::Value;

use crate::{
    chance::SeededEntropy,
    person::{ORIGIN, Person},
    time::StoppedClock,
    trust,
    upstream::FakeUpstream,
};

const MASTER_KEY: [u8; 32] = [7; 32];

/// Everything that outlives a restart, and what is running now.
pub struct World {
    /// Stands still until a test moves it.
    pub clock: Arc<StoppedClock>,
    /// What was committed.
    pub store: Arc<dyn Store>,
    /// The MCP server behind the gateway, under every configured name.
    pub upstream: FakeUpstream,
    /// Users, clients, grants.
    pub administration: Administration,
    /// Everything that is served under [`ORIGIN`].
    pub router: Router,
    running: Option<(Issuer, Arc<Verifier>)>,
    /// Whether proofs must carry a nonce, from the next start on.
    pub dpop_nonces: bool,
    /// Whether servers take tokens that are bound to no key, from the next start on.
    pub dpop: Policy,
    /// How clients may show certificates, from the next start on.
    pub client_certificates: Option<ClientCertificates>,
    /// Through whom people sign in besides, from the next start on.
    pub federation: Federation,
    /// Whether all servers are one as well, from the next start on.
    pub whole: bool,
    servers: Vec<(ServerName, AllowList)>,
    groups: HashMap<String, Vec<String>>,
    step_up: StepUp,
    fetcher: Fetcher,
    restarts: u64,
}

impl World {
    /// One server `notes`, open to everyone who can sign in, and the user `alice`.
    pub async fn new() -> Self {
        Self::with(&[("notes", AllowList::default())], &[]).await
    }

    /// The same, where calls of every server want a recent sign-in.
    pub async fn with_step_up(step_up: StepUp) -> Self {
        let mut world = Self::new().await;
        world.step_up = step_up;
        world.restart().await;
        world
    }

    /// The same, where documents of clients are fetched with `fetcher`.
    pub async fn fetching(fetcher: Fetcher) -> Self {
        let mut world = Self::new().await;
        world.fetcher = fetcher;
        world.restart().await;
        world
    }

    /// The same, where people also sign in through these providers.
    pub async fn federated(providers: Vec<Provider>) -> Self {
        let mut world = Self::new().await;
        world.federation.providers = providers;
        world.restart().await;
        world
    }

    /// Several servers with allow lists, groups by user, and the user `alice`.
    pub async fn with(servers: &[(&str, AllowList)], groups: &[(&str, &[&str])]) -> Self {
        let trust = trust::in_our_authority();
        let clock = Arc::new(StoppedClock::default());
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().expect("an empty store"));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let entropy = Arc::new(SeededEntropy::new(0));
        let revocations = Arc::new(Revocations::default());
        let administration =
            Administration::new(Arc::clone(&store), clock.clone(), entropy, revocations);
        let mut world = Self {
            clock,
            store,
            upstream: FakeUpstream::start().await,
            administration,
            router: Router::new(),
            running: None,
            dpop_nonces: false,
            dpop: Policy::Accepted,
            client_certificates: None,
            federation: Federation::default(),
            whole: false,
            servers: servers
                .iter()
                .map(|(name, allow)| {
                    (
                        ServerName::parse(name).expect("a server name"),
                        allow.clone(),
                    )
                })
                .collect(),
            groups: groups
                .iter()
                .map(|(user, names)| ((*user).to_owned(), owned(names)))
                .collect(),
            step_up: StepUp::default(),
            fetcher: Fetcher::new(FetcherConfig::new(Reach::Public, trust)),
            restarts: 0,
        };
        world.restart().await;
        world.add_user("alice").await;
        world
    }

    /// Adds an account and returns its owner with a fresh browser.
    pub async fn add_user(&self, name: &str) -> Person {
        let person = Person::new(name, &format!("{name}-password"));
        let user = User {
            id: UserId::from_known(format!("id-of-{name}")),
            name: Username::parse(name).expect("a user name"),
            role: Role::Member,
            password: Some(quickly_hashed(&person.password)),
            display_name: None,
            mail: None,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let mut tx = self.store.begin().await.expect("a unit of work");
        tx.add_user(&user);
        let added = tx.commit().await;
        added.unwrap_or_else(|error| panic!("{name}: {error}"));
        person
    }

    /// `alice` with a fresh browser.
    pub fn alice(&self) -> Person {
        Person::new("alice", "alice-password")
    }

    /// Ends the process and starts it again on what was committed.
    pub async fn restart(&mut self) {
        self.restarts += 1;
        let entropy = Arc::new(SeededEntropy::new(self.restarts));
        let revocations = Arc::new(Revocations::default());
        let lifetimes = Lifetimes::default();
        let since = self.clock.now() - lifetimes.access - lifetimes.access;
        let mut tx = self.store.begin().await.expect("a transaction");
        for revoked in tx.revocations_since(since).await.expect("revocations") {
            revocations.add(revoked.what, revoked.at);
        }
        self.administration = Administration::new(
            Arc::clone(&self.store),
            self.clock.clone(),
            entropy.clone(),
            Arc::clone(&revocations),
        );
        let catalogue = Arc::new(GatewayTools::default());
        let issuer = Issuer::start(
            self.issuer_config(lifetimes),
            IssuerParts {
                store: Arc::clone(&self.store),
                clock: self.clock.clone(),
                entropy: entropy.clone(),
                master_key: MasterKey::new(MASTER_KEY),
                revocations: Arc::clone(&revocations),
                catalogue: catalogue.clone(),
                fetcher: self.fetcher.clone(),
                operator_fetcher: operator_fetcher(),
                post: None,
            },
        );
        let issuer = issuer.await.expect("an issuer");
        let verifier = Arc::new(Verifier::new(VerifierConfig {
            issuer: ORIGIN.to_owned(),
            keys: Arc::new(IssuerKeys(issuer.clone())),
            revocations,
            clock: self.clock.clone(),
            capacity: 1000,
        }));
        let connections = Connections::new(trust::in_our_authority());
        let gateway = Gateway::new(
            self.gateway_config(),
            GatewayParts {
                verifier: Arc::clone(&verifier) as _,
                proofs: Arc::<ProcessMemory>::default(),
                store: Arc::clone(&self.store),
                client: UpstreamClient::new(connections),
                clock: self.clock.clone(),
                entropy,
                master_key: MASTER_KEY,
            },
        );
        let gateway = gateway.expect("a gateway");
        catalogue
            .0
            .set(gateway.clone())
            .unwrap_or_else(|_| panic!("set once"));
        let console = Console::new(issuer.accounts()).router();
        self.router = issuer.router().merge(console).merge(gateway.router());
        self.running = Some((issuer, verifier));
    }

    /// The issuer that is running.
    pub fn issuer(&self) -> &Issuer {
        let (issuer, _) = self.running.as_ref().expect("started");
        issuer
    }

    /// Carries out what was planned for the signing keys, as the binary does all the time.
    pub async fn tend_keys(&self) {
        let (issuer, verifier) = self.running.as_ref().expect("started");
        match issuer.tend_keys().await.expect("a working store") {
            KeySetChange::Kept => {}
            KeySetChange::Withdrawn => verifier.forget(),
        }
    }

    /// The audit records so far, oldest first.
    pub async fn audit(&self) -> Vec<Value> {
        self.store.flush().await.expect("a working store");
        let page = self
            .store
            .audit(AuditFilter::default())
            .await
            .expect("a working store");
        page.lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect()
    }

    fn issuer_config(&self, lifetimes: Lifetimes) -> IssuerConfig {
        let published = |(name, _): &(ServerName, AllowList)| PublishedServer {
            name: name.clone(),
            title: name.to_string(),
            resource: Resource::from_known(format!("{ORIGIN}/mcp/{name}")),
            environment: None,
            sign_in: self.step_up.strictest(),
            resource_servers: Vec::new(),
            access_ttl: None,
        };
        IssuerConfig {
            issuer: ORIGIN.to_owned(),
            servers: self.servers.iter().map(published).collect(),
            whole: self
                .whole
                .then(|| Resource::from_known(format!("{ORIGIN}/mcp"))),
            sign_in: SignInPolicy::default(),
            lifetimes,
            keys: doorward_core::rotation::Schedule::default(),
            signed_metadata: false,
            dynamic_registration: DynamicRegistration::Open,
            statement_issuers: Vec::new(),
            client_documents: Some(Domains::default()),
            exchange: Vec::new(),
            dpop_nonces: self.dpop_nonces,
            openid: true,
            federation: self.federation.clone(),
            trusted_issuers: Vec::new(),
            pages: Default::default(),
            client_certificates: self.client_certificates.clone(),
            groups_in_rules: std::collections::BTreeSet::new(),
        }
    }

    fn gateway_config(&self) -> GatewayConfig {
        let server = |(name, allow): &(ServerName, AllowList)| ServerConfig {
            name: name.clone(),
            title: None,
            upstream: UpstreamConfig::Http {
                url: self.upstream.url.parse().expect("a URL"),
                headers: vec![(
                    http::HeaderName::from_static("x-upstream-key"),
                    http::HeaderValue::from_static("upstream-credential"),
                )],
            },
            speaking: Default::default(),
            allow: allow.clone(),
            step_up: self.step_up.clone(),
            dpop: self.dpop,
            exposure: doorward_gateway::Exposure::Public,
        };
        GatewayConfig {
            public_url: ORIGIN.to_owned(),
            servers: self.servers.iter().map(server).collect(),
            aggregate: self.whole.then(AggregateConfig::default),
            groups: self.groups.clone(),
            allowed_origins: Vec::new(),
            dpop_nonces: self.dpop_nonces,
            client_certificates: self.client_certificates.is_some(),
            certificate_alias: self
                .client_certificates
                .as_ref()
                .and_then(|taken| taken.alias.clone()),
            limits: GatewayLimits::default(),
        }
    }
}

/// Argon2id as real passwords have it, with the least memory and one pass: what people's passwords
/// cost is shown where they are hashed.
fn quickly_hashed(password: &str) -> PasswordHash {
    let least = argon2::Params::new(8, 1, 1, None).expect("the least");
    let hashed = Argon2::from(least).hash_password_with_salt(password.as_bytes(), &[2; 16]);
    PasswordHash::from_phc(hashed.expect("hashed").to_string())
}

/// Reaches what the operator names, wherever it is.
fn operator_fetcher() -> Fetcher {
    Fetcher::new(FetcherConfig::new(
        Reach::Operator,
        trust::in_our_authority(),
    ))
}

struct IssuerKeys(Issuer);

#[async_trait]
impl KeySource for IssuerKeys {
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable> {
        Ok(self.0.public_key(kid).await)
    }
}

#[derive(Default)]
struct GatewayTools(std::sync::OnceLock<Gateway>);

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
